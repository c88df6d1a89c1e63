//  What counts for a request, at one generation: the totals to be merged, as often as somebody wants their rows. A summary
//  that comes before the rows takes two passes, a workbook three.
//
//  A plan reads partials, which never change, and a total that it holds open, so every merge of it gives the same,
//  whatever others commit meanwhile.

import Admission
import Checkpoints
import Events
import Ledgers
import Records
import Reports
import RunSettings
import Tables
import Wording

/// The totals of one request.
struct Edition {
    /// Some files whose total becomes rows.
    private struct Part {
        /// The name of their period; nil when there are no periods.
        var period: String?
        var sources: TotalSources
        var sums: DaySums
    }

    /// With the groups that hold.
    let settings: Settings
    private let request: ExportRequest
    /// One, or one for each period.
    private let parts: [Part]
    /// Of all files of the request; nil unless it was asked for.
    let snapshot: CountingSnapshot?
    /// What a reader might miss: that there is no file for what was asked, or that some have no place in it.
    let lacks: [String]
    private let onEvent: EventSink
    /// What is reported about days of the request that have no file, when others have; nil when there are none.
    let gaps: String?

    /// Whether the total on disk is read.
    var usesTotal: Bool { parts.contains(where: \.sources.usesTotal) }

    /// - Parameters:
    ///   - reason: leave the total on disk aside, for this reason.
    ///   - needsReceipt: whether the files are wanted as a receipt has them.
    ///   - onEvent: told whether the total is merged, or all partials.
    /// - Throws: `LedgerError`; `Refused` for a generation or a file that is not there.
    init(
        _ settings: Settings, _ checkpoints: CheckpointFolder, _ request: ExportRequest,
        rebuilding reason: FullMergeReason? = nil, needsReceipt: Bool = false,
        onEvent: @escaping EventSink = { _ in }
    ) throws {
        self.settings = settings
        self.request = request
        self.onEvent = onEvent
        (parts, snapshot, lacks, gaps) = try checkpoints.ledger.snapshot {
            try Self.parts(checkpoints, request, reason, needsReceipt)
        }
        for event in parts.compactMap(\.sources.event) { onEvent(event) }
    }

    /// - Parameters:
    ///   - counting: all files that count at the generation.
    ///   - chosen: how many of them the request is about.
    private static func lacks(
        _ request: ExportRequest, _ counting: [VersionRecord], chosen: Int, generation: Int
    ) -> [String] {
        let dates = counting.compactMap(\.facts.date).sorted()
        var lacks: [String] = []
        if chosen > 0 { return lacks }
        if counting.isEmpty {
            lacks.append("no file counts at generation \(generation), so there is nothing to report")
        } else if request.days.isEverything {
            lacks.append("no other file counts, so there is nothing to report")
        } else {
            let known = DayRange(
                first: dates.first.flatMap { CalendarDay($0) }, last: dates.last.flatMap { CalendarDay($0) })
            let days = dates.isEmpty ? "none has a date" : "those that count are of \(known)"
            lacks.append("no file that counts is of \(request.days), so there is nothing to report; \(days)")
        }
        return lacks
    }

    /// - Parameter days: of the files that the request is about.
    private static func gaps(_ request: ExportRequest, _ days: Set<CalendarDay>) -> String? {
        guard !request.days.isEverything, let earliest = days.min(), let latest = days.max() else { return nil }
        let gaps = CalendarDay.gaps(
            in: days, over: (request.days.first ?? earliest)...(request.days.last ?? latest))
        if gaps.isEmpty { return nil }
        let count = gaps.reduce(0) { $0 + $1.length }
        return "\(Show.count(count, "day")) of \(request.days) \(count == 1 ? "has" : "have") no file that counts: "
            + DateText.list(gaps)
    }

    private static func parts(
        _ checkpoints: CheckpointFolder, _ request: ExportRequest, _ reason: FullMergeReason?, _ needsReceipt: Bool
    ) throws -> ([Part], CountingSnapshot?, lacks: [String], gaps: String?) {
        let ledger = checkpoints.ledger
        let current = try ledger.generation
        let generation = request.generation ?? current
        guard (0...current).contains(generation) else {
            throw Refused(
                .request, "there is no generation \(generation) yet; the newest is \(current)")
        }
        let counting = try ledger.countingVersions(at: generation)
        let names = Set(counting.map { ByteOrdered($0.facts.name) })
        // As they are, or as the status shows them.
        let without = Set(
            request.without.map { name in
                let (plain, shown) = (ByteOrdered(name), Show.unescaped(name).map { ByteOrdered($0) })
                return names.contains(plain) ? plain : shown ?? plain
            })
        if let unknown = without.subtracting(names).min()?.string {
            throw Refused(
                .request,
                "--without \(Show.name(unknown)): no file of this name counts; `watchfold status` shows the names")
        }
        let remaining = try Self.remaining(without: without, counting, ledger, generation)
        func snapshot(_ versions: [VersionRecord], _ sums: DaySums) throws -> CountingSnapshot? {
            needsReceipt ? try CountingSnapshot(ledger, versions, generation: generation, sums) : nil
        }
        if request.isEverything, generation == current {
            let sources = try checkpoints.total.sources(ledger, rebuilding: reason)
            let sums = CountingSnapshot.daySums(counting, try ledger.datedBreakdown())
            return (
                [Part(sources: sources, sums: sums)], try snapshot(counting, sums),
                lacks(request, counting, chosen: counting.count, generation: generation), nil
            )
        }
        func day(_ version: VersionRecord) -> CalendarDay? { version.facts.date.flatMap { CalendarDay($0) } }
        let wanted = remaining.filter { request.days.contains(day($0)) }
        let lacks = lacks(request, counting, chosen: wanted.count, generation: generation)
        let gaps = gaps(request, Set(wanted.compactMap(day)))
        func part(_ period: String?, _ versions: [VersionRecord]) throws -> Part {
            let sums = try versions.flatMap { version in
                try ledger.breakdown(of: version.id).map {
                    DaySum(day: day(version), label: Array($0.label.utf8), sum: $0.sum, records: Int64($0.records))
                }
            }
            return Part(
                period: period, sources: checkpoints.total.sources(only: versions, generation: generation),
                sums: CountingSnapshot.daySums(versions, sums))
        }
        guard let period = request.period else {
            let part = try part(nil, wanted)
            return ([part], try snapshot(wanted, part.sums), lacks, gaps)
        }
        // Files without a date come last.
        let groups = Dictionary(grouping: wanted) { day($0).map { period.name(of: $0) } ?? "" }
        let periods = groups.keys.sorted { a, b in a.isEmpty || b.isEmpty ? b.isEmpty && !a.isEmpty : a < b }
        let sums = CountingSnapshot.daySums(wanted, [DaySum]())
        return (try periods.map { try part($0, groups[$0]!) }, try snapshot(wanted, sums), lacks, gaps)
    }

