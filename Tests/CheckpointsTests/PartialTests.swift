//  What a partial says of itself, and what is refused of one.

import Checkpoints
import Columns
import DurableIO
import Folding
import KeyedTables
import Records
import Testing

@Suite struct PartialTests {
    private static let plan = FoldPlan.engagement
    private static let schema = KeyedSchema(keys: plan.keys, measures: plan.measures)

    private func origin(folded: Int) -> PartialOrigin {
        var outcomes = OutcomeCounts()
        outcomes.folded = folded
        return PartialOrigin(
            name: "a.json", digest: digest(7), date: "2022-04-01", size: 10, storedSize: 10, compression: "none",
            container: "lines", settings: "settings", outcomes: outcomes, observations: FileObservations())
    }

    private func batch(_ rows: [(String, String, Int64, Int64)]) -> KeyedBatch {
        KeyedBatch(
            keys: [StringColumn(rows.map(\.0)), StringColumn(rows.map(\.1))],
            measures: [rows.map(\.2), rows.map(\.3)])
    }

    @Test func aPartialTellsWhatTheLedgerKnew() throws {
        let folder = try TestFolder()
        let store = PartialStore(root: folder.path, known: [], plan: Self.plan, in: .real)
        let rows: [(String, String, Int64, Int64)] = [("A", "x", 5, 2), ("A", "y", -3, 1), ("B", "x", 4, 1)]
        let sealed = try store.write(origin(folded: 4), schema: Self.schema) { try $0(batch(rows)) }
        try sealed.file.place()
        var told = try store.describe(sealed.version.facts.partial)
        #expect(told.observations == nil)
        told.observations = FileObservations()
        #expect(told == sealed.version)
        #expect(told.facts.sum == 6 && told.facts.magnitude == 12 && told.facts.rows == 3)
        #expect(told.breakdown.map(\.label) == ["x", "y"] && told.breakdown.map(\.sum) == [9, -3])
        #expect(try store.sketch(of: sealed.version.facts.partial)?.keyCount == 2)
        // The names of numbers in the metadata are on disks.
        let reader = try store.open(sealed.version.facts.partial)
        let names = ["seconds", "absolute_seconds", "contracts"].map { reader.metadata("watchfold." + $0) }
        #expect(names == ["6", "12", "2"])
    }

    /// Every record is behind one row, and every row has records: the ledger's tables do not know that of this fold.
    @Test(arguments: [0, 3]) func aRowWithoutRecordsIsDamage(folded: Int64) throws {
        let folder = try TestFolder()
        let store = PartialStore(root: folder.path, known: [], plan: Self.plan, in: .real)
        let writer = try KeyedTableWriter(
            folder.path + "/a.parquet", kind: PartialStore.kind, schema: Self.schema, in: .real)
        try writer.write(batch([("A", "x", 5, folded)]))
        let numbers: KeyValuePairs = [
            "size": 10, "stored_size": 10, "rows": 1, "seconds": 5, "absolute_seconds": 5, "folded": Int(folded),
            "ignored": 0, "coerced": 0,
        ]
        let texts = [
            ("source", "a.json"), ("digest", digest(7)), ("date", ""), ("compression", "none"), ("container", "lines"),
            ("settings", "settings"),
        ]
        let pairs = texts + numbers.map { ($0.key, String($0.value)) }
        _ = try writer.seal(metadata: pairs.map { ("watchfold." + $0, $1) })
        try writer.file.place()
        if folded > 0 {
            #expect(try store.describe("a.parquet").facts.rows == 1)
        } else {
            #expect(throws: DamagedTable.self) { try store.describe("a.parquet") }
        }
    }
}
