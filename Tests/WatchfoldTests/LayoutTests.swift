//  Files in the layouts that people have, from the inbox to the report: what counts, and what is reported about the rest.

import DurableIO
import Engagement
import Foundation
import Records
import TestSupport
import Testing

@testable import Admission
@testable import Configuration
@testable import Face
@testable import Operations
@testable import Wording

private func record(_ contract: String, _ seconds: Int = 1, more: String = "") -> String {
    #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)\#(more)}"#
}

@Suite struct LayoutTests {
    private func check(_ bench: Workbench, _ names: [String]) throws -> [CheckedFile] {
        try Checker(bench.settings(), fileSystem: bench.fileSystem, observer: Silence()).check(
            names.map { bench.inbox + "/" + $0 }
        ).files
    }

    // MARK: Large files

    /// Lines, with values of several lines at the given shares of the file's length.
    private static func mixed(megabytes: Int, at places: [Double]) -> (bytes: [UInt8], records: Int) {
        var bytes: [UInt8] = []
        var records = 0
        var rest = places[...]
        let size = megabytes << 20
        while bytes.count < size {
            if let place = rest.first, Double(bytes.count) >= place * Double(size) {
                rest = rest.dropFirst()
                // Its lines begin like records of their own, and there are enough of them to reach into the next units.
                let inner = (0..<9000).map { "    " + record("INNER\($0)") }.joined(separator: ",\n")
                bytes += "{\n  \"Contract\": \"OUTER\",\n  \"AppName\": \"VOD\",\n  \"inner\": [\n\(inner)\n  ],\n".utf8
                bytes += "  \"TotalDuration\": 1000\n}\n".utf8
            } else {
                bytes += (record("C\(records % 1000)", records) + "\n").utf8
            }
            records += 1
        }
        return (bytes, records)
    }

    /// However a file is cut among threads, and compressed: it is read as one of values, and each record once.
    @Test(arguments: [[0.5], [0.02], [0.24, 0.245], [0.97], [0.0, 0.6]])
    func aLargeFileInMixedLayoutIsReadOnce(places: [Double]) throws {
        let (bytes, records) = Self.mixed(megabytes: 4, at: places)
        var outputs: [[String: String]] = []
        for (jobs, unitSize) in [(1, 8 << 20), (1, 1 << 20), (3, 1 << 20)] {
            let bench = Workbench()
            (bench.jobs, bench.unitSize) = (jobs, unitSize)
            bench.put("20220401.json", bytes)
            let file = try bench.run().files[0]
            #expect(file.state == .folded && file.counts.folded == records && file.counts.read == records)
            outputs.append(bench.outputs())
            let checked = try check(bench, ["20220401.json"])[0]
            #expect(checked.reading?.counts == file.counts && checked.reading?.container == .values)
            #expect(try bench.verify().isSound)
            // One sum over all files, without checkpoints.
            // One sum over all files, in tables that they share.
            bench.put("20220402.json", record("LAST") + "\n")
            var total: [UInt8] = []
            let fold = OneShotFold(
                try bench.settings(), fileSystem: bench.fileSystem, logger: noLog, observer: Silence())
            let report = try fold.run(
                ["20220402.json", "20220401.json"].map { bench.inbox + "/" + $0 }, format: .csv
            ) { total += Array($0) }
            #expect(report.files.allSatisfy { $0.state == .folded })
            _ = try bench.run()
            let both = try #require(bench.outputs()["engagement.csv"])
            #expect(String(decoding: total, as: UTF8.self) == both)
        }
        #expect(outputs.dropFirst().allSatisfy { $0["engagement.csv"] == outputs[0]["engagement.csv"] })
        let bench = Workbench()
        bench.put("20220401.json.gz", gzip(bytes))
        _ = try bench.run()
        #expect(bench.outputs()["engagement.csv"] == outputs[0]["engagement.csv"])
    }

    /// A line that only seems to go on makes it be read again, and nothing else.
    @Test func aLineThatIsCutAtTheEndOfAUnitCostsItselfAlone() throws {
        let line = Array((record("A", 7) + "\n").utf8)
        var bytes: [UInt8] = []
        while bytes.count + line.count < 1 << 20 { bytes += line }
        let whole = bytes.count / line.count
        bytes += "{\"Contract\":[".utf8
        bytes += Array(repeating: 0x20, count: (1 << 20) - bytes.count - 1) + [0x0A]
        for _ in 0..<whole { bytes += line }
        let bench = Workbench()
        bench.unitSize = 1 << 20
        bench.put("20220401.json", bytes)
        let file = try bench.run().files[0]
        #expect(file.state == .folded && file.counts.folded == 2 * whole)
        #expect(file.counts.rejected == [.malformedJSON: 1])
    }

