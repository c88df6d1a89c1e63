//  The total: the merge of all partials that count, kept so that a new file costs its own size and one pass.
//
//  Beside sum and records, the total holds for each row of keys on which days it has records: one Int64 column
//  for each calendar month, a bit for each day (DaySets.swift). So active days and the keys of each day come out of
//  the same pass, and files that share a date need no special care: a bit that is set twice is set.
//
//  From the total of generation g0 to what counts at generation g, in one merge:
//
//      the total        sum +, records +, days as they are, but without the days that something was taken from
//      each partial that came      sum +, records +, the bit of its day
//      each partial that went      sum −, records −
//      each other partial of a day that something was taken from      the bit of its day
//
//  The reports are made from this merge. The file is left as it is, of generation g0, as long as little changed since, so a
//  small file costs no writing of a large total.
//
//  A key whose records become zero disappears. When the total is missing, damaged or of another ledger, or when more
//  partials changed than count, all partials that count are merged instead; the result is the same table.

import DurableIO
import Events
import Folding
import KeyedTables
import Ledgers
import Records

/// What a merge of the total starts from.
package enum TotalBasis: Sendable, Hashable {
    /// The total on disk, as of this generation, and what changed since.
    case incremental(from: Int, changedFiles: Int)
    /// All partials that count.
    case rebuild(files: Int)
    /// The total on disk is the one wanted.
    case current
}

/// What the total of a generation is merged from.
package struct TotalSources {
    package let generation: Int
    package let schema: KeyedSchema
    package let basis: TotalBasis
    /// Why all partials are merged; nil when the total is used, and when only some files are wanted.
    package let fullMergeReason: FullMergeReason?
    /// Whether the total on disk is one of the inputs.
    package var usesTotal: Bool { if case .rebuild = basis { false } else { true } }
    /// Whether the total on disk is by far the largest input.
    package let isSmallChange: Bool
    /// Whether the total on disk may stay as it is: it is the one wanted, or so little changed since that adding it each
    /// time costs less than writing another total.
    package let keepsTotal: Bool
    /// Where files may be put that are gone after the merge.
    fileprivate let scratch: ScratchTables
    /// One for each input of the merge, opened when the merge begins.
    fileprivate let inputs: [() throws -> MergeTable]

    /// What of this costs more than reading the total, or changes it; nil when nothing does.
    package var event: WorkEvent? {
        switch basis {
        case .current: nil
        case .incremental(let from, let changedFiles):
            keepsTotal
                ? .totalKept(generation: from, changedFiles: changedFiles)
                : .totalRenewed(from: from, changedFiles: changedFiles)
        case .rebuild(let files): fullMergeReason.map { .partialsMerged(files: files, because: $0) }
        }
    }

    /// Opens the inputs. Of very many some are merged into files of their own first, which takes threads and a while.
    ///
    /// - Parameters:
    ///   - withDays: false: only sum and records, in half the time.
    ///   - onEvent: told of that.
    /// - Throws: `DamagedTable` naming the file; `FoldError`; `IOError`.
    package func open(
        withDays: Bool = true, jobs: Int, onEvent: @escaping EventSink = { _ in }
    ) throws -> RangedMerge {
        var schema = schema
        if !withDays { schema.measures.removeAll { $0.merge == .union } }
        let inputs = inputs.map { input in
            {
                var table = try input()
                table.sources = Array(table.sources.prefix(schema.measures.count))
                return table
            }
        }
        return RangedMerge(
            schema: schema, countMeasure: 1,
            tables: try MergeCascade(schema: schema, scratch: scratch, jobs: jobs, onEvent: onEvent).reduced(inputs))
    }

    /// Merges the inputs into batches of the total.
    ///
    /// - Throws: `DamagedTable` naming the file; `FoldError`; `IOError`.
    package func run(_ emit: (KeyedBatch) throws -> Void) throws {
        let tables = try MergeCascade(schema: schema, scratch: scratch, jobs: 1).reduced(inputs)
        try KeyedMerge(schema: schema, countMeasure: 1).run(
            tables.map(\.input), rowLimit: KeyedTableFormat.rowGroupRows, emit: emit)
    }
}

