//  Records of every kind that may be met, and JSON text of every kind for them.

import Records
import TestSupport

/// How a value is printed.
package struct Printing {
    /// Spaces of one level; nil puts a value on one line.
    package var indent: Int?
    /// Whether spaces are strewn in and characters escaped at random.
    package var isOdd = false
    package var newline = "\n"

    package init(indent: Int? = nil, isOdd: Bool = false, newline: String = "\n") {
        (self.indent, self.isOdd, self.newline) = (indent, isOdd, newline)
    }

    package static let compact = Printing()
    package static let pretty = Printing(indent: 2)
}

extension JSON {
    package func printed(_ printing: Printing = .compact, _ random: inout Dice, level: Int = 0) -> [UInt8] {
        func gap(_ random: inout Dice) -> [UInt8] {
            printing.isOdd && random.once(in: 4) ? random.pick([[0x20], [0x09], [0x20, 0x20], [0x0D]]) : []
        }
        func feed(_ level: Int) -> [UInt8] {
            printing.indent.map { Array((printing.newline + String(repeating: " ", count: $0 * level)).utf8) } ?? []
        }
        switch self {
        case .null: return Array("null".utf8)
        case .bool(let value): return Array((value ? "true" : "false").utf8)
        case .number(let text): return Array(text.utf8)
        case .string(let bytes): return Self.quoted(bytes, isOdd: printing.isOdd, &random)
        case .array(let elements):
            var out: [UInt8] = [UInt8(ascii: "[")] + gap(&random)
            for (i, element) in elements.enumerated() {
                if i > 0 { out += [UInt8(ascii: ",")] + gap(&random) }
                out += feed(level + 1) + element.printed(printing, &random, level: level + 1) + gap(&random)
            }
            return out + (elements.isEmpty ? [] : feed(level)) + [UInt8(ascii: "]")]
        case .object(let members):
            var out: [UInt8] = [UInt8(ascii: "{")] + gap(&random)
            for (i, member) in members.enumerated() {
                if i > 0 { out += [UInt8(ascii: ",")] + gap(&random) }
                out += feed(level + 1) + Self.quoted(member.key, isOdd: printing.isOdd, &random) + gap(&random)
                out += [UInt8(ascii: ":")] + gap(&random) + (printing.indent == nil ? [] : [0x20])
                out += member.value.printed(printing, &random, level: level + 1) + gap(&random)
            }
            return out + (members.isEmpty ? [] : feed(level)) + [UInt8(ascii: "}")]
        }
    }

    private static func quoted(_ bytes: [UInt8], isOdd: Bool, _ random: inout Dice) -> [UInt8] {
        var out = "\""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let short: [UnicodeScalar: String] = [
                "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r",
                "\t": "\\t",
            ]
            let mustEscape = scalar == "\"" || scalar == "\\" || scalar.value < 0x20
            if let escape = short[scalar], mustEscape || isOdd, !random.once(in: 3) {
                out += escape
            } else if mustEscape || (isOdd && random.once(in: 6)) {
                for unit in String(scalar).utf16 {
                    var digits = String(unit, radix: 16, uppercase: random.once(in: 2))
                    digits = String(repeating: "0", count: 4 - digits.count) + digits
                    out += "\\u" + digits
                }
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return Array((out + "\"").utf8)
    }
}

extension Dice {
    package static let integers = [
        "0", "1", "72", "254", "86400", "-1", "-0", "-889575165", "254.0", "2.54e2", "25400e-2", "2.5", "0.0", "-0.0",
        "0e5", "1e400", "1e-400", "0e400", "1E18", "1e19", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "9223372036854775806", "9223372036854775807.0",
        "9.223372036854775807e18", "922337203685477580.7e1", "9223372036854775808e0", "100000000000000000000e-2",
        "123456789012345678", "1234567890123456789", "12345678901234567890", "0.1e1", "0.00001e5", "10e-1", "11e-1",
        "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999",
    ]
    package static let texts = [
        "", "0", "CHANNEL", "BDH013139", "qad014541", "113.182.209.48", "PAYTV", "VOD", "é", "Truyền hình", "日本語テレビ",
        "😀", "a\u{0}b", "a\u{0}", "quote\"back\\slash/", "tab\tfeed\n", "\u{7F}", "exactly15bytes!", "exactly16bytes!!",
        "a much longer name than fits inline", "{\"Contract\":\"X\"}", "e\u{301}", "\u{FFFF}", "\u{10FFFF}", "null",
        " ",
    ]

