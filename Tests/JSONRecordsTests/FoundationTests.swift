//  The reader against Foundation on documents that were changed at random: the same verdict and the same values. And, on the
//  same documents, shapes and the walk over fields against the complete path: identical records, rejections and counts.
//
//  Documents are records of every kind, most of them damaged in up to three places, one a line. A marker stands behind each,
//  so that it is known which records came of which line:
//
//      {"Contract":"A","AppName":"VOD","TotalDur       document 0
//      {"Contract":"#0","AppName":"#","TotalDuration":0}
//      {"_source":{"Contract":17 …                     document 1
//
//  The reader hands out keys and durations only. So a valid document is also parsed by the plain reference; its tree must be
//  Foundation's, value by value, and what the reader hands out must be what the plan says of this tree.
//
//  WATCHFOLD_EXHAUSTIVE=1 compares a million documents instead of some thousands.

import Engagement
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

/// Where Foundation is known to do otherwise.
enum FoundationDifference: String, CaseIterable {
    /// RFC 8259 sets no range. The reader never converts a number that nobody asked for, and one that is asked for is read
    /// exactly or rejected as `bad-duration`; Foundation refuses the whole document when Double cannot hold it.
    case numberBeyondDouble
    /// RFC 8259 section 8.1: a text is UTF-8. Foundation guesses UTF-16 and UTF-32 from NUL bytes at the start.
    case guessedEncoding
    /// RFC 8259 sections 4 and 5: commas stand between members and elements. Foundation takes one behind the last, too.
    case commaBehindLast
    /// Objects and arrays may follow each other in a line, with byte order marks between them; to Foundation a document is
    /// one value, with one mark in front of it.
    case severalValues
    /// Of a key that comes twice the last counts. Foundation keeps any one of them, and takes keys as the same that differ
    /// in their bytes and not in their characters ("é" in one and in two parts). Values of such documents are not compared.
    case equalKeys
}

/// U+FEFF in UTF-8.
private let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

private struct Campaign {
    var random: Dice
    var differences: [FoundationDifference: Int] = [:]
    var accepted = 0
    var refused = 0

    init(seed: Int) { random = Dice(seed: seed) }

    /// A document without line feeds that is more than space.
    mutating func document() -> [UInt8] {
        var text =
            random.once(in: 3)
            ? ShapedRecords.record(of: random.pick(ShapedRecords.templates), &random)
            : random.record().printed(Printing(isOdd: random.once(in: 2)), &random)
        if random.once(in: 40) { text = random.anyJSON().printed(Printing(isOdd: true), &random) }
        if !random.once(in: 4) {
            for _ in 0...random.below(3) where !text.isEmpty {
                if random.once(in: 2) { random.damage(&text) } else { ShapedRecords.damage(&text, &random) }
            }
        }
        text = text.map { $0 == 0x0A ? 0x20 : $0 }
        return text.allSatisfy(isBlank) ? Array("{}".utf8) : text
    }

    mutating func run(_ count: Int) throws {
        let documents = (0..<count).map { _ in document() }
        var file: [UInt8] = []
        for (i, document) in documents.enumerated() {
            file += document + [0x0A] + Array("{\"Contract\":\"#\(i)\",\"AppName\":\"#\",\"TotalDuration\":0}\n".utf8)
        }
        let plain = try read(file, Feeding(container: .lines, usesShapes: false))
        let shaped = try read(file, Feeding(container: .lines))
        #expect(shaped == plain, "shapes change something")
        let walked = try read(file, Feeding(container: .lines, usesShapes: false, usesWalk: true))
        #expect(walked == plain, "walking over fields changes something")

        var records = [[FoldedRecord]](repeating: [], count: count)
        var at = 0
        for record in plain.records {
            // A document may have a # of its own.
            let isNext = record.keys == [Array("#\(at)".utf8), [UInt8(ascii: "#")]]
            if isNext { at += 1 } else { records[at].append(record) }
        }
        #expect(at == count, "a document cost the line behind it")
        var reasons = [[RejectReason]](repeating: [], count: count)
        for rejection in plain.rejections { reasons[rejection.linesBefore / 2].append(rejection.reason) }
        for (i, document) in documents.enumerated() { compare(document, records[i], reasons[i]) }
    }

