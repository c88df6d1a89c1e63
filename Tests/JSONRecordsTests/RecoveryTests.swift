//  What a broken record costs, and what a cut file says of itself.

import Engagement
import ReaderReference
import Records
import Testing

@testable import JSONRecords

/// A record on one line.
private func line(_ contract: String) -> String {
    "{\"Contract\":\"\(contract)\",\"AppName\":\"VOD\",\"TotalDuration\":1}"
}

/// The same, printed over several lines at an indentation.
private func printed(_ contract: String, indent: String = "") -> String {
    "\(indent){\n\(indent)  \"Contract\": \"\(contract)\",\n\(indent)  \"AppName\": {\n\(indent)    \"x\": 1\n\(indent)  },\n"
        + "\(indent)  \"AppName\": \"VOD\",\n\(indent)  \"TotalDuration\": 1\n\(indent)}"
}

@Suite struct RecoveryTests {
    private static let badLines: [(String, RejectReason)] = [
        ("{\"Contract\":\"X\",\"AppName\":\"VOD\",\"TotalDur", .malformedJSON),
        ("{\"Contract\":\"X\",\"AppName\":\"VOD\",\"TotalDuration\":", .malformedJSON),
        ("{\"Contract\":\"X\",\"AppName\":\"VOD\",\"TotalDuration\":1", .malformedJSON),
        ("{", .malformedJSON), ("[{", .malformedJSON), ("{\"a\":[", .malformedJSON), ("}", .malformedJSON),
        ("]", .malformedJSON),
        (line("X") + "}", .malformedJSON), (line("X") + " x", .malformedJSON), (line("X") + ",", .malformedJSON),
        ("\u{0}", .malformedJSON), ("\u{0}\u{0}\u{0}", .malformedJSON),
        (line("X\u{0}"), .malformedJSON), (line("X\u{1B}[0m"), .malformedJSON), (line("X\tY"), .malformedJSON),
        ("{\"a\":\"\\\u{0}\"}", .malformedJSON), ("{\"a\":tru\u{0}e}", .malformedJSON),
        ("x" + line("X"), .malformedJSON),
        ("{\"Contract\":\"X\" \"AppName\":\"VOD\"}", .malformedJSON),
        (String(repeating: "{\"a\":", count: 600), .malformedJSON),
        ("17", .notAnObject), ("\"text\"", .notAnObject), ("[" + line("X") + "]", .notAnObject), ("null", .notAnObject),
    ]

    @Test(arguments: badLines) func aBadLineCostsOnlyItself(bad: String, reason: RejectReason) throws {
        for feed in ["\n", "\r\n"] {
            let input = line("A") + feed + bad + feed + line("B") + feed + bad + feed + feed + line("C")
            let outcome = try readThroughAllWindows(Array(input.utf8), steps: [1, 50])
            #expect(outcome.contracts == ["A", "B", "C"])
            #expect(outcome.reasons == [reason, reason])
            #expect(outcome.rejections.map { trimmed($0.raw) } == [Array(bad.utf8), Array(bad.utf8)])
            #expect(outcome.rejections.map(\.linesBefore) == [1, 3])
            #expect(outcome.end == .whole)
        }
    }

