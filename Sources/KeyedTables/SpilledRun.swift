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
//  merged twice is written twice. Sums do not depend on how they are grouped. A run's file loses its name before anything
//  is written to it, so that it vanishes with the process, however that ends.

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
            let file = try writer.file.dropName()
            try produce { try writer.write($0) }
            try writer.finish(metadata: [])
            return SpilledRun(reader: try KeyedTableReader(file, kind: Self.kind), weight: weight, level: level)
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
    package var rowCount: Int { reader.rowCount }
}

/// A run could not be put aside. It is no fault of the file that is folded.
package struct SpillError: Error, Sendable, CustomStringConvertible {
    package var cause: IOError

    package var description: String { "putting sums aside failed: \(cause)" }
}
