//  Documents of RFC 8259, good and bad, put together from its grammar.
//
//  The categories are those of Nicolas Seriot's JSONTestSuite ("Parsing JSON is a minefield", 2016): what every parser must
//  accept (y_), what every parser must refuse (n_), and what it may do either way (i_). The documents are made here: the
//  good ones by writing out each production in all its forms, the bad ones by breaking one rule of a good one.
//
//      number   -? × (0 | digits) × (. digits)? × ((e|E) (+|-)? digits)?        160 good ones
//      broken   the same with a part left out, doubled or put elsewhere          01  1.  .5  1e  +1  1e5.0 …
//
//  What was decided for the third kind is in docs/conformance.md, with the number of documents of each category.

import ReaderReference
import Records
import Testing

typealias Bytes = [UInt8]

/// Documents that break, or keep, one rule.
struct ConformanceCategory: Sendable {
    enum Rule: String, Sendable {
        case mustAccept = "must accept"
        case mustRefuse = "must refuse"
        case eitherAccepted = "either: accepted"
        case eitherRefused = "either: refused"
    }

    var name: String
    var rule: Rule
    /// Why documents are refused, when they are.
    var reason = RejectReason.malformedJSON
    var documents: [Bytes]

    var isAccepted: Bool { rule == .mustAccept || rule == .eitherAccepted }

    /// The category's row of the table in docs/conformance.md.
    var row: String {
        "| \(name) | \(rule.rawValue) | \(isAccepted ? "" : reason.rawValue) | \(documents.count) |"
    }

    static let all = structures + literals + numbers + strings + encodings

    private init(_ name: String, _ rule: Rule, _ reason: RejectReason = .malformedJSON, bytes documents: [Bytes]) {
        (self.name, self.rule, self.reason, self.documents) = (name, rule, reason, documents)
    }

    private init(_ name: String, _ rule: Rule, _ documents: [String]) {
        self.init(name, rule, bytes: documents.map { Bytes($0.utf8) })
    }
}

extension ConformanceCategory: CustomTestStringConvertible {
    var testDescription: String { name }
}

// MARK: Arrays, objects, what stands around them

extension ConformanceCategory {
    /// A value of each kind.
    private static let values = [
        "1", "-2.5e3", "\"\"", "\"a\"", "true", "false", "null", "[]", "{}", "[1]", "{\"a\":1}",
    ]
    private static let spaces = ["", " ", "\t", "\r", " \t\r "]

    /// Control characters, and spaces of Unicode in UTF-8: U+00A0, U+0085, U+2028, U+2060, U+3000, U+FEFF.
    private static let strangeSpaces: [Bytes] = [
        [0x00], [0x01], [0x08], [0x0B], [0x0C], [0x1F], [0x7F], [0xC2, 0xA0], [0xC2, 0x85], [0xE2, 0x80, 0xA8],
        [0xE2, 0x81, 0xA0], [0xE3, 0x80, 0x80], [0xEF, 0xBB, 0xBF],
    ]