    private mutating func compare(_ document: [UInt8], _ records: [FoldedRecord], _ reasons: [RejectReason]) {
        let text = String(decoding: document, as: UTF8.self).debugDescription
        let isValid = !reasons.contains { $0 == .malformedJSON || $0 == .invalidUTF8 }
        let foundation = try? JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed)
        if isValid != (foundation != nil) {
            let rule = Self.difference(document, isValid: isValid)
            #expect(rule != nil, "\(isValid ? "only the reader" : "only Foundation") takes \(text)")
            if let rule { differences[rule, default: 0] += 1 }
            return
        }
        guard let foundation else {
            refused += 1
            return
        }
        accepted += 1
        guard let tree = try? ReferenceParser.parse(Self.withoutMark(document)) else {
            Issue.record("the reference refuses \(text)")
            return
        }
        if Self.hasEqualKeys(tree) {
            differences[.equalKeys, default: 0] += 1
        } else {
            #expect(Self.isSame(tree, foundation), "Foundation reads other values from \(text)")
        }
        switch FoldPlan.engagement.judge(tree) {
        case .folded(let record, _): #expect(records == [record] && reasons.isEmpty, "\(text)")
        case .ignored, .action: #expect(records.isEmpty && reasons.isEmpty, "\(text)")
        case .row: Issue.record("a fold has no rows of cells")
        case .rejected(let reason): #expect(records.isEmpty && reasons == [reason], "\(text)")
        }
    }

    /// By which rule the verdicts differ; nil when by none.
    private static func difference(_ document: [UInt8], isValid: Bool) -> FoundationDifference? {
        if !isValid {
            if document.prefix(4).contains(0) { return .guessedEncoding }
            let bare = withoutMark(withoutLastCommas(document))
            return (try? ReferenceParser.parse(bare)) != nil ? .commaBehindLast : nil
        }
        guard let tree = try? ReferenceParser.parse(withoutMark(document)) else { return .severalValues }
        return hasNumberBeyondDouble(tree) ? .numberBeyondDouble : nil
    }

    /// Without a byte order mark in front, which neither minds.
    private static func withoutMark(_ document: [UInt8]) -> [UInt8] {
        document.starts(with: mark) ? Array(document.dropFirst(3)) : document
    }

    private static func hasEqualKeys(_ tree: JSON) -> Bool {
        switch tree {
        case .array(let elements): elements.contains(where: hasEqualKeys)
        case .object(let members):
            Set(members.map { String(decoding: $0.key, as: UTF8.self) }).count < members.count
                || members.contains { hasEqualKeys($0.value) }
        case .null, .bool, .number, .string: false
        }
    }

    /// The document without commas that stand, outside of strings, in front of a closing brace or bracket.
    private static func withoutLastCommas(_ document: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in document {
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]"), !isInString,
                let last = out.lastIndex(where: { !isBlank($0) }),
                out[last] == UInt8(ascii: ",")
            {
                out.remove(at: last)
            }
            out.append(byte)
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = isInString && !isEscaped && byte == UInt8(ascii: "\\")
        }
        return out
    }

    private static func hasNumberBeyondDouble(_ tree: JSON) -> Bool {
        switch tree {
        case .number(let text): !(Double(text)?.isFinite ?? false)
        case .array(let elements): elements.contains(where: hasNumberBeyondDouble)
        case .object(let members): members.contains { hasNumberBeyondDouble($0.value) }
        case .null, .bool, .string: false
        }
    }

    private static func isSame(_ tree: JSON, _ other: Any) -> Bool {
        switch tree {
        case .null: other is NSNull
        case .bool(let value): other as? Bool == value
        case .number(let text):
            // Foundation reads a fraction as a decimal number first, and so rounds more than once.
            (other as? NSNumber).map { abs($0.doubleValue - Double(text)!) <= 16 * Double(text)!.ulp } ?? false
        case .string(let bytes):
            // Foundation drops a byte order mark in front of a string's text.
            (other as? String).map { text in
                text.utf8.elementsEqual(bytes)
                    || (bytes.starts(with: mark) && text.utf8.elementsEqual(bytes.dropFirst(3)))
            } ?? false
        case .array(let elements):
            (other as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy { isSame($0, $1) } }
                ?? false
        case .object(let members):
            (other as? [String: Any]).map { other in
                other.count == members.count
                    && members.allSatisfy { member in
                        let key = String(decoding: member.key, as: UTF8.self)
                        let bare = String(decoding: member.key.dropFirst(3), as: UTF8.self)
                        let found = other[key] ?? (member.key.starts(with: mark) ? other[bare] : nil)
                        return found.map { isSame(member.value, $0) } ?? false
                    }
            } ?? false
        }
    }
}

@Suite struct FoundationTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    @Test(arguments: 0..<10) func changedDocumentsAreReadAsFoundationReadsThem(seed: Int) throws {
        var campaign = Campaign(seed: 9000 + seed)
        let (rounds, size) = Self.isExhaustive ? (500, 200) : (10, 200)
        for _ in 0..<rounds { try campaign.run(size) }
        #expect(campaign.accepted > rounds * size / 8 && campaign.refused > rounds * size / 8)
        let differing = campaign.differences.filter { $0.key != .equalKeys }.values.reduce(0, +)
        #expect(campaign.accepted + campaign.refused + differing == rounds * size)
        if Self.isExhaustive {
            let rules = FoundationDifference.allCases.map { "\($0) \(campaign.differences[$0] ?? 0)" }
            print("both accept \(campaign.accepted), both refuse \(campaign.refused); \(rules.joined(separator: ", "))")
        }
    }
}
