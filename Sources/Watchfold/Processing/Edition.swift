//  All reports of some files at one generation, for those who need more than one pass over them: a summary that comes
//  before the rows, or rows in several places.
//
//  A plan reads partials that never change, and a total that it holds open, so that every merge of it gives the same.

import Checkpoints
import Reports

/// What was counted in a first pass, and how to make the rows again.
struct Edition {
    let summary: ReportSummary
    private let settings: Settings
    private let plan: TotalPlan
    private let daySums: DaySums

    /// Makes the first pass.
    ///
    /// - Parameter top: how many of the contracts with most seconds are wanted.
    /// - Throws: `DamagedTable`, `FoldError`, `ReportError`.
    init(_ settings: Settings, _ plan: TotalPlan, _ snapshot: CountingSnapshot, top: Int) throws {
        self.settings = settings
        self.plan = plan
        daySums = snapshot.daySums
        let tally = SummaryTally(settings.map, top: top)
        let merge = try plan.open(jobs: settings.jobs)
        let pass = try ReportPass(schema: merge.schema, map: settings.map, outputs: tally.outputs)
        try RangeRows.run(merge, pass, jobs: settings.jobs)
        let result = try pass.finish(daySums)
        summary = tally.summary(snapshot.receipt(settings, result, []))
    }

    /// Makes the rows of a report.
    func write(_ report: Report, _ encoder: any TableEncoder) throws {
        let merge = try plan.open(withDays: report == .profile || report == .daily, jobs: settings.jobs)
        let pass = try ReportPass(
            schema: merge.schema, map: settings.map, outputs: [ReportOutput(report, encoder: encoder)])
        try RangeRows.run(merge, pass, jobs: settings.jobs)
        _ = try pass.finish(daySums)
    }
}
