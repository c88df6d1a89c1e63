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
//        "map": {"digest", "categories": [{"name", "apps"}]}
//        "totals": {"contracts", "mapped_contracts", "records", "seconds"}
//        "files": [{"name", "digest", "date", "state", "read", "folded", "ignored", "coerced",
//                   "rejected": {reason: count}, "seconds", "partial"}]
//        "reports": [{"name", "digest", "bytes", "rows"}]
//      }

import Records
import SmallJSON

/// The receipt of a set of reports.
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
        package var seconds: Int128
        /// What is missing from it, by its own account, in words; nil when nothing is, and then not written.
        package var partial: String?

        package init(
            name: String, digest: String?, day: CalendarDay?, state: String, counts: OutcomeCounts, seconds: Int128,
            partial: String? = nil
        ) {
            self.name = name
            self.digest = digest
            self.day = day
            self.state = state
            self.counts = counts
            self.seconds = seconds
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
        /// Distinct contracts with a folded record.
        package var contracts: Int
        /// Those with one in a mapped app.
        package var mappedContracts: Int
        /// Folded records and their seconds, unmapped apps included.
        package var records: Int128
        package var seconds: Int128

        package init(contracts: Int, mappedContracts: Int, records: Int128, seconds: Int128) {
            self.contracts = contracts
            self.mappedContracts = mappedContracts
            self.records = records
            self.seconds = seconds
        }

        package init(_ result: ReportResult) {
            self.init(
                contracts: result.contracts, mappedContracts: result.mappedContracts, records: result.records,
                seconds: result.seconds)
        }
    }

    package var tool: String
    package var generation: Int
    /// Identifies the contents that count, in hexadecimal.
    package var inputsDigest: String
    /// The dates of the counted files.
    package var days: Set<CalendarDay>
    package var map: CategoryMap
    /// Of `map.canonicalBytes`, in hexadecimal.
    package var mapDigest: String
    package var totals: Totals
    package var files: [File]
    package var outputs: [Output]

    package init(
        tool: String, generation: Int, inputsDigest: String, days: Set<CalendarDay>, map: CategoryMap,
        mapDigest: String, totals: Totals,
        files: [File], outputs: [Output]
    ) {
        self.tool = tool
        self.generation = generation
        self.inputsDigest = inputsDigest
        self.days = days
        self.map = map
        self.mapDigest = mapDigest
        self.totals = totals
        self.files = files
        self.outputs = outputs
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
                text.member("contracts", totals.contracts)
                text.member("mapped_contracts", totals.mappedContracts)
                text.member("records", totals.records)
                text.member("seconds", totals.seconds)
            }
            text.array("files") { text in
                for file in files.sorted(by: { Self.precedes(($0.name, $0.digest), ($1.name, $1.digest)) }) {
                    text.object { file.write(to: &$0) }
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
        text.array("categories") { text in
            for category in map.categories {
                text.object { text in
                    text.member("name", category.name)
                    text.array("apps") { text in
                        // As in the canonical form: the order of apps means nothing.
                        for app in category.apps.sorted(by: { $0.precedesByBytes($1) }) { text.member(nil, app) }
                    }
                }
            }
        }
    }
}

extension Receipt.File {
    fileprivate func write(to text: inout JSONText) {
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
        text.member("seconds", seconds)
        if let partial { text.member("partial", partial) }
    }
}

extension String {
    /// Order by UTF-8 bytes, which does not depend on the version of Unicode.
    fileprivate func precedesByBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
