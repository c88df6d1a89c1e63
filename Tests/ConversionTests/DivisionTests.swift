import ParquetTable
import Records
import RowReference
import TestSupport
import Testing

@testable import Conversion

/// Rows divided among tables, against dividing them one by one.
@Suite struct DivisionTests {
    /// Some records in random order of values that name folders, and the rows that they are.
    private struct Sample {
        static let schema = RowSchema([
            RowField("day", .date, isRequired: false), RowField("n", .integer, isRequired: false),
            RowField("app", .string, isRequired: false), RowField("on", .boolean, isRequired: false),
            RowField("note", .string, isRequired: false),
        ])
        var lines: [String] = []
        /// By the values of day, app and on.
        var rows: [String: [[ReferenceValue]]] = [:]
        private static let apps: [(value: String?, folder: String)] = [
            (nil, "__HIVE_DEFAULT_PARTITION__"), ("", ""), ("a/b", "a%2Fb"), ("50 %", "50 %25"), ("Zoë", "Zoë"),
            ("x=\\u0001", "x%3D%01"),
            ("null", "%6Eull"), ("__HIVE_DEFAULT_PARTITION__", "%5F_HIVE_DEFAULT_PARTITION__"),
        ]

        init(_ dice: inout Dice, count: Int) {
            var day = 1
            var app = Self.apps[0]
            for n in 0..<count {
                if dice.once(in: 4) { day = 1 + dice.below(5) }
                if dice.once(in: 3) { app = dice.pick(Self.apps) }
                let isDated = !dice.once(in: 9)
                let on = dice.pick(["true", "false", "null"])
                let hasN = !dice.once(in: 5)
                let note = dice.once(in: 3) ? nil : String(repeating: "é", count: dice.below(9))
                var members = isDated ? ["\"day\":\"2022-04-0\(day)\""] : []
                if hasN { members.append("\"n\":\(n)") }
                members.append("\"app\":\(app.value.map { "\"\($0)\"" } ?? "null")")
                members.append("\"on\":\(on)")
                if let note { members.append("\"note\":\"\(note)\"") }
                lines.append("{\(members.joined(separator: ","))}\n")
                let null = "__HIVE_DEFAULT_PARTITION__"
                let folder =
                    "day=\(isDated ? "2022-04-0\(day)" : null)/app=\(app.folder)/on=\(on == "null" ? null : on)"
                rows[folder, default: []].append([
                    hasN ? .integer(Int64(n)) : .null, note.map { .text(Array($0.utf8)) } ?? .null,
                ])
            }
        }

