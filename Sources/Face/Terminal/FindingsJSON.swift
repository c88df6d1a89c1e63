//  Findings for programs, in `status --json` and `check --json`.

import Findings
import Records
import SmallJSON

extension JSONText {
    /// How many records ended how.
    mutating func records(read: Int, folded: Int, ignored: Int, rejected: Int, coerced: Int) {
        object("records") { text in
            text.member("coerced", coerced)
            text.member("folded", folded)
            text.member("ignored", ignored)
            text.member("read", read)
            text.member("rejected", rejected)
        }
    }
}

extension FileFindings {
    /// Writes what was found in a file.
    func write(to text: inout JSONText) {
        text.member("action_lines", actionLines)
        text.array("coercions") { text in
            for (coercion, records) in coercions.sorted(by: { $0.key < $1.key }) {
                text.object { text in
                    text.member("field", coercion.field)
                    text.member("form", coercion.form)
                    text.member("records", records)
                }
            }
        }
        // Whether more fields were seen than are kept.
        text.member("has_more_fields", fields.hasMore)
        if let lacking {
            text.object("lacking") { text in
                if !lacking.configuration.isEmpty {
                    text.member("configuration", lacking.configuration.joined(separator: "\n"))
                }
                text.array("fields", lacking.names)
                text.array("present", lacking.present)
                text.member("records", lacking.records)
                text.member("text", lacking.text)
            }
        }
        text.member("lenient_records", lenientRecords)
        text.array("new_fields", newFields)
        text.memberIfAny("partial_answer", partialAnswer)
        text.array("rejections") { text in
            // Most records first.
            for (reason, records) in rejected.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                text.object { write(reason, records, to: &$0) }
            }
        }
    }

    private func write(_ reason: RejectReason, _ records: Int, to text: inout JSONText) {
        let example = examples[reason]
        let advice = advice[reason]
        // The lines of the configuration that would read so many of the values looked at.
        let lines = advice?.configuration ?? []
        if !lines.isEmpty { text.member("configuration", lines.joined(separator: "\n")) }
        text.memberIfAny("excerpt", example?.excerpt)
        text.memberIfAny("first_line", example?.line)
        text.memberIfAny("first_offset", example?.offset)
        text.memberIfAny("flaw", example?.flawText)
        text.memberIfAny("looked_at", advice?.records)
        text.array("notes", advice?.notes ?? [])
        text.memberIfAny("readable", advice?.readable)
        text.member("reason", reason.rawValue)
        text.member("records", records)
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
