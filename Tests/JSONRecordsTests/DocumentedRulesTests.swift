//  The page about records (docs/records.md) says what the reader does.

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
        #expect(documented == Set(RejectReason.allCases))
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
