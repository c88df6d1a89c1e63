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

/// What is asked of `export`.
package struct ExportRequest: Sendable {
    package var report: Report
    package var days: DayRange
    /// Names of files that are to be left out.
    package var without: Set<String>
    /// The generation of the ledger that the report is of; nil for what counts now.
    package var generation: Int?
    package var query: RowQuery
    /// One row for each period in place of one for all days.
    package var period: CalendarPeriod?

    package init(
        _ report: Report, days: DayRange = DayRange(first: nil, last: nil), without: Set<String> = [],
        generation: Int? = nil, query: RowQuery = RowQuery(), period: CalendarPeriod? = nil
    ) {
        self.report = report
        self.days = days
        self.without = without
        self.generation = generation
        self.query = query
        self.period = period
    }

    /// Whether it is about all files that count now.
    fileprivate var isEverything: Bool { days.isEverything && without.isEmpty && generation == nil && period == nil }
}

/// Writes reports without changing anything; runs beside a writer.
package struct Exporter {
    private let settings: Settings
    private let fileSystem: FileSystem

    package init(_ settings: Settings, fileSystem: FileSystem = .real) {
        self.settings = settings
        self.fileSystem = fileSystem
    }

    /// Checks a request before any work is done.
    ///
    /// - Returns: how many columns the answer has.
    /// - Throws: `QueryError`.
    @discardableResult
    package func check(_ request: ExportRequest) throws -> Int {
        let map = try request.generation == nil ? settings.map : map(request, openForReading().ledger)
        return try QueryEncoder(
            request.query, request.report, map, by: request.period, inner: TableFormat.csv.encoder { _ in }
        ).columnCount
    }

    private func openForReading() throws -> CheckpointFolder {
        try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
    }

    /// The categories of a request: those of its generation, as far as the ledger has them; else those of now.
    private func map(_ request: ExportRequest, _ ledger: Ledger) throws -> CategoryMap {
        guard let generation = request.generation, let text = try ledger.categories(at: generation) else {
            return settings.map
        }
        guard let map = CategoryMap(canonicalText: text) else {
            throw CommandFailure(.damaged, "the ledger has no valid categories of generation \(generation)")
        }
        return map
    }

    /// Writes in one of the plain formats.
    package func export(_ request: ExportRequest, format: TableFormat, sink: @escaping ReportSink) throws {
        try export(request) { format.encoder(sink) }
    }

    /// - Parameter makeEncoder: makes the encoder that takes the rows. Called again when the total turns out to be damaged
    ///   before the first encoder wrote anything.
    /// - Throws: `QueryError`, `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`, what the encoder throws.
    package func export(_ request: ExportRequest, makeEncoder: () throws -> any TableEncoder) throws {
        let checkpoints = try openForReading()
        let map = try map(request, checkpoints.ledger)
        if request.query.isIdentity && request.period == nil {
            return try exportPlainly(request, map, checkpoints, makeEncoder)
        }
        let encoder = try QueryEncoder(
            request.query, request.report, map, by: request.period, inner: try makeEncoder())
        let output = ReportOutput(request.report, encoder: Continued(encoder))
        let parts = try checkpoints.ledger.snapshot { try self.parts(checkpoints, request) }
        try Self.writing(request.report) { try encoder.begin([]) }
        for part in parts {
            if let period = part.period { encoder.begin(period: period) }
            try write(part, map, output)
        }
        try Self.writing(request.report) { try encoder.finish() }
    }

    /// The whole report, as it is published; from the total, if that can be read.
    private func exportPlainly(
        _ request: ExportRequest, _ map: CategoryMap, _ checkpoints: CheckpointFolder,
        _ makeEncoder: () throws -> any TableEncoder
    ) throws {
        func export(rebuilding: Bool) throws {
            let part = try checkpoints.ledger.snapshot {
                try self.parts(checkpoints, request, rebuilding: rebuilding)[0]
            }
            let encoder = try makeEncoder()
            do {
                try write(part, map, ReportOutput(request.report, encoder: encoder))
            } catch  where encoder.bytesWritten == 0 && part.plan.usesTotal && Publisher.blamesTotal(error) {
                try export(rebuilding: true)
            }
        }
        try export(rebuilding: false)
    }

    private func write(_ part: Part, _ map: CategoryMap, _ output: ReportOutput) throws {
        // Days cost as much as all the rest, and two of the reports do without.
        let merge = try part.plan.open(
            withDays: output.report == .profile || output.report == .daily, jobs: settings.jobs)
        let pass = try ReportPass(schema: merge.schema, map: map, outputs: [output])
        if pass.canBeMadeInParts {
            try RangeOutput.run(merge, pass, into: nil, jobs: settings.jobs)
        } else {
            try RangeRows.run(merge, pass, jobs: settings.jobs)
        }
        _ = try pass.finish(part.sums)
    }

    /// What there is to say of the files that a request is about, from one merge. The request's query is not looked at.
    ///
    /// - Parameter top: how many of the contracts with most seconds are wanted.
    /// - Throws: `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`.
    package func summary(_ request: ExportRequest, top: Int = 20) throws -> ReportSummary {
        try edition(request, top: top).summary
    }

    /// Counts the files that a request is about, and says how to merge them once more.
    ///
    /// - Parameter beside: what else is to be read of the ledger at the same moment; it is told the generation. May be
    ///   called again.
    func edition(
        _ request: ExportRequest, top: Int, beside: (Ledger, _ generation: Int) throws -> Void = { _, _ in }
    ) throws -> Edition {
        precondition(request.period == nil, "an edition is of all days together")
        let checkpoints = try openForReading()
        func edition(rebuilding: Bool) throws -> Edition {
            let (part, settings, snapshot) = try checkpoints.ledger.snapshot {
                let part = try parts(checkpoints, request, rebuilding: rebuilding)[0]
                try beside(checkpoints.ledger, part.plan.generation)
                return (
                    part, self.settings.with(try map(request, checkpoints.ledger)),
                    try CountingSnapshot(
                        checkpoints.ledger, part.versions, generation: part.plan.generation, part.sums)
                )
            }
            do {
                return try Edition(settings, part.plan, snapshot, top: top)
            } catch  where part.plan.usesTotal && Publisher.blamesTotal(error) {
                return try edition(rebuilding: true)
            }
        }
        return try edition(rebuilding: false)
    }

    private static func writing(_ report: Report, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw ReportError.output(report, cause: error)
        }
    }

    /// Some files whose total becomes rows.
    private struct Part {
        /// The name of their period; nil when there are no periods.
        var period: String?
        var versions: [VersionRecord]
        var plan: TotalPlan
        var sums: DaySums
    }

    /// How to make the totals that the request needs, and what the daily report needs beside them, of one generation.
    private func parts(
        _ checkpoints: CheckpointFolder, _ request: ExportRequest, rebuilding: Bool = false
    ) throws -> [Part] {
        let ledger = checkpoints.ledger
        let current = try ledger.generation
        let generation = request.generation ?? current
        guard (0...current).contains(generation) else {
            throw CommandFailure(
                .usage, "there is no generation \(generation) yet; the newest is \(current)")
        }
        let counting = try ledger.countingVersions(at: generation)
        if let unknown = request.without.subtracting(counting.map(\.facts.name)).min() {
            throw CommandFailure(
                .usage,
                "--without \(Show.name(unknown)): no file of this name counts; `watchfold status` shows the names")
        }
        if request.isEverything {
            let plan = try checkpoints.total.plan(ledger, rebuilding: rebuilding)
            return [
                Part(versions: counting, plan: plan, sums: CountingSnapshot.daySums(counting, try ledger.appSums()))
            ]
        }
        func day(_ version: VersionRecord) -> CalendarDay? { version.facts.date.flatMap { CalendarDay($0) } }
        let wanted = counting.filter {
            request.days.contains(day($0)) && !request.without.contains($0.facts.name)
        }
        func part(_ period: String?, _ versions: [VersionRecord]) throws -> Part {
            let sums = try versions.flatMap { version in
                try ledger.apps(of: version.id).map {
                    DaySum(day: day(version), app: Array($0.app.utf8), seconds: $0.seconds, records: Int64($0.records))
                }
            }
            return Part(
                period: period, versions: versions,
                plan: checkpoints.total.plan(only: versions, generation: generation),
                sums: CountingSnapshot.daySums(versions, sums))
        }
        guard let period = request.period else { return [try part(nil, wanted)] }
        // Files without a date come last.
        let groups = Dictionary(grouping: wanted) { day($0).map { period.name(of: $0) } ?? "" }
        let names = groups.keys.sorted { a, b in a.isEmpty || b.isEmpty ? b.isEmpty && !a.isEmpty : a < b }
        return try names.map { try part($0, groups[$0]!) }
    }
}

/// Rows of several passes for one encoder, which somebody else begins and ends.
private final class Continued: TableEncoder {
    private let encoder: QueryEncoder

    init(_ encoder: QueryEncoder) { self.encoder = encoder }

    func begin(_ columns: [ReportColumn]) throws {}
    func append(_ block: RowBlock) throws { try encoder.append(block) }
    func finish() throws {}
    var bytesWritten: Int { encoder.bytesWritten }
}