    @Test func invalidUTF8IsAReasonOfItsOwn() throws {
        for flaw in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xE2, 0x82]]
            as [[UInt8]]
        {
            for after in ["\",\"AppName\":\"VOD\",\"TotalDuration\":1}\n", "\n"] {
                let bad = Array("{\"Contract\":\"X".utf8) + flaw + Array(after.utf8)
                let outcome = try readThroughAllWindows(Array((line("A") + "\n").utf8) + bad + Array(line("B").utf8))
                #expect(outcome.contracts == ["A", "B"])
                #expect(outcome.reasons == [.invalidUTF8])
            }
        }
    }

    private static let badValues = [
        "{\n  \"Contract\": \"X\",\n  \"AppName\": tru,\n  \"TotalDuration\": {\n    \"a\": {}\n  }\n}",
        "{\n  \"Contract\": \"X\",\n  \"AppName\": ", "{\n  \"Contract\": \"X\n", "}", "{\"x\" 1}",
        "{\n  \"Contract\": \u{0}\n}",
        printed("X") + "}", "{\n  \"a\": [\n    {},\n    {]\n  ]\n}",
    ]

    @Test(arguments: badValues) func aBadPrintedValueCostsOnlyItself(bad: String) throws {
        let input = printed("A") + "\n" + bad + "\n" + printed("B") + "\n" + printed("C") + "\n"
        let outcome = try readThroughAllWindows(input)
        #expect(outcome.container == .values)
        #expect(outcome.contracts.filter { $0 != "X" } == ["A", "B", "C"])
        #expect(outcome.reasons == [.malformedJSON])
        #expect(outcome.end == .whole)
        // All of it is shown, so that it can be mended; the harness has looked that it is not more.
        #expect(outcome.rejections[0].text.hasPrefix(bad) || outcome.contracts.contains("X"))
    }

    @Test(arguments: ["", "\t", "    "]) func aBadElementCostsOnlyItself(indent: String) throws {
        let bad = "\(indent){\n\(indent)  \"Contract\": x,\n\(indent)  \"o\": {\n\(indent)  }\n\(indent)}"
        for (i, elements) in [["B", bad, "C"], [bad, "B", "C"], ["B", "C", bad, bad, "D"]].enumerated() {
            let texts = elements.map { $0.count == 1 ? printed($0, indent: indent) : $0 }
            let good = elements.filter { $0.count == 1 }
            let array = "[\n" + texts.joined(separator: ",\n") + "\n]\n"
            let outcome = try readThroughAllWindows(array)
            #expect(outcome.contracts == good)
            #expect(outcome.reasons == Array(repeating: .malformedJSON, count: i == 2 ? 2 : 1))
            #expect(outcome.end == .whole)
            let answer = "{\n \"hits\": {\n  \"hits\": [\n" + texts.joined(separator: ",\n") + "\n]\n }\n}\n"
            let answers = try readThroughAllWindows(answer + answer)
            #expect(answers.container == .responses)
            #expect(answers.contracts == good + good)
            #expect(answers.end == .whole)
        }
    }

    @Test func nothingThatLooksLikeARecordBehindABadOneIsALoss() throws {
        for (input, lost) in [
            ("[\(line("A")),{x},\(line("B"))]", 3 + 1 + line("B").count + 1), ("[\n\(line("A")),\n{x}\n]\n", 3 + 3),
            ("\(printed("A"))\n}\n", 2),
            ("[\n  {\"a\":x},\n    \(line("B"))\n]", "{\"a\":x},\n    \(line("B"))\n]".count),
        ] {
            let outcome = try readThroughAllWindows(input)
            #expect(outcome.contracts == ["A"].filter { input.contains("\"\($0)\"") })
            #expect(outcome.reasons == [.malformedJSON])
            #expect(outcome.end == .lost(bytes: lost), "\(input)")
            #expect(outcome.rejectedBytes == lost)
            #expect(outcome.covered == [lost] && outcome.rejections[0].raw.count == lost)
        }
    }

    /// A broken record in an answer must not make elements of the answers behind it.
    @Test func answersBehindABrokenOneAreReadAsAnswers() throws {
        func answer(_ records: [String]) -> String {
            "{\"took\":1,\"hits\":{\"hits\":[\(records.joined(separator: ","))]}}"
        }
        for bad in ["{x}", "{\"Contract\":\"X\",\"AppName\":", "{\"Contract\":\"X\"]"] {
            for records in [[line("B"), bad], [bad, line("Y")], [bad]] {
                let input = [
                    answer([line("A")]), answer(records), answer([line("C"), line("D")]), answer([line("E")]),
                ]
                let outcome = try readThroughAllWindows(input.joined(separator: "\n") + "\n")
                #expect(outcome.contracts == ["A"] + (records[0] == bad ? [] : ["B"]) + ["C", "D", "E"])
                #expect(outcome.reasons == [.malformedJSON])
                #expect(outcome.end == .whole)
            }
        }
        let cut =
            answer([line("A")]) + "\n{\"took\":1,\"hits\":{\"hits\":[\(line("B")),{\"Contr\n" + answer([line("C")])
        #expect(try readThroughAllWindows(cut).contracts == ["A", "B", "C"])
        let head = answer([line("A")]) + "\n{\"took\":,\"hits\":{\"hits\":[\(line("B"))]}}\n" + answer([line("C")])
        #expect(try readThroughAllWindows(head).contracts == ["A", "C"])
        let spread = "{\"hits\":{\"hits\":[{x},\n\(line("A")),\n\(line("B"))]}}\n" + answer([line("C")])
        #expect(try readThroughAllWindows(spread).contracts == ["A", "B", "C"])
    }

    @Test func valuesBehindABrokenArrayAreReadAsValues() throws {
        let outcome = try readThroughAllWindows("[\n  \(line("A")),\n  {x}\n]\n\(line("B"))\n\(line("C"))\n")
        #expect(outcome.contracts == ["A", "B", "C"])
        #expect(outcome.end == .whole)
    }

    @Test func theByteOrderMarkTakesNoColumn() throws {
        let bad = "\u{FEFF}{\n  \"Contract\": x,\n  \"o\":\n  {\n    \"Contract\": \"INNER\"\n  }\n}\n"
        let outcome = try readThroughAllWindows(bad + printed("A") + "\n" + printed("B"), Feeding(container: .values))
        #expect(outcome.contracts == ["A", "B"])
        #expect(outcome.reasons == [.malformedJSON])
    }

    // MARK: Cut files

    /// Whole files, and where they may be cut and still are whole.
    private static let wholeFiles: [String] = [
        line("A") + "\n" + line("B") + "\n\n  " + line("C") + "\n",
        line("A") + "\r\n" + line("é😀") + line("C") + "\r\n",
        printed("A") + "\n" + printed("B") + "\n", printed("A", indent: "\t") + printed("B") + "\r\n",
        "[" + line("A") + ", " + line("B") + "]\n",
        "[\n" + printed("A", indent: "  ") + ",\n" + printed("B", indent: "  ") + "\n]\n",
        "[]\n[" + line("A") + "]",
        "{\"took\":1,\"hits\":{\"total\":2,\"hits\":[" + line("A") + "," + line("B") + "]},\"x\":[1,{}]}\n",
        "{\n  \"hits\" : {\n    \"hits\" : [\n" + printed("A", indent: "      ")
            + "\n    ]\n  },\n  \"took\" : 12\n}\n",
        "{\"hits\":{\"hits\":[" + line("A") + "]}}\n{\"hits\":{\"hits\":[]}}\n",
    ]

    @Test(arguments: wholeFiles) func aCutFileNeverPassesForWhole(text: String) throws {
        let input = Array(text.utf8)
        let whole = try read(input)
        #expect(whole.end == .whole)
        #expect(whole.rejections.isEmpty)
        for count in 0..<input.count {
            let prefix = Array(input[..<count])
            // The prefix is a whole file if it is one value after another.
            var parser = ReferenceParser(prefix)
            var isWhole = true
            parser.skipSpace()
            while isWhole && parser.i < parser.end {
                isWhole = (try? parser.value()) != nil
                parser.skipSpace()
            }
            let outcome = try count % 7 == 0 ? readThroughAllWindows(prefix, steps: [1]) : read(prefix)
            #expect(outcome.end == (isWhole ? .whole : .insideValue), "\(count) bytes of \(text)")
            #expect(outcome.records == Array(whole.records.prefix(outcome.records.count)))
            #expect(outcome.reasons == [] || outcome.reasons == [.truncated])
            #expect(outcome.rejections.isEmpty || !isWhole)
        }
    }

    @Test func aCutByteOrderMarkIsNoRecordThatCounts() throws {
        #expect(try readThroughAllWindows([0xEF, 0xBB], Feeding()).records.isEmpty)
    }

    // MARK: Long records

    @Test(arguments: [30, 60, 100]) func recordsThatAreTooLongCostOnlyThemselves(limit: Int) throws {
        let long =
            "{\"Contract\":\"" + String(repeating: "x", count: limit) + "\",\"AppName\":\"VOD\",\"TotalDuration\":1}"
        let short = "{\"Contract\":\"A\"}"
        let feeding = Feeding(maxRecordBytes: limit)
        for bad in [long, String(long.dropLast(5)), long + "   ", String(repeating: "x", count: limit + 1)] {
            let lines = try readThroughAllWindows("\(short)\n\(bad)\n\(short)\n\(bad)\n\(short)", feeding)
            #expect(lines.reasons == [.missingApp, .recordTooLong, .missingApp, .recordTooLong, .missingApp])
            #expect(lines.rejections[1].raw == Array(bad.utf8.prefix(limit)))
            #expect(lines.end == .whole)
        }
        let good = "{\n \"Contract\": \"A\"\n}"
        let values = try readThroughAllWindows(
            "\(good)\n{\n \"x\": {\n \"y\":\n\"\(long.filter { $0 != "\"" })\"}}\n\(good)\n", feeding)
        #expect(values.reasons == [.missingApp, .recordTooLong, .missingApp])
        #expect(values.end == .whole)
        let exact = "{\"Contract\":\"" + String(repeating: "x", count: limit - 15) + "\"}"
        #expect(try readThroughAllWindows("\(exact)\n\(exact)x", feeding).reasons == [.missingApp, .recordTooLong])
        #expect(try readThroughAllWindows("[\(exact)]", feeding).reasons == [.missingApp])
    }

    // MARK: Containers

    /// What the beginning of a file says, also when its first value is broken.
    @Test(arguments: [
        ("{x}\n{\"a\":1}\n{\"a\":1}\n", Container.lines), ("{\"a\":\n{\"a\":1}\n{\"a\":2}\n", .lines), ("{\n", .values),
        ("{", .lines),
        ("{\n  \"a\": x,\n  \"b\": 1\n}\n{\n  \"a\": 1\n}\n", .values), ("{\"a\":1},\n{\"a\":2},\n", .lines),
        ("x\n", .lines), ("17", .lines),
        ("[", .values), ("\n\n[{}]", .values), ("{\"hits\":[]}", .lines), ("{\"hits\":{\"hits\":{}}}", .lines),
        ("{\"hits\":{\"hits\":[", .responses),
        ("{\n\"hits\":{\"hits\":1}}", .values), ("{\"x\":{\"hits\":{\"hits\":[]}}}", .lines),
    ]) func theContainerIsToldFromTheContent(text: String, container: Container) throws {
        #expect(try readThroughAllWindows(text).container == container)
    }
}
