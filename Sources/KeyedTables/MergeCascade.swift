//  Merging very many tables with little memory.
//
//  A merge holds a row group or two of each of its tables. For a month of partials that is some ten megabytes, for three
//  years of them it would be gigabytes. So of more tables than `fanIn` as many at a time are first merged into a table of
//  their own, on disk and without a name that lasts:
//
//      1,000 partials ─▶ 32 scratch tables ─▶ the merge
//
//  Every row is then read and written once more for each level; with 32 tables at a time a second level is needed from
//  1,025 tables on. Sums do not depend on how they are grouped. A row that counts nothing is kept until the last merge.
//
//  Whoever only reads may have neither room nor rights in the checkpoints folder. Then scratch tables go where the system has
//  temporary files; and where these cannot be, either, all tables are merged at once, which takes more memory.

import DurableIO
import Events
import Folding
import Glibc
import Pipelines

/// Where scratch tables are put: aside in the checkpoints folder, where the next writer sweeps what a crash leaves.
package struct ScratchTables: Sendable {
    let root: String
    let fileSystem: FileSystem

    package init(root: String, fileSystem: FileSystem) {
        self.root = root
        self.fileSystem = fileSystem
    }

    /// Where the system has temporary files.
    var elsewhere: String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return folder.isEmpty ? "/tmp" : folder
    }
}

/// Merges tables until there are few.
package struct MergeCascade {
    /// Tables that are merged at once. Each holds about two row groups of 3 MB.
    package static let fanIn = 32
    private static let kind = "scratch"

    let schema: KeyedSchema
    let scratch: ScratchTables
    let jobs: Int
    let fanIn: Int
    /// Told whether tables are merged before the merge.
    private let onEvent: EventSink

    package init(
        schema: KeyedSchema, scratch: ScratchTables, jobs: Int, fanIn: Int = Self.fanIn,
        onEvent: @escaping EventSink = { _ in }
    ) {
        self.schema = schema
        self.scratch = scratch
        self.jobs = jobs
        self.fanIn = fanIn
        self.onEvent = onEvent
    }

    /// Tables that add up to what the given ones do: at most `fanIn`, if there is a place for scratch tables. Of the given
    /// ones no more than `fanIn` are open at a time: a process may have only so many files open.
    package func reduced(_ inputs: [() throws -> MergeTable]) throws -> [MergeTable] {
        if inputs.count <= fanIn { return try inputs.map { try $0() } }
        var refusals: [IOError] = []
        for root in [scratch.root, scratch.elsewhere] {
            do {
                let tables = try reduced(inputs, root)
                onEvent(.mergeStaged(tables: inputs.count, folder: root))
                return tables
            } catch let error as IOError where error.isFull || error.isDenied { refusals.append(error) }
        }
        onEvent(
            .mergeUnstaged(tables: inputs.count, detail: refusals.map { "\($0)" }.joined(separator: "; ")))
        return try inputs.map { try $0() }
    }

    private func reduced(_ inputs: [() throws -> MergeTable], _ root: String) throws -> [MergeTable] {
        var inputs = inputs
        while inputs.count > fanIn {
            var next: [() throws -> MergeTable] = []
            var rest = inputs[...]
            while !rest.isEmpty {
                let some = rest.prefix(fanIn)
                rest = rest.dropFirst(some.count)
                if some.count == 1 {
                    next.append(some.first!)
                } else {
                    let table = try merged(try some.map { try $0() }, root)
                    next.append { table }
                }
            }
            inputs = next
        }
        return try inputs.map { try $0() }
    }

    private func merged(_ tables: [MergeTable], _ root: String) throws -> MergeTable {
        let merge = RangedMerge(schema: schema, countMeasure: nil, tables: tables)
        let path = Path.join(root, "merge.parquet")
        let writer = try KeyedTableWriter(path, kind: Self.kind, schema: schema, in: scratch.fileSystem)
        try OrderedPipeline.run(
            pieces: merge.rangeCount, jobs: jobs,
            buffers: (0..<jobs + 1).map { _ in EncodedRange(KeyedGroupEncoder(schema: schema)) },
            produce: { range, buffer in
                buffer.rows.removeAll()
                try merge.run(range: range) { try buffer.rows.encode($0) }
            }, consume: { _, buffer in try writer.write(buffer.rows) })
        try writer.finish(metadata: [])
        return MergeTable(
            reader: try KeyedTableReader(writer.file.temporaryPath, kind: Self.kind, in: scratch.fileSystem),
            sources: schema.measures.indices.map { .column($0) }, scratch: ScratchTable(writer.file))
    }
}

/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
private final class EncodedRange: @unchecked Sendable {
    let rows: KeyedGroupEncoder

    init(_ rows: KeyedGroupEncoder) { self.rows = rows }
}
