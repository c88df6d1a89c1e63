//  What names say: which files are read, of which day they are, and what becomes of known files when the rules change.

import Checkpoints
import Engagement
import Foundation
import Records
import Testing
import Wording

@testable import Admission
@testable import Face
@testable import Operations
@testable import Publishing

@Suite struct NamesAndDatesTests {
    private func record(_ contract: String, _ seconds: Int) -> String {
        #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)}"# + "\n"
    }

    private static let pattern = "date: '{dd}-{mm}-{yyyy}'\n"

    private func fill(_ bench: Workbench) {
        bench.put("01-04-2022.json", record("A", 1))
        bench.put("02-04-2022.json", record("A", 2) + record("B", 2))
        bench.put("b.json", record("A", 1))
        bench.put("20220403.json", record("C", 4))
        bench.put("04-04-2022.json", "not json")
    }

    private func dates(_ bench: Workbench) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try bench.status().files.map { ($0.name, $0.date ?? "none") })
    }

    /// What counts is the same as if the rules had always been these.
    @Test func filesThatGetAnotherDateAreFoldedAgain() throws {
        let fresh = Workbench()
        fresh.yaml = Self.pattern
        fill(fresh)
        try fresh.run()
        #expect(fresh.outputs()["profile.csv"]?.contains("A,0,3,0,0,0,3,Movie,Movie,2\n") == true)

        let bench = Workbench()
        fill(bench)
        let first = try bench.run()
        #expect(first.undated?.count == 2 && first.undated?.records == 3 && first.undated?.sum == 5)
        let before = bench.outputs()
        bench.yaml = Self.pattern
        let second = try bench.run()
        #expect(second.notes.contains { $0.hasPrefix("3 known files have another date now and are read again") })
        #expect(second.unchanged == 2 && second.undated?.count == 0)
        expectSame(bench.outputs(), fresh.outputs())
        #expect(try dates(bench) == dates(fresh))
        #expect(try bench.verify().isSound)
        #expect(try bench.run().files.isEmpty)

        // And back.
        bench.yaml = ""
        try bench.run()
        expectSame(bench.outputs(), before)
        #expect(try bench.run().files.isEmpty)
    }

    @Test func whatWasTakenOutGetsItsDateOnceItIsRestored() throws {
        let bench = Workbench()
        fill(bench)
        try bench.run()
        _ = try bench.processor().decide(.retract, "02-04-2022.json")
        bench.yaml = Self.pattern
        try bench.run()
        #expect(try bench.state("02-04-2022.json") == .retracted)
        #expect(try bench.run().files.isEmpty)
        // It may be looked at again meanwhile.
        bench.utime("02-04-2022.json", Date(timeIntervalSinceNow: -7200))
        try bench.run()
        _ = try bench.processor().decide(.restore, "02-04-2022.json")
        try bench.run()
        #expect(try dates(bench)["02-04-2022.json"] == "2022-04-02")
        #expect(bench.outputs()["profile.csv"]?.contains("A,0,3,0,0,0,3,Movie,Movie,2\n") == true)
        #expect(try bench.verify().isSound)
    }

    @Test func filesWithoutADateAreToldWhereverDaysAre() throws {
        let bench = Workbench()
        fill(bench)
        let report = try bench.run()
        let line = "2 counted files have no date: 02-04-2022.json, b.json (3 records, 5 seconds)"
        #expect(report.summary("x", .engagement).contains(line))
        let style = Style.plain
        #expect(try bench.status().text(style).contains(line))
        let json = String(decoding: try bench.status().json(), as: UTF8.self)
        #expect(json.contains("\"undated\""))

        let april = DayRange(first: CalendarDay("2022-04-01"), last: CalendarDay("2022-04-30"))
        let exporter = Exporter(try bench.settings(), fileSystem: bench.fileSystem)
        let leftOut = try exporter.leftOut(ExportRequest(.profile, days: april))
        #expect(
            leftOut?.textLeftOut
                == "2 files without a date are left out: 02-04-2022.json, b.json (3 records, 5 seconds)")
        #expect(try exporter.leftOut(ExportRequest(.profile, days: april, without: ["b.json"]))?.count == 1)
        #expect(try exporter.leftOut(ExportRequest(.profile)) == nil)
        #expect(try bench.export(.profile, from: "2022-04-01").contains("A,") == false)

        let reporter = Reporter(try bench.settings(), fileSystem: bench.fileSystem)
        let whole = try reporter.report(ExportRequest(.profile), top: 3)
        #expect(whole.facts.undated == .init(files: 2, records: 3, sum: 5, areLeftOut: false))
        let (summary, part) = try reporter.report(ExportRequest(.profile, days: april), top: 3)
        #expect(part.undated == .init(files: 2, records: 3, sum: 5, areLeftOut: true))
        let note = "2 counted files without a date, left out here: 3 records, 5 seconds."
        let lines = summary.text(part, .plain, columns: 110)
        #expect(lines.contains(note))
        #expect(String(decoding: summary.page(part), as: UTF8.self).contains(note))
    }

    @Test func namesThatAreNotReadAreCountedInOneLine() throws {
        let bench = Workbench()
        for name in ["20220401.json", "x.log", "y.json.bz2", "z.csv", "sub/w.txt", ".hidden", "_SUCCESS", "u.part"] {
            bench.put(name, record("A", 1))
        }
        let report = try bench.run()
        let line =
            "4 files in the inbox are not read because of their names: sub/w.txt, x.log, y.json.bz2, …; Watchfold reads "
            + "*.json, *.jsonl or *.ndjson, also with .gz, .lz4, .zip or .zst, and names that `files` in the configuration adds"
        #expect(report.summary("x", .engagement).contains(line))
        #expect(!report.isIncomplete)
        let style = Style.plain
        #expect(try bench.status().text(style).contains(line))
        #expect(try bench.processor().survey().unread.text == line)
        let check = Checker(try bench.settings(), fileSystem: bench.fileSystem, observer: Silence())
            .check([bench.inbox + "/x.log", bench.inbox + "/20220401.json"])
        #expect(check.unread.textOfNamed?.hasPrefix("1 file of these would not be read because of its name: ") == true)
        bench.yaml = "files: ['*.log', '*.csv']\n"
        #expect(try bench.run().files.map(\.name) == ["x.log", "z.csv"])
    }

    /// A name that the rules leave alone now keeps what it gave, like a file that was removed.
    @Test func aKnownFileWhoseNameIsLeftAloneKeepsCounting() throws {
        let bench = Workbench()
        bench.yaml = "files: '_*.json'\n"
        bench.put("_20220401.json", record("A", 1))
        bench.put("_20220402.json", "{\"Contract\":\"A")
        #expect(try bench.run().files.map(\.state) == [.folded, .waiting])
        let outputs = bench.outputs()
        bench.yaml = ""
        #expect(try bench.run().files.isEmpty)
        expectSame(bench.outputs(), outputs)
        #expect(try bench.state("_20220401.json") == .folded)
        #expect(try !bench.status().isIncomplete)
        #expect(try bench.verify().isSound)
    }

    @Test func aFolderThatCannotBeEnteredIsNamedAndItsFilesAreNotGone() throws {
        let bench = Workbench()
        bench.put("sub/20220401.json", record("A", 1))
        try bench.run()
        #expect(try bench.status().problems.isEmpty)
        let folder = bench.inbox + "/sub"
        bench.watcher.bend { call in
            switch call {
            case .list(let path) where path == folder: .fail(errno: EACCES)
            case .status(let path) where path.hasPrefix(folder + "/"): .fail(errno: EACCES)
            default: .proceed
            }
        }
        let status = try bench.status()
        #expect(status.files.map(\.isGone) == [false])
        #expect(status.problems.map(\.path) == ["sub"] && status.isIncomplete)
        #expect(status.text(.plain).contains("  cannot list \(folder): "))
        #expect(try bench.run().isIncomplete)
    }

    @Test(arguments: [
        ("logstash-2022.04.12.json", "logstash-YYYY.MM.DD.json"), ("2022_04_12.json", "YYYY_MM_DD.json"),
        ("2022/04/12/07/a.json", "YYYY/MM/DD/07/a.json"), ("12-04-2022.json", "DD-MM-YYYY.json"),
        ("year=2022/month=4/day=12/a.json", "year=YYYY/month=MM/day=DD/a.json"),
        ("year=2022/month=04/day=12/a.json", "year=YYYY/month=MM/day=DD/a.json"),
        ("20220412120000.json", "YYYYMMDD120000.json"), ("day=1/a.json", "day=1/a.json"),
    ]) func seriesAreNamesWithoutTheirDates(name: String, series: String) {
        #expect(FileSeries(name: name, date: "2022-04-12").pattern.string == series)
    }
}
