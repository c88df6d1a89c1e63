//  Rows against Foundation's JSON, another reader of the same text.
//
//  Each record is decoded by `JSONDecoder` as well. The generator writes what both read in the same way: a string is no
//  number here. Two things Foundation does not know: `json`, which keeps the text, is compared as what the text says; and
//  fractions of a second are left to ValueTests.

import Conversion
import Foundation
import ParquetTable
import Records
import RowReference
import TestSupport
import Testing

@Suite struct FoundationTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Records of each layout; `WATCHFOLD_EXHAUSTIVE` asks for a million of them.
    private static let count = environment["WATCHFOLD_EXHAUSTIVE"] == nil ? 4000 : 350_000

    private static let schema = RowSchema([
        RowField("text", .string, isRequired: false), RowField("n", .integer, isRequired: false),
        RowField("amount", .decimal(precision: 18, scale: 3), isRequired: false),
        RowField("wide", .decimal(precision: 38, scale: 9), isRequired: false),
        RowField("x", .double, isRequired: false), RowField("on", .boolean),
        RowField("at", path: FieldPath([["in", "at"]]), .timestamp(.iso8601), isRequired: false),
        RowField("any", path: FieldPath([["in", "any"]]), .json, isRequired: false),
    ])

    /// How records follow one another; each is read in another way.
    enum Layout: String, CaseIterable {
        /// One shape after another, in lines.
        case lines
        /// Members in any order, more of them than are declared.
        case shuffled
        /// With spaces and escapes where none need to be, in an array.
        case loose
    }

    @Test(arguments: Layout.allCases) func rowsAreThoseOfFoundation(layout: Layout) throws {
        var dice = TestSeed.dice(#function, layout.rawValue)
        let records = (0..<Self.count).map { _ in record(&dice, layout) }
        var text = records.joined(separator: layout == .loose ? ",\n" : "\n")
        if layout == .loose { text = "[" + text + "]" }
        let converted = try Converted(text, Self.schema) {
            ($0.jobs, $0.unitSize, $0.rejectsPerFile) = (2, 1 << 20, .max)
        }
        let decoder = JSONDecoder()
        var expected: [[ReferenceValue]] = []
        var rejected = 0
        for record in records {
            do { expected.append(try decoder.decode(Row.self, from: Data(record.utf8)).values) } catch { rejected += 1 }
        }
        let rows = try converted.rows()
        #expect(converted.result.files[0].counts.rejectedTotal == rejected && rejected > Self.count / 50)
        try #require(rows.count == expected.count, "\(TestSeed.text)")
        for (row, wanted) in zip(rows, expected) {
            // The text of any, as what it says.
            try #require(row.dropLast() == wanted.dropLast(), "\(TestSeed.text)")
            let (any, wantedAny) = (try Self.tree(row.last!), try Self.tree(wanted.last!))
            try #require(any == wantedAny, "\(row) \(wanted) \(TestSeed.text)")
        }
    }

    private static func tree(_ value: ReferenceValue) throws -> NSObject? {
        guard case .text(let text) = value else { return nil }
        return try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) as? NSObject
    }

    // MARK: Foundation's reading

    /// One record as Foundation reads it.
    private struct Row: Decodable {
        var values: [ReferenceValue] = []

        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        /// Any value, written again.
        private struct AnyText: Decodable {
            var text: [UInt8]

            init(from decoder: any Decoder) throws {
                if let list = try? decoder.singleValueContainer().decode([AnyText].self) {
                    text = Array("[".utf8) + list.map(\.text).joined(separator: Array(",".utf8)) + Array("]".utf8)
                } else if let members = try? decoder.singleValueContainer().decode([String: AnyText].self) {
                    let pairs = try members.map { key, value in
                        try Array(JSONEncoder().encode(key)) + Array(":".utf8) + value.text
                    }
                    text = Array("{".utf8) + pairs.joined(separator: Array(",".utf8)) + Array("}".utf8)
                } else {
                    let single = try decoder.singleValueContainer()
                    if single.decodeNil() {
                        text = Array("null".utf8)
                    } else if let flag = try? single.decode(Bool.self) {
                        text = Array("\(flag)".utf8)
                    } else if let number = try? single.decode(Double.self) {
                        text = Array("\(number)".utf8)
                    } else {
                        text = Array(try JSONEncoder().encode(single.decode(String.self)))
                    }
                }
            }
        }

        init(from decoder: any Decoder) throws {
            let record = try decoder.container(keyedBy: Key.self)
            func key(_ name: String) -> Key { Key(stringValue: name) }
            values.append(
                try record.decodeIfPresent(String.self, forKey: key("text")).map { .text(Array($0.utf8)) } ?? .null)
            values.append(try record.decodeIfPresent(Int64.self, forKey: key("n")).map { .integer($0) } ?? .null)
            for (name, precision, scale) in [("amount", 18, 3), ("wide", 38, 9)] {
                let decimal = try record.decodeIfPresent(Decimal.self, forKey: key(name))
                values.append(try decimal.map { .decimal(try Self.units($0, precision, scale)) } ?? .null)
            }
            values.append(
                try record.decodeIfPresent(Double.self, forKey: key("x")).map { .double($0.bitPattern) } ?? .null)
            values.append(.boolean(try record.decode(Bool.self, forKey: key("on"))))
            // An object, or nothing in which a field could be.
            let inner = try? record.nestedContainer(keyedBy: Key.self, forKey: key("in"))
            let at = try inner?.decodeIfPresent(String.self, forKey: key("at"))
            values.append(try at.map { .timestamp(try Self.moment($0)) } ?? .null)
            let any = try inner?.decodeIfPresent(AnyText.self, forKey: key("any"))
            values.append(any.map { .text($0.text) } ?? .null)
        }

        private struct Unfit: Error {}

        private static func units(_ decimal: Decimal, _ precision: Int, _ scale: Int) throws -> Int128 {
            var (value, scaled) = (decimal, Decimal())
            guard NSDecimalMultiplyByPowerOf10(&scaled, &value, Int16(scale), .plain) == .noError else { throw Unfit() }
            let text = NSDecimalNumber(decimal: scaled).description(withLocale: Locale(identifier: "en_US_POSIX"))
            guard let units = Int128(text), text.count(where: \.isNumber) <= precision else { throw Unfit() }
            return units
        }

        private static func moment(_ text: String) throws -> Int64 {
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withInternetDateTime]
            guard let date = formatter.date(from: text) else { throw Unfit() }
            // The formatter takes 31 April for 1 May.
            let parts = text.prefix(10).split(separator: "-").map { Int($0) }
            let day = DateComponents(year: parts[0], month: parts[1], day: parts[2])
            guard day.isValidDate(in: Calendar(identifier: .gregorian)) else { throw Unfit() }
            return Int64(date.timeIntervalSince1970.rounded()) * 1_000_000
        }
    }

    // MARK: Records

    private func record(_ dice: inout Dice, _ layout: Layout) -> String {
        var members: [String] = []
        func add(_ name: String, _ value: String?, to members: inout [String]) {
            guard let value else { return }
            let key =
                layout == .loose && dice.once(in: 9)
                ? "\\u00\(String(name.utf8.first!, radix: 16))" + name.dropFirst() : name
            members.append("\"\(key)\"\(space(&dice, layout)):\(space(&dice, layout))\(value)")
        }
        add("text", optional(string(&dice), &dice), to: &members)
        add("n", optional(integer(&dice), &dice), to: &members)
        add("amount", optional(decimal(&dice, digits: 16, places: 4), &dice), to: &members)
        add("wide", optional(decimal(&dice, digits: 27, places: 9), &dice), to: &members)
        add("x", optional(double(&dice), &dice), to: &members)
        add("on", dice.once(in: 40) ? nil : dice.pick(["true", "false"]), to: &members)
        var inner: [String] = []
        add("at", optional(moment(&dice), &dice), to: &inner)
        add("any", optional(any(&dice, depth: 2), &dice), to: &inner)
        if layout != .lines {
            if dice.once(in: 3) { members.append("\"more\(dice.below(4))\":\(any(&dice, depth: 1))") }
            inner.shuffle(using: &dice)
        }
        let around = dice.once(in: 20) ? dice.pick(["null", "[]", "7"]) : "{\(inner.joined(separator: ","))}"
        members.append("\"in\":\(around)")
        if layout != .lines { members.shuffle(using: &dice) }
        return "{\(members.joined(separator: space(&dice, layout) + ","))}"
    }

    private func space(_ dice: inout Dice, _ layout: Layout) -> String {
        layout == .loose && dice.once(in: 4) ? dice.pick([" ", "\t", "\n  "]) : ""
    }

    private func optional(_ value: String, _ dice: inout Dice) -> String? {
        switch dice.below(20) {
        case 0: nil
        case 1: "null"
        case 2 where dice.once(in: 6): dice.pick(["{\"a\":1}", "[1]"])
        default: value
        }
    }

    private func string(_ dice: inout Dice) -> String {
        let pieces = [
            "a", "Zoë", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "日本", " ", "\\u0000", "x,y", "😀",
        ]
        return "\"" + (0..<dice.below(7)).map { _ in dice.pick(pieces) }.joined() + "\""
    }

    private func integer(_ dice: inout Dice) -> String {
        switch dice.below(8) {
        case 0: dice.pick(["0", "-0", "9223372036854775807", "-9223372036854775808"])
        case 1: dice.pick(["9223372036854775808", "-9223372036854775809", "1.5", "true"])
        case 2: "\(Int64.random(in: .min ... .max, using: &dice))"
        default: "\(dice.below(100_000) - 50_000)"
        }
    }

    private func digits(_ count: Int, _ dice: inout Dice) -> String {
        (0..<count).map { _ in "\(dice.below(10))" }.joined()
    }

    private func decimal(_ dice: inout Dice, digits most: Int, places: Int) -> String {
        let whole = dice.once(in: 6) ? "0" : "\(1 + dice.below(9))" + digits(dice.below(most), &dice)
        let fraction = dice.once(in: 3) ? "" : "." + digits(1 + dice.below(places), &dice)
        return (dice.once(in: 3) ? "-" : "") + whole + fraction
    }

    private func double(_ dice: inout Dice) -> String {
        switch dice.below(6) {
        case 0: dice.pick(["0", "1e308", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "1E+2", "0.1"])
        case 1: "\(Double(bitPattern: UInt64(dice.below(1 << 62))))"
        default: "\(dice.below(1000)).\(digits(1 + dice.below(18), &dice))"
        }
    }

    private func moment(_ dice: inout Dice) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let zone = dice.pick(["Z", "Z", "+02:00", "-09:30"])
        let day = dice.once(in: 30) ? 31 : 1 + dice.below(28)
        return
            "\"\(1901 + dice.below(190))-\(two(1 + dice.below(12)))-\(two(day))T\(two(dice.below(24))):\(two(dice.below(60))):\(two(dice.below(60)))\(zone)\""
    }

    private func any(_ dice: inout Dice, depth: Int) -> String {
        switch dice.below(depth == 0 ? 4 : 6) {
        case 0: string(&dice)
        case 1: "\(dice.below(1000) - 500)"
        case 2: dice.pick(["true", "false"])
        case 3: "\(dice.below(90)).5"
        case 4: "[" + (0..<dice.below(4)).map { _ in any(&dice, depth: depth - 1) }.joined(separator: ", ") + "]"
        default:
            "{" + (0..<dice.below(4)).map { "\"k\($0)\": \(any(&dice, depth: depth - 1))" }.joined(separator: ",") + "}"
        }
    }
}