    // MARK: What is said

    /// A file without a good record, and how the reason why it is held begins.
    @Test(arguments: [
        ("<!DOCTYPE html>\n<html><body>Please sign in {\"x\":1}</body></html>", "this is HTML (an error page?): "),
        ("\n  <HTML>\n</HTML>\n", "this is HTML (an error page?): "),
        ("<?xml version=\"1.0\"?>\n<a/>", "this is XML: "),
        ("Contract,AppName,TotalDuration\nA,VOD,1\n", "this is CSV: "),
        ("\"Contract\";\"AppName\"\n\"A\";\"VOD\"\n", "this is CSV: "),
        ("Contract\tAppName\nA\tVOD\n", "this is a table with tabs (TSV): "),
        ("\"{\\\"Contract\\\":\\\"A\\\"}\"\n", "a string that contains JSON: it was encoded twice: "),
        ("[[\"Contract\",\"AppName\"],[\"A\",\"VOD\"]]", "an array instead of an object: rows without column names?: "),
        (
            "{\"Contract\":[\"A\",\"B\"],\"AppName\":[\"VOD\",\"VOD\"],\"TotalDuration\":[1,2]}",
            "a table stored by columns, with an array "
        ),
        ("{\"Contract\":{\"0\":\"A\"},\"AppName\":{\"0\":\"VOD\"}}", "a table stored by columns, with an object "),
        ("{\"columns\":[\"Contract\"],\"data\":[[\"A\"]]}", "a table of rows without names"),
        ("{}\n{}\n", "objects without any field: "),
        ("{\"error\":{\"type\":\"x\",\"reason\":\"y\"},\"status\":404}", "an error response from Elasticsearch"),
    ]) func aFileIsNamedForWhatItIs(text: String, words: String) throws {
        let bench = Workbench()
        bench.put("20220401.json", text)
        let file = try bench.run().files[0]
        #expect(file.state == .held && file.reason.hasPrefix(words), "\(file.reason)")
        #expect(try check(bench, ["20220401.json"])[0].reason == file.reason)
        #expect(try bench.status().files[0].reason == file.reason)
    }