    private static let structures: [ConformanceCategory] = [
        Self("arrays of any values", .mustAccept, each("[_]") + pairs("[_,~]")),
        Self("objects of any values", .mustAccept, each("{'a':_}") + pairs("{'a':_,'b':~}")),
        Self(
            "space between any two tokens", .mustAccept,
            each("[_]", spaces) + each("{_}", spaces) + each("[_1_,_'a'_]", spaces)
                + each("{_'a'_:_1_,_'b'_:_{}_}", spaces)),
        Self(
            "the same key twice", .mustAccept,
            ["{\"a\":1,\"a\":1}", "{\"a\":1,\"a\":2}", "{\"\":0,\"\":1}", "{\"a\":1,\"\\u0061\":2}"]),
        Self("arrays and objects in each other, 500 deep", .eitherAccepted, nested(500)),
        Self("arrays and objects in each other, 514 deep and more", .eitherRefused, nested(514) + nested(2000)),
        Self(
            "arrays with a comma too many or too few", .mustRefuse,
            [
                "[,]", "[1,]", "[,1]", "[1,,2]", "[1,2,]", "[1 2]", "[\"a\" \"b\"]", "[[][]]", "[{} {}]", "[1,\t]",
                "[3[4]]",
            ]),
        Self(
            "arrays with another token for a comma or a bracket", .mustRefuse,
            [
                "[1:2]", "[1;2]", "[\"a\":1]", "[1}", "[1)", "(1]", "[1,2}", "[x", "<1>", "[{]}", "{[}]", "[1]]", "[]]",
                "]", "][",
            ]),
        Self(
            "objects with a comma or a colon too many or too few", .mustRefuse,
            [
                "{,}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}", "{\"a\"}", "{\"a\" 1}",
                "{\"a\"::1}",
                "{:1}", "{\"a\":}", "{\"a\":,}", "{\"a\",1}", "{\"a\":1:2}", "{\"a\":1,\"b\"}", "{\"a\":1,2}",
                "{\"a\":\"b\":1}",
            ]),
        Self(
            "objects with another token for a bracket", .mustRefuse,
            ["{\"a\":1]", "{\"a\":1)", "{}}", "{\"a\":1}}", "{{}}", "{[]}", "{]", "}", "{\"a\":1,}}"]),
        Self(
            "keys that are no strings", .mustRefuse,
            each(
                "{_:1}",
                ["a", "\u{2019}a\u{2019}", "1", "-1", "1.5", "true", "null", "[]", "{}", "“a”", "`a`", "$a", "*"])),
        Self(
            "arrays and objects that are not closed", .mustRefuse,
            [
                "[", "{", "[1", "[1,", "[\"a\"", "[[1]", "[[", "[{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
                "{\"a\":[", "{\"a\":{}",
                "[\"\\\"", "[nul", "[-", "[1e", "{\"a\":\"b",
            ]),
        Self(
            "comments", .mustRefuse,
            [
                "[/**/]", "[1/**/]", "{\"a\":/*c*/1}", "[1]//", "[1]#", "#", "{}/**/", "{\"a\":1}//", "{/**/}", "--[]",
                "[<!--1-->]",
            ]),
        Self(
            "tokens of other languages", .mustRefuse,
            [
                "a", "*", "[*]", "$", "<null>", "@", "[@]", "&", "%", "[a]", "[å]", "u0022", "\\u005B", "[\\u0061]",
                "[\"a\",\\n]", ":", ",", "()", "[()]", ";",
                "...", "[...]",
            ]),
        Self(
            "bytes between tokens that are no space", .mustRefuse,
            bytes: strangeSpaces.flatMap { space -> [Bytes] in
                let inner = [b("[") + space + b("]"), b("[1") + space + b("]")]
                // Around a record a byte order mark is nothing, and a NUL byte a rejection of its own.
                return space == [0] || space == [0xEF, 0xBB, 0xBF] ? inner : inner + [space + b("1"), b("[]") + space]
            }),
        Self(
            "something behind the value", .mustRefuse,
            ["_x", "_,", "_]", "_}", "_:", "_'", "_/", "_+"].flatMap { each($0) }),
    ]

    /// The pattern with each of the values where `_` stands, and quotes where apostrophes do.
    private static func each(_ pattern: String, _ values: [String] = values) -> [String] {
        let parts = pattern.replacing("'", with: "\"").split(separator: "_", omittingEmptySubsequences: false)
        return values.map { parts.joined(separator: $0) }
    }

    /// The same with every other value where `~` stands.
    private static func pairs(_ pattern: String) -> [String] {
        each(pattern).flatMap { first in values.map { first.replacing("~", with: $0) } }
    }

    /// At least this many levels.
    private static func nested(_ depth: Int) -> [String] {
        let kinds: [(open: String, core: String, close: String, levels: Int)] = [
            ("[", "1", "]", 1), ("{\"a\":", "1", "}", 1), ("[{\"a\":", "[1]", "}]", 2),
        ]
        return kinds.map { kind -> String in
            let count = (depth + kind.levels - 1) / kind.levels
            return String(repeating: kind.open, count: count) + kind.core + String(repeating: kind.close, count: count)
        }
    }
}

/// The bytes of a text.
private func b(_ text: String) -> Bytes { Bytes(text.utf8) }

// MARK: Literals and numbers

extension ConformanceCategory {
    private static let literals: [ConformanceCategory] = [
        Self("true, false and null", .mustAccept, ["true", "false", "null"]),
        Self("literals cut short", .mustRefuse, ["t", "tr", "tru", "f", "fa", "fal", "fals", "n", "nu", "nul"]),
        Self(
            "literals in capital letters", .mustRefuse,
            ["TRUE", "True", "tRUE", "truE", "FALSE", "False", "falSe", "NULL", "Null", "nUll"]),
        Self(
            "literals with more letters", .mustRefuse,
            ["truex", "truetrue", "true1", "ntrue", "falsex", "falsefalse", "nulll", "nullnull", "null1", "nnull"]),
        Self(
            "literals of other languages", .mustRefuse,
            [
                "nil", "None", "undefined", "NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-NaN", "yes",
                "nul\u{0}l",
            ]),
    ]

    private static let wholes = ["0", "7", "10", "9007199254740993"]
    private static let fractions = ["", ".0", ".5", ".0500"]
    private static let exponents = ["", "e0", "E5", "e+05", "E-10"]