/// The file `total.parquet`.
package struct TotalStore {
    package static let kind = "total"
    package static let fileName = "total.parquet"

    private let root: String
    private let fileSystem: FileSystem
    private let partials: PartialStore
    private let plan: FoldPlan

    package init(root: String, partials: PartialStore, plan: FoldPlan, in fileSystem: FileSystem) {
        self.root = root
        self.partials = partials
        self.plan = plan
        self.fileSystem = fileSystem
    }

    package var path: String { Path.join(root, Self.fileName) }

    private var scratch: ScratchTables { ScratchTables(root: root, fileSystem: fileSystem) }

    /// The total on disk if it can be used: whole as far as its footer tells, and of this ledger.
    private func usable(_ ledger: Ledger) throws -> UsableTotal {
        let reader: KeyedTableReader
        do {
            reader = try KeyedTableReader(path, kind: Self.kind, in: fileSystem)
        } catch let error as IOError where error.isMissing {
            return .no(.noTotal)
        } catch let error as DamagedTable {
            return .no(.damaged(detail: error.detail))
        }
        guard reader.metadata("watchfold.ledger") == ledger.identity else { return .no(.otherLedger) }
        guard let generation = reader.metadata("watchfold.generation").flatMap({ Int($0) }), generation >= 0 else {
            return .no(.damaged(detail: "it names no generation"))
        }
        guard reader.schema.keys == plan.keys, Array(reader.schema.measures.prefix(2)) == plan.measures else {
            return .no(.otherColumns)
        }
        return .yes(reader, generation: generation)
    }

    private enum UsableTotal {
        case yes(KeyedTableReader, generation: Int)
        case no(FullMergeReason)
    }

    /// The generation of the total on disk, if it can be used.
    package func generation(_ ledger: Ledger) throws -> Int? {
        if case .yes(_, let generation) = try usable(ledger) { generation } else { nil }
    }

    /// Whether the total on disk is as good as that of the present generation: it may be kept. Call within a snapshot of
    /// the ledger, or as its only writer.
    package func isFresh(_ ledger: Ledger) throws -> Bool { try sources(ledger).keepsTotal }

    /// Works out how to make the total of what counts now. Call within a snapshot of the ledger.
    ///
    /// - Parameter reason: leave the total on disk aside, for this reason.
    package func sources(_ ledger: Ledger, rebuilding reason: FullMergeReason? = nil) throws -> TotalSources {
        let generation = try ledger.generation
        let counting = try ledger.countingVersions()
        let schema = schema(for: counting)
        func full(_ reason: FullMergeReason) -> TotalSources { self.full(counting, schema, generation, reason) }
        if let reason { return full(reason) }
        switch try usable(ledger) {
        case .no(let reason): return full(reason)
        // A reader may meet a total that is newer than its snapshot of the ledger, which cannot tell what changed since.
        case .yes(_, let from) where from > generation: return full(.laterGeneration(from))
        case .yes(let reader, let from):
            let (added, removed) = try ledger.changes(from: from, to: generation)
            return try incremental(
                reader, from, generation, schema, counting, added: Set(added),
                removed: removed.map { try ledger.version($0)! })
                ?? full(.manyChanges(changed: added.count + removed.count, counting: counting.count))
        }
    }

    /// A merge of some versions alone: the total of a range of days.
    package func sources(only versions: [VersionRecord], generation: Int) -> TotalSources {
        full(versions, schema(for: versions), generation, nil)
    }

    private func full(
        _ versions: [VersionRecord], _ schema: KeyedSchema, _ generation: Int, _ reason: FullMergeReason?
    ) -> TotalSources {
        TotalSources(
            generation: generation, schema: schema, basis: .rebuild(files: versions.count), fullMergeReason: reason,
            isSmallChange: false, keepsTotal: false, scratch: scratch,
            inputs: versions.map { version in { try input(version, schema, .added) } })
    }

    private func incremental(
        _ reader: KeyedTableReader, _ from: Int, _ generation: Int, _ schema: KeyedSchema, _ counting: [VersionRecord],
        added: Set<VersionID>, removed: [VersionRecord]
    ) throws -> TotalSources? {
        let removedDays = Set(removed.map(\.facts.date))
        let again = counting.filter { removedDays.contains($0.facts.date) && !added.contains($0.id) }
        let changedFiles = added.count + removed.count
        guard changedFiles + again.count <= counting.count || changedFiles == 0 else { return nil }
        var cleared: [String: Int64] = [:]
        for date in removedDays {
            let day = date.flatMap { CalendarDay($0) }
            cleared[DayColumn(day).name, default: 0] |= DayColumn.set(of: day)
        }
        var sources: [ColumnSource] = []
        for measure in schema.measures {
            guard let column = reader.schema.measures.firstIndex(of: measure) else {
                sources.append(.none)
                continue
            }
            sources.append(cleared[measure.name].map { .masked(column, ~$0) } ?? .column(column))
        }
        var inputs: [() throws -> MergeTable] = [{ MergeTable(reader: reader, sources: sources) }]
        inputs += counting.filter { added.contains($0.id) }.map { version in { try input(version, schema, .added) } }
        inputs += removed.map { version in { try input(version, schema, .removed) } }
        inputs += again.map { version in { try input(version, schema, .seenAgain) } }
        let added = counting.filter { added.contains($0.id) }
        let changed = added + removed + again
        let changedRows = changed.reduce(0) { $0 + $1.facts.rows }
        return TotalSources(
            generation: generation, schema: schema,
            // What came and went again leaves the rows as they are, but the file still names the old generation.
            basis: from == generation ? .current : .incremental(from: from, changedFiles: changedFiles),
            fullMergeReason: nil,
            isSmallChange: changedRows * Self.smallChange <= reader.rowCount,
            keepsTotal: changedRows * Self.keepingChange <= reader.rowCount && changed.count <= Self.mostKeptApart,
            scratch: scratch, inputs: inputs)
    }

    /// A change is small when the total has at least so many times its rows.
    private static let smallChange = 8
    /// The total is kept while it has at least so many times the rows of what changed since. To write a row of the total
    /// costs about as much as to read and merge two, so of days that each change a quarter of it, every second one
    /// writes it.
    private static let keepingChange = 4
    /// Most files that are merged with the total again and again.
    private static let mostKeptApart = 16

    private enum Part { case added, removed, seenAgain }

    private func input(_ version: VersionRecord, _ schema: KeyedSchema, _ part: Part) throws -> MergeTable {
        let reader: KeyedTableReader
        do {
            reader = try partials.open(version.facts.partial)
        } catch let error as IOError where error.isMissing {
            throw DamagedTable(path: error.path, detail: "the file is missing")
        }
        guard reader.schema.keys == schema.keys, reader.schema.measures == plan.measures,
            reader.metadata("watchfold.digest") == version.facts.digest, reader.rowCount == version.facts.rows,
            reader.size == version.facts.partialSize
        else { throw DamagedTable(path: reader.path, detail: "it is not the partial that the ledger describes") }
        let day = version.facts.date.flatMap { CalendarDay($0) }
        let column = DayColumn(day).name
        let sources: [ColumnSource] = schema.measures.enumerated().map { index, measure in
            if index < plan.measures.count {
                switch part {
                case .added: return .column(index)
                case .removed: return .negated(index)
                case .seenAgain: return .none
                }
            }
            return measure.name == column && part != .removed ? .constant(DayColumn.set(of: day)) : .none
        }
        return MergeTable(reader: reader, sources: sources)
    }

    /// The columns of the total of these versions: one day set for each month that a file has a date in.
    private func schema(for versions: [VersionRecord]) -> KeyedSchema {
        let columns = Set(versions.map { DayColumn($0.facts.date.flatMap { CalendarDay($0) }) })
        let names = columns.map(\.name).sorted { Path.precedes($0, $1) }
        return KeyedSchema(keys: plan.keys, measures: plan.measures + names.map { Measure($0, .union) })
    }

    /// Begins the file of a new total.
    package func writer(_ sources: TotalSources) throws(IOError) -> KeyedTableWriter {
        try KeyedTableWriter(path, kind: Self.kind, schema: sources.schema, in: fileSystem)
    }

    /// What a total says of itself.
    package func metadata(_ sources: TotalSources, _ ledger: Ledger) -> [(String, String)] {
        [("watchfold.ledger", ledger.identity), ("watchfold.generation", String(sources.generation))]
    }
}
