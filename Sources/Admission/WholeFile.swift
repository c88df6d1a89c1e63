//  Why a file is held, in words that say what it is, or what is wrong with the first of its bad records.
//
//      this is HTML (an error page?): 3 of 3 records were rejected (malformed-json 3); max_reject_ratio allows 5%
//      3 of 3 records were rejected (malformed-json 3); max_reject_ratio allows 5%; the first: trailing comma at line 1, …
//
//  What is reported about the file as a whole is true of all its records: it is worked out from the first one and from the
//  fields of all that were looked at, and only when none was good.

import Intake
import Records
import Wording

/// The form of a file that is held.
enum WholeFile {
    static func explained(_ reason: String, _ summary: FileSummary) -> String {
        explained(
            reason, isWithoutGood: summary.counts.folded == 0 && summary.counts.ignored == 0, summary.counts.rejected,
            summary.observations)
    }

    /// - Parameter isWithoutGood: whether no record was folded or ignored.
    static func explained(
        _ reason: String, isWithoutGood: Bool, _ rejected: [RejectReason: Int], _ observations: FileObservations
    ) -> String {
        let first = observations.examples.min { $0.value.offset < $1.value.offset }
        if isWithoutGood {
            if let flaw = first?.value.flaw, flaw.isForm { return "\(flaw.words): \(reason)" }
            if let form = form(observations.fields, rejected.filter { $0.value > 0 }.map(\.key)) {
                return "\(form): \(reason)"
            }
        }
        let most = observations.examples.filter { $0.value.flaw != nil }
            .max { (rejected[$0.key] ?? 0, $1.key) < (rejected[$1.key] ?? 0, $0.key) }
        return reason + (most?.value.flawText.map { "; the first: \($0)" } ?? "")
    }

    private static func form(_ fields: FieldPaths, _ reasons: [RejectReason]) -> String? {
        func kinds(_ path: String) -> ValueKinds { fields.kinds[ByteOrdered(path)] ?? [] }
        let top = fields.paths.filter { !$0.string.contains(".") }
        if kinds("columns") == .array && kinds("data") == .array {
            return "a table of rows without names, with its columns named once, instead of an object for each record"
        }
        let tables = top.filter { kinds($0.string) == .array }
        if top.count > 1 && tables.count == top.count {
            return "a table stored by columns, with an array for each field, instead of an object for each record"
        }
        let cells = top.filter { kinds($0.string) == .object && kinds($0.string + ".0") != [] }
        if top.count > 1 && cells.count == top.count {
            return "a table stored by columns, with an object for each field, instead of an object for each record"
        }
        if top.isEmpty && !fields.hasMore, reasons.count == 1, case .missing = reasons[0] {
            return "objects without any field"
        }
        if kinds("error") != [] && kinds("status") == .number && kinds("error.type") == .string {
            return "an error response from Elasticsearch, without records"
        }
        return nil
    }
}