    private static var goodNumbers: [String] {
        var numbers: [String] = []
        for sign in ["", "-"] {
            for whole in wholes {
                for fraction in fractions { numbers += exponents.map { sign + whole + fraction + $0 } }
            }
        }
        return numbers
    }

    private static let numbers: [ConformanceCategory] = [
        Self(
            "numbers with and without each part", .mustAccept,
            goodNumbers),
        Self(
            "numbers beyond what 64 bits hold", .eitherAccepted,
            [
                "123456789012345678901234567890", "-123456789012345678901234567890", "1e400", "-1e400", "1e-400",
                "0.1e999999999999",
                "-1e+9999", "1.5e+9999", "123123e100000", "1e99999999999999999999", "0e99999999999999999999",
                "18446744073709551616",
                "9223372036854775808", "-9223372036854775809", "0." + String(repeating: "0", count: 400) + "1",
                "1" + String(repeating: "0", count: 400),
            ]),
        Self(
            "numbers with a plus, or two signs", .mustRefuse,
            ["+1", "+0", "++1", "+-1", "-+1", "--1", "- 1", "+ 1", "1-", "1+", "1+1", "1-1"]),
        Self(
            "numbers with zeros in front", .mustRefuse,
            ["00", "01", "-00", "-01", "00.5", "-012", "007", "01e5", "0123456789"]),
        Self(
            "numbers without digits before or behind the point", .mustRefuse,
            [".5", "-.5", ".", "-.", "1.", "-1.", "0.", "1.e5", "0.e1", "1.+5", ".e1", "1..5", "1.5.5", "1.-5"]),
        Self(
            "numbers without digits in the exponent", .mustRefuse,
            [
                "1e", "1E", "1e+", "1e-", "1.5e", "0e+", "1ee5", "1e5e5", "1e+-5", "1e5.5", "1e 5", "e5", "-e5",
                "1e\u{0}",
            ]),
        Self("a minus alone", .mustRefuse, ["-", "-a", "-x1", "-\"1\"", "-[]"]),
        Self(
            "numbers in other notations", .mustRefuse,
            [
                "0x1F", "0X1f", "0b1", "0o7", "1_000", "1 000", "1'000", "1f", "1L", "1n", "1.5f", "1e5L", "１２", "٣",
                "½", "1/2", "1%", "$1", "1:2", "∞", "1a", "1é",
            ]),
        Self(
            "numbers with bytes that are not valid UTF-8", .mustRefuse,
            bytes: [b("1") + [0xE5], b("1e") + [0xE5], [0xE5] + b("1"), b("-") + [0xFF], b("1.") + [0x80]]),
    ]
}

// MARK: Strings

extension ConformanceCategory {
    /// A piece of a string in front of, between and behind plain letters, some as long as the blocks that are searched.
    private static func strings(_ pieces: [Bytes], lengths: [Int] = [0, 1, 15, 16, 17]) -> [Bytes] {
        pieces.flatMap { piece in
            lengths.flatMap { length -> [Bytes] in
                let letters = Bytes(repeating: 0x61, count: length)
                return [b("\"") + letters + piece + b("\""), b("\"") + piece + letters + piece + b("\"")]
            }
        }
    }

    private static func hex(_ unit: Int) -> String { String(String(0x10000 + unit, radix: 16).dropFirst()) }

    private static let plainCharacters: [Bytes] =
        (0x20...0x7F as ClosedRange<UInt8>).filter { $0 != 0x22 && $0 != 0x5C }.map { [$0] }
    /// A line feed ends the line before it is wrong.
    private static let controlCharacters: [Bytes] = (0x00...0x1F as ClosedRange<UInt8>).filter { $0 != 0x0A }.map {
        [$0]
    }
    private static let wrongEscapes: [Bytes] =
        (0x00...0x7F as ClosedRange<UInt8>).filter { !b("\"\\/bfnrtu\n").contains($0) }.map { [0x5C, $0] }
    private static let numberedEscapes: [Bytes] =
        [0, 0x1F, 0x22, 0x5C, 0x61, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFE, 0xFFFF].flatMap {
            unit -> [Bytes] in
            [b("\\u" + hex(unit)), b("\\u" + hex(unit).uppercased())]
        }

