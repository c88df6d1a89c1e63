//  The runs of a fold, wherever they are: tables in memory as long as there is room, the rest on disk.

import Folding

/// The runs of a file, or of several: in memory as far as there was room, the rest on disk.
///
/// `@unchecked Sendable`: one thread has it at a time.
package final class FoldRuns: @unchecked Sendable {
    private let folder: SpillFolder
    /// Each with whatever has to be held as long as the run is.
    private var inMemory: [(run: FoldRun, holds: AnyObject)] = []
    private var spilled: [SpilledRun] = []

    package init(_ folder: SpillFolder) { self.folder = folder }

    package func add(_ run: FoldRun, holding object: AnyObject) { inMemory.append((run, object)) }

    package func add(_ run: SpilledRun) { spilled.append(run) }

    /// Takes over all runs of others.
    package func take(_ other: FoldRuns) {
        inMemory += other.inMemory
        spilled += other.spilled
        other.removeAll()
    }

    package func removeAll() {
        inMemory = []
        spilled = []
    }

    /// Open files are few, however small the budget is: of so many runs of one level, half are merged.
    private static let mostOfLevel = 2 * SpillFolder.fanIn

    /// Takes runs out that should be merged into one, when there are many.
    package func takeSurplus() -> [SpilledRun]? {
        guard spilled.count >= Self.mostOfLevel else { return nil }
        for level in 0...spilled.reduce(0, { max($0, $1.level) }) {
            guard spilled.count(where: { $0.level == level }) >= Self.mostOfLevel else { continue }
            var taken: [SpilledRun] = []
            spilled.removeAll { run in
                guard run.level == level, taken.count < SpillFolder.fanIn else { return false }
                taken.append(run)
                return true
            }
            return taken
        }
        return nil
    }

    /// Merges all runs into batches of at most `rowLimit` rows: the rows of a partial, with measures sum and count.
    /// When some are on disk, the others follow them.
    ///
    /// - Throws: `FoldError.overflow` when the absolute values of all runs pass Int64.max; `IOError`; what `emit` throws.
    package func merge(rowLimit: Int, emit: (KeyedBatch) throws -> Void) throws {
        if spilled.isEmpty { return try FoldRun.merge(inMemory.map(\.run), rowLimit: rowLimit, emit: emit) }
        try spillAll()
        try folder.merge(spilled, rowLimit: rowLimit, emit: emit)
    }

    /// All runs cut into ranges of first keys, so that several threads can merge them. Nothing can be added any more.
    ///
    /// - Throws: as `merge`.
    package func ranges() throws -> RunRanges {
        if spilled.isEmpty {
            return RunRanges(source: .memory(try RunMerge(inMemory.map(\.run)), inMemory.map(\.holds)))
        }
        try spillAll()
        let sources = folder.schema.measures.indices.map { ColumnSource.column($0) }
        let tables = spilled.map { MergeTable(reader: $0.reader, sources: sources) }
        return RunRanges(source: .disk(RangedMerge(schema: folder.schema, countMeasure: nil, tables: tables)))
    }

    /// Puts all runs aside, and merges them until they are few.
    private func spillAll() throws {
        do {
            while let (run, _) = inMemory.popLast() { spilled.append(try folder.write(run)) }
            _ = try RunWeight.sum(spilled.map(\.weight))
            // The shortest first.
            spilled.sort { $0.reader.rowCount < $1.reader.rowCount }
            while spilled.count > SpillFolder.fanIn {
                let some = spilled.prefix(min(SpillFolder.fanIn, spilled.count - SpillFolder.fanIn + 1))
                let longer = try folder.merged(Array(some))
                spilled.removeFirst(some.count)
                spilled.append(longer)
            }
        } catch let error as SpillError { throw error.cause }
    }
}

/// Runs in ranges of first keys, ascending. First each run is prepared, then each range is merged; runs and ranges may be
/// worked on at the same time.
///
/// `@unchecked Sendable`: what is held is only kept, not used.
package final class RunRanges: @unchecked Sendable {
    fileprivate enum Source {
        /// With whatever has to be held as long as the runs are.
        case memory(RunMerge, [AnyObject])
        case disk(RangedMerge)
    }

    private let source: Source

    fileprivate init(source: Source) { self.source = source }

    /// Runs that are to be prepared.
    package var runCount: Int { if case .memory(let merge, _) = source { merge.runCount } else { 0 } }
    package var rangeCount: Int {
        switch source {
        case .memory(let merge, _): merge.rangeCount
        case .disk(let merge): merge.rangeCount
        }
    }

    package func prepare(_ run: Int) { if case .memory(let merge, _) = source { merge.distribute(run) } }

    /// Merges a range into batches.
    ///
    /// - Throws: what `emit` throws; `IOError`, `DamagedTable`.
    package func merge(range: Int, in room: RunMergeRoom, emit: (KeyedBatch) throws -> Void) throws {
        switch source {
        case .memory(let merge, _):
            try merge.merge(range: range, in: room, emit: emit)
            try room.finish(emit)
        case .disk(let merge): try merge.run(range: range, emit)
        }
    }
}
