//  What a fold puts aside when its tables do not fit into memory.
//
//  A table that is full is sealed and written as a keyed table of its own, in order; the fold goes on with an empty one.
//  At the end all runs are merged, reading some thousand rows of each at a time:
//
//      table ─▶ run 0 ┐
//      table ─▶ run 1 ┼─▶ merge ─▶ partial
//      table ─▶ run 2 ┘
//
//  Of more than 32 runs some are merged into longer ones first, and no more than that leaves 32: every row that is
//  merged twice is written twice. Sums do not depend on how they are grouped. A run's file loses its name as soon as it
//  is open for reading, so that it vanishes with the process.

import DurableIO
import Folding

/// Where runs are put aside, and how they are written.
package struct SpillFolder: Sendable {
    /// Runs that are merged at once.
    package static let fanIn = 32
    /// Rows of a row group: of each run a merge holds one or two.
    static let groupRows = 8_192
    private static let kind = "run"

    let root: String
    let schema: KeyedSchema
    let fileSystem: FileSystem

    /// - Parameter root: a folder that exists; that of the checkpoints is swept by its next writer.
    package init(_ root: String, schema: KeyedSchema, in fileSystem: FileSystem) {
        self.root = root
        self.schema = schema
        self.fileSystem = fileSystem
    }

    /// Writes a run.
    ///
    /// - Throws: `SpillError`.
    package func write(_ run: FoldRun) throws -> SpilledRun {
        try write(weight: run.weight, level: 0) { try FoldRun.merge([run], rowLimit: Self.groupRows, emit: $0) }
    }

    /// Merges runs into one.
    ///
    /// - Throws: `FoldError.overflow`, `SpillError`.
    package func merged(_ runs: [SpilledRun]) throws -> SpilledRun {
        let weight = try RunWeight.sum(runs.map(\.weight))
        return try write(weight: weight, level: 1 + runs.reduce(0) { max($0, $1.level) }) {
            try merge(runs, rowLimit: Self.groupRows, emit: $0)
        }
    }

    /// Merges at most `fanIn` runs into batches.
    ///
    /// - Throws: what `emit` throws; `IOError`, `DamagedTable`.
    func merge(_ runs: [SpilledRun], rowLimit: Int, emit: (KeyedBatch) throws -> Void) throws {
        precondition(runs.count <= Self.fanIn, "\(runs.count) runs at once")
        try KeyedMerge(schema: schema).run(
            runs.map { MergeInput(measureCount: schema.measures.count, next: $0.reader.batches()) },
            rowLimit: rowLimit, emit: emit)
    }

    private func write(
        weight: RunWeight, level: Int, produce: ((KeyedBatch) throws -> Void) throws -> Void
    ) throws -> SpilledRun {
        do {
            let writer = try KeyedTableWriter(
                Path.join(root, "fold.parquet"), kind: Self.kind, schema: schema, in: fileSystem)
            try produce { try writer.write($0) }
            try writer.finish(metadata: [])
            let reader = try KeyedTableReader(writer.file.temporaryPath, kind: Self.kind, in: fileSystem)
            writer.file.discard()
            return SpilledRun(reader: reader, weight: weight, level: level)
        } catch let error as IOError {
            throw SpillError(cause: error)
        }
    }
}

/// A sorted run on disk; its file is gone when nobody holds it any more.
package struct SpilledRun: Sendable {
    let reader: KeyedTableReader
    let weight: RunWeight
    /// 0 for a table that was sealed, 1 for a merge of these, and so on.
    package let level: Int
}

/// A run could not be put aside. It is no fault of the file that is folded.
package struct SpillError: Error, Sendable {
    package var cause: IOError
}

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
            try folder.merge(spilled, rowLimit: rowLimit, emit: emit)
        } catch let error as SpillError { throw error.cause }
    }
}