    package mutating func anyJSON(depth: Int = 0) -> JSON {
        switch below(depth > 3 ? 6 : 8) {
        case 0: return .null
        case 1: return .bool(once(in: 2))
        case 2: return .number(pick(Self.integers))
        case 3, 4, 5: return .text(pick(Self.texts))
        case 6: return .array((0..<below(4)).map { _ in anyJSON(depth: depth + 1) })
        default:
            return .object(
                (0..<below(4)).map { _ in
                    .init(pick(Self.texts + ["_source", "Contract", "AppName", "hits"]), anyJSON(depth: depth + 1))
                })
        }
    }

    private mutating func contract() -> JSON {
        if once(in: 20) { return wrapped(pick(Self.integers)) }
        return once(in: 5) ? (once(in: 3) ? anyJSON() : .number(pick(Self.integers))) : .text(pick(Self.texts))
    }

    private mutating func app() -> JSON { once(in: 8) ? anyJSON() : .text(pick(Self.texts)) }

    private mutating func duration() -> JSON {
        if once(in: 10) { return anyJSON() }
        if once(in: 20) { return wrapped(pick(Self.integers + Self.durations)) }
        let text = pick(Self.integers)
        if once(in: 8) { return .text(pick(Self.durations)) }
        return once(in: 4) ? .text(text) : .number(once(in: 2) ? String(below(86401)) : text)
    }

    private mutating func members() -> [JSON.Member] {
        var members: [JSON.Member] = []
        for _ in 0..<(once(in: 8) ? 2 : 1) {
            if !once(in: 15) { members.append(.init("Contract", contract())) }
            if !once(in: 15) { members.append(.init("AppName", app())) }
            if !once(in: 15) { members.append(.init("TotalDuration", duration())) }
        }
        for _ in 0..<below(3) {
            members.append(.init(pick(["Mac", "_id", "é", "Contract ", "contract"] + Self.texts), anyJSON()))
        }
        return members.shuffled(using: &self)
    }

    /// A record, most often a good one.
    package mutating func record() -> JSON {
        var record: [JSON.Member] = []
        if once(in: 3) { record = members() }
        if record.isEmpty || once(in: 6) {
            for _ in 0..<(once(in: 8) ? 2 : 1) {
                record.append(.init("_source", once(in: 12) ? anyJSON() : .object(members())))
            }
            for _ in 0..<below(3) { record.append(.init(pick(["_index", "_type", "_id", "_score"]), anyJSON())) }
            record.shuffle(using: &self)
        }
        return .object(record)
    }

    /// The elements of a top-level array or the like, now and then something that is not an object.
    package mutating func records(_ count: Int) -> [JSON] {
        (0..<count).map { i in
            i > 0 && once(in: 12) ? pick([.null, .number("12"), .text("x"), .array([]), .bool(true)]) : record()
        }
    }
}

extension Dice {
    /// Changes a text in one place, with a liking for what means something in JSON.
    package mutating func damage(_ text: inout [UInt8]) {
        let alphabet =
            Array("{}[]\",:\\/ \n\r\t0123456789-+.eEtrufalsn".utf8) + [
                0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xF0, 0xFF,
            ]
        let place = below(text.count)
        switch below(5) {
        case 0: text[place] = pick(alphabet)
        case 1: text.insert(pick(alphabet), at: place)
        case 2: text.remove(at: place)
        case 3: text.removeSubrange(place..<min(text.count, place + 1 + below(12)))
        default:
            let from = below(text.count)
            text.insert(contentsOf: text[from..<min(text.count, from + 1 + below(12))], at: place)
        }
    }
}
