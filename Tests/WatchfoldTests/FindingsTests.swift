//  What is reported about a file's records: first examples, types, fields, apps; and that a check says what a run says.

import DurableIO
import Foundation
import Records
import TestSupport
import Testing
import Wording

@testable import Configuration
@testable import Face
@testable import Findings
@testable import Intake
@testable import JSONRecords
@testable import Operations

@Suite struct FindingsTests {
    private func record(_ contract: String, app: String = "VOD", duration: String = "1", more: String = "") -> String {
        #"{"Contract":\#(contract),"AppName":"\#(app)","TotalDuration":\#(duration)\#(more)}"#
    }

    private func check(_ bench: Workbench, _ names: [String]) throws -> CheckResult {
        Checker(try bench.settings(), fileSystem: bench.fileSystem, observer: Silence()).check(
            names.map { bench.inbox + "/" + $0 })
    }

    // MARK: A check and a run

    /// Everything that both tell, for random files with all kinds of mistakes, on units of one block and of many.
    @Test(arguments: seeds(3)) func aCheckSaysWhatARunSays(_ seed: UInt64) throws {
        var source = RecordSource(seed: seed)
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 60%\nrejects_per_file: 3\n"
        var all: [[UInt8]] = []
        for layout in Layout.allCases { all.append(layout.write(source.records(300))) }
        let large = (0..<12).flatMap { _ in source.lines(1500) }
        all.append(large)
        for (index, content) in all.enumerated() { bench.put("2022040\(index + 1).json", content) }
        bench.put("20220410.json.gz", gzip(large))
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.inbox).sorted()
        /// What does not depend on how a file is cut: of a large one the fields are a sample.
        func comparable(_ findings: FileFindings, _ name: String) -> FileFindings {
            var findings = findings
            if names[8...].contains(where: name.hasSuffix) { findings.fields = FieldPaths() }
            return findings
        }
        var first: CheckResult?
        for (jobs, unitSize) in [(1, 1 << 20), (2, 1 << 20), (2, FoldSettings.defaultUnitSize)] {
            (bench.jobs, bench.unitSize) = (jobs, unitSize)
            let report = try check(bench, names)
            let known = first ?? report
            first = known
            try #require(report.files.count == names.count && known.files.count == names.count)
            for (file, other) in zip(report.files, known.files) {
                let (reading, otherReading) = (try #require(file.reading), try #require(other.reading))
                #expect(reading.counts == otherReading.counts && file.state == other.state)
                #expect(
                    comparable(reading.findings, file.name) == comparable(otherReading.findings, file.name),
                    "\(file.name)")
            }
            // Compressed or not, the content is the same.
            let pair = [report.files[report.files.count - 2], report.files[report.files.count - 1]]
            #expect(pair[0].reading?.findings.examples == pair[1].reading?.findings.examples)
            #expect(pair[0].reading?.findings.ungrouped == pair[1].reading?.findings.ungrouped)
        }
        let run = try bench.run()
        try #require(run.files.count == first!.files.count)
        for (file, checked) in zip(run.files, first!.files) {
            let reading = try #require(checked.reading)
            #expect(reading.counts == file.counts)
            #expect((checked.state == .held) == (file.state == .held))
            var (a, b) = (reading.findings, try #require(file.findings))
            (a, b) = (comparable(a, checked.name), comparable(b, checked.name))
            // Against what counts already is another question.
            (a.newFields, b.newFields) = ([], [])
            if file.state != .duplicate { #expect(a == b, "\(file.name)") }
            #expect(Set(a.examples.keys) == Set(file.counts.rejected.keys))
        }
        let status = try CheckpointsStatus(bench.settings(), fileSystem: bench.fileSystem)
        try #require(status.files.count == run.files.count && run.files.contains { $0.state == .folded })
        for (file, told) in zip(run.files, status.files) where file.state == .folded {
            var (a, b) = (try #require(file.findings), try #require(told.findings))
            // The status has the apps of all files together.
            (a.ungrouped, b.ungrouped) = (UngroupedLabels(), UngroupedLabels())
            (a, b) = (comparable(a, file.name), comparable(b, file.name))
            // Nobody keeps the records that advice is made from.
            #expect(b.advice.isEmpty)
            a.advice = [:]
            #expect(a == b, "\(file.name)")
        }
        #expect(try bench.verify().isSound)
    }

    @Test func aCheckTellsWhatAFileIs() throws {
        let bench = Workbench()
        let good = record("\"A\"") + "\n"
        bench.put("good.json", good)
        bench.put("bad.json", good + "{x\n")
        bench.put("cut.json", String(good.dropLast(3)))
        bench.put("old.json", String(good.dropLast(3)))
        bench.age("old.json")
        bench.put("cut.json.gz", Array(gzip(Array(good.utf8)).dropLast(3)))
        bench.put("old.json.gz", Array(gzip(Array(good.utf8)).dropLast(3)))
        bench.age("old.json.gz")
        bench.put("empty.json", "")
        bench.put("noise.json.gz", gzip(Array(good.utf8)) + [1, 2, 3])
        let names = [
            "good.json", "bad.json", "cut.json", "old.json", "cut.json.gz", "old.json.gz", "empty.json",
            "noise.json.gz", "none.json", "",
        ]
        let report = try check(bench, names)
        #expect(
            report.files.map(\.state) == [
                .ok, .held, .waiting, .failed, .waiting, .failed, .waiting, .failed, .failed, .failed,
            ])
        #expect(report.files.dropFirst().allSatisfy { !$0.reason.isEmpty })
        #expect(!report.isWell && report.files.map(\.name) == names.map { bench.inbox + "/" + $0 })
        #expect(!FileManager.default.fileExists(atPath: bench.checkpoints))
        #expect(!FileManager.default.fileExists(atPath: bench.output))
    }

    @Test func aMillionNamesOfAppsAreBounded() throws {
        let bench = Workbench()
        let lines = (0..<10_000).map { record("\"A\"", app: "A\($0 % 5000)") }
        bench.put(
            "a.json", (lines + [record("\"A\"", app: String(repeating: "x", count: 300))]).joined(separator: "\n"))
        let findings = try #require(try check(bench, ["a.json"]).files[0].reading).findings
        #expect(findings.ungrouped.counts.records.count == LabelCounts.limit)
        #expect(findings.ungrouped.records == 10_001)
        let text = FindingsText(files: [(nil, findings)], plan: .engagement, columns: nil).lines().joined()
        #expect(text.contains("4,086 apps more") && text.contains("of names that were not kept"), "\(text)")
    }

    // MARK: Excerpts

    @Test(arguments: [
        ("{ \"a\":\t1,\r\n   2 }\n", false, "{ \"a\": 1, 2 }"), ("\u{1B}[31mred\u{7}", false, "\\u{1b}[31mred\\u{7}"),
        ("a\u{85}b\u{202E}c\u{2028}d", false, "a\\u{85}b\\u{202e}c\\u{2028}d"), ("é😀", false, "é😀"),
        ("nul\u{0}l", false, "nul\\u{0}l"), ("abc", true, "abc…"), ("   ", false, ""), ("", true, "…"),
    ]) func excerptsAreFitForATerminal(_ text: String, _ isCut: Bool, _ excerpt: String) {
        #expect(RejectionExample(line: 1, offset: 0, raw: Array(text.utf8), isCut: isCut).excerpt == excerpt)
    }

    @Test func excerptsOfAnyBytesAreFitForATerminal() {
        #expect(
            RejectionExample(line: 1, offset: 0, raw: [0x61, 0xFF, 0xC0, 0x80], isCut: false).excerpt
                == "a\\x{ff}\\x{c0}\\x{80}")
        // A cut through a character leaves it out; a long one is cut.
        #expect(RejectionExample(line: 1, offset: 0, raw: [0x61, 0xF0, 0x9F, 0x98], isCut: true).excerpt == "a…")
        let limit = RejectionExample.excerptLimit
        let long = Array(String(repeating: "é", count: limit).utf8)
        #expect(
            RejectionExample(line: 1, offset: 0, raw: long, isCut: false).excerpt
                == String(repeating: "é", count: limit / 2) + "…")
        var random = Dice(seed: 5)
        for _ in 0..<2000 {
            let bytes = (0..<random.below(300)).map { _ in UInt8(random.below(256)) }
            let excerpt = RejectionExample(line: 1, offset: 0, raw: bytes, isCut: false).excerpt
            let isFit = excerpt.unicodeScalars.allSatisfy { $0.isFitForTerminals }
            #expect(isFit)
        }
    }

    // MARK: Fields

    @Test func newFieldsAndTypesAreToldOfTheDayThatBroughtThem() throws {
        let bench = Workbench()
        func day(_ more: String, duration: String = "5") -> String {
            (0..<30).map { record("\"C\($0)\"", duration: duration, more: more) + "\n" }.joined()
        }
        bench.put("20220402.json", day(""))
        bench.put("20220403.json", day(#","Region":"N""#, duration: "\"5\""))
        bench.put("20220404.json", day(#","Region":{"x":1}"#))
        var report = try bench.run()
        #expect(report.files.map { $0.findings!.newFields } == [[], ["Region"], ["Region.x"]])
        #expect(report.files[1].findings?.coercions == [FieldForm(field: "TotalDuration", form: "string"): 30])
        let lines = report.summary("e", .engagement)
        #expect(lines.contains("  TotalDuration as a string in 30 records"))
        #expect(lines.contains("  first seen in 20220403.json: Region"))
        // An earlier day that comes late takes its place, and what was read before is seen in its light.
        bench.put("20220401.json", day(#","Region":"N","Old":1"#))
        report = try bench.run()
        #expect(report.files.map { $0.findings!.newFields } == [[]])
        let status = try CheckpointsStatus(bench.settings(), fileSystem: bench.fileSystem)
        #expect(status.files.map { $0.findings!.newFields } == [[], [], [], ["Region.x"]])
        // A file that is read again says the same of itself.
        report = try bench.reprocess()
        #expect(report.files.map { $0.findings!.newFields } == [[], [], [], ["Region.x"]])
    }

    private static let lacking: [(String, names: [String], configuration: [String])] = [
        (
            #"{"data":{"customer":"A","app":"VOD","secs":5},"mac":"E4"}"#, ["Contract", "AppName", "TotalDuration"],
            ["fields: {contract: data.customer, app: data.app, duration: data.secs}"]
        ),
        (
            #"{"_source":{"contract":"A","AppName":"VOD","TotalDuration":5}}"#, ["Contract"],
            ["fields: {contract: _source.contract}"]
        ),
        // Where the object around the first alternative is there, the second is not looked at.
        (
            #"{"_source":{"AppName":"VOD","TotalDuration":5},"Contract":"A"}"#, ["Contract"],
            ["fields: {contract: Contract}"]
        ),
        (
            #"{"Contract":"A","AppName":"VOD","watch.secs":5}"#, ["TotalDuration"],
            [#"fields: {duration: "watch\\.secs"}"#]
        ),
        (
            #"{"Contract":"A","application_name":"VOD","TotalDuration":5}"#, ["AppName"],
            ["fields: {app: application_name}"]
        ),
        (#"{"Contract ":"A","AppName":"VOD","TotalDuration":5}"#, ["Contract"], [#"fields: {contract: "Contract "}"#]),
        (
            #"{"Contract":"A","AppName":"VOD","watch_ms":61000}"#, ["TotalDuration"],
            ["fields: {duration: watch_ms}", "duration_unit: milliseconds"]
        ),
        (
            #"{"Contract":"A","AppName":"VOD","viewtimems":61500}"#, ["TotalDuration"],
            ["fields: {duration: viewtimems}", "duration_unit: milliseconds", "rounding: nearest"]
        ),
        (
            #"{"customer":"A","AppName":"VOD","watched":"00:10:00"}"#, ["Contract", "TotalDuration"],
            ["fields: {contract: customer, duration: watched}", "duration_format: HH:MM:SS"]
        ),
        (
            #"{"Contract":"A","AppName":"VOD","secs":{"$numberLong":"5"}}"#, ["TotalDuration"],
            ["fields: {duration: secs}"]
        ),
        // No name resembles, or only one of two does.
        (#"{"Contract":"A","AppName":"VOD","x":5}"#, ["TotalDuration"], []),
        (#"{"Contract":"A","MyDuration":3}"#, ["AppName", "TotalDuration"], []),
        (#"{"user":{"name":"A"},"AppName":"VOD","Duration":5}"#, ["Contract", "TotalDuration"], []),
        // The name means something else, or a unit that there is no setting for.
        (#"{"Contract":"A","AppName":"VOD","timestamp":1648771200}"#, ["TotalDuration"], []),
        (#"{"Contract":"A","AppName":"VOD","start_time":1648771200}"#, ["TotalDuration"], []),
        (#"{"Contract":"A","AppName":"VOD","watch_hours":2}"#, ["TotalDuration"], []),
        (#"{"Contract":"A","AppName":"VOD","duration_min":2}"#, ["TotalDuration"], []),
        (#"{"user_agent":"A","AppName":"VOD","TotalDuration":2}"#, ["Contract"], []),
        (#"{"Contract":"A","app_version":"1","TotalDuration":2}"#, ["AppName"], []),
        // Two are as good as each other.
        (#"{"contract":"A","CONTRACT":"B","AppName":"VOD","TotalDuration":5}"#, ["Contract"], []),
        // The value is none.
        (#"{"contract":null,"AppName":"VOD","TotalDuration":5}"#, ["Contract"], []),
        (#"{"contract":{"x":1},"AppName":"VOD","TotalDuration":5}"#, ["Contract"], []),
        (#"{"contract":"","AppName":"VOD","TotalDuration":5}"#, ["Contract"], []),
        (#"{"contract":"A","AppName":"VOD","TotalDuration":[5]}"#, ["Contract"], []),
        (#"{"Contract":"A","AppName":"VOD","duration":"3,5"}"#, ["TotalDuration"], []),
    ]

    @Test func oneRecordThatLacksAFieldIsOne() throws {
        let bench = Workbench()
        bench.put("a.json", Self.lacking[1].0 + "\n")
        let lacking = try #require(try check(bench, ["a.json"]).files[0].reading?.findings.lacking)
        #expect(lacking.sentence.hasPrefix("the 1 record lacks Contract; it has "), "\(lacking.sentence)")
    }

    @Test(arguments: lacking.indices) func aFileThatLacksAFieldSaysWhatItHas(_ index: Int) throws {
        let (text, names, configuration) = Self.lacking[index]
        let bench = Workbench()
        bench.put("a.json", String(repeating: text + "\n", count: 20) + "{x\n")
        let checked = try check(bench, ["a.json"]).files[0]
        let lacking = try #require(checked.reading?.findings.lacking)
        #expect(lacking.names == names && lacking.records == 20)
        #expect(lacking.configuration == configuration)
        #expect(lacking.text.hasPrefix("all 20 records lack ") && !lacking.text.contains("\n"))
        // The run says the same; the status has no records to try lines on, and says where to ask.
        #expect(try bench.run().files[0].findings?.lacking == lacking)
        let status = try CheckpointsStatus(bench.settings(), fileSystem: bench.fileSystem)
        var told = try #require(status.files[0].findings?.lacking)
        #expect(told.configuration.isEmpty)
        #expect(told.sentence.contains("`watchfold check` looks for a setting that finds"))
        (told.configuration, told.notes, told.isLookedInto) = (lacking.configuration, lacking.notes, true)
        #expect(told == lacking)
        if configuration.isEmpty { return }
        // The lines, put into the configuration, are right.
        bench.yaml = configuration.joined(separator: "\n") + "\n"
        let mended = try check(bench, ["a.json"]).files[0]
        #expect(mended.reading?.counts.folded == 20 && mended.state == .ok, "\(mended)")
    }

    /// A line that is good for most records, but not for all that were looked at, is not shown.
    @Test(arguments: [
        #"{"CONTRACT":"A","AppName":"VOD","TotalDuration":5}"#, #"{"contract":null,"AppName":"VOD"}"#,
        #"{"contract":{"id":5},"AppName":"VOD","TotalDuration":5}"#, #"{"contract":"A","TotalDuration":5}"#,
        #"{"contract":"A","AppName":"VOD","TotalDuration":"x"}"#,
    ]) func aLineThatDoesNotReadAllRecordsIsNotShown(_ odd: String) throws {
        let bench = Workbench()
        let usual = #"{"contract":"A","AppName":"VOD","TotalDuration":5}"# + "\n"
        bench.put("a.json", String(repeating: usual, count: 9) + odd + "\n" + String(repeating: usual, count: 9))
        let isGood = odd.contains("null")
        let lacking = try check(bench, ["a.json"]).files[0].reading?.findings.lacking
        // A contract that is null is ignored wherever it stands.
        #expect(lacking?.configuration == (isGood ? ["fields: {contract: contract}"] : []))
    }

    @Test func aFileThatHasItsFieldsLacksNothing() throws {
        let bench = Workbench()
        let good = record("\"A\"")
        for text in [
            good, good + "\n" + #"{"x":1}"#, #"{"Contract":null}"#, "17", "{x", #"{"Contract":{},"AppName":"V"}"#,
            record("\"A\"", duration: "-1"),
        ] {
            bench.put("a.json", text)
            let findings = try #require(try check(bench, ["a.json"]).files[0].reading).findings
            #expect(findings.lacking == nil || text.contains("{}"), "\(text)")
        }
    }

    @Test func whatIsSaidFitsTheTerminal() throws {
        let bench = Workbench()
        bench.put(
            "a.json", String(repeating: "{\"Contract\":\"" + String(repeating: "x", count: 500) + "\"}\n", count: 3))
        let report = try check(bench, ["a.json"])
        let style = Style.plain
        let excerpt = try #require(
            report.text(style, columns: 60).split(separator: "\n").first { $0.contains("{\"Contract") })
        #expect(excerpt.count == 60 && excerpt.hasSuffix("…"))
        #expect(report.text(style, columns: 3).contains("missing-app 3, first at line 1\n"))
    }

    // MARK: Dead letters

    private func letters(_ bench: Workbench, _ name: String) throws -> [[String: Any]] {
        try String(contentsOfFile: bench.output + "/rejects/\(name).jsonl", encoding: .utf8).split(separator: "\n").map
        {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// `offset` and `bytes` are where it lies in the content, and `raw` or `raw_base64` give the bytes back.
    @Test(arguments: Layout.allCases) func deadLettersGiveTheirBytesBack(_ layout: Layout) throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\n"
        let flaws: [[UInt8]] = [
            Array("{\"Contract\":\"caf".utf8) + [0xE9] + Array("\",\"AppName\":\"VOD\",\"TotalDuration\":1}".utf8),
            Array("{\"Contract\":\"😀\"}".utf8), Array("{\"Contract\":x}".utf8),
            Array("{\"Contract\":\"\\ud800\"}".utf8),
            Array(record("\"A\"", duration: "-1").utf8),
        ]
        var content = layout.write((0..<20).map { record("\"C\($0)\"") })
        // Each in the place of a record, which every layout has on a line or lines of its own.
        for (index, flaw) in flaws.enumerated() {
            let wanted = Array("C\(index * 3 + 2)\"".utf8)
            let at = try #require(content.indices.first { content[$0...].starts(with: wanted) })
            let start = try #require(content[..<at].lastIndex(of: UInt8(ascii: "{")))
            let end = try #require(content[at...].firstIndex(of: UInt8(ascii: "}")))
            content.replaceSubrange(start...end, with: flaw)
        }
        bench.put("a.json", content)
        _ = try bench.run()
        let letters = try letters(bench, "a.json")
        #expect(!letters.isEmpty)
        for letter in letters {
            let offset = try #require(letter["offset"] as? Int)
            let size = try #require(letter["bytes"] as? Int)
            let raw =
                try (letter["raw"] as? String).map { Array($0.utf8) }
                ?? Array(#require(Data(base64Encoded: letter["raw_base64"] as? String ?? "")))
            #expect(raw == Array(content[offset..<offset + size]) && letter["cut"] == nil)
            let line = content[..<offset].count { $0 == 0x0A } + 1
            #expect(letter["line"] as? Int == line)
        }
    }

    @Test func longTextsAreCutAndSaySo() throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\nrejects_per_file: 2\n"
        // Three bytes a character, so that the cut goes through one.
        let long = "{\"Contract\":\"" + String(repeating: "€", count: 600_000) + "\"}\n"
        bench.put("a.json", long + long + long)
        _ = try bench.run()
        let letters = try letters(bench, "a.json")
        #expect(letters.count == 3)
        #expect(letters[0]["cut"] as? Bool == true && letters[0]["bytes"] as? Int == long.utf8.count - 1)
        let raw = try #require(letters[0]["raw"] as? String)
        #expect(long.utf8.starts(with: raw.utf8) && (1 << 20) - 3...1 << 20 ~= raw.utf8.count)
        #expect(letters[1]["raw"] as? String == "" && letters[1]["cut"] as? Bool == true)
        #expect(letters[2]["shown"] as? Int == 2 && letters[2]["rejected"] as? Int == 3)
    }
}
