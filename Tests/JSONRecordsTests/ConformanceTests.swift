//  Every document of ConformanceCases, wherever a value can stand in a file of records, by both paths.
//
//  A file is made of all documents of a category in one place, each followed by a good record: a refusal must cost nothing
//  else. In front stand records of the same keys with plain values, so that the shapes of these lines are known when the
//  documents come.

import Engagement
import Foundation
import ReaderReference
import Records
import Testing

@testable import JSONRecords

@Suite struct ConformanceTests {
    private static let good = bytes(#"{"Contract":"A","AppName":"B","TotalDuration":1}"#)

    /// Where a document stands in a line.
    enum Place: String, CaseIterable {
        case line = "%"
        case unreadField = #"{"x":%,"Contract":"A","AppName":"B","TotalDuration":1}"#
        case contract = #"{"AppName":"B","TotalDuration":1,"Contract":%}"#
        case duration = #"{"Contract":"A","AppName":"B","TotalDuration":%,"y":0}"#
        case deep = #"{"_source":{"TotalDuration":[{"k":%}]}}"#
        case key = #"{%:1}"#
        case keyBesideFields = #"{"_source":{"Contract":"A",%:"AppName","AppName":"B","TotalDuration":1}}"#

        func line(_ document: Bytes) -> Bytes {
            let parts = rawValue.split(separator: "%", omittingEmptySubsequences: false)
            return bytes(String(parts[0])) + document + bytes(String(parts[1]))
        }

        /// How a record may end whose document is valid: a reason, or nil for folded and ignored.
        var fine: [RejectReason?] {
            switch self {
            case .line: [.notAnObject, .missingContract]
            case .unreadField: [nil]
            case .contract: [nil, .badContract]
            case .duration: [nil, .badDuration, .negativeDuration, .missingDuration]
            case .deep: [.missingContract]
            case .key: [.missingContract, .badContract]
            case .keyBesideFields: [nil]
            }
        }

        /// Values that teach the shapes of lines with a document here.
        var plain: [String] {
            switch self {
            case .line, .deep: []
            case .key, .keyBesideFields: [#""p""#, #""aaaaaaaaaaaaaaaaa""#]
            case .unreadField, .contract, .duration: ["7", #""p""#, "null", "true", "[]", "{}", "[1]", #"{"a":1}"#]
            }
        }
    }

    /// How each line of a file ended: its reasons in order, none when nothing was rejected.
    private static func reasons(_ lines: [Bytes]) throws -> [[RejectReason]] {
        let outcome = try readThroughAllWindows(
            Array(lines.joined(separator: [0x0A])) + [0x0A], Feeding(container: .lines), steps: [61, 4099])
        var reasons = [[RejectReason]](repeating: [], count: lines.count)
        for rejection in outcome.rejections { reasons[rejection.linesBefore].append(rejection.reason) }
        return reasons
    }

    @Test(arguments: ConformanceCategory.all, Place.allCases)
    func documentsInLinesEndAsTheirCategorySays(category: ConformanceCategory, place: Place) throws {
        let isKey = place == .key || place == .keyBesideFields
        let documents = category.documents.filter { !isKey || $0.first == UInt8(ascii: "\"") }
        let prelude = (place.plain + place.plain).map { place.line(bytes($0)) }
        let reasons = try Self.reasons(prelude + documents.flatMap { [place.line($0), Self.good] })
        for (i, document) in documents.enumerated() {
            let found = reasons[prelude.count + 2 * i]
            let text = String(decoding: document.prefix(100), as: UTF8.self)
            if category.isAccepted {
                #expect(found.count <= 1 && place.fine.contains(found.first), "\(text): \(found)")
            } else {
                #expect(Self.isRefused(document, found, category), "\(text): \(found)")
            }
            #expect(reasons[prelude.count + 2 * i + 1] == [], "behind \(text)")
        }
    }

    /// Whether it was refused for the category's reason, and once; of UTF-16 each run of NUL bytes is refused by itself.
    private static func isRefused(_ document: Bytes, _ found: [RejectReason], _ category: ConformanceCategory) -> Bool {
        category.name.hasPrefix("UTF-16") ? Set(found) == [category.reason] : found == [category.reason]
    }

    private static func hasMark(_ document: Bytes) -> Bool {
        document.indices.contains { document[$0...].starts(with: [0xEF, 0xBB, 0xBF]) }
    }

    /// The document as a whole file, and between the elements of an array.
    @Test(arguments: ConformanceCategory.all)
    func documentsAsFilesEndAsTheirCategorySays(category: ConformanceCategory) throws {
        let flaws: [RejectReason] = [.malformedJSON, .invalidUTF8, .truncated]
        for document in category.documents {
            let text = String(decoding: document.prefix(100), as: UTF8.self)
            // In front of a value or an element of a file a byte order mark is nothing.
            let isMarked = document.first != 0x22 && Self.hasMark(document)
            for file in (isMarked ? [] : [document]) + [bytes("[1,") + document + bytes(",2]")] {
                let outcome = try read(file)
                if document.count < 1000 { #expect(try read(file, Feeding(step: 3)) == outcome, "\(text)") }
                let found = outcome.reasons.filter(flaws.contains)
                if category.isAccepted {
                    #expect(found == [] && outcome.end == .whole, "\(text): \(outcome)")
                } else {
                    // Of an array that is left open all elements may be good.
                    let isOpen = outcome.end == .insideValue && (found == [] || found == [.truncated])
                    #expect(isOpen || Self.isRefused(document, found, category), "\(text): \(outcome)")
                }
            }
        }
    }

    /// What the categories say, against a parser that shares nothing with the reader.
    @Test(arguments: ConformanceCategory.all) func theReferenceAgrees(category: ConformanceCategory) {
        for document in category.documents {
            let text = String(decoding: document.prefix(100), as: UTF8.self)
            #expect(((try? ReferenceParser.parse(document)) != nil) == category.isAccepted, "\(text)")
        }
    }

    /// A number is checked before it is read, and one in a string as strictly.
    @Test func durationsAreNumbersOfTheGrammarAlone() throws {
        func line(_ value: Bytes) -> Bytes { Place.duration.line(value) }
        for category in ConformanceCategory.all where category.name.contains("number") {
            // A NUL or a broken character is not text for a string.
            let documents = category.documents.filter { document in document.allSatisfy { 0x20..<0x7F ~= $0 } }
            let quoted = documents.filter { !$0.contains(0x22) && !$0.contains(0x5C) }
            let reasons = try Self.reasons(documents.map(line) + quoted.map { line([0x22] + $0 + [0x22]) })
            for (i, document) in (documents + quoted).enumerated() {
                let text = String(decoding: document, as: UTF8.self)
                let value = referenceInteger(text)
                let isMalformed = i < documents.count && !category.isAccepted
                let expected: RejectReason? =
                    isMalformed ? .malformedJSON : value == nil ? .badDuration : value! < 0 ? .negativeDuration : nil
                #expect(reasons[i] == (expected.map { [$0] } ?? []), "\(text)")
            }
        }
    }

    /// A character that a window cuts is waited for, one that a line or a quote cuts is not valid UTF-8, one that the file cuts is
    /// not there yet.
    @Test(arguments: ["é", "日", "😀", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"])
    func charactersMayBeCutByWindowsAndByNothingElse(character: String) throws {
        let whole = bytes(character)
        for length in [0, 15] {
            let head = bytes(#"{"x":""# + String(repeating: "a", count: length))
            let tail = bytes(#"","Contract":"A","AppName":"B","TotalDuration":1}"#)
            let good = head + whole + tail + [0x0A]
            // Every window that ends within a character, and every other.
            for step in 1...head.count + whole.count + 1 {
                let outcome = try read(good + good, Feeding(step: step, container: .lines))
                #expect(outcome.counts.folded == 2 && outcome.rejections.isEmpty)
            }
            for count in 1..<whole.count {
                let cut = head + whole[..<count]
                let lines = try readThroughAllWindows(good + cut + [0x0A] + good + cut + tail + [0x0A] + good)
                #expect(lines.reasons == [.invalidUTF8, .invalidUTF8] && lines.counts.folded == 3)
                let file = try readThroughAllWindows(good + cut)
                #expect(file.reasons == [.truncated] && file.end == .insideValue && file.counts.folded == 1)
            }
        }
    }

    /// Files that were put together have marks anywhere between their records, and not within them.
    @Test func byteOrderMarksStandInFrontOfRecordsAndNotWithin() throws {
        let mark: Bytes = [0xEF, 0xBB, 0xBF]
        for fine in [mark + Self.good, mark + mark + Self.good, Self.good + [0x0A] + mark + Self.good + mark, mark] {
            for container in [Container.lines, .values, nil] {
                let outcome = try readThroughAllWindows(fine, Feeding(container: container))
                #expect(outcome.rejections.isEmpty && outcome.counts.folded == (fine.count + 1) / Self.good.count)
            }
        }
        let elements = bytes("[") + mark + Self.good + mark + bytes(" , ") + mark + Self.good + bytes("]") + mark
        #expect(try readThroughAllWindows(elements).counts.folded == 2)
        for inner in [bytes("{") + mark + Self.good.dropFirst(), Self.good.dropLast() + mark + bytes("}")] {
            #expect(try readThroughAllWindows(inner, Feeding(container: .lines)).reasons == [.malformedJSON])
        }
        for part in [mark.dropLast(), mark.dropLast(2)] {
            #expect(try readThroughAllWindows(part + Self.good, Feeding(container: .lines)).reasons == [.malformedJSON])
            #expect(try readThroughAllWindows(Self.good + part, Feeding(container: .lines)).reasons == [.malformedJSON])
        }
        let range = try readThroughAllWindows(mark + Self.good, Feeding(container: .lines, isAtStart: false))
        #expect(range.rejections.isEmpty)
    }

    /// RFC 8259 knows one value a text. A file may hold several, and objects and arrays may follow each other in a line.
    @Test func aFileIsAnyNumberOfValues() throws {
        #expect(try read("{}{}").reasons == [.missingContract, .missingContract])
        #expect(try read("[][]").end == .whole)
        #expect(try read("1\n2").reasons == [.notAnObject, .notAnObject])
        #expect(try read("1 2").reasons == [.malformedJSON])
        #expect(try read("{}1").reasons.contains(.malformedJSON))
    }

    /// The longest record that is read when nothing is configured, with one more than that in front of good ones.
    @Test func aRecordBeyondTheLimitCostsItsLineAlone() throws {
        let limit = 16_000_000
        let long = bytes(#"{"Contract":""#) + Bytes(repeating: 0x39, count: limit)
        let outcome = try read(
            Self.good + [0x0A] + long + [0x0A] + Self.good + [0x0A],
            Feeding(step: 4_000_000, maxRecordBytes: limit, container: .lines))
        #expect(outcome.reasons == [.recordTooLong])
        #expect(outcome.rejections[0].raw.count == limit)
        #expect(outcome.counts.folded == 2 && outcome.end == .whole)
    }

    @Test func theTableOfTheDocumentationIsThisOne() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/conformance.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").map(String.init)
        let missing = ConformanceCategory.all.map(\.row).filter { !rows.contains($0) }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }
}

/// The bytes of a text.
private func bytes(_ text: String) -> Bytes { Bytes(text.utf8) }
