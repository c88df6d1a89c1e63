import Columns
import Engagement
import Folding
import Records
import Reports
import TestSupport
import Testing

@Suite struct ReportErrorTests {
    private typealias Row = (contract: String, app: String, seconds: Int64, records: Int64)

    private let plain = KeyedSchema(keys: ["Contract", "AppName"], measures: FoldPlan.engagement.measures)

    private func batch(_ rows: [Row]) -> KeyedBatch {
        KeyedBatch(
            keys: [StringColumn(rows.map(\.contract)), StringColumn(rows.map(\.app))],
            measures: [rows.map(\.seconds), rows.map(\.records)])
    }

    /// The error that the reports end in, as text, or the reports' CSV one after another.
    private func outcome(_ rows: [Row], _ reports: [Report], days: DaySums = DaySums()) -> String {
        do throws(ReportError) {
            let texts = try run(plain, [batch(rows)], days, .standard, reports.map { ($0, .csv) }).texts
            return texts.map { String(decoding: $0.drop { $0 != 0x0A }.dropFirst(), as: UTF8.self) }.joined()
        } catch { return error.description }
    }

    @Test func extremeSumsAreExact() {
        let rows: [Row] = [
            ("a", "CHANNEL", .max, 1), ("b", "CHANNEL", .min, 1), ("c", "CHANNEL", .max, 1), ("c", "CHILD", 7, 1),
            ("c", "KPLUS", 5, 1), ("c", "KPlus", -5, 1), ("c", "VOD", -7, 1),
        ]
        #expect(
            outcome(rows, [.profile]) == """
                a,\(Int64.max),0,0,0,0,\(Int64.max),TV,TV,0
                b,\(Int64.min),0,0,0,0,\(Int64.min),,,0
                c,\(Int64.max),-7,7,0,0,\(Int64.max),TV,TV-Child,0

                """)
    }

    @Test func overflowNamesTheContract() {
        let category: [Row] = [("a", "CHANNEL", 1, 1), ("b\"x", "CHANNEL", .max, 1), ("b\"x", "DSHD", 1, 1)]
        #expect(outcome(category, [.engagement]) == "TVDuration of contract \"b\"x\" does not fit in 64 bits")
        let total: [Row] = [("a", "CHANNEL", .min, 1), ("a", "VOD", -1, 1), ("z", "VOD", 1, 1)]
        #expect(outcome(total, [.profile]) == "TotalDuration of contract \"a\" does not fit in 64 bits")
        // Engagement has no column for what is too large.
        #expect(outcome(total, [.engagement]) == "a,\(Int64.min),-1,0,0,0\nz,0,1,0,0,0\n")
    }

    @Test func overflowNamesAppAndDate() {
        let rows: [Row] = [("a", "CHANNEL", .max, 1), ("b", "CHANNEL", 1, 1), ("b", "LATER", 1, .max)]
        #expect(outcome(rows, [.apps]) == "TotalDuration of app \"CHANNEL\" does not fit in 64 bits")
        #expect(
            outcome([("a", "LATER", 1, .max), ("b", "LATER", 1, 1)], [.apps])
                == "Records of app \"LATER\" does not fit in 64 bits")
        let day = CalendarDay("2022-04-01")!
        let channel = bytes("CHANNEL")
        let sums = [
            DaySum(day: day, label: channel, sum: .max, records: 1),
            DaySum(day: day, label: channel, sum: 1, records: 1),
        ]
        #expect(
            outcome(rows, [.daily], days: DaySums(days: [day], sums: sums))
                == "TVDuration of 2022-04-01 does not fit in 64 bits")
    }

    @Test func rowsOutOfOrderAreRefused() {
        let rows: [[Row]] = [
            [("b", "VOD", 1, 1), ("a", "VOD", 1, 1)], [("a", "VOD", 1, 1), ("a", "SPORT", 1, 1)],
            [("a", "VOD", 1, 1), ("a", "VOD", 1, 1)],
            [("aaaaaaaab", "VOD", 1, 1), ("aaaaaaaa", "VOD", 1, 1)], [("é", "VOD", 1, 1), ("z", "VOD", 1, 1)],
        ]
        for rows in rows {
            let wrong = "contract \"\(rows[1].contract)\", app \"\(rows[1].app)\""
            #expect(outcome(rows, []) == "the total is not sorted: \(wrong) is out of order or there twice")
            // And across two batches.
            let error = #expect(throws: ReportError.self) {
                try run(plain, [batch([rows[0]]), batch([rows[1]])], DaySums(), .standard)
            }
            #expect(error?.description.contains("not sorted") == true)
        }
    }

    @Test(arguments: [0, -1, Int64.min]) func aRowWithoutRecordsIsRefused(records: Int64) {
        #expect(
            outcome([("a", "VOD", 1, records)], [])
                == "the total is damaged: contract \"a\", app \"VOD\" has \(records) records")
    }

    @Test func otherSchemasAreRefused() {
        let seconds = Measure("TotalDuration", .sum)
        let records = Measure("Records", .sum)
        let april = Measure("Days202204", .union)
        let schemas = [
            (["Contract"], [seconds, records]), (["AppName", "Contract"], [seconds, records]),
            (["Contract", "AppName"], [seconds]), (["Contract", "AppName"], [records, seconds]),
            (["Contract", "AppName"], [Measure("TotalDuration", .union), records]),
            (["Contract", "AppName"], [seconds, records, Measure("Days202204", .sum)]),
            (["Contract", "AppName"], [seconds, records, Measure("Days202213", .union)]),
            (["Contract", "AppName"], [seconds, records, april, april]),
        ]
        for (keys, measures) in schemas {
            let error = #expect(throws: ReportError.self) {
                try run(KeyedSchema(keys: keys, measures: measures), [], DaySums(), .standard)
            }
            #expect(error?.description.hasPrefix("the total cannot be pivoted: it") == true)
        }
    }

    @Test(arguments: [
        ("Days202204", Int64(1) << 30, 30), ("Days202202", 1 << 28, 28), ("DaysUndated", 2, 1),
        ("Days202201", .min, 63),
    ])
    func aDayThatDoesNotExistIsRefused(column: String, set: Int64, bit: Int) {
        var schema = plain
        schema.measures.append(Measure(column, .union))
        var rows = batch([("a", "VOD", 1, 1)])
        rows.measures.append([set])
        let error = #expect(throws: ReportError.self) { try run(schema, [rows], DaySums(), .standard, []) }
        #expect(error?.description == "the total is damaged: bit \(bit) of \(column) is set, which is no day of it")
    }

    /// Day sets, dates of files and sums by date must speak of the same records.
    @Test func sumsByDateMustFitTheTotal() throws {
        let first = CalendarDay("2022-04-01")!
        let second = CalendarDay("2022-04-02")!
        let events = Events([
            Event(contract: "a", app: "VOD", seconds: 3, day: first),
            Event(contract: "a", app: "VOD", seconds: 4, day: second),
            Event(contract: "a", app: "LATER", seconds: 5, day: second),
        ])
        func outcome(_ change: (inout DaySums) -> Void) -> String {
            var days = events.daySums
            change(&days)
            do throws(ReportError) {
                _ = try run(events.schema, events.batches(cuts: []), days, .standard, [(.daily, .csv)])
                return "fine"
            } catch { return error.description }
        }
        let disagreement = "the sums by date of app \"VOD\" do not add up to its total; they come from different files"
        #expect(outcome { _ in } == "fine")
        #expect(outcome { $0.sums[0].sum += 1 } == disagreement)
        #expect(outcome { $0.sums[0].records += 1 } == disagreement)
        #expect(outcome { $0.sums.removeFirst() } == disagreement)
        // Unmapped apps are not in the report.
        #expect(outcome { $0.sums.removeLast() } == "fine")
        let none = "the total has records of 2022-04-02, but no counted file has"
        #expect(outcome { $0.days = [first] } == none)
        #expect(
            outcome {
                $0.days = [first]
                $0.sums[1].day = first
            } == none)
        #expect(
            outcome { $0.sums[0].day = nil } == "the total has records without a date, but no counted file has")
        #expect(
            outcome { $0.sums.append(DaySum(day: first, label: bytes("SPORT"), sum: 0, records: 1)) }
                == disagreement.replacing("VOD", with: "SPORT"))
    }

    @Test func aFailingSinkIsNamedAndItsErrorKept() throws {
        struct Full: Error, CustomStringConvertible { var description: String { "no space left" } }
        let outputs = [
            ReportOutput(.engagement, format: .csv) { _ in }, ReportOutput(.apps, format: .tsv) { _ in throw Full() },
        ]
        let pass = try EngagementPass(schema: plain, map: .standard, outputs: outputs)
        try pass.consume(batch([("a", "VOD", 1, 1)]))
        let error = #expect(throws: ReportError.self) { try pass.finish() }
        #expect(error?.description == "writing the apps report failed: no space left")
        guard case .output(.apps, let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause is Full)
    }
}