    private static let strings: [ConformanceCategory] = [
        Self(
            "plain characters", .mustAccept,
            bytes: strings(plainCharacters, lengths: [0, 15])),
        Self(
            "characters of two to four bytes", .mustAccept,
            bytes: strings(
                [
                    "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{FEFF}", "\u{2028}",
                    "\u{10000}", "\u{10FFFF}", "e\u{301}",
                ].map(b))),
        Self(
            "characters that Unicode will never assign", .mustAccept,
            bytes: strings([0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE, 0x10FFFF].map { b(String(UnicodeScalar($0 as UInt32)!)) })),
        Self(
            "short escapes", .mustAccept,
            bytes: strings(["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"].map(b))),
        Self(
            "escapes by number, in small and capital letters", .mustAccept,
            bytes: strings(numberedEscapes)),
        Self(
            "escaped pairs of surrogates", .mustAccept,
            bytes: strings(
                ["\\ud800\\udc00", "\\udbff\\udfff", "\\uD834\\uDd1e", "\\ud83d\\ude39\\ud83d\\udc8d"].map(b))),
        Self(
            "escaped surrogates without the other half", .eitherRefused,
            bytes: strings(
                [
                    "\\ud800", "\\udbff", "\\udc00", "\\udfff", "\\ud800x", "\\ud800\\n", "\\ud800\\u0061",
                    "\\ud800\\ud800", "\\udc00\\ud800", "\\ud800\\ue000", "\\uD800\\uD800\\uDC00",
                ].map(b))),
        Self(
            "control characters as they are", .mustRefuse,
            bytes: strings(controlCharacters, lengths: [0, 16])),
        Self(
            "escapes that there are not", .mustRefuse,
            bytes: strings(wrongEscapes, lengths: [0])),
        Self(
            "an escape of a character of several bytes", .mustRefuse,
            bytes: strings(["\\é", "\\😀", "\\\u{2028}"].map(b))),
        Self(
            "escapes by number with too few digits", .mustRefuse,
            bytes: strings(
                [
                    "\\u", "\\u0", "\\u00", "\\u00A", "\\ux", "\\u0x", "\\u00g0", "\\u000g", "\\u-123", "\\u+123",
                    "\\u 123", "\\u００４１", "\\U0041", "\\u{41}", "\\x41", "\\0041", "\\u\\u0041",
                ].map(b), lengths: [0, 16])),
        Self(
            "half an escaped pair, and half an escape", .mustRefuse,
            bytes: strings(
                ["\\ud800\\", "\\ud800\\u", "\\ud800\\u1", "\\ud800\\u1x", "\\ud800\\udc0", "\\ud83d\\x"].map(b),
                lengths: [0])),
        Self(
            "strings that are not closed", .mustRefuse,
            bytes: ["\"", "\"a", "\"\\\"", "\"a\\", "\"\\u", "\"\\ud800", "\"aaaaaaaaaaaaaaaa", "\"é"].map(b)),
        Self(
            "other quotes", .mustRefuse,
            ["'a'", "a\"", "“a”", "`a`", "\\\"a\\\"", "\"a'", "&quot;a&quot;", "\"a\"b\"", "'\"'"]),
    ]

    private static let encodings: [ConformanceCategory] = [
        Self(
            "overlong forms", .eitherRefused, .invalidUTF8,
            bytes: strings([
                [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
                [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF],
            ])),
        Self(
            "surrogates in UTF-8", .eitherRefused, .invalidUTF8,
            bytes: strings([
                [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],
                [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80],
            ])),
        Self(
            "beyond U+10FFFF", .eitherRefused, .invalidUTF8,
            bytes: strings([
                [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF],
                [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            ])),
        Self(
            "characters without their last bytes", .eitherRefused, .invalidUTF8,
            bytes: strings([
                [0xC2], [0xDF], [0xE0, 0xA0], [0xE2, 0x82], [0xEF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F], [0xF4],
            ])),
        Self(
            "later bytes without a first one, Latin-1", .eitherRefused, .invalidUTF8,
            bytes: strings([[0x80], [0xBF], [0xE9], [0xE9, 0x61], [0x81, 0x82], [0xC3, 0xA9, 0xA9]])),
        Self(
            "an escape and bytes that are not valid UTF-8", .mustRefuse,
            bytes: strings(
                [b("\\u") + [0xE5], b("\\") + [0xE5], b("\\ud800") + [0xE5], b("\\u00") + [0x80]], lengths: [0])),
        Self(
            "UTF-16 and UTF-32, with and without a mark", .eitherRefused,
            bytes: [
                [0xFF, 0xFE, 0x5B, 0, 0x5D, 0], [0xFE, 0xFF, 0, 0x5B, 0, 0x5D], [0x5B, 0, 0x5D, 0], [0, 0x5B, 0, 0x5D],
                [0xFF, 0xFE, 0, 0, 0x5B, 0, 0, 0], [0x5B, 0, 0, 0, 0x5D, 0, 0, 0],
            ]),
    ]
}
