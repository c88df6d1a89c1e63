//  What the reports were made from, as a value and as JSON.
//
//  The text is a function of the value: fixed order of members, files and reports in the order of their names, no time
//  of day. Same inputs give the same bytes.
//
//      {
//        "format": 1,
//        "tool": "watchfold 1.0.0",
//        "generation": 12,                     the ledger's generation that the total merges
//        "inputs": "9f3c…",                    identifies the contents that count
//        "days": {"first", "last", "count", "missing": [{"first", "last"}]}
//        "map": {"digest", GROUPS: [{"name", LABELS}]}
//        "totals": {KEYS, "mapped_KEYS", "records", UNIT}
//        "files": [{"name", "digest", "date", "state", "read", "folded", "ignored", "coerced",
//                   "rejected": {reason: count}, UNIT, "partial"}]
//        "reports": [{"name", "digest", "bytes", "rows"}]
//      }
//
//  Names in capitals are words of the plan: its setting of groups, its labels and keys in the plural, the unit of its sum.

import Records
import SmallJSON

/// The receipt of a set of reports. Two are equal when their texts are.
package struct Receipt: Sendable, Equatable {
    /// The version of the text's form; a reader refuses others.
    package static let format = 1

    /// A file that counts.
    package struct File: Sendable, Equatable {
        package var name: String
        /// Of the decompressed content, in hexadecimal; nil when the file could not be read.
        package var digest: String?
        package var day: CalendarDay?
        /// As the ledger calls it.
        package var state: String
        package var counts: OutcomeCounts
        /// What its folded records add up to.
        package var sum: Int128
        /// What is missing from it, by its own account, in words; nil when nothing is, and then not written.
        package var partial: String?

        package init(
            name: String, digest: String?, day: CalendarDay?, state: String, counts: OutcomeCounts, sum: Int128,
            partial: String? = nil
        ) {
            self.name = name
            self.digest = digest
            self.day = day
            self.state = state
            self.counts = counts
            self.sum = sum
            self.partial = partial
        }
    }

    /// A report as it was written.
    package struct Output: Sendable, Equatable {
        /// The file's name in the output folder.
        package var name: String
        /// Of the file's bytes, in hexadecimal.
        package var digest: String
        package var bytes: Int
        /// Without the header.
        package var rows: Int

        package init(name: String, digest: String, bytes: Int, rows: Int) {
            self.name = name
            self.digest = digest
            self.bytes = bytes
            self.rows = rows
        }
    }

    package struct Totals: Sendable, Equatable {
        /// Distinct keys with a folded record.
        package var keys: Int
        /// Those with one of a label that is in a group.
        package var groupedKeys: Int
        /// Folded records and their sum, whatever their label.
        package var records: Int128
        package var sum: Int128

        package init(keys: Int, groupedKeys: Int, records: Int128, sum: Int128) {
            self.keys = keys
            self.groupedKeys = groupedKeys
            self.records = records
            self.sum = sum
        }

        package init(_ result: PassResult) {
            self.init(
                keys: result.keys, groupedKeys: result.groupedKeys, records: result.records, sum: result.sum)
        }
    }

    package var tool: String
    package var generation: Int
    /// Identifies the contents that count, in hexadecimal.
    package var inputsDigest: String
    /// The dates of the counted files.
    package var days: Set<CalendarDay>
    /// With the groups that the reports were made with.
    package var reports: any PlanReports
    /// Of the groups' canonical text, in hexadecimal.
    package var mapDigest: String
    package var totals: Totals
    package var files: [File]
    package var outputs: [Output]

    package init(
        tool: String, generation: Int, inputsDigest: String, days: Set<CalendarDay>,
        reports: any PlanReports, mapDigest: String, totals: Totals, files: [File], outputs: [Output]
    ) {
        self.tool = tool
        self.generation = generation
        self.inputsDigest = inputsDigest
        self.days = days
        self.reports = reports
        self.mapDigest = mapDigest
        self.totals = totals
        self.files = files
        self.outputs = outputs
    }

    package static func == (a: Receipt, b: Receipt) -> Bool { a.json == b.json }

    /// Names of members that are words of the plan.
    private var words: (keys: String, labels: String, groups: String, unit: String) {
        let settings = reports.plan.settings
        return (
            settings.fold.keyWords[0].plural, settings.fold.labelWords.plural, settings.grouping.setting,
            settings.fold.unit
        )
    }

    /// The receipt as JSON text, which ends in LF.
    package var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.member("format", Self.format)
            text.member("tool", tool)
            text.member("generation", generation)
            text.member("inputs", inputsDigest)
            text.object("days", writeDays)
            text.object("map", writeMap)
            text.object("totals") { text in
                text.member(words.keys, totals.keys)
                text.member("mapped_" + words.keys, totals.groupedKeys)
                text.member("records", totals.records)
                text.member(words.unit, totals.sum)
            }
            text.array("files") { text in
                for file in files.sorted(by: { Self.precedes(($0.name, $0.digest), ($1.name, $1.digest)) }) {
                    text.object { file.write(to: &$0, unit: words.unit) }
                }
            }
            text.array("reports") { text in
                for output in outputs.sorted(by: { Self.precedes(($0.name, $0.digest), ($1.name, $1.digest)) }) {
                    text.object { text in
                        text.member("name", output.name)
                        text.member("digest", output.digest)
                        text.member("bytes", output.bytes)
                        text.member("rows", output.rows)
                    }
                }
            }
        }
        return text.finished()
    }

    private static func precedes(_ a: (name: String, digest: String?), _ b: (name: String, digest: String?)) -> Bool {
        if !a.name.utf8.elementsEqual(b.name.utf8) { return a.name.precedesByBytes(b.name) }
        return (a.digest ?? "").precedesByBytes(b.digest ?? "")
    }

    private func writeDays(_ text: inout JSONText) {
        text.member("first", days.min()?.description)
        text.member("last", days.max()?.description)
        text.member("count", days.count)
        text.array("missing") { text in
            for gap in CalendarDay.gaps(in: days) {
                text.object { text in
                    text.member("first", gap.lowerBound.description)
                    text.member("last", gap.upperBound.description)
                }
            }
        }
    }

    private func writeMap(_ text: inout JSONText) {
        text.member("digest", mapDigest)
        text.array(words.groups) { text in
            for group in reports.groups {
                text.object { text in
                    text.member("name", group.name)
                    text.array(words.labels) { text in
                        // As in the canonical form: the order of labels means nothing.
                        for label in group.members.sorted(by: { $0.precedesByBytes($1) }) { text.member(nil, label) }
                    }
                }
            }
        }
    }
}

extension Receipt.File {
    fileprivate func write(to text: inout JSONText, unit: String) {
        text.member("name", name)
        text.member("digest", digest)
        text.member("date", day?.description)
        text.member("state", state)
        text.member("read", counts.read)
        text.member("folded", counts.folded)
        text.member("ignored", counts.ignored)
        text.member("coerced", counts.coerced)
        text.object("rejected") { text in
            for (reason, count) in counts.rejected.sorted(by: { $0.key < $1.key }) where count > 0 {
                text.member(reason.rawValue, count)
            }
        }
        text.member(unit, sum)
        if let partial { text.member("partial", partial) }
    }
}

extension String {
    /// Order by UTF-8 bytes, which does not depend on the version of Unicode.
    fileprivate func precedesByBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
