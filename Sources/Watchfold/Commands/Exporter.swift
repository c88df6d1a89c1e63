//  A report from the checkpoints.
//
//  Without a range it comes from the total, brought up to what counts now in passing; with one it comes from the
//  partials of the range's days. Either way it is one merge, and no raw file is read. When the total turns out to be
//  damaged before anything went out, all partials are merged instead.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Records
import Reports

/// What days a report is about.
package struct DayRange: Sendable, Hashable {
    package var first: CalendarDay?
    package var last: CalendarDay?

    package init(first: CalendarDay?, last: CalendarDay?) {
        self.first = first
        self.last = last
    }

    package var isEverything: Bool { first == nil && last == nil }

    /// Files without a date are in no range but the one of everything.
    func contains(_ day: CalendarDay?) -> Bool {
        guard let day else { return isEverything }
        return first.map { $0 <= day } ?? true && last.map { day <= $0 } ?? true
    }
}

/// Writes reports without changing anything; runs beside a writer.
package struct Exporter {
    private let settings: Settings
    private let fileSystem: FileSystem

    package init(_ settings: Settings, fileSystem: FileSystem = .real) {
        self.settings = settings
        self.fileSystem = fileSystem
    }

    /// - Throws: `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`, what the sink throws.
    package func export(_ report: Report, range: DayRange, format: TableFormat, sink: @escaping ReportSink) throws {
        let checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
        var isUntouched = true
        func export(rebuilding: Bool) throws {
            let (plan, sums) = try self.plan(checkpoints, range, rebuilding: rebuilding)
            do {
                let output = ReportOutput(report, format: format) { bytes in
                    isUntouched = false
                    try sink(bytes)
                }
                // Days cost as much as all the rest, and two of the reports do without.
                let merge = try plan.open(withDays: report == .profile || report == .daily, jobs: settings.jobs)
                let pass = try ReportPass(schema: merge.schema, map: settings.map, outputs: [output])
                try RangeOutput.run(merge, pass, into: nil, jobs: settings.jobs)
                _ = try pass.finish(sums)
            } catch  where isUntouched && plan.usesTotal && Publisher.blamesTotal(error) {
                try export(rebuilding: true)
            }
        }
        try export(rebuilding: false)
    }

    /// How to make the total of the range, and what the daily report needs beside it, of one generation.
    private func plan(
        _ checkpoints: CheckpointFolder, _ range: DayRange, rebuilding: Bool
    ) throws -> (TotalPlan, DaySums) {
        try checkpoints.ledger.snapshot {
            let generation = try checkpoints.ledger.generation
            let counting = try checkpoints.ledger.countingVersions()
            let wanted = counting.filter { range.contains($0.facts.date.flatMap { CalendarDay($0) }) }
            let dated = try checkpoints.ledger.appSums().filter {
                range.contains($0.date.flatMap { CalendarDay($0) })
            }
            let plan =
                range.isEverything
                ? try checkpoints.total.plan(checkpoints.ledger, rebuilding: rebuilding)
                : checkpoints.total.plan(only: wanted, generation: generation)
            return (plan, CountingSnapshot.daySums(wanted, dated))
        }
    }
}
