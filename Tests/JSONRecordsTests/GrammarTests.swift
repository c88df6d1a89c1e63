//  What is JSON and what is not (RFC 8259), as a line and inside of a record.

import Engagement
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

/// Bytes of a text in which `%NN` stands for a byte.
private func bytes(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Substring(text)
    while let range = rest.range(of: "%") {
        out += Array(rest[..<range.lowerBound].utf8)
        let digits = rest[range.upperBound...].prefix(2)
        out.append(UInt8(digits, radix: 16)!)
        rest = rest[range.upperBound...].dropFirst(2)
    }
    return out + Array(rest.utf8)
}

/// Whether a reader takes the text as JSON: as a line, as a field that nobody asked for, as a field that is read, as a
/// printed value, and as a key when it is a string. All must agree, and a bad one must cost the next record nothing.
private func isAccepted(_ text: [UInt8], _ location: SourceLocation = #_sourceLocation) throws -> Bool {
    let good = Array(#"{"Contract":"A","AppName":"B","TotalDuration":1}"#.utf8)
    let feed: [UInt8] = [0x0A]
    func isFine(_ outcome: ReadOutcome, rejected fine: [RejectReason]) -> Bool {
        outcome.reasons.allSatisfy { fine.contains($0) }
    }
    func same(_ a: Bool?, _ b: Bool) -> Bool {
        #expect(a == nil || a == b, "\(String(decoding: text, as: UTF8.self))", sourceLocation: location)
        return b
    }
    let asLine = try readThroughAllWindows(good + feed + text + feed + good, steps: [4], location: location)
    #expect(asLine.contracts == ["A", "A"], sourceLocation: location)
    #expect(asLine.rejections.count == 1, sourceLocation: location)
    var verdict = isFine(asLine, rejected: [.notAnObject, .missingContract])

    let inside = Array(#"{"x":"#.utf8) + text + Array(#","Contract":"A","AppName":"B","TotalDuration":1}"#.utf8)
    let asField = try readThroughAllWindows(good + feed + inside + feed + good, steps: [4], location: location)
    verdict = same(verdict, asField.records.count == 3 && asField.rejections.isEmpty)
    if !verdict { #expect(asField.contracts == ["A", "A"], sourceLocation: location) }

    let read = Array(#"{"AppName":"B","TotalDuration":1,"Contract":"#.utf8) + text + Array("}".utf8)
    let asContract = try readThroughAllWindows(good + feed + read + feed + good, steps: [4], location: location)
    verdict = same(verdict, isFine(asContract, rejected: [.badContract]))

    // An array that a bracket too many leaves open is cut, not wrong.
    let array = Array("[".utf8) + text + Array("]".utf8)
    let asElement = try readThroughAllWindows(array, steps: [4], location: location)
    verdict = same(verdict, asElement.end == .whole && isFine(asElement, rejected: [.notAnObject, .missingContract]))

    let deep = Array(#"{"_source":{"TotalDuration":[{"k":"#.utf8) + text + Array("}]}}".utf8)
    verdict = same(
        verdict,
        isFine(
            try readThroughAllWindows(good + feed + deep, steps: [4], location: location), rejected: [.missingContract])
    )

    if text.first == UInt8(ascii: "\"") {
        let key = Array("{".utf8) + text + Array(":1}".utf8)
        verdict = same(
            verdict,
            isFine(
                try readThroughAllWindows(good + feed + key, steps: [4], location: location),
                rejected: [.missingContract, .badContract]))
    }
    return verdict
}

@Suite struct GrammarTests {
    private static let structures: [(String, Bool)] = [
        ("{}", true), ("[]", true), ("[[]]", true), ("[{}]", true), ("{\"a\":{}}", true), ("[1,2]", true),
        ("[ ]", true), ("{ }", true),
        ("[\t1\r,\t2 ]", true), ("{\"\":0}", true), ("{\"a\":1,\"a\":2}", true), ("[null,true,false]", true),
        ("{\"a\\u0000b\":[]}", true),
        ("[1,]", false), ("[,1]", false), ("[1,,2]", false), ("[1 2]", false), ("[", false), ("]", false), ("{", false),
        ("}", false),
        ("[}", false), ("{]", false), ("[1}", false), ("{\"a\":1]", false), ("{\"a\"}", false), ("{\"a\":}", false),
        ("{\"a\",1}", false),
        ("{a:1}", false), ("{'a':1}", false), ("{1:1}", false), ("{null:1}", false), ("{\"a\":1,}", false),
        ("{,}", false), ("{,\"a\":1}", false),
        ("{\"a\":1 \"b\":2}", false), ("{\"a\"::1}", false), ("{\"a\":1,,\"b\":2}", false), ("[1:2]", false),
        ("[\"a\":1]", false),
        ("{}}", false), ("[]]", false), ("{\"a\":/*c*/1}", false), ("[1]//", false), ("[%0B1]", false),
        ("[%0C1]", false), ("[%A01]", false),
        ("[%001]", false), ("[1%00]", false), ("{%00}", false), ("%EF%BB1", false), ("[%E2%80%A81]", false),
        ("#", false),
        ("%00", false), ("%FF", false), (":", false), (",", false), ("a", false), ("[*]", false), ("$", false),
        ("<null>", false),
        ("[\n1]", false), ("{\"a\":\n1}", false), ("{\"a\"\n:1}", false), ("[1\n]", false),
    ]
    private static let literals: [(String, Bool)] = [
        ("null", true), ("true", true), ("false", true), ("nul", false), ("nulll", false), ("True", false),
        ("TRUE", false), ("NULL", false), ("tru", false),
        ("fals", false), ("nil", false), ("undefined", false), ("NaN", false), ("Infinity", false),
        ("-Infinity", false), ("t", false), ("truefalse", false),
        ("nu%00l", false),
    ]
    private static let strings: [(String, Bool)] = [
        (#""""#, true), (#""a""#, true), (#""\"""#, true), (#""\\""#, true), (#""\/""#, true), (#""\b\f\n\r\t""#, true),
        (#""\u0000""#, true), (#""\u00e9\u00E9""#, true),
        (#""\uFFFF""#, true), (#""\ud83d\ude00""#, true), (#""\uD800\uDC00\uDBFF\uDFFF""#, true), ("\"%7F\"", true),
        ("\"%C3%A9\"", true), ("\"é日😀\"", true),
        (#""aaaaaaaaaaaaaaa""#, true), (#""aaaaaaaaaaaaaaaa""#, true), (#""aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n""#, true),
        (#""\\\\\"""#, true), (#""\\u12""#, true),
        (#"""#, false), (#""a"#, false), (#""\""#, false), (#""\a""#, false), (#""\x41""#, false), (#""\'""#, false),
        (#""\U0041""#, false), (#""\0""#, false), (#""\ ""#, false),
        (#""\u""#, false), (#""\u1""#, false), (#""\u12""#, false), (#""\u123""#, false), (#""\u123g""#, false),
        (#""\u-123""#, false), (#""\u+123""#, false), (#""\u 123""#, false),
        (#""\ud800""#, false), (#""\udc00""#, false), (#""\ud800a""#, false), (#""\ud800\n""#, false),
        (#""\ud800\ud800""#, false), (#""\ud800\u0041""#, false), (#""\ude00\ud83d""#, false),
        (#""\ud800\u""#, false), (#""\ud800\udc0""#, false), (#""\udbff\ue000""#, false), (#""\é""#, false),
        ("'a'", false), ("\"a\tb\"", false), ("\"a%00b\"", false), ("\"%1F\"", false),
        ("\"a\nb\"", false), ("\"a\rb\"", false), ("\"%01\"", false), (#""a"b""#, false), ("“a”", false),
        ("`a`", false), ("\"\\\n\"", false), ("\"\\%00\"", false),
    ]
    private static let numbers: [(String, Bool)] = [
        ("0", true), ("-0", true), ("1", true), ("-1", true), ("10", true), ("0.0", true), ("-0.0", true),
        ("1.5", true), ("0e0", true), ("1e5", true), ("1E5", true), ("1e+5", true),
        ("1e-5", true), ("1.5E+05", true), ("0e00", true), ("1e400", true), ("123456789012345678901234567890", true),
        ("1.00000000000000000000000000000001", true), ("-0e-0", true),
        ("", false), ("-", false), ("+1", false), ("01", false), ("-01", false), ("00", false), ("1.", false),
        (".5", false), ("-.5", false), ("1.e5", false), ("1e", false), ("1e+", false), ("1e-", false),
        ("1e1.5", false), ("1.5.5", false), ("--1", false), ("1-", false), ("1 000", false), ("1_000", false),
        ("0x10", false), ("1a", false), ("1ee5", false), ("1f", false), ("- 1", false), ("1e 5", false),
        ("１", false), ("0b1", false), ("1+1", false), ("2.e", false), ("0.", false), ("-a", false), ("1,000", false),
        ("1e+-5", false), ("1%01", false),
    ]

    /// Within braces and brackets the two halves of "1,000" and of an empty text mean something else.
    private static let texts = (structures + literals + strings + numbers).filter { $0.0 != "" && $0.0 != "1,000" }

    @Test(arguments: texts) func textIsJSONOrNot(text: String, isJSON: Bool) throws {
        // In a line a line feed ends a record, so such texts are only asked for there.
        if text.contains("\n") {
            let line = Array(#"{"x":"#.utf8) + bytes(text) + Array("}\n".utf8)
            let outcome = try readThroughAllWindows(Array("{}\n".utf8) + line, Feeding(container: .lines))
            // Where it is whole in several lines, the file is one of values.
            if (try? ReferenceParser.parse(bytes(text))) != nil {
                #expect(outcome.container == .values && outcome.reasons == [.missingContract, .missingContract])
            } else {
                #expect(outcome.container == .lines)
                #expect(outcome.reasons.dropFirst().allSatisfy { $0 == .malformedJSON })
            }
            return
        }
        #expect(try isAccepted(bytes(text)) == isJSON)
        #expect(((try? ReferenceParser.parse(bytes(text))) != nil) == isJSON, "the reference")
    }

    /// Every sequence of one to four bytes from both sides of every border in Unicode's table 3-7.
    @Test func stringsHoldUTF8AndNothingElse() throws {
        let firsts: [UInt8] = [
            0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4,
            0xF5, 0xF8, 0xFE, 0xFF,
        ]
        let others: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var sequences = firsts.map { [$0] }
        for first in firsts {
            for second in others {
                sequences.append([first, second])
                for third in [0x41, 0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
                    sequences.append([first, second, third])
                    for fourth in [0x41, 0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
                        sequences.append([first, second, third, fourth])
                    }
                }
            }
        }
        var input = Array("{}\n".utf8)
        for sequence in sequences { input += Array(#"{"x":""#.utf8) + sequence + Array("\"}\n".utf8) }
        let outcome = try read(input)
        #expect(outcome.recordsRead == sequences.count + 1)
        for (sequence, reason) in zip(sequences, outcome.reasons.dropFirst()) {
            let isText = String(validating: sequence, as: UTF8.self) != nil
            #expect(reason == (isText ? .missingContract : .invalidUTF8), "\(sequence)")
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"]) func levelsAreLimited(opening: String) throws {
        let closing = String(opening.reversed().compactMap { $0 == "[" ? "]" : $0 == "{" ? "}" : nil })
        let levels = closing.count
        func nested(_ depth: Int) -> String {
            let core = depth % levels == 0 ? "1" : "[1]"
            return String(repeating: opening, count: depth / levels) + core
                + String(repeating: closing, count: depth / levels)
        }
        // The record is a level, too.
        for (depth, isFine) in [(510, true), (511, true), (512, false), (513, false), (100_000, false)] {
            for prefix in ["{\"x\":", "{\"Contract\":", "{\"_source\":", "{\"TotalDuration\":1,\"AppName\":"] {
                let outcome = try read("{}\n" + prefix + nested(depth) + "}\n{}")
                #expect(outcome.recordsRead == 3)
                #expect((outcome.reasons[1] != .malformedJSON) == isFine, "\(depth) levels")
            }
        }
        let inSource = try read("{}\n{\"_source\":{\"Contract\":" + nested(510) + "}}")
        #expect(inSource.reasons == [.missingContract, .badContract])
        #expect(
            try read("{}\n{\"_source\":{\"Contract\":" + nested(511) + "}}").reasons == [
                .missingContract, .malformedJSON,
            ])
        #expect(try read("{}\n" + nested(512)).reasons[1] != .malformedJSON)
        #expect(try read("{}\n" + nested(513)).reasons[1] == .malformedJSON)
    }

    /// Anything at all, as lines: the reader and the reference must not part.
    @Test(arguments: 0..<40) func damagedLinesAreJudgedLikeTheReferenceJudgesThem(seed: Int) throws {
        var random = Dice(seed: 500 + seed)
        var input = Array("{}\n".utf8)
        for _ in 0..<30 {
            var line = random.record().printed(Printing(isOdd: seed % 2 == 0), &random)
            for _ in 0..<random.below(3) where !line.isEmpty { random.damage(&line) }
            input += line + [0x0A]
        }
        if seed % 4 == 0 { input.removeLast(1 + random.below(20)) }
        let maxRecordBytes = seed % 3 == 0 ? 60 + random.below(100) : 1 << 20
        var outcome = try readThroughAllWindows(
            input, Feeding(maxRecordBytes: maxRecordBytes, container: .lines), steps: [1, 13, 101])
        for i in outcome.rejections.indices { outcome.rejections[i].raw = trimmed(outcome.rejections[i].raw) }
        guard var expected = try? referenceLines(input, maxRecordBytes: maxRecordBytes) else {
            // A line feed came between the tokens of a record, and the rest is read as values.
            #expect(outcome.container == .values)
            return
        }
        expected.rejectedBytes = outcome.rejectedBytes
        #expect(outcome.records == expected.records)
        #expect(outcome.rejections == expected.rejections)
        #expect(outcome == expected)
    }
}
