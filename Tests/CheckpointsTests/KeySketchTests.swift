//  Sketches against the sets that they are of.

import Columns
import Folding
import Foundation
import Testing

@testable import KeyedTables

@Suite struct KeySketchTests {
    /// Rows of contract, app and seconds, ascending.
    private typealias Row = (contract: String, app: String, seconds: Int64)

    private func sketch(_ rows: [Row], batch: Int = 1000) -> PartialSketch {
        var builder = SketchBuilder()
        for start in stride(from: 0, to: rows.count, by: batch) {
            let some = rows[start..<min(start + batch, rows.count)]
            builder.add(
                KeyedBatch(
                    keys: [StringColumn(some.map(\.contract)), StringColumn(some.map(\.app))],
                    measures: [some.map(\.seconds), some.map { _ in 1 }]))
        }
        return builder.finish()
    }

    private func rows(_ contracts: some Sequence<Int>, seconds: Int64 = 7) -> [Row] {
        contracts.map { ("SGH\($0)", "VOD", seconds) }.sorted { $0.contract < $1.contract }
    }

    /// The hashes as docs/checkpoint-format.md describes them, with wide integers and byte by byte.
    private func hash(_ text: String) -> UInt64 {
        func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let product = UInt128(a) * UInt128(b)
            return UInt64(truncatingIfNeeded: product >> 64) ^ UInt64(truncatingIfNeeded: product)
        }
        var bytes = Array(text.utf8)
        var h: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        while !bytes.isEmpty {
            let word = bytes.prefix(8).enumerated().reduce(UInt64(0)) {
                $0 | UInt64($1.element) << UInt64(8 * $1.offset)
            }
            h = mix(h ^ word, 0xA076_1D64_78BD_642F)
            bytes.removeFirst(min(8, bytes.count))
        }
        return mix(h ^ 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3)
    }

    @Test func theTextIsThatOfTheLeastHashesAsTheyAreDescribed() {
        let names = (0..<3000).map { "C\($0)" + String(repeating: "x", count: $0 % 23) } + ["", "é", "12345678"]
        let found = sketch(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { ($0, "A", -1) })
        func digits(_ value: UInt64, _ count: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: count - text.count) + text
        }
        func rows(_ seconds: Int64) -> UInt64 {
            let product = UInt128(hash("A") ^ UInt64(bitPattern: seconds)) * UInt128(0xA076_1D64_78BD_642F as UInt64)
            return UInt64(truncatingIfNeeded: product >> 64) ^ UInt64(truncatingIfNeeded: product)
        }
        let least = Set(names.map { hash($0) >> 16 }).sorted().prefix(1024)
        let text = "1 " + least.map { digits($0, 12) + digits(rows(-1) >> 32, 8) }.joined()
        #expect(found.keys.text == text)
        #expect(found.keyCount == names.count)
        #expect(KeySketch(text: text) == found.keys)
    }

    @Test func aSketchDoesNotDependOnHowRowsAreBatched() {
        let all = rows(0..<5000).flatMap { row in ["CHILD", "VOD"].map { (row.contract, $0, row.seconds) } }
        let whole = sketch(all, batch: 100_000)
        for batch in [1, 7, 1023, 4096] { #expect(sketch(all, batch: batch) == whole) }
        #expect(whole.keyCount == 5000)
    }

    @Test(arguments: [
        (20_000, 20_000, 0), (20_000, 20_000, 3_000), (20_000, 14_000, 14_000), (900, 700, 300),
        (50_000, 20_000, 20_000),
    ])
    func sharesAreThoseOfTheSetsAsNearAsASampleComes(_ a: Int, _ b: Int, _ common: Int) throws {
        let first = sketch(rows(0..<a)).keys
        let second = sketch(rows((a - common)..<(a - common + b))).keys
        // Five standard deviations of a sample of what is left of 1,024 after cutting at the common limit.
        let tolerance =
            a <= 1024 && b <= 1024 ? 1e-12 : 5 * 0.5 / (1024 * Double(min(a, b)) / Double(max(a, b))).squareRoot()
        let share = try #require(first.shareFound(in: second))
        #expect(abs(share - Double(common) / Double(a)) <= tolerance)
        let back = try #require(second.shareFound(in: first))
        #expect(abs(back - Double(common) / Double(b)) <= tolerance)
        let similarity = try #require(first.similarity(to: second))
        #expect(abs(similarity - Double(common) / Double(a + b - common)) <= tolerance)
        #expect(second.similarity(to: first) == similarity)
        #expect(first.similarity(to: first) == 1)
    }

    @Test func rowsDifferByAppAndBySeconds() throws {
        let day = sketch(rows(0..<3000))
        let other = sketch(rows(0..<3000, seconds: 8))
        #expect(day.keys.shareFound(in: other.keys) == 1)
        #expect(try #require(day.keys.similarity(to: other.keys)) < 0.01)
        let mixed = sketch(rows(0..<3000).enumerated().map { ($1.contract, $1.app, $0 % 100 == 0 ? 8 : 7) })
        let similarity = try #require(day.keys.similarity(to: mixed.keys))
        #expect(abs(similarity - 0.99) < 0.02)
    }

    @Test func tooFewMembersTellNothing() {
        let few = sketch(rows(0..<20)).keys
        #expect(few.shareFound(in: few) == nil && few.similarity(to: few) == nil)
        let empty = sketch([])
        #expect(empty.keyCount == 0 && empty.keys.text == "1 ")
        #expect(KeySketch(text: "1 ") == empty.keys)
        // Nearly nothing of a small set lies below the limit of a large one.
        #expect(sketch(rows(0..<100)).keys.shareFound(in: sketch(rows(0..<100_000)).keys) == nil)
    }

    @Test(arguments: [
        "", "1", "2 ", "1 0000000000000000000", "1 0000000000000000000G", "1 0000000000000000000A",
        "1 0000000000020000000000000000000100000000", "1 0000000000010000000000000000000100000001",
    ])
    func anotherTextIsNoSketch(_ text: String) { #expect(KeySketch(text: text) == nil) }

    @Test func aTextOfTooManyHashesIsNoSketch() {
        let all = (1...1025).map { String(format: "%012x00000000", $0) }
        #expect(KeySketch(text: "1 " + all.joined()) == nil)
        #expect(KeySketch(text: "1 " + all.dropLast().joined()) != nil)
    }
}
