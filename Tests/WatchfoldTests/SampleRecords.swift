//  Random records, and the ways in which a file can hold them. Everything follows from a seed; a test that fails shows
//  the seed among its arguments, and WATCHFOLD_TEST_SEED runs the tests with that one alone.

import Foundation
import TestSupport

@testable import Configuration

/// The seeds of a test: the first few, or the one that is asked for.
func seeds(_ count: UInt64) -> [UInt64] {
    ProcessInfo.processInfo.environment["WATCHFOLD_TEST_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? Array(1...count)
}

/// How a file holds its records.
enum Layout: String, CaseIterable {
    case lines, windowsLines, markedLines, prettyValues, valuesInARow, array, prettyArray, answer

    /// Whether each line is a record of its own, whatever its neighbours are.
    var isLines: Bool { self == .lines || self == .windowsLines || self == .markedLines }

    func write(_ records: [String]) -> [UInt8] {
        let text: String
        switch self {
        case .lines: text = records.map { $0 + "\n" }.joined()
        case .windowsLines: text = records.map { $0 + "\r\n" }.joined() + "\r\n"
        case .markedLines: text = "\u{FEFF}" + records.joined(separator: "\n\n")
        case .prettyValues: text = records.map { Self.pretty($0, indent: "") + "\n" }.joined()
        case .valuesInARow:
            // The first value spreads over two lines, or the file would be one of lines.
            text = records.map {
                $0.replacingOccurrences(of: "{\"", with: "{\n\"", options: [], range: $0.range(of: "{\""))
            }
            .joined()
        case .array: text = "[" + records.joined(separator: ",") + "]"
        case .prettyArray:
            text = "[\n" + records.map { "  " + Self.pretty($0, indent: "  ") }.joined(separator: ",\n") + "\n]\n"
        case .answer:
            text =
                #"{"took":3,"_shards":{"hits":[1]},"hits":{"total":{"value":7},"hits":["#
                + records.joined(separator: ",\n")
                + #"],"max_score":1.5},"timed_out":false}"# + "\n"
        }
        return Array(text.utf8)
    }

    /// The same value on several lines: line feeds behind braces and commas that are in no string.
    private static func pretty(_ record: String, indent: String) -> String {
        var result = ""
        var isInString = false
        var isEscaped = false
        for scalar in record.unicodeScalars {
            if !isInString, scalar == "}" { result += "\n" + indent }
            result.unicodeScalars.append(scalar)
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if scalar == "\\" {
                    isEscaped = true
                } else if scalar == "\"" {
                    isInString = false
                }
            } else if scalar == "\"" {
                isInString = true
            } else if scalar == "{" || scalar == "," {
                result += "\n  " + indent
            } else if scalar == ":" {
                result += " "
            }
        }
        return result
    }
}

/// Makes records.
struct RecordSource {
    var random: Dice
    /// Among how many records one is not to be folded; 0 for none.
    var oddEvery = 12

    init(seed: UInt64) { random = Dice(seed: seed) }

    private static let contracts = [
        #""BDH013139""#, #""BDH01313""#, #""A,B""#, #""say \"hi\"""#, #""two\nlines""#, #""caf\u00e9""#,
        "\"cafe\u{301}\"",
        "\"\u{1F600}\"", #""\ud83d\ude00x""#, #""113.182.209.48""#, #""qad014541""#, #""PAYTV""#, #""AAAAAAAAAAAAAAA""#,
        #""AAAAAAAAAAAAAAAA""#, #""AAAAAAAAAAAAAAAB""#, #""a contract that is longer than any key word 1""#,
        #""a contract that is longer than any key word 2""#, #""nul\u0000inside""#, #""tab\there""#, "12", "-7",
        #""12""#, #""0012""#,
        #"" lead""#,
    ]
    private static let apps = [
        "CHANNEL", "CHANNEL", "CHANNEL", "DSHD", "KPLUS", "KPlus", "VOD", "FIMS_RES", "BHD", "DANET", "CHILD", "RELAX",
        "SPORT", "LATER", "an app with a long name A", "an app with a long name B", "x,y",
    ]
    /// Records that are left out or rejected; rejected ones are short, so that no file is held for their length.
    private static let odd = [
        #"{"Contract":null,"AppName":"VOD","TotalDuration":5}"#, #"{"Contract":"","AppName":"VOD","TotalDuration":5}"#,
        #"{"_source":{"Contract":"0","AppName":"VOD","TotalDuration":5}}"#, #"{"Contract":"0"}"#,
        #"{"_source":{"Contract":null}}"#,
    ]
    private static let bad = [
        #"{"AppName":"VOD"}"#, #"{"Contract":"q"}"#, #"{"Contract":"q","AppName":"VOD"}"#, #"{"Contract":[1]}"#,
        #"{"Contract":"q","AppName":7}"#, #"{"Contract":"q","AppName":"VOD","TotalDuration":-3}"#,
        #"{"Contract":"q","AppName":"VOD","TotalDuration":2.5}"#,
        #"{"Contract":"q","AppName":"VOD","TotalDuration":"x"}"#,
    ]

    mutating func contract() -> String {
        random.below(2) == 0 ? "\"C\(random.below(60))\"" : Self.contracts.randomElement(using: &random)!
    }

    private mutating func duration() -> String {
        let seconds = random.below(4) == 0 ? random.below(3) : random.below(86_400)
        switch random.below(12) {
        case 0: return "\(seconds).0"
        case 1: return "\"\(seconds)\""
        case 2: return "\(seconds)e0"
        case 3: return "\"\(seconds).00\""
        case 4: return "\(random.below(100))E2"
        default: return "\(seconds)"
        }
    }

    /// A record that is folded.
    mutating func record() -> String {
        var fields = [
            "\"Contract\":\(contract())", "\"AppName\":\"\(Self.apps.randomElement(using: &random)!)\"",
            "\"TotalDuration\":\(duration())", "\"Mac\":\"E4AB8927BC\(random.below(90) + 10)\"",
        ]
        fields.shuffle(using: &random)
        let source = "{" + fields.joined(separator: ",") + "}"
        return switch random.below(5) {
        case 0: source
        case 1: #"{"_id":"AX_mod8fa1FFivsGq-wr","_source":"# + source + #","nested":{"a":[{},"}"]}}"#
        default: #"{"_index":"history","_score":0,"_source":"# + source + "}"
        }
    }

    /// Some records: mostly folded ones, so few rejected that the file is not held.
    mutating func records(_ count: Int) -> [String] {
        var records = (0..<count).map { _ in record() }
        guard oddEvery > 0 else { return records }
        for index in records.indices where random.below(oddEvery) == 0 {
            records[index] = Self.odd.randomElement(using: &random)!
        }
        for _ in 0..<(count / 40) { records[random.below(count)] = Self.bad.randomElement(using: &random)! }
        return records
    }

    /// A file of lines.
    mutating func lines(_ count: Int) -> [UInt8] { Layout.lines.write(records(count)) }
}
