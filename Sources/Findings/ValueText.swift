//  Values of JSON in words.

import JSONRecords
import Records
import SmallJSON
import Wording

/// What a value is, for a sentence.
enum ValueText {
    /// Characters of a value that are shown.
    private static let shown = 40

    /// The value's own text, cut when it is long: `"01:02:03"`, `3723.417`, `[1,2,3]`.
    static func excerpt(_ value: SampleValue) -> String {
        let text = json(value, limit: shown * 4)
        return Show.cut(text, to: shown)
    }

    /// `is an array of 3 numbers`, `is an object with $oid`, `is a number`.
    static func kind(_ value: SampleValue) -> String {
        switch value {
        case .null: "is null"
        case .boolean: "is a boolean"
        case .number: "is a number"
        case .string: "is a string"
        case .array(let elements): elements.isEmpty ? "is an empty array" : "is an array of " + array(elements)
        case .object(let members):
            members.isEmpty
                ? "is an empty object"
                : "is an object with " + members.prefix(3).map(\.key).joined(separator: ", ")
                    + (members.count > 3 ? " and \(members.count - 3) more" : "")
        }
    }

    private static func array(_ elements: [SampleValue]) -> String {
        func all(_ noun: String, _ isKind: (SampleValue) -> Bool) -> String? {
            elements.allSatisfy(isKind) ? Show.count(elements.count, noun) : nil
        }
        return all("number") { if case .number = $0 { true } else { false } }
            ?? all("string") { if case .string = $0 { true } else { false } }
            ?? all("object") { if case .object = $0 { true } else { false } }
            ?? all("array") { if case .array = $0 { true } else { false } }
            ?? Show.count(elements.count, "value")
    }

    static func isContainer(_ value: SampleValue) -> Bool {
        switch value {
        case .array, .object: true
        default: false
        }
    }

    /// Compact text, given up once it is longer than the limit.
    private static func json(_ value: SampleValue, limit: Int) -> String {
        func list<Element>(_ elements: [Element], _ open: String, _ close: String, _ text: (Element) -> String)
            -> String
        {
            var result = open
            for (index, element) in elements.enumerated() where result.utf8.count <= limit {
                result += (index > 0 ? "," : "") + text(element)
            }
            return result + close
        }
        switch value {
        case .null: return "null"
        case .boolean(let isTrue): return isTrue ? "true" : "false"
        case .number(let text): return String(text.prefix(limit))
        case .string(let text): return JSONText.quoted(String(text.prefix(limit)))
        case .array(let elements): return list(elements, "[", "]") { json($0, limit: limit) }
        case .object(let members):
            return list(members, "{", "}") { JSONText.quoted($0.key) + ":" + json($0.value, limit: limit) }
        }
    }
}
