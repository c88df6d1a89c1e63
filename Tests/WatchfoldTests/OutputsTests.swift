//  Outputs of the configuration: as new as the published reports, made again when they are not, and never in the way.

import Configuration
import DurableIO
import Engagement
import Foundation
import Records
import Reports
import SmallJSON
import Testing

@testable import JSONRecords
@testable import Operations
@testable import Publishing
@testable import Wording

@Suite struct OutputsTests {
    private static func line(_ contract: String, _ seconds: Int) -> String {
        #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)}"# + "\n"
    }

    private static func bench(_ outputs: String) -> Workbench {
        let bench = Workbench()
        bench.put("20220401.json", line("A", 5) + line("0012", 60))
        bench.yaml = "outputs: [\(outputs.replacing("ROOT", with: bench.root))]"
        return bench
    }

    private func bytes(_ bench: Workbench, _ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: bench.root + "/" + name).map { [UInt8]($0) }
    }

    private func record(_ bench: Workbench) throws -> OutputsRecord {
        let json = try #require(bytes(bench, "output/outputs.json"))
        return try #require(OutputsRecord(json: json))
    }

    @Test func outputsAreWhatAnExportGives() throws {
        let bench = Self.bench(
            """
            {file: ROOT/new/book.xlsx}, {file: ROOT/profile.parquet, report: profile}, {file: ROOT/d.csv, report: daily,
            unit: hms}, {file: ROOT/e, format: jsonl}, {file: ROOT/excel.csv, for: excel, delimiter: semicolon},
            {file: ROOT/one.xlsx, report: apps}
            """)
        let report = try bench.run()
        #expect(report.outputs.count == 6 && report.outputs.allSatisfy { $0.problem == nil })
        let exporter = try Exporter(bench.settings(), fileSystem: bench.fileSystem)
        func workbook(_ report: Report, isWhole: Bool) throws -> [UInt8] {
            var result: [UInt8] = []
            try exporter.exportWorkbook(ExportRequest(report), isWhole: isWhole, scratch: bench.root) {
                result += Array($0)
            }
            return result
        }
        #expect(try bytes(bench, "new/book.xlsx") == workbook(.engagement, isWhole: true))
        #expect(try bytes(bench, "one.xlsx") == workbook(.apps, isWhole: false))
        #expect(try bytes(bench, "profile.parquet") == bench.bytes(ExportRequest(.profile), .parquet))
        var query = ReportQuery()
        query.unit = .hms
        #expect(try bytes(bench, "d.csv") == bench.bytes(ExportRequest(.daily, query: query), .csv))
        #expect(try bytes(bench, "e") == bench.bytes(ExportRequest(.engagement), .jsonl))
        let excel = String(decoding: try #require(bytes(bench, "excel.csv")), as: UTF8.self)
        #expect(excel.contains("\"=\"\"0012\"\"\";0;60;0;0;0\r\n"))
        let record = try record(bench)
        #expect(record.entries.count == 6)
        for entry in record.entries {
            #expect(entry.generation == 1 && entry.tool == Tool.name && entry.files.count == 1)
            #expect(FileManager.default.contents(atPath: entry.files[0].path)?.count == entry.files[0].bytes)
        }
        // Nothing is left beside them.
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.root)
        #expect(!names.contains { $0.hasSuffix(".tmp") })
    }

    @Test func whatIsCurrentIsLeftAloneAndWhatIsNotIsMadeAnew() throws {
        let bench = Self.bench("{file: ROOT/book.xlsx}, {file: ROOT/p.parquet, report: profile}")
        try bench.run()
        #expect(try bench.run().outputs.isEmpty)
        let first = try record(bench)
        // A file that is gone or was changed.
        try FileManager.default.removeItem(atPath: bench.root + "/p.parquet")
        #expect(try bench.run().outputs.map(\.path) == [bench.root + "/p.parquet"])
        try Data("x".utf8).write(to: URL(fileURLWithPath: bench.root + "/book.xlsx"))
        #expect(try bench.run().outputs.map(\.path) == [bench.root + "/book.xlsx"])
        #expect(try Set(record(bench).entries.map(\.output)) == Set(first.entries.map(\.output)))
        // Another generation, another map, other words; a record that nobody can read.
        bench.put("20220402.json", Self.line("B", 7))
        #expect(try bench.run().outputs.count == 2)
        #expect(try record(bench).entries.allSatisfy { $0.generation == 2 })
        bench.yaml += "\ncategories: {Film: [VOD]}"
        #expect(try bench.run().outputs.count == 2)
        bench.yaml = bench.yaml.replacing("report: profile", with: "report: engagement")
        #expect(try bench.run().outputs.count == 1)
        #expect(try record(bench).entries.count == 2)
        try Data("{".utf8).write(to: URL(fileURLWithPath: bench.output + "/outputs.json"))
        #expect(try bench.run().outputs.count == 2)
        #expect(try bench.run().outputs.isEmpty)
        // A decision changes what counts.
        #expect(try bench.processor().decide(.retract, "20220402.json").outputs.count == 2)
    }

    @Test func anOutputThatFailsLeavesItsOldFileAndTheReportsRight() throws {
        let bench = Self.bench("{file: ROOT/book.xlsx}, {file: ROOT/folder}, {file: ROOT/p.parquet, report: profile}")
        try FileManager.default.createDirectory(atPath: bench.root + "/folder", withIntermediateDirectories: true)
        var report = try bench.run()
        #expect(report.outputs.map { $0.problem == nil } == [true, false, true])
        let old = bytes(bench, "book.xlsx")
        bench.put("20220402.json", Self.line("B", 7))
        bench.watcher.bend { call in
            if case .write(let path, _) = call, path.contains(".book-1.xlsx.") {
                .fail(errno: ENOSPC)
            } else {
                .proceed
            }
        }
        report = try bench.run()
        #expect(report.outputs.map { $0.problem == nil } == [false, false, true])
        #expect(report.publication == .written(generation: 2, keys: 3))
        #expect(bench.outputs()["engagement.csv"]?.contains("B,0,7,0,0,0\n") == true)
        #expect(bytes(bench, "book.xlsx") == old)
        bench.watcher.bend { _ in .proceed }
        report = try bench.run()
        #expect(report.outputs.map { $0.problem == nil } == [true, false])
        #expect(bytes(bench, "book.xlsx") != old)
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.root)
        #expect(!names.contains { $0.hasSuffix(".tmp") })
    }

    @Test func whatAKilledWriterLeftIsSweptAndOthersFilesAreNot() throws {
        let bench = Self.bench("{file: ROOT/book.xlsx}")
        // No process has the number 4194304: Linux has none above 4194303.
        let left = [".book.xlsx.4194304-1.tmp", ".book-2.xlsx.4194304-7.tmp", ".workbook.4194304-1.tmp"]
        let others = [".book.xlsx.1-1.tmp", ".other.xlsx.4194304-1.tmp", ".book-x.xlsx.4194304-1.tmp"]
        for name in left + others { try Data().write(to: URL(fileURLWithPath: bench.root + "/" + name)) }
        try bench.run()
        for name in left { #expect(!FileManager.default.fileExists(atPath: bench.root + "/" + name), "\(name)") }
        for name in others { #expect(FileManager.default.fileExists(atPath: bench.root + "/" + name), "\(name)") }
    }

    @Test(arguments: [
        ("{file: a.csv, report: nothing}", "1:33: outputs: report: expected one of engagement"),
        ("{file: a.csv, unit: days}", "1:31: outputs: unit: expected one of seconds"),
        ("{file: a.csv, format: doc}", "1:33: outputs: format: expected one of csv"),
        ("{file: a.parquet, unit: hours}", "outputs: unit: expected seconds"),
        ("{file: a.xlsx, for: excel}", "outputs: for applies to CSV"),
        ("{file: a.csv, delimiter: tab}", "outputs: delimiter needs `for`"),
        ("{file: a.csv, for: excel, delimiter: pipe}", "outputs: delimiter: expected one of comma"),
        ("{file: a.csv, for: word}", "outputs: for: expected one of excel"),
        ("{file: a.csv, decimal: comma}", "1:34: outputs: decimal needs `for`"),
        ("{file: a.csv, for: excel, decimal: dot}", "outputs: decimal: expected one of comma, point"),
        ("{file: r.html}", "1:18: outputs: r.html: no format has the ending .html"),
        ("{file: a.b}", "or name the format with format"),
        ("{file: dir/}", "1:18: outputs: file: expected the path of a file, found \"dir/\" (that is a folder)"),
        ("{file: a.csv.gz, format: parquet}", "1:18: outputs: a.csv.gz: parquet is already compressed"),
    ])
    func aMistakeHasItsPlace(_ output: String, _ expected: String) throws {
        let bench = Workbench()
        bench.yaml = "outputs: [\(output)]"
        let error = #expect(throws: ConfigurationError.self) { try KeptOutput.all(try bench.settings()) }
        #expect(error?.description.contains("watchfold.yaml:1:") == true)
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test func categoriesThatCanBeConfiguredAreThoseThatAMapTakes() {
        #expect(SettingLimits.groups == CategoryMap.categoryLimit)
    }

    @Test func aPlaceThatIsTakenSinceIsLeftAlone() throws {
        let bench = Self.bench("{file: ROOT/book.csv}")
        try bench.run()
        // A watch that runs for weeks: meanwhile the name leads to a dump.
        try FileManager.default.removeItem(atPath: bench.root + "/book.csv")
        try FileManager.default.linkItem(
            atPath: bench.inbox + "/20220401.json", toPath: bench.root + "/book.csv")
        let report = try bench.run()
        #expect(report.outputs.count == 1 && report.outputs[0].problem?.contains("under another name") == true)
        #expect(bytes(bench, "book.csv") == bytes(bench, "inbox/20220401.json"))
    }

    // MARK: In several files

    /// Makes the outputs of what counts, three rows a file.
    private func renew(_ bench: Workbench) throws -> OutputOutcome {
        let settings = try bench.settings()
        let keeper = OutputKeeper(
            settings, try KeptOutput.all(settings), fileSystem: bench.fileSystem, rowsPerFile: 3)
        let outcomes = keeper.renew(try bench.status().generation)
        #expect(outcomes.count == 1)
        return outcomes[0]
    }

    /// A bench with so many contracts and their output for a spreadsheet program, which a run made in one file.
    private static func sheetBench(contracts: Int) throws -> Workbench {
        let bench = bench("{file: ROOT/s.csv, for: sheets}")
        bench.put("20220401.json", (0..<contracts).map { line("C\($0)", 1) }.joined())
        try bench.run()
        return bench
    }

    private func names(_ bench: Workbench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.root).filter { $0.hasPrefix("s") }.sorted()
    }

    private func text(_ bench: Workbench, _ name: String) -> String? {
        bytes(bench, name).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func filesOfALongerOrShorterReportAreNamedAsLongAsTheyAreThere() throws {
        let bench = try Self.sheetBench(contracts: 2)
        let root = bench.root + "/"
        // More rows than a file has: the one file stays and is named.
        bench.put("20220401.json", (0..<8).map { Self.line("C\($0)", 1) }.joined())
        try bench.run()
        try FileManager.default.removeItem(atPath: bench.output + "/outputs.json")
        let split = try renew(bench)
        #expect(split.problem == nil && split.left == [root + "s.csv"], "\(split)")
        #expect(split.files.map(\.path) == [1, 2, 3].map { "\(root)s-\($0).csv" })
        let last = try #require(text(bench, "s-3.csv")).split(separator: "\n")
        #expect(last.count == 3 && last[0].hasPrefix("Contract,") && last[1].contains("C6") && last[2].contains("C7"))
        // Fewer again: what is not of this report is named, and still known the next time.
        for contracts in [5, 2] {
            bench.put("20220401.json", (0..<contracts).map { Self.line("C\($0)", 1) }.joined())
            let parts = [1, 2, 3].map { "\(root)s-\($0).csv" }
            #expect(try bench.run().outputs.map(\.left) == [parts])
            #expect(try record(bench).entries.map(\.left) == [parts])
        }
        try FileManager.default.removeItem(atPath: root + "s.csv")
        bench.put("20220401.json", (0..<6).map { Self.line("C\($0)", 1) }.joined())
        bench.yaml = bench.yaml.replacing("for: sheets", with: "for: sheets, unit: hours")
        bench.watcher.bend { call in
            if case .write(let path, _) = call, path.contains(".s-1.csv.") { .fail(errno: ENOSPC) } else { .proceed }
        }
        #expect(try bench.run().outputs.map { $0.problem == nil } == [false])
        bench.watcher.bend { _ in .proceed }
        let again = try renew(bench)
        #expect(again.problem == nil && again.files.count == 2 && again.left == [root + "s-3.csv"], "\(again)")
        #expect(try names(bench) == ["s-1.csv", "s-2.csv", "s-3.csv"])
    }

    @Test func aPartTakesThePlaceOfAnEarlierPartAlsoUnderOtherWords() throws {
        let bench = try Self.sheetBench(contracts: 5)
        try FileManager.default.removeItem(atPath: bench.root + "/s.csv")
        #expect(try renew(bench).files.count == 2)
        bench.yaml = bench.yaml.replacing("for: sheets", with: "for: sheets, unit: hours")
        let outcome = try renew(bench)
        #expect(outcome.problem == nil && outcome.files.count == 2 && outcome.left.isEmpty, "\(outcome)")
        #expect(text(bench, "s-2.csv")?.hasPrefix("Contract,TVHours,") == true)
        #expect(try record(bench).entries.count == 1)
    }

    @Test(arguments: ["s-1.csv", "s-2.csv"])
    func aFileOfAnotherWithTheNameOfAPartIsLeftAlone(_ name: String) throws {
        let bench = try Self.sheetBench(contracts: 5)
        let old = text(bench, "s.csv")
        try Data("mine\n".utf8).write(to: URL(fileURLWithPath: bench.root + "/" + name))
        try FileManager.default.removeItem(atPath: bench.output + "/outputs.json")
        let outcome = try renew(bench)
        #expect(outcome.problem?.contains("\(name) exists and is not part of this report") == true, "\(outcome)")
        #expect(text(bench, name) == "mine\n" && text(bench, "s.csv") == old)
        #expect(try names(bench) == [name, "s.csv"])
        // In one file it has nothing to do with it.
        #expect(try bench.run().outputs.map(\.left) == [[]])
    }

    @Test func theNamesThatAreTakenAreThoseThatAreWritten() {
        let others = [Publisher.receiptName, OutputKeeper.recordName, ProblemTeller.recordName, "rejects"]
        let names = Report.ofEngagement.map(\.fileName) + others
        #expect(Set(OutputRule.takenNames(.engagement)) == Set(names))
    }

    @Test func aSummaryIsThatOfTheProfileByHand() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 91)
        for name in ["20220401.json", "20220402.json", "20220405.json", "undated.json"] {
            bench.put(name, source.lines(150))
        }
        try bench.run()
        let exporter = try Exporter(bench.settings(), fileSystem: bench.fileSystem)
        let everything = ExportRequest(.engagement)
        let april = ExportRequest(
            .engagement, days: DayRange(first: CalendarDay("2022-04-02"), last: CalendarDay("2022-04-05")))
        for request in [everything, april] {
            let summary = try #require(try exporter.summary(request, top: 3) as? ReportSummary)
            var query = ReportQuery()
            query.columns = ["TV", "Movie", "Child", "Relax", "Sport"]
            query.columns! += ["TotalDuration", "MostWatch", "Taste", "ActiveDays"]
            let text = try bench.export(ExportRequest(.profile, days: request.days, query: query))
            let rows = text.split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            try #require(rows.count == summary.contracts && rows.count > 10)
            for (index, category) in summary.categories.enumerated() {
                let seconds = rows.map { Int($0[index])! }
                #expect(Int(category.seconds) == seconds.reduce(0, +))
                #expect(category.contracts == seconds.count { $0 > 0 })
                #expect(category.mostWatched == rows.count { $0[6] == category.name })
            }
            #expect(summary.withoutSeconds == rows.count { $0[6].isEmpty })
            #expect(summary.tastes.reduce(0) { $0 + $1.contracts } == rows.count)
            for taste in summary.tastes {
                let own = rows.filter { $0[7] == taste.name }
                #expect(taste.contracts == own.count && Int(taste.seconds) == own.reduce(0) { $0 + Int($1[5])! })
            }
            for (days, contracts) in summary.activeDays.enumerated() {
                #expect(contracts == rows.count { Int($0[8])! == days })
            }
            #expect(summary.activeDays.last ?? 0 > 0)
            #expect(summary.top.map { Int($0.total) } == Array(rows.map { Int($0[5])! }.sorted(by: >).prefix(3)))
            #expect(summary.missingDays.map(\.dayCount) == [2])
            #expect(summary.days.reduce(0) { $0 + Int($1.total) } == rows.reduce(0) { $0 + Int($1[5])! })
            #expect(summary.outcomes.folded == summary.apps.reduce(0) { $0 + Int($1.records) })
        }
    }
}

extension ClosedRange<CalendarDay> {
    /// Days of the range.
    fileprivate var dayCount: Int { upperBound.daysSinceEpoch - lowerBound.daysSinceEpoch + 1 }
}