    /// Only where no record is good.
    @Test func whatOneRecordIsIsNotSaidOfTheFile() throws {
        let bench = Workbench()
        bench.put("20220401.json", "<!DOCTYPE html>\n" + record("A") + "\n")
        let file = try bench.run().files[0]
        #expect(
            file.reason == "1 of 2 records were rejected (malformed-json 1); max_reject_ratio allows 5%; the first: "
                + "this is HTML (an error page?) at line 1, column 1")
    }

    /// In reason, findings, status, JSON and dead letters, by line and column of the whole file, also of its later units.
    @Test func theFlawIsToldEverywhere() throws {
        let bench = Workbench()
        bench.unitSize = 1 << 20
        bench.yaml = "max_reject_ratio: 0\n"
        let count = (3 << 20) / (record("A").utf8.count + 1)
        bench.put(
            "20220401.json",
            String(repeating: record("A") + "\n", count: count) + record("é", more: ",\"x\":NaN") + "\n")
        let file = try bench.run().files[0]
        let flaw = "NaN is not valid JSON at line \(count + 1), column 56; `json: lenient` reads it"
        #expect(file.reason.hasSuffix("the first: " + flaw), "\(file.reason)")
        #expect(file.findings?.examples[.malformedJSON]?.flawText == flaw)
        let text = FindingsText(files: [(nil, try #require(file.findings))], plan: .engagement, columns: nil).lines()
        let line = ", at line \(Show.number(count + 1)), column 56: NaN is not valid JSON; `json: lenient` reads it"
        #expect(text.contains { $0.hasSuffix(line) }, "\(text)")
        let status = try bench.status()
        #expect(status.files[0].findings?.examples == file.findings?.examples)
        #expect(String(decoding: status.json(), as: UTF8.self).contains("\"flaw\" : \"\(flaw)\""))
        let letter = try String(contentsOfFile: bench.output + "/rejects/20220401.json.jsonl", encoding: .utf8)
        #expect(letter.contains("\"reason\":\"malformed-json\",\"flaw\":\"\(flaw)\",\"raw\":\""))
        bench.yaml = "max_reject_ratio: 0\njson: lenient\n"
        let again = try bench.reprocess().files[0]
        #expect(again.state == .folded && again.counts.coerced == 1 && again.findings?.lenientRecords == 1)
        #expect(try bench.status().files[0].findings?.lenientRecords == 1)
        #expect(try bench.verify().isSound)
        #expect(!FileManager.default.fileExists(atPath: bench.output + "/rejects/20220401.json.jsonl"))
    }

    @Test func aRunOfNULBytesSaysHowMany() throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\nmax_record_bytes: 1KB\n"
        let nulls = [UInt8](repeating: 0, count: 3 << 20)
        bench.put("20220401.json", Array((record("A") + "\n").utf8) + nulls + Array((record("B") + "\n").utf8) + [0])
        let file = try bench.run().files[0]
        #expect(file.counts.folded == 2 && file.counts.rejected == [.malformedJSON: 2])
        #expect(file.findings?.examples[.malformedJSON]?.flawText == "3145728 NUL bytes at line 2, column 1")
        let letters = try String(contentsOfFile: bench.output + "/rejects/20220401.json.jsonl", encoding: .utf8)
            .split(separator: "\n")
        let kept = String(repeating: "\\u0000", count: 16)
        #expect(
            letters[0].hasSuffix(
                #""bytes":3145728,"reason":"malformed-json","flaw":"3145728 NUL bytes at line 2, column 1","raw":"\#(kept)","cut":true}"#
            ))
        #expect(
            letters[1].hasSuffix(
                #""bytes":1,"reason":"malformed-json","flaw":"1 NUL byte at line 3, column 1","raw":"\u0000"}"#),
            "\(letters[1])")
    }

    @Test func actionLinesAreShownAndNotRejected() throws {
        let bench = Workbench()
        bench.put("20220401.json", "{\"index\":{\"_id\":\"1\"}}\n\(record("A"))\n{\"delete\":{\"_id\":\"2\"}}\n")
        let file = try bench.run().files[0]
        #expect(file.state == .folded && file.counts.read == 1 && file.findings?.actionLines == 2)
        #expect(try bench.status().files[0].findings == file.findings)
        let text = FindingsText(files: [(nil, try #require(file.findings))], plan: .engagement, columns: nil).lines()
        #expect(text == ["action-line 2, no records"])
    }

    // MARK: Arrays of records that are not read

    /// However it is compressed and read; with the line that reads them all, which does.
    @Test func aFileWithSeveralArraysOfRecordsIsHeld() throws {
        let many = (0..<2000).map { record("T\($0)") }.joined(separator: ",")
        let text = #"{"n":1,"tv":[\#(many)],"on demand":{"vod":[\#(record("B")),\#(record("C"))]}}"#
        let reason =
            "records in `on demand.vod` were not read, only those in `tv`; "
            + #"`records: [tv, "on demand.vod"]` reads them all"#
        for jobs in [1, 3] {
            let bench = Workbench()
            (bench.jobs, bench.unitSize) = (jobs, 1 << 20)
            bench.put("20220401.json", text)
            bench.put("20220402.json.gz", gzip(Array((text + "\n").utf8)))
            let report = try bench.run()
            #expect(report.files.map(\.state) == [.held, .held])
            #expect(report.files.map(\.reason) == [reason, reason])
            #expect(try check(bench, ["20220401.json"])[0].reason == reason)
            #expect(try bench.status().files.map(\.reason) == [reason, reason])
            #expect(try bench.verify().isSound)
            bench.yaml = #"records: [tv, "on demand.vod"]"# + "\n"
            let again = try bench.reprocess()
            #expect(again.files.map(\.state) == [.folded, .folded])
            #expect(again.files.map(\.counts.folded) == [2002, 2002])
        }
    }

    @Test(arguments: [
        (#"{"data":[R],"data":[R,R]}"#, "an object contains `data` twice; the records in the second one were not read"),
        (
            "R\n{\"n\":1,\"vod\":[R]}\nR",
            "`vod` in a record without any of the fields contains records, which were not read"
        ),
    ]) func recordsThatNothingWouldReadHoldTheFile(template: String, reason: String) throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\n"
        bench.put("20220401.json", template.replacing("R", with: record("A")))
        #expect(try bench.run().files[0].reason == reason)
        _ = try bench.processor().decide(.accept, "20220401.json")
        #expect(try bench.state("20220401.json") == .folded)
    }

    /// In whichever unit it is.
    @Test func aRecordWithoutFieldsThatHoldsRecordsIsFoundInEveryUnit() throws {
        let line = record("A") + "\n"
        let lines = String(repeating: line, count: (3 << 20) / line.utf8.count)
        for place in 0..<2 {
            let bench = Workbench()
            (bench.jobs, bench.unitSize) = (2, 1 << 20)
            let odd = #"{"n":1,"rows":[\#(record("B"))]}"# + "\n"
            bench.put("20220401.json", place == 0 ? line + odd + lines : lines + odd + line)
            let file = try bench.run().files[0]
            #expect(file.state == .held && file.reason.hasPrefix("`rows` in a record without any of the fields"))
        }
    }

    @Test func aFileOfActionLinesAloneSaysThatItHoldsNoRecord() throws {
        let bench = Workbench()
        bench.put("20220401.json", "{\"index\":{\"_id\":\"1\"}}\n{\"delete\":{\"_id\":\"2\"}}\n")
        bench.put("20220402.json", "{\"create\":\(record("A"))}\n")
        let files = try bench.run().files
        let text = FindingsText(files: [(nil, try #require(files[0].findings))], plan: .engagement, columns: nil)
            .lines()
        #expect(text == ["action-line 2, no records", "it contains no record, only 2 action lines"])
        #expect(files[1].state == .held && files[1].counts.rejected == [.missingContract: 1])
        #expect(files[1].reason.contains("the first: the fields are inside the action of a bulk request"))
    }

    /// It counts as a file of its day, but not without a word.
    @Test(arguments: ["[]", "\n\n", "{\"data\":[]}", "{\"hits\":{\"hits\":[]}}"])
    func aFileWithoutRecordsSaysSo(text: String) throws {
        let bench = Workbench()
        bench.put("20220401.json", text)
        bench.put("20220402.json", "{\"Contract\":null}\n")
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded, .folded])
        #expect(report.files.map { $0.findings?.hasNoRecords } == [true, false])
        let named = report.files.map { (name: Optional($0.name), findings: $0.findings!) }
        #expect(
            FindingsText(files: named, plan: .engagement, columns: nil).lines().first
                == "20220401.json contains no record"
        )
        #expect(try bench.status().files[0].findings?.hasNoRecords == true)
    }

    // MARK: Partial answers

    private static let partial = #"{"timed_out":true,"hits":{"total":{"value":900},"hits":[\#(record("A"))]}}"#
    private static let words = "partial answer: it timed out, 1 of 900 hits"

    /// With every mode of the gate, with a date and without one: it needs no history.
    @Test(arguments: ["off", "flag", "hold"], ["20220401.json", "answer.json"])
    func aPartialAnswerIsFlaggedOrHeld(mode: String, name: String) throws {
        let bench = Workbench()
        bench.yaml = "gate: \(mode)\n"
        bench.put(name, Self.partial)
        let file = try bench.run().files[0]
        #expect(file.reason == UnusualFile.mark + Self.words)
        #expect(file.state == (mode == "hold" ? .held : .folded))
        #expect(file.findings?.partialAnswer == Self.words)
        #expect(try bench.status().files[0].findings?.partialAnswer == Self.words)
        let receipt = try? String(contentsOfFile: bench.output + "/receipt.json", encoding: .utf8)
        #expect((receipt?.contains("\"partial\": \"\(Self.words)\"") ?? false) == (mode != "hold"))
        #expect(try bench.verify().isSound)
        if mode != "hold" { return }
        // What a person accepted counts, and goes on saying what it is.
        _ = try bench.processor().decide(.accept, name)
        #expect(try bench.state(name) == .folded)
        #expect(try bench.status().files[0].findings?.partialAnswer == Self.words)
    }

    @Test func aWholeAnswerIsNotFlagged() throws {
        let bench = Workbench()
        bench.put("20220401.json", #"{"timed_out":false,"hits":{"total":{"value":1},"hits":[\#(record("A"))]}}"#)
        let file = try bench.run().files[0]
        #expect(file.reason == "" && file.findings?.partialAnswer == nil)
        let receipt = try String(contentsOfFile: bench.output + "/receipt.json", encoding: .utf8)
        #expect(!receipt.contains("partial"))
    }
}
