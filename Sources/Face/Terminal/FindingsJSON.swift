//  Findings for programs, in `status --json` and `check --json`.

import Findings
import Foundation
import Records

/// How many records ended how.
struct RecordsJSON: Encodable { var read, folded, ignored, rejected, coerced: Int }

/// What was found in a file.
struct FindingsJSON: Encodable {
    struct Rejection: Encodable {
        var reason: String
        var records: Int
        var firstLine, firstOffset: Int?
        var excerpt: String?
        var flaw: String?
        /// What the values are, and the lines of the configuration that would read so many of those looked at.
        var notes: [String]
        var configuration: String?
        var lookedAt, readable: Int?
    }

    struct Coercion: Encodable {
        var field, form: String
        var records: Int
    }

    struct Lacking: Encodable {
        var fields: [String]
        var records: Int
        var present: [String]
        var configuration: String?
        package var text: String
    }

    /// Most records first.
    var rejections: [Rejection]
    var coercions: [Coercion]
    var lenientRecords: Int
    /// Lines of bulk requests, which are no records.
    var actionLines: Int
    var partialAnswer: String?
    var newFields: [String]
    /// Whether more fields were seen than are kept.
    var hasMoreFields: Bool
    var lacking: Lacking?

    init(_ findings: FileFindings) {
        rejections = findings.rejected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, records in
            let example = findings.examples[reason]
            let advice = findings.advice[reason]
            let lines = advice?.configuration ?? []
            return Rejection(
                reason: reason.rawValue, records: records, firstLine: example?.line, firstOffset: example?.offset,
                excerpt: example?.excerpt, flaw: example?.flawText, notes: advice?.notes ?? [],
                configuration: lines.isEmpty ? nil : lines.joined(separator: "\n"),
                lookedAt: advice?.records, readable: advice?.readable)
        }
        coercions = findings.coercions.sorted { $0.key < $1.key }.map {
            Coercion(field: $0.key.field, form: $0.key.form, records: $0.value)
        }
        lenientRecords = findings.lenientRecords
        actionLines = findings.actionLines
        partialAnswer = findings.partialAnswer
        newFields = findings.newFields
        hasMoreFields = findings.fields.hasMore
        lacking = findings.lacking.map {
            Lacking(
                fields: $0.names, records: $0.records, present: $0.present,
                configuration: $0.configuration.isEmpty ? nil : $0.configuration.joined(separator: "\n"),
                text: $0.text)
        }
    }

    /// Members in snake case, in the order of their names, with a line end behind the last brace.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return escaped(Array(try encoder.encode(value))) + [0x0A]
    }

    /// The same JSON with everything beyond ASCII that a terminal would not just show as `\u009b` (RFC 8259, section 7).
    ///
    /// What the encoder writes outside of strings is ASCII, and inside of them it escapes what is below a space.
    private static func escaped(_ json: [UInt8]) -> [UInt8] {
        let text = String(decoding: json, as: UTF8.self)
        func isEscaped(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x7F && !scalar.isFitForTerminals }
        guard text.unicodeScalars.contains(where: isEscaped) else { return json }
        var result = ""
        for scalar in text.unicodeScalars {
            guard isEscaped(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar)! {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return Array(result.utf8)
    }
}

extension ValueKinds {
    /// As JSON names them (RFC 8259, section 3).
    var names: [String] {
        let all: [(ValueKinds, String)] = [
            (.null, "null"), (.boolean, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"),
            (.object, "object"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
