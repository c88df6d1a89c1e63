//  What counts at one generation, and what identifies it.

import Checkpoints
import Codecs
import Ledgers
import Records
import Reports
import RunSettings
import Wording

/// What the ledger says at one generation, as the reports need it.
package struct CountingSnapshot {
    package let generation: Int
    package let counting: [VersionRecord]
    package let daySums: DaySums
    package let files: [Receipt.File]
    /// Of the names, contents, dates and fold settings that count: the identity of the total.
    package let inputsDigest: String

    /// Of all that counts now.
    package init(_ ledger: Ledger) throws {
        self = try ledger.snapshot {
            let counting = try ledger.countingVersions()
            return try CountingSnapshot(
                ledger, counting, generation: ledger.generation, Self.daySums(counting, try ledger.datedBreakdown()))
        }
    }

    /// Of some versions that count at a generation. Called within a snapshot of the ledger.
    package init(_ ledger: Ledger, _ counting: [VersionRecord], generation: Int, _ daySums: DaySums) throws {
        self.generation = generation
        self.counting = counting
        self.daySums = daySums
        files = try Self.receiptFiles(ledger, counting)
        inputsDigest = Self.inputsDigest(counting)
    }

    /// Identifies the contents that count.
    package static func inputsDigest(_ counting: [VersionRecord]) -> String {
        digest(counting.map { [$0.facts.name, $0.facts.digest, $0.facts.date ?? "", $0.facts.settings] })
    }

    /// What a range of days needs beside its total.
    package static func daySums(_ versions: [VersionRecord], _ sums: [DaySum]) -> DaySums {
        let days = versions.map { $0.facts.date.flatMap { CalendarDay($0) } }
        return DaySums(days: Set(days.compactMap { $0 }), hasUndated: days.contains(nil), sums: sums)
    }

    package static func daySums(_ versions: [VersionRecord], _ sums: [DatedBreakdownSum]) -> DaySums {
        daySums(
            versions,
            sums.map {
                DaySum(
                    day: $0.date.flatMap { CalendarDay($0) }, label: Array($0.label.utf8), sum: $0.sum,
                    records: Int64($0.records))
            })
    }

    private static func digest(_ rows: [[String]]) -> String {
        var state = StreamingXXH128()
        for row in rows {
            for field in row {
                var field = field
                field.append("\u{0}")
                field.withUTF8 { state.update(UnsafeRawBufferPointer($0)) }
            }
        }
        return state.finish().hex
    }

    private static func receiptFiles(_ ledger: Ledger, _ counting: [VersionRecord]) throws -> [Receipt.File] {
        try counting.map { version in
            var counts = OutcomeCounts()
            counts.folded = version.tally.folded
            counts.ignored = version.tally.ignored
            counts.coerced = version.tally.coerced
            counts.rejected = try ledger.rejections(of: version.id)
            return Receipt.File(
                name: version.facts.name, digest: version.facts.digest,
                day: version.facts.date.flatMap { CalendarDay($0) }, state: FileState.folded.rawValue, counts: counts,
                sum: Int128(version.facts.sum), partial: try ledger.answers(of: version.id).partial)
        }
    }

    package func receipt(_ settings: Settings, _ result: PassResult, _ outputs: [Receipt.Output]) -> Receipt {
        Receipt(
            tool: Tool.name, generation: generation, inputsDigest: inputsDigest,
            days: daySums.days, reports: settings.reports, mapDigest: settings.mapDigest,
            totals: Receipt.Totals(result),
            files: files, outputs: outputs)
    }

    /// What a workbook of these files says of itself.
    package func origin(_ settings: Settings) -> WorkbookOrigin {
        WorkbookOrigin(
            tool: Tool.name, generation: generation, inputsDigest: inputsDigest, mapDigest: settings.mapDigest,
            days: daySums.days, files: files.count)
    }
}