        var text: [UInt8] { Array(lines.joined().utf8) }
    }

    /// The tables of a store by folder, parts in their order.
    private func rows(_ store: MemoryStore) throws -> [String: [[ReferenceValue]]] {
        var rows: [String: [[ReferenceValue]]] = [:]
        let names = store.tables.keys.sorted { ($0.count, $0) < ($1.count, $1) }
        for name in names {
            let folder = name[..<name.lastIndex(of: "/")!]
            rows[String(folder), default: []] += try Converted.rows(store.tables[name]!)
        }
        return rows
    }

    @Test(arguments: 0..<8) func rowsByFieldsAreThoseOfTheirFolders(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let sample = Sample(&dice, count: 200 + dice.below(500))
        let store = MemoryStore()
        let result = try Converted.convert([sample.text], Sample.schema, .parquet, into: store) {
            $0.division = .byFields(["day", "app", "on"])
        }
        #expect(store.isOpen.isEmpty)
        #expect(try rows(store) == sample.rows, "\(TestSeed.text)")
        #expect(result.rows == sample.lines.count && result.tables.count == store.tables.count)
        #expect(result.tables.allSatisfy { $0.bytes == store.tables[$0.name]!.count })
        #expect(store.tables.keys.allSatisfy { $0.hasSuffix("/part-0.parquet") })
    }

    /// With little room, few open files and pieces of few rows, a folder has several parts with the same rows in the same order.
    @Test(arguments: 0..<6) func boundsChangeWhereRowsAreAndNotWhich(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let sample = Sample(&dice, count: 600)
        let table = TableLayout(Sample.schema, .parquet, WriterOptions())
        let partitioning = try Partitioning(["day", "app", "on"], Sample.schema, table)
        let layout = PieceLayout(
            schema: Sample.schema, settings: .init(), table: partitioning.table, partitioning: partitioning,
            pieceBytes: 1 << 20)
        let store = MemoryStore()
        let output = PartitionedOutput(
            layout.table, in: store,
            .init(groupBytes: 1 + dice.below(3000), waitingBytes: dice.below(40_000), open: 1 + dice.below(5)))
        var left = ArraySlice(try convertedRows(sample, layout))
        while !left.isEmpty {
            let piece = left.prefix(1 + dice.below(90))
            left = left.dropFirst(piece.count)
            for part in try partitioning.parts(of: buffer(Array(piece))) { try output.write(part) }
        }
        let tables = try output.finish()
        #expect(store.isOpen.isEmpty && store.mostOpen <= 5)
        #expect(try rows(store) == sample.rows, "\(TestSeed.text)")
        #expect(tables.count > sample.rows.count, "nothing was divided further")
    }

    /// The rows of a sample as columns, one row each.
    private func convertedRows(_ sample: Sample, _ layout: PieceLayout) throws -> [RowBuffer] {
        let whole = try Converted([sample.text], Sample.schema)
        let reader = try TableReader(source: MemorySource(whole.bytes))
        let rows = RowBuffer(schema: reader.schema)
        for group in reader.rowGroups.indices {
            for column in reader.schema.columns.indices {
                try reader.read(rowGroup: group, column: column, into: rows.columns[column])
            }
        }
        return (0..<rows.rowCount).map { row in
            let one = RowBuffer(schema: TableSchema(of: Sample.schema))
            for (column, source) in zip(one.columns, rows.columns) { column.append(row..<row + 1, of: source) }
            return one
        }
    }

    private func buffer(_ rows: [RowBuffer]) -> RowBuffer {
        let all = RowBuffer(schema: TableSchema(of: Sample.schema))
        for row in rows { all.append(0..<1, of: row) }
        return all
    }

    @Test(arguments: ConversionFormat.allCases) func foldersAreTheSameForAnyNumberOfThreads(
        format: ConversionFormat
    ) throws {
        var dice = TestSeed.dice()
        var text = Sample(&dice, count: 2000).text
        while text.count < 4 << 20 { text += text }
        let stores = try [1, 2, 4].map { jobs in
            let store = MemoryStore()
            _ = try Converted.convert([text], Sample.schema, format, into: store) {
                ($0.jobs, $0.unitSize, $0.division) = (jobs, 1 << 20, .byFields(["app"]))
            }
            return store.tables
        }
        #expect(stores[0].count > 4 && stores[0] == stores[1] && stores[0] == stores[2])
    }

    @Test func eachFileHasItsTableAlsoWithoutRows() throws {
        let store = MemoryStore()
        let contents = ["{\"n\":1}\n{\"n\":2}\n", "", "{\"n\":\"x\"}\n{\"n\":4}\n"].map { Array($0.utf8) }
        let result = try Converted.convert(contents, RowSchema([RowField("n", .integer)]), .csv, into: store) {
            $0.division = .byFile(names: ["a", "b/c", "d"])
        }
        #expect(
            store.tables.mapValues { String(decoding: $0, as: UTF8.self) } == [
                "a.csv": "n\n1\n2\n", "b/c.csv": "n\n", "d.csv": "n\n4\n",
            ])
        #expect(
            result.tables == [
                .init(name: "a.csv", rows: 2, bytes: 6), .init(name: "b/c.csv", rows: 0, bytes: 2),
                .init(name: "d.csv", rows: 1, bytes: 4),
            ])
        #expect(result.rows == 3 && result.bytes == 12)
    }

    /// A wrong guess begins all tables anew.
    @Test func tablesOfAWrongGuessAreForgotten() throws {
        let store = MemoryStore()
        let early = String(repeating: "{\"k\":\"a\",\"n\":1}\n", count: 300_000)
        let result = try Converted.convert(
            [Array(early.utf8), Array("{\"k\":\"b\",\"n\":\"late\"}\n".utf8)], nil, .csv, into: store
        ) { $0.division = .byFields(["k"]) }
        #expect(result.surveys == 0 && store.passes == 1, "both beginnings are looked at")
        let late = early + "{\"k\":\"b\",\"n\":\"late\"}\n"
        let again = try Converted.convert([Array(late.utf8)], nil, .csv, into: store) { $0.division = .byFields(["k"]) }
        #expect(again.surveys == 1 && store.passes == 3)
        #expect(store.tables.keys.sorted() == ["k=a/part-0.csv", "k=b/part-0.csv"])
        #expect(String(decoding: store.tables["k=b/part-0.csv"]!, as: UTF8.self) == "n\nlate\n")
        #expect(again.rows == 300_001)
    }

    // MARK: Refusals

    private func refusal(_ fields: [String]) -> DivisionFailure? {
        let schema = RowSchema([
            RowField("day", .date), RowField("score", .double), RowField("tags", .json), RowField("n", .integer),
            RowField("kind", .string), RowField("Kind", .string),
        ])
        let table = TableLayout(schema, .csv, WriterOptions())
        do {
            _ = try Partitioning(fields, schema, table)
            return nil
        } catch { return error }
    }

    @Test func fieldsThatNameNoFoldersAreRefused() {
        #expect(refusal(["day", "n"]) == nil)
        #expect(refusal(["dya"]) == .unknownField("dya", nearest: "day"))
        #expect(refusal(["stations"]) == .unknownField("stations", nearest: nil))
        #expect(refusal(["day", "day"]) == .repeatedField("day"))
        #expect(refusal(["score"]) == .unsuitedType("score", type: "double"))
        #expect(refusal(["kind"]) == .ambiguousField("kind", other: "Kind"))
        #expect(refusal(["day", "Kind"]) == .ambiguousField("Kind", other: "kind"))
        #expect(refusal(["tags"]) == .unsuitedType("tags", type: "json"))
        let few = RowSchema([RowField("a", .integer), RowField("b", .string)])
        #expect(throws: DivisionFailure.allFields) {
            try Partitioning(["b", "a"], few, TableLayout(few, .csv, WriterOptions()))
        }
    }

    @Test func valuesThatNameNoFoldersAreRefused() throws {
        let schema = RowSchema([RowField("k", .string), RowField("n", .integer)])
        func convert(_ keys: [String]) throws {
            let text = keys.enumerated().map { "{\"k\":\"\($1)\",\"n\":\($0)}\n" }.joined()
            _ = try Converted.convert([Array(text.utf8)], schema, .csv, into: MemoryStore()) {
                $0.division = .byFields(["k"])
            }
        }
        try convert([String(repeating: "x", count: 253)])
        #expect(throws: DivisionFailure.longName(field: "k", bytes: 256, limit: 255)) {
            try convert(["a", String(repeating: "x", count: 254)])
        }
        #expect(throws: DivisionFailure.tooManyFolders(limit: 10_000)) { try convert((0...10_000).map { "\($0)" }) }
    }
}
