//  What a report to look at says, against the plain reports, the ledger's other answers, and the clock.

import DurableIO
import Foundation
import Records
import TestSupport
import Testing

@testable import Configuration
@testable import Engagement
@testable import Face
@testable import Publishing
@testable import Wording

@Suite struct ReporterTests {
    private static func facts(_ bench: Workbench, _ options: ReportOptions = ReportOptions()) throws -> ReportFacts {
        let (summary, facts) = try Reporter(bench.settings(), fileSystem: bench.fileSystem).report(
            options.request(), top: options.top)
        return ReportFacts(try #require(summary as? ReportSummary), facts)
    }

    private static func bench(_ seed: UInt64) throws -> Workbench {
        let bench = Workbench()
        var source = RecordSource(seed: seed)
        for name in ["20220401.json", "20220402.json", "20220405.json", "20220501.json", "undated.json"] {
            bench.put(name, source.lines(150))
        }
        try bench.run()
        return bench
    }

    /// The rows of CSV without quotes, by column.
    private static func plainRows(_ csv: String) -> [[String]] {
        csv.split(separator: "\n").dropFirst().map { $0.components(separatedBy: ",") }
    }

    @Test func saysWhatTheReportsSay() throws {
        let bench = Workbench()
        var random = Dice(seed: 9)
        let apps = ["CHANNEL", "VOD", "CHILD", "SPORT", "LATER"]
        for day in ["20220401", "20220402", "20220404"] {
            let lines = (0..<400).map { _ in
                "{\"Contract\":\"C\(random.below(90))\",\"AppName\":\"\(apps[random.below(5)])\",\"TotalDuration\":\(random.below(9000))}\n"
            }
            bench.put(day + ".json", lines.joined())
        }
        try bench.run()
        for month in [nil, "2022-04", "2022-05"] {
            var options = ReportOptions()
            options.month = month
            options.top = 7
            let facts = try Self.facts(bench, options)
            let (from, to) = (month.map { $0 + "-01" }, month.map { $0 + "-30" })
            let profile = Self.plainRows(try bench.export(.profile, from: from, to: to))
            let daily = Self.plainRows(try bench.export(.daily, from: from, to: to))
            #expect(facts.summary.contracts == profile.count)
            #expect(facts.summary.seconds == profile.reduce(0) { $0 + Int128($1[6])! })
            #expect(
                facts.summary.categories.map(\.mostWatched)
                    == ["TV", "Movie", "Child", "Relax", "Sport"].map { name in profile.count { $0[7] == name } })
            #expect(
                Dictionary(uniqueKeysWithValues: facts.summary.tastes.map { ($0.name, $0.contracts) })
                    == Dictionary(grouping: profile) { $0[8] }.mapValues(\.count))
            for (days, contracts) in facts.summary.activeDays.enumerated() {
                #expect(contracts == profile.count { $0[9] == "\(days)" })
            }
            #expect(facts.summary.days.map { "\($0.total)" } == daily.map { $0[7] })
            let best = profile.sorted { (Int($1[6])!, $0[0]) < (Int($0[6])!, $1[0]) }.prefix(7)
            #expect(facts.summary.top.map(\.name) == best.map { $0[0] })
            #expect(
                facts.missingDays.map { "\($0.lowerBound)" }
                    == (month == nil
                        ? ["2022-04-03"]
                        : month == "2022-04" ? ["2022-04-03", "2022-04-05"] : ["2022-05-01"]))
            let unmapped = Self.plainRows(try bench.export(.apps, from: from, to: to)).filter { $0[1].isEmpty }
            #expect(facts.unmappedApps.map { [$0.name, "\($0.seconds)"] } == unmapped.map { [$0[0], $0[4]] })
        }
    }

    @Test func theSameGenerationGivesTheSameBytes() throws {
        let bench = try Self.bench(31)
        let page = ReportPage(try Self.facts(bench)).bytes
        let text = try Self.facts(bench).text(.plain, columns: nil)
        for jobs in [1, 3] {
            bench.jobs = jobs
            #expect(ReportPage(try Self.facts(bench)).bytes == page)
            #expect(try Self.facts(bench).text(.plain, columns: nil) == text)
        }
        // Neither the total nor the outputs nor the inbox are needed, and a damaged total is as good as none.
        try FileManager.default.removeItem(atPath: bench.inbox)
        try FileManager.default.removeItem(atPath: bench.output)
        #expect(ReportPage(try Self.facts(bench)).bytes == page)
        var total = FileManager.default.contents(atPath: bench.totalPath)!
        for offset in stride(from: total.count / 4, to: total.count / 2, by: 7) { total[offset] ^= 0x55 }
        try total.write(to: URL(fileURLWithPath: bench.totalPath))
        #expect(ReportPage(try Self.facts(bench)).bytes == page)
        try FileManager.default.removeItem(atPath: bench.totalPath)
        #expect(ReportPage(try Self.facts(bench)).bytes == page)
    }

    @Test func anEarlierGenerationStaysWhatItWas() throws {
        let bench = try Self.bench(32)
        var options = ReportOptions()
        options.generation = try bench.status().generation
        let before = try Self.facts(bench, options)
        let page = ReportPage(before).bytes
        #expect(before.files.states == nil && before.files.committed != nil)
        bench.put("20220402.json", "{\"Contract\":\"X\",\"AppName\":\"VOD\",\"TotalDuration\":5}\n")
        bench.put("20220403.json", "nonsense\n")
        try bench.run()
        #expect(ReportPage(try Self.facts(bench, options)).bytes == page)
        let now = try Self.facts(bench)
        #expect(now.summary.receipt.generation == options.generation! + 1)
        #expect(now.files.attention.map(\.name) == ["20220403.json"] && now.files.attention.map(\.state) == ["held"])
        #expect(now.files.states?.map { "\($0.name) \($0.files)" } == ["folded 5", "held 1"])
        // The states are those of the days that were asked for.
        options = ReportOptions()
        options.month = "2022-05"
        #expect(try Self.facts(bench, options).files.states == [.init(name: "folded", files: 1)])
        #expect(try Self.facts(bench, options).files.attention.isEmpty)
    }

    @Test func aGenerationHasTheTimeOfItsCommit() throws {
        let before = Timestamp.text(milliseconds: WallClock.now() / 1_000_000)
        let bench = try Self.bench(33)
        let after = Timestamp.text(milliseconds: WallClock.now() / 1_000_000)
        let committed = try #require(try Self.facts(bench).files.committed)
        #expect(before <= committed && committed <= after)
    }

    @Test func nothingCountsAndNothingBreaks() throws {
        let bench = Workbench()
        bench.put("20220401.json", "nonsense\n")
        try bench.run()
        let facts = try Self.facts(bench)
        #expect(
            facts.summary.contracts == 0 && facts.files.committed == nil
                && facts.files.attention.map(\.state) == ["held"])
        #expect(facts.notes.first?.text == "No file counts, so there is nothing to show.")
        let text = facts.text(.plain, columns: nil)
        #expect(
            text.contains("1 held")
                && String(decoding: ReportPage(facts).bytes, as: UTF8.self).contains("1 file held back"))
    }

    @Test func whatCannotBeIsSaidBeforeAnyWork() throws {
        func refusal(_ change: (inout ReportOptions) -> Void) -> String? {
            var options = ReportOptions()
            change(&options)
            do {
                _ = (try options.request(), try options.form())
                return nil
            } catch { return (error as? CommandFailure).flatMap { $0.code == .usage ? $0.message : nil } }
        }
        #expect(refusal { $0.top = 0 } != nil && refusal { $0.top = 1001 } != nil && refusal { $0.top = 1000 } == nil)
        #expect(refusal { ($0.from, $0.to) = ("2022-04-02", "2022-04-01") } != nil)
        #expect(refusal { ($0.month, $0.to) = ("2022-04", "2022-04-01") } != nil)
        #expect(refusal { $0.month = "2022-13" } != nil && refusal { $0.from = "April" } != nil)
        #expect(refusal { $0.format = "pdf" }?.contains("text, html") == true)
        var options = ReportOptions()
        for (name, form) in [("a.HTML", ReportForm.html), ("a.htm", .html), ("a.txt", .text), ("-", .text)] {
            options.out = name
            #expect(try options.form() == form)
        }
    }

    // MARK: The terminal

    @Test(arguments: [20, 40, 57, 80, 110, 400])
    func linesAreAsWideAsTheTerminal(columns: Int) throws {
        let text = try Self.facts(Self.bench(34)).text(.plain, columns: columns)
        let widths = text.split(separator: "\n").map(\.count)
        let wanted = min(max(columns, 40), 110)
        #expect(widths.max()! <= wanted, "\(text)")
        // The longest bars reach the end of the room that the numbers leave.
        #expect(widths.count { $0 == wanted } > 3, "\(text)")
        #expect(!text.contains("\u{1B}") && !text.contains(" \n"))
    }

    @Test func coloursOnlyChangeColours() throws {
        let facts = try Self.facts(Self.bench(35))
        let plain = facts.text(.plain, columns: 80)
        let coloured = facts.text(Style(isTerminal: true, environment: ["TERM": "xterm"]), columns: 80)
        let lines = coloured.replacing(/\u{1B}\[[0-9]+m/, with: "").split(separator: "\n").map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        #expect(coloured != plain && lines == plain.split(separator: "\n").map(String.init))
    }
}
