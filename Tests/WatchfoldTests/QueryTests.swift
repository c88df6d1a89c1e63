//  What is asked of a report, against the plain report: read as text, filtered, sorted and cut once more by hand.

import DurableIO
import Engagement
import Foundation
import Records
import Reports
import Tables
import Testing
import Wording

@testable import Face
@testable import Publishing

@Suite struct QueryTests {
    private static let names = [
        "20220401.json", "20220402.json", "20220403.json", "20220404.json", "20220501.json", "undated.json",
    ]

    /// A bench with files that were folded, and their content.
    private static func bench(_ seed: UInt64, records: Int = 120) throws -> Workbench {
        let bench = Workbench()
        var source = RecordSource(seed: seed)
        for name in names { bench.put(name, source.lines(records)) }
        try bench.run()
        return bench
    }

    /// A report as text.
    private struct Rows: Equatable {
        var header: [String]
        var rows: [[String]]

        /// Reads CSV.
        init(_ text: String) throws {
            var lines: [[String]] = [[]]
            var field: [UInt8] = []
            var isQuoted = false
            var hadQuotes = false
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""):
                    // A doubled quote closes and opens again.
                    if !isQuoted, hadQuotes { field.append(byte) }
                    hadQuotes = true
                    isQuoted.toggle()
                case UInt8(ascii: ","), UInt8(ascii: "\n"):
                    if isQuoted {
                        field.append(byte)
                        continue
                    }
                    lines[lines.count - 1].append(String(decoding: field, as: UTF8.self))
                    field = []
                    hadQuotes = false
                    if byte == UInt8(ascii: "\n") { lines.append([]) }
                default: field.append(byte)
                }
            }
            try #require(lines.last == [] && !isQuoted)
            header = lines[0]
            rows = Array(lines.dropFirst().dropLast())
        }

        func column(_ name: String) -> Int { header.firstIndex(of: name)! }
        func number(_ row: [String], _ name: String) -> Int { Int(row[column(name)])! }

        /// The sum of some categories' columns.
        func seconds(_ row: [String], _ categories: [String]) -> Int {
            categories.reduce(0) { $0 + number(row, $1 + "Duration") }
        }
    }

    private static let categories = ["TV", "Movie", "Child", "Relax", "Sport"]

    @Test func filtersOrderLimitAndColumnsAreThoseOfTheTextByHand() throws {
        let bench = try Self.bench(71)
        for report in [Report.engagement, .profile] {
            let plain = try Rows(bench.export(report, from: nil))
            try #require(plain.rows.count > 20)
            let middle = plain.rows.map { plain.seconds($0, Self.categories) }.sorted()[plain.rows.count / 2]
            let first = plain.rows[3][0]

            var query = ReportQuery()
            query.minSum = Int64(middle)
            query.groups = ["Movie", "sport"]
            var expected = plain
            expected.rows = plain.rows.filter {
                (plain.number($0, "MovieDuration") > 0 || plain.number($0, "SportDuration") > 0)
                    && plain.seconds($0, ["Movie", "Sport"]) >= middle
            }
            #expect(!expected.rows.isEmpty && expected.rows.count < plain.rows.count)
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query.groups = []
            expected.rows = plain.rows.filter { plain.seconds($0, Self.categories) >= middle }
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query = ReportQuery()
            query.order = [RowOrder("TotalDuration", isDescending: true)]
            query.limit = 7
            expected.rows = plain.rows.enumerated().sorted { a, b in
                let (x, y) = (plain.seconds(a.element, Self.categories), plain.seconds(b.element, Self.categories))
                return x == y ? a.offset < b.offset : x > y
            }.prefix(7).map(\.element)
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query.order = [RowOrder("Relax"), RowOrder("contract", isDescending: true)]
            query.limit = nil
            query.columns = ["Relax", "Contract"]
            expected.header = ["RelaxDuration", "Contract"]
            expected.rows = plain.rows.sorted { a, b in
                let (x, y) = (plain.number(a, "RelaxDuration"), plain.number(b, "RelaxDuration"))
                return x == y ? b[0].utf8.lexicographicallyPrecedes(a[0].utf8) : x < y
            }.map { [$0[plain.column("RelaxDuration")], $0[0]] }
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query = ReportQuery()
            query.keys = .pattern(GlobPattern(first.prefix(1) + "*"))
            query.limit = 2
            expected = plain
            expected.rows = Array(plain.rows.filter { $0[0].hasPrefix(first.prefix(1)) }.prefix(2))
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query.keys = .list(
                try KeyList(listing: Array("\(first)\nnobody\n".utf8), column: "Contract", plural: "contracts"))
            expected.rows = [plain.rows[3]]
            #expect(try Rows(bench.export(ExportRequest(report, query: query))) == expected)

            query = ReportQuery()
            query.unit = .minutes
            let minutes = try Rows(bench.export(ExportRequest(report, query: query)))
            #expect(minutes.header.contains("TVMinutes") && !minutes.header.contains("TVDuration"))
            try #require(minutes.rows.count == plain.rows.count)
            for (row, converted) in zip(plain.rows, minutes.rows) {
                let value = try #require(Double(converted[plain.column("TVDuration")]))
                #expect(abs(value - Double(plain.number(row, "TVDuration")) / 60) < 0.00501)
            }
        }
    }

    @Test func aSortedChoiceIsTheSameHoweverManyRowsWereKeptOnTheWay() throws {
        // More rows than are kept at once.
        let bench = Workbench()
        var text = ""
        for number in 0..<150_000 {
            text += #"{"Contract":"C\#(number)","AppName":"VOD","TotalDuration":\#(number * 7919 % 1000)}"# + "\n"
        }
        bench.put("20220401.json", text)
        try bench.run()
        var query = ReportQuery()
        query.order = [RowOrder("Movie", isDescending: true), RowOrder("Contract")]
        let all = try Rows(bench.export(ExportRequest(.engagement, query: query)))
        #expect(all.rows.count == 150_000)
        query.limit = 2000
        #expect(try Rows(bench.export(ExportRequest(.engagement, query: query))).rows == Array(all.rows.prefix(2000)))
        // Among equals the report's own order decides, which is that by contract.
        query.order.removeLast()
        #expect(try Rows(bench.export(ExportRequest(.engagement, query: query))).rows == Array(all.rows.prefix(2000)))
    }

    @Test(arguments: CalendarPeriod.allCases) func aPeriodHasTheRowsOfItsDaysAlone(_ period: CalendarPeriod) throws {
        let bench = try Self.bench(72)
        let days: [(name: String, from: String, to: String)] =
            switch period {
            case .day:
                ["01", "02", "03", "04"].map { ("2022-04-" + $0, "2022-04-" + $0, "2022-04-" + $0) }
                    + [("2022-05-01", "2022-05-01", "2022-05-01")]
            case .week:
                [
                    ("2022-W13", "2022-03-28", "2022-04-03"), ("2022-W14", "2022-04-04", "2022-04-10"),
                    ("2022-W17", "2022-04-25", "2022-05-01"),
                ]
            case .month: [("2022-04", "2022-04-01", "2022-04-30"), ("2022-05", "2022-05-01", "2022-05-31")]
            }
        for report in [Report.engagement, .profile, .apps] {
            var expected: [[String]] = []
            for each in days {
                for row in try Rows(bench.export(report, from: each.from, to: each.to)).rows {
                    expected.append([row[0], each.name] + row.dropFirst())
                }
            }
            let all = try Rows(bench.export(ExportRequest(report, period: period)))
            #expect(all.header[1] == period.rawValue.prefix(1).uppercased() + period.rawValue.dropFirst())
            #expect(Array(all.rows.prefix(expected.count)) == expected)
            // What has no date comes last, with an empty name.
            let rest = all.rows.dropFirst(expected.count)
            #expect(!rest.isEmpty && rest.allSatisfy { $0[1].isEmpty })
        }
        #expect(throws: QueryError.self) { try bench.export(ExportRequest(.daily, period: period)) }
    }

    @Test func whatHasNoDateFollowsAllDates() throws {
        let bench = try Self.bench(74)
        var query = ReportQuery()
        query.order = [RowOrder("Date")]
        let plain = try bench.export(.daily, from: nil)
        #expect(try Rows(plain).rows.last?[0] == "")
        #expect(try bench.export(ExportRequest(.daily, query: query)) == plain)
        query.order[0].isDescending = true
        let rows = try Rows(plain).rows
        let newestFirst = Array(rows.dropLast().reversed()) + Array(rows.suffix(1))
        #expect(try Rows(bench.export(ExportRequest(.daily, query: query))).rows == newestFirst)
        for period in CalendarPeriod.allCases {
            query.order = [RowOrder(period.rawValue)]
            #expect(
                try bench.export(ExportRequest(.apps, query: query, period: period))
                    == bench.export(ExportRequest(.apps, period: period)))
        }
    }

    @Test func aFileThatIsLeftOutMightNeverHaveBeen() throws {
        let bench = try Self.bench(73)
        let other = Workbench()
        for name in Self.names where name != "20220402.json" {
            other.put(name, Array(try Data(contentsOf: URL(fileURLWithPath: bench.inbox + "/" + name))))
        }
        try other.run()
        for report in Report.ofEngagement {
            #expect(
                try bench.export(ExportRequest(report, without: ["20220402.json"])) == other.export(report, from: nil))
        }
        #expect(throws: Refused.self) { try bench.export(ExportRequest(.daily, without: ["20220406.json"])) }
    }

    @Test func anEarlierGenerationIsThereByteForByte() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 74)
        var published: [(generation: Int, reports: [Report: String])] = []
        func note() throws {
            try bench.run()
            let reports = try Dictionary(
                uniqueKeysWithValues: Report.ofEngagement.map { ($0, try bench.export($0, from: nil)) })
            published.append((try bench.status().generation, reports))
        }
        for name in Self.names {
            bench.put(name, source.lines(30))
            try note()
        }
        bench.put("20220401.json", source.lines(40))
        try note()
        _ = try bench.processor().decide(.retract, "20220402.json")
        try note()
        // With other categories, and then with those of before.
        let yaml = bench.yaml
        bench.yaml = "categories: {Screen: [CHANNEL, VOD], Rest: [CHILD, RELAX, SPORT]}\n"
        bench.put("20220409.json", source.lines(30))
        try note()
        #expect(published.last!.reports[.engagement]!.hasPrefix("Contract,ScreenDuration,RestDuration\n"))
        bench.yaml = yaml
        // Of one generation the reports that were made last are given, and crashes do not matter.
        try bench.run()
        published.removeLast()
        try note()
        bench.put("20220410.json", source.lines(30))
        try note()
        bench.yaml = "categories: {Sport: [SPORT], All: [CHANNEL, VOD, CHILD, RELAX]}\n"
        bench.put("20220411.json", source.lines(30))
        try note()
        #expect(Set(published.map(\.generation)).count == published.count)
        for (generation, reports) in published {
            for report in Report.ofEngagement {
                #expect(try bench.export(ExportRequest(report, generation: generation)) == reports[report])
            }
        }
        var query = ReportQuery()
        query.columns = ["TV"]
        #expect(throws: QueryError.self) { try bench.export(ExportRequest(.engagement, query: query)) }
        #expect(
            try Rows(bench.export(ExportRequest(.engagement, generation: published[0].generation, query: query))).header
                == ["TVDuration"])
        let next = published.last!.generation + 1
        #expect(throws: Refused.self) { try bench.export(ExportRequest(.apps, generation: next)) }
        #expect(try Rows(bench.export(ExportRequest(.engagement, generation: 0))).rows.isEmpty)
    }

    @Test func everyFormatHasTheSameRows() throws {
        let bench = try Self.bench(75)
        var query = ReportQuery()
        query.minSum = 1
        let request = ExportRequest(.profile, query: query, period: .month)
        let plain = try Rows(bench.export(request))
        let lines = try bench.export(request, format: .jsonl).split(separator: "\n")
        try #require(lines.count == plain.rows.count)
        for (line, row) in zip(lines, plain.rows) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(plain.header.map { "\(object[$0] ?? "nothing")" } == row)
        }
        #expect(try bench.export(request, format: .md).split(separator: "\n").count == plain.rows.count + 2)
        #expect(try bench.bytes(request, .parquet).starts(with: Array("PAR1".utf8)))
    }

    @Test func aPartTakesNoPlaceOfAnother() throws {
        let bench = Workbench()
        let list = bench.root + "/r-2.csv"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: list))
        let places = try ProtectedPlaces(bench.settings(), inputs: [list], in: bench.fileSystem)
        do {
            let files = NumberedFiles(bench.root + "/r.csv", places, in: bench.fileSystem)
            _ = try files.next()
            #expect(throws: Refused.self) { try files.next() }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.root)
        #expect(names.filter { $0.hasPrefix("r") || $0.hasPrefix(".") } == ["r-2.csv"])
    }

    @Test func theNumberOfAPartStandsBeforeTheWholeEnding() throws {
        let bench = Workbench()
        for (name, wanted) in [
            ("r.csv", ["r-1.csv", "r-2.csv"]), ("r.csv.gz", ["r-1.csv.gz", "r-2.csv.gz"]),
            ("r.x.tsv", ["r.x-1.tsv", "r.x-2.tsv"]),
            ("r", ["r-1", "r-2"]), (".r.csv", [".r-1.csv", ".r-2.csv"]), ("r.gz", ["r-1.gz", "r-2.gz"]),
        ] {
            let places = try ProtectedPlaces(bench.settings(), in: bench.fileSystem)
            let files = NumberedFiles(bench.root + "/" + name, places, in: bench.fileSystem)
            for _ in 0..<2 { _ = try files.next() }
            #expect(try files.commit().written.map(Path.name) == wanted)
            for part in wanted { #expect(NumberedFiles.isName(part, ofPart: name), "\(part)") }
            #expect(!NumberedFiles.isName("r-x.csv", ofPart: name))
        }
    }

    @Test func severalFilesGetTheirNamesTogether() throws {
        let bench = Workbench()
        func text(_ name: String) -> String? { try? String(contentsOfFile: bench.root + "/" + name, encoding: .utf8) }
        func write(_ parts: [String], to name: String) throws -> (written: [String], left: [String]) {
            let places = try ProtectedPlaces(bench.settings(), in: bench.fileSystem)
            let files = NumberedFiles(bench.root + "/" + name, places, in: bench.fileSystem)
            for part in parts {
                let sink = try files.next()
                try Array(part.utf8).withUnsafeBytes { try sink($0) }
            }
            let (written, left) = try files.commit()
            return (written.map(Path.name), left.map(Path.name))
        }
        #expect(try write(["a"], to: "r.csv") == (["r.csv"], []))
        #expect(text("r.csv") == "a" && text("r-1.csv") == nil)
        #expect(try write(["b", "c", "d"], to: "r.csv") == (["r-1.csv", "r-2.csv", "r-3.csv"], ["r.csv"]))
        #expect(try write(["e", "f"], to: "r.csv") == (["r-1.csv", "r-2.csv"], ["r.csv", "r-3.csv"]))
        #expect(try write(["g"], to: "r.csv") == (["r.csv"], ["r-1.csv", "r-2.csv", "r-3.csv"]))
        #expect(text("r.csv") == "g" && text("r-1.csv") == "e" && text("r-3.csv") == "d")
        #expect(try write(["h", "i"], to: "plain") == (["plain-1", "plain-2"], []))
        // A disk that fails at the end leaves all as it was, and no temporary file.
        bench.watcher.bend { call in
            if case .sync = call { .fail(errno: ENOSPC) } else { .proceed }
        }
        #expect(throws: IOError.self) { try write(["x", "y"], to: "r.csv") }
        #expect(text("r.csv") == "g" && text("r-1.csv") == "e")
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.root)
        #expect(!names.contains { $0.hasSuffix(".tmp") })
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        let bench = try Self.bench(76, records: 5)
        func refused(_ report: Report, _ change: (inout ReportQuery) -> Void) {
            var query = ReportQuery()
            change(&query)
            #expect(throws: QueryError.self) { try bench.export(ExportRequest(report, query: query)) }
        }
        refused(.engagement) { $0.columns = ["Contract", "Nothing"] }
        refused(.engagement) { $0.columns = ["TV", "TVDuration"] }
        refused(.engagement) { $0.columns = [] }
        refused(.profile) { $0.order = [RowOrder("Date")] }
        refused(.profile) { $0.groups = ["Nothing"] }
        refused(.daily) { $0.groups = ["TV"] }
        refused(.daily) { $0.keys = .pattern(GlobPattern("*")) }
        refused(.apps) { $0.keys = .pattern(GlobPattern("*")) }
    }
}
