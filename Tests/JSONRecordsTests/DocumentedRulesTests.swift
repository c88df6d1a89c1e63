//  The page about records (docs/records.md) says what the reader does.

import Engagement
import Foundation
import ReaderReference
import Records
import Testing

@testable import JSONRecords

@Suite struct DocumentedRulesTests {
    private static let page = try! String(
        contentsOfFile: (#filePath as NSString).deletingLastPathComponent + "/../../docs/records.md", encoding: .utf8)

    /// What stands between backquotes, `\xe9` being one byte.
    private static func bytes(_ text: Substring) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") {
                result.append(UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)!)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    @Test func eachReasonIsDocumentedAndItsExampleIsRejectedForIt() throws {
        var documented: Set<RejectReason> = []
        for line in Self.page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let name = cells[0].trimmingCharacters(in: ["`"])
            guard let reason = RejectReason(rawValue: name), cells.count == 3 else { continue }
            documented.insert(reason)
            guard cells[2].hasPrefix("`"), let example = cells[2].dropFirst().split(separator: "`").first else {
                #expect(reason == .recordTooLong)
                continue
            }
            let outcome = try readThroughAllWindows(Self.bytes(example))
            // The example of an array is one line of JSON Lines.
            let file = Array("{}\n".utf8) + Self.bytes(example)
            let reasons = reason == .notAnObject ? Array(try read(file).reasons.dropFirst()) : outcome.reasons
            #expect(reasons == [reason], "\(example)")
        }
        #expect(documented == Set(FoldPlan.engagement.reasons))
    }

    private func one(_ text: String) throws -> (reasons: [RejectReason], folded: [FoldedRecord], coerced: Int) {
        let outcome = try readThroughAllWindows(text)
        return (outcome.reasons, outcome.records, outcome.counts.coerced)
    }

    private func record(_ contract: String, _ duration: String = "1") -> String {
        #"{"Contract":\#(contract),"AppName":"V","TotalDuration":\#(duration)}"#
    }