    /// What would count if nothing of some names did: what they give counts under another name that holds it, as it would had
    /// they been retracted.
    private static func remaining(
        without names: Set<ByteOrdered>, _ counting: [VersionRecord], _ ledger: Ledger, _ generation: Int
    ) throws -> [VersionRecord] {
        var remaining = counting.filter { !names.contains(ByteOrdered($0.facts.name)) }
        let present = Set(remaining.map(\.facts.digest))
        for gone in counting where names.contains(ByteOrdered(gone.facts.name)) && !present.contains(gone.facts.digest)
        {
            let heirs = try ledger.claimants(gone.facts.digest, at: generation).filter {
                !names.contains(ByteOrdered($0.name))
            }
            let versions = try heirs.compactMap { try ledger.version($0.version) }
            if let heir = versions.min(by: {
                Resolution.precedes($0.facts, $1.facts, settingsText: gone.facts.settings)
            }) {
                remaining.append(heir)
            }
        }
        return remaining.sorted { GateOrder($0.facts.date, $0.facts.name) < GateOrder($1.facts.date, $1.facts.name) }
    }

    /// An encoder for the request's query of a report.
    func query(_ report: Report, inner: any TableEncoder) throws -> QueryEncoder {
        try settings.reports.encoder(request.query, report, by: request.period, inner: inner)
    }

    /// Makes a whole report.
    ///
    /// - Precondition: the request is not by period.
    func write(_ report: Report, _ encoder: any TableEncoder) throws {
        precondition(request.period == nil && parts.count == 1, "a report of several periods needs a query")
        try write(parts[0], ReportOutput(report, encoder: encoder))
    }

    /// Makes several reports in one pass. Those with a row for each key can be made in parts.
    ///
    /// - Precondition: the request is not by period.
    func write(_ outputs: [ReportOutput]) throws -> PassResult {
        precondition(request.period == nil && parts.count == 1, "a report of several periods needs a query")
        let withDays = outputs.contains(where: \.report.needsDays)
        let merge = try parts[0].sources.open(withDays: withDays, jobs: settings.jobs, onEvent: onEvent)
        let pass = try settings.reports.pass(merge.schema, outputs)
        try pass.run(merge, into: nil, jobs: settings.jobs)
        return try pass.finish(parts[0].sums)
    }

    /// Makes the rows that the request's query wants.
    func write(_ encoder: QueryEncoder) throws {
        let output = ReportOutput(request.report, encoder: Continued(encoder))
        try Self.writing(request.report) { try encoder.begin([]) }
        for part in parts {
            if let period = part.period { encoder.begin(period: period) }
            try write(part, output)
        }
        try Self.writing(request.report) { try encoder.finish() }
    }

    private func write(_ part: Part, _ output: ReportOutput) throws {
        // Days cost as much as all the rest, and two of the reports do without.
        let merge = try part.sources.open(
            withDays: output.report.needsDays, jobs: settings.jobs, onEvent: onEvent)
        let pass = try settings.reports.pass(merge.schema, [output])
        if pass.canBeMadeInParts {
            try pass.run(merge, into: nil, jobs: settings.jobs)
        } else {
            try pass.runInOrder(merge, jobs: settings.jobs)
        }
        _ = try pass.finish(part.sums)
    }

    private static func writing(_ report: Report, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw ReportError.output(report, cause: error)
        }
    }

    /// Counts what there is to say of the files. The request's query is not looked at.
    ///
    /// - Parameter top: how many of the keys with the largest sums are wanted.
    /// - Precondition: a receipt was asked for, and the request is not by period.
    func summary(top: Int) throws -> any PlanSummary {
        guard let snapshot, request.period == nil else { preconditionFailure("a summary is of all days and files") }
        let tally = settings.reports.counter(top: top)
        let merge = try parts[0].sources.open(jobs: settings.jobs, onEvent: onEvent)
        let pass = try settings.reports.pass(merge.schema, tally.outputs)
        try pass.runInOrder(merge, jobs: settings.jobs)
        let result = try pass.finish(parts[0].sums)
        return tally.summary(snapshot.receipt(settings, result, []))
    }
}

/// Rows of several passes for one encoder, which somebody else begins and ends.
private final class Continued: TableEncoder {
    private let encoder: QueryEncoder

    init(_ encoder: QueryEncoder) { self.encoder = encoder }

    func begin(_ columns: [TableColumn]) throws {}
    func append(_ block: RowBlock) throws { try encoder.append(block) }
    func finish() throws {}
    var bytesWritten: Int { encoder.bytesWritten }
}
