//  COPY's text format, read back by the rules of PostgreSQL's documentation, written down a second time.

import Foundation
import Records
import TestSupport
import Testing

@testable import Tables

@Suite struct CopyTextTests {
    /// Rows as a server takes them; nil is no value.
    private static func read(_ bytes: [UInt8]) throws -> [[String?]] {
        var rows: [[String?]] = [[]]
        var field: [UInt8] = []
        var isNull = false
        var position = 0
        func end() throws {
            let text = try #require(String(validating: field, as: UTF8.self))
            rows[rows.count - 1].append(isNull ? nil : text)
            field = []
            isNull = false
        }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x09: try end()
            case 0x0A:
                try end()
                rows.append([])
            case 0x0D: Issue.record("a carriage return stands for itself")
            case 0x5C:
                let letter = try #require(position < bytes.count ? bytes[position] : nil)
                position += 1
                switch Character(Unicode.Scalar(letter)) {
                case "b": field.append(0x08)
                case "f": field.append(0x0C)
                case "n": field.append(0x0A)
                case "r": field.append(0x0D)
                case "t": field.append(0x09)
                case "v": field.append(0x0B)
                case "N":
                    #expect(field.isEmpty)
                    isNull = true
                case "0"..."7", "x", ".": Issue.record("an escape with another meaning")
                default: field.append(letter)
                }
            default:
                #expect(byte != 0)
                field.append(byte)
            }
        }
        try #require(rows.last == [] && field.isEmpty)
        return rows.dropLast()
    }

    private func encoded(_ texts: [String], _ zeros: ZeroBytes = ZeroBytes()) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let encoder = CopyText.encoder(zeros) { bytes += $0 }
        try encoder.begin([TableColumn("A", .text), TableColumn("B", .integer), TableColumn("C", .text)])
        var arena = TextArena()
        let slices = texts.map { arena.keep($0) }
        let numbers = texts.indices.map { Int64($0) * 1_000_003 - 7 }
        try slices.withUnsafeBufferPointer { slices in
            try numbers.withUnsafeBufferPointer { numbers in
                let columns: [RowBlock.Values] = [
                    .text(slices.baseAddress!), .integer(numbers.baseAddress!), .text(slices.baseAddress!),
                ]
                let block = RowBlock(columns: columns, count: texts.count)
                // Both ways: as a whole, and as a part made elsewhere.
                try encoder.append(block)
                let splittable = try #require(encoder as? any SplittableEncoder)
                let part = splittable.makePart()
                part.append(block)
                try splittable.append(encoded: part.encoded)
            }
        }
        try encoder.finish()
        withExtendedLifetime(arena) {}
        return bytes
    }

    private func expectReadBack(_ texts: [String], as expected: [String]) throws {
        let rows = try Self.read(try encoded(texts))
        let once = expected.enumerated().map { [$1, "\($0 * 1_000_003 - 7)", $1] as [String?] }
        #expect(rows == once + once)
    }

    @Test func everyTextComesBack() throws {
        let texts = [
            "plain", "", "\\N", "\\.", "\\", "\\\\", "a\tb", "a\nb", "a\r\nb", "\\t", "\\x41", "\\101",
            "\u{8}\u{B}\u{C}",
            "\u{1}\u{7F}", "é😀\u{FFFF}", "a,\"b\"", String(repeating: "\\", count: 9000), "NULL", " ", "\u{2400}",
        ]
        try expectReadBack(texts, as: texts)
    }

    @Test func anyTextComesBack() throws {
        var dice = Dice(seed: 11)
        let alphabet: [Character] = ["\\", "\t", "\n", "\r", "N", ".", "n", "t", "x", "0", "é", "😀", "a"]
        let texts = (0..<2000).map { _ in
            String((0..<dice.below(40)).map { _ in alphabet[dice.below(alphabet.count)] })
        }
        try expectReadBack(texts, as: texts)
    }

    @Test func aZeroIsReplacedAndCounted() throws {
        let texts = ["b\u{0}", "plain", "\u{0}\u{0}\t\u{0}", "a", String(repeating: "\u{0}", count: 5000)]
        let expected = texts.map { $0.replacingOccurrences(of: "\u{0}", with: "\u{2400}") }
        let zeros = ZeroBytes()
        let rows = try Self.read(try encoded(texts, zeros))
        #expect(rows.map { $0[0] } == expected + expected)
        // Three texts, in two columns, twice.
        #expect(zeros.count == 12 && zeros.first == Array(texts[4].utf8))
        let none = ZeroBytes()
        _ = try encoded(["a"], none)
        #expect(none.count == 0 && none.first == nil)
    }
}