    /// Section 3.
    @Test func theFirstFlawOfATextDecides() throws {
        let examples: [(text: Substring, reason: RejectReason)] = [
            (#"{"Contract":"CAF\xe9" "AppName":"VOD"}"#, .invalidUTF8),
            (#"{"Contract":"A" "AppName":"CAF\xe9"}"#, .malformedJSON),
        ]
        #expect(Self.page.contains("`\(examples[0].text)` is"))
        for (text, reason) in examples {
            #expect(try readThroughAllWindows(Self.bytes(text)).reasons == [reason], "\(text)")
        }
    }

    /// Section 4.
    @Test func types() throws {
        for (contract, text) in [("17", "17"), ("-0", "-0"), ("\"17\"", "17"), ("\"A \"", "A ")] {
            let (reasons, folded, coerced) = try one(record(contract))
            #expect(reasons.isEmpty && folded[0].keys[0] == Array(text.utf8))
            #expect(coerced == (contract.hasPrefix("\"") ? 0 : 1))
        }
        for duration in ["254.0", "2.54e2", "\"254\"", "\"2.54e2\"", "25400e-2"] {
            let (reasons, folded, coerced) = try one(record("\"A\"", duration))
            #expect(reasons.isEmpty && folded[0].value == 254 && coerced == 1)
        }
        #expect(try one(record("\"A\"", "9007199254740993.0")).folded[0].value == 9_007_199_254_740_993)
        for duration in ["\" 254\"", "\"254 \"", "9223372036854775808", "2.5", "true", "\"\"", "[1]"] {
            #expect(try one(record("\"A\"", duration)).reasons == [.badDuration], "\(duration)")
        }
        for contract in ["null", "\"\"", "\"0\"", "0"] {
            // Ignored, whatever else is wrong.
            let (reasons, folded, _) = try one("{\"Contract\":\(contract),\"TotalDuration\":\"x\"}")
            #expect(reasons.isEmpty && folded.isEmpty, "\(contract)")
        }
    }

    /// Section 4, the rows on durations: what comes out by default, and with settings.
    private static let durations: [(String, byDefault: Int?, RejectReason, DurationRules?, Int?)] = [
        ("3723", 3723, .badDuration, nil, nil), ("3723.0", 3723, .badDuration, nil, nil),
        ("3.723E3", 3723, .badDuration, nil, nil), ("37230e-1", 3723, .badDuration, nil, nil),
        (#"{"$numberLong":"3723"}"#, 3723, .badDuration, nil, nil),
        ("3723000", 3_723_000, .badDuration, DurationRules(unit: .milliseconds), 3723),
        ("62.05", nil, .badDuration, DurationRules(unit: .minutes), 3723),
        ("3723.417", nil, .badDuration, DurationRules(rounding: .nearest), 3723),
        ("3723.417", nil, .badDuration, DurationRules(rounding: .up), 3724),
        (#""3723.417""#, nil, .badDuration, DurationRules(rounding: .down), 3723),
        (#""01:02:03""#, nil, .badDuration, DurationRules(forms: [.hoursMinutesSeconds]), 3723),
        (#""1:02:03""#, nil, .badDuration, DurationRules(forms: [.hoursMinutesSeconds]), 3723),
        (#""100:00:00""#, nil, .badDuration, DurationRules(forms: [.hoursMinutesSeconds]), 360_000),
        (#""01:02:03.5""#, nil, .badDuration, DurationRules(forms: [.hoursMinutesSeconds]), nil),
        (#""01:02:03.5""#, nil, .badDuration, DurationRules(forms: [.hoursMinutesSeconds], rounding: .down), 3723),
        (#""PT1H2M3S""#, nil, .badDuration, DurationRules(forms: [.iso8601]), 3723),
        (#""P1DT2H""#, nil, .badDuration, DurationRules(forms: [.iso8601]), 93_600),
        (#""P2W""#, nil, .badDuration, DurationRules(forms: [.iso8601]), 1_209_600),
        (#""PT1.5H""#, nil, .badDuration, DurationRules(forms: [.iso8601]), 5400),
        (#""PT0,5M""#, nil, .badDuration, DurationRules(forms: [.iso8601]), 30),
        (#""1h2m3s""#, nil, .badDuration, DurationRules(forms: [.units]), 3723),
        (#""3723s""#, nil, .badDuration, DurationRules(forms: [.units]), 3723),
        (#""90 min""#, nil, .badDuration, DurationRules(forms: [.units]), 5400),
        (#""1.5h""#, nil, .badDuration, DurationRules(forms: [.units]), 5400),
        (#""500ms""#, nil, .badDuration, DurationRules(forms: [.units], rounding: .up), 1),
        (#"" 3723""#, nil, .badDuration, DurationRules(forms: [.padded]), 3723),
        (#""3723 ""#, nil, .badDuration, DurationRules(forms: [.padded]), 3723),
        (#""+3723""#, nil, .badDuration, DurationRules(forms: [.padded]), 3723),
        (#""00012""#, nil, .badDuration, DurationRules(forms: [.padded]), 12),
        (#""01:02""#, nil, .badDuration, DurationRules(forms: [.hoursMinutes]), 3720),
        (#""62:03""#, nil, .badDuration, DurationRules(forms: [.minutesSeconds]), 3723),
        (#""3,723""#, nil, .badDuration, everything, nil), (#""3723,4""#, nil, .badDuration, everything, nil),
        (#""1_000""#, nil, .badDuration, everything, nil), (#""1 000""#, nil, .badDuration, everything, nil),
        (#""P1Y""#, nil, .badDuration, everything, nil), (#""P1M""#, nil, .badDuration, everything, nil),
        (#""""#, nil, .badDuration, everything, nil), (#"" ""#, nil, .badDuration, everything, nil),
        ("true", nil, .badDuration, everything, nil), ("[1,2,3]", nil, .badDuration, everything, nil),
        (#"{"a":1}"#, nil, .badDuration, everything, nil),
        ("9223372036854775808", nil, .badDuration, everything, nil), ("1e30", nil, .badDuration, everything, nil),
        (#""2562047788015215:30:08""#, nil, .badDuration, everything, nil),
        ("NaN", nil, .malformedJSON, everything, nil), (#""NaN""#, nil, .badDuration, everything, nil),
        (#"{"$numberDouble":"NaN"}"#, nil, .badDuration, everything, nil),
        ("null", nil, .missingDuration, everything, nil), ("-5", nil, .negativeDuration, everything, nil),
        (#""-00:00:05""#, nil, .badDuration, everything, nil), ("-0.4", nil, .badDuration, everything, nil),
    ]
    private static let everything = DurationRules(
        forms: [.padded, .hoursMinutesSeconds, .minutesSeconds, .iso8601, .units], rounding: .nearest)

    @Test(arguments: durations.indices) func durationsAreWhatTheTableSays(_ index: Int) throws {
        let (text, byDefault, reason, rules, seconds) = Self.durations[index]
        #expect(Self.page.contains("`\(text)`"), "\(text) is not on the page")
        let line = record("\"A\"", text)
        let outcome = try readThroughAllWindows(line)
        #expect(outcome.records.map(\.value) == (byDefault.map { [Int64($0)] } ?? []), "\(text)")
        #expect(outcome.reasons == (byDefault == nil ? [reason] : []), "\(text)")
        guard let rules else { return }
        var feeding = Feeding()
        feeding.plan.durations = rules
        let other = try readThroughAllWindows(line, feeding)
        #expect(other.records.map(\.value) == (seconds.map { [Int64($0)] } ?? []), "\(text)")
        if text.contains("-") { #expect(text.contains("e-") || other.reasons == [.negativeDuration], "\(text)") }
    }

    /// Section 4, the rows on contracts.
    @Test func contractsAreWhatTheTableSays() throws {
        for (text, contract) in [
            (#"" A ""#, " A "), (#""10023456.0""#, "10023456.0"), ("10023456.0", "10023456"),
            ("1.0023456e7", "10023456"),
            (#"{"$numberLong":"10023456"}"#, "10023456"), ("1.7e3", "1700"),
        ] {
            #expect(Self.page.contains("`\(text)`"))
            #expect(try one(record(text)).folded.map(\.keys[0]) == [Array(contract.utf8)], "\(text)")
        }
        for text in ["1.5", "1e64", "true", #"["A"]"#, #"{"$oid":"…"}"#] {
            #expect(Self.page.contains("`\(text)`"))
            #expect(try one(record(text)).reasons == [.badContract], "\(text)")
        }
        for text in ["null", #""""#, #""0""#, "0", "0.0"] {
            let (reasons, folded, _) = try one(record(text))
            #expect(reasons.isEmpty && folded.isEmpty, "\(text)")
        }
    }

    /// Section 9.
    @Test(arguments: [
        (#"{"Contract":"A","AppName":"V","TotalDuration":1,"TotalDuration":"x"}"#, RejectReason.badDuration),
        (#"{"Contract":"A","AppName":"V","TotalDuration":"x","TotalDuration":1}"#, nil),
        (#"{"Contract":"\ud800","AppName":"V","TotalDuration":1}"#, .malformedJSON),
        (#"{"Contract":"A\u0000","AppName":"V","TotalDuration":1}"#, nil),
        ("{\"Contract\":\"A\u{0}\",\"AppName\":\"V\",\"TotalDuration\":1}", .malformedJSON),
        (#"{"Contract":"A","AppName":"V","TotalDuration":1,"x":1e99999}"#, nil),
        (#"{"Contract":"A","AppName":"V","TotalDuration":NaN}"#, .malformedJSON),
        (#"{"Contract":"A","AppName":"V","TotalDuration":1,}"#, .malformedJSON),
        (#"{'Contract':"A"}"#, .malformedJSON), (#"[[{"Contract":"A"}]]"#, .notAnObject),
        ("\u{FEFF}" + #"{"Contract":"A","AppName":"V","TotalDuration":1}"#, nil),
        (#"{"Contract":"A","AppName":"V","TotalDuration":1}"# + "\n\u{FEFF}{}", .missingContract),
        (#"{"Contract":"A","AppName":"V",\#u{FEFF}"TotalDuration":1}"#, .malformedJSON),
        (#"{"_source":{},"Contract":"A","AppName":"V","TotalDuration":1}"#, .missingContract),
    ]) func decisions(_ text: String, _ reason: RejectReason?) throws {
        #expect(try one(text).reasons == (reason.map { [$0] } ?? []))
    }

    /// The example of section 5.
    @Test func readingGoesOnAtTheNextBrace() throws {
        let text = """
            [
              {
                "Contract": "A"
                "AppName": "VOD",
                "o": {
                }
              },
              {
                "Contract": "B", "AppName": "V", "TotalDuration": 1
              }
            ]
            """
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.reasons == [.malformedJSON] && outcome.contracts == ["B"])
        #expect(outcome.rejections[0].linesBefore == 1)
        #expect(outcome.rejections[0].text.hasSuffix("    }\n  },") && outcome.end == .whole)
    }

    /// Sections 5 and 6: what no boundary is found behind is one rejection, and all bytes are in it.
    @Test func theRestOfTheFileIsOneRejectionThatCoversIt() throws {
        let bad = "{x} " + Array(repeating: record("\"B\""), count: 50).joined(separator: ",") + "]\n\n"
        let outcome = try readThroughAllWindows("[\(record("\"A\"")),\(bad)")
        #expect(outcome.contracts == ["A"] && outcome.reasons == [.malformedJSON])
        #expect(outcome.end == .lost(bytes: bad.utf8.count) && outcome.covered == [bad.utf8.count])
        #expect(outcome.rejections[0].text == bad)
        var feeding = Feeding()
        feeding.maxRecordBytes = 100
        let short = try readThroughAllWindows("[\(record("\"A\"")),\(bad)", feeding)
        #expect(short.covered == [bad.utf8.count] && short.rejections[0].text == String(bad.prefix(100)))
    }
}
