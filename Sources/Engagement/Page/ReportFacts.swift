//  What a report to look at says: its numbers, and what the ledger knows of the files.

import Records
import Reports
import Wording

/// Everything on the page and on the terminal.
struct ReportFacts: Sendable, Equatable {
    var summary: ReportSummary
    var files: FileFacts

    init(_ summary: ReportSummary, _ files: FileFacts) {
        self.summary = summary
        self.files = files
    }

    /// The days that the report is about: those asked for, else from the first day with a file to the last. Nil when
    /// there is neither.
    var period: ClosedRange<CalendarDay>? {
        let first = files.firstAsked ?? summary.receipt.days.min()
        let last = files.lastAsked ?? summary.receipt.days.max()
        guard let first, let last, first <= last else { return nil }
        return first...last
    }

    /// Days of the period without a file. One range may be long: an end that was asked for can lie far away.
    var missingDays: [ClosedRange<CalendarDay>] {
        period.map { CalendarDay.gaps(in: Set(summary.receipt.days), over: $0) } ?? []
    }

    /// Rejected records by reason, most first.
    var rejections: [(reason: RejectReason, records: Int)] {
        summary.outcomes.rejected.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// Apps in no category, most seconds first.
    var unmappedApps: [ReportSummary.App] {
        summary.unmappedApps.sorted {
            $0.seconds == $1.seconds
                ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.seconds > $1.seconds
        }
    }
}
