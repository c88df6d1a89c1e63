//  Every report from one pass over the total.
//
//  The total arrives as batches, sorted by contract and app; a contract's rows may lie in two batches. The pass hands
//  them to the pivot, and the pivot's blocks of contracts to whoever needs them:
//
//      batches ─▶ pivot ─┬─ contract, sums ─────────────────▶ engagement
//                        ├─ … total, taste, active days ────▶ profile
//                        ├─ day sets ─▶ contracts by date ──▶ daily ◀── sums by date and app (from the caller)
//                        └─ sums by app ────────────────────▶ apps
//
//  Engagement and profile leave as they are made; daily and apps are small and are written at the end.
//
//  A total that was cut between contracts can be worked on by several threads (ReportPart.swift): each makes the rows of
//  its part, and the pass puts the parts together in order.

import Columns
import Folding
import Records
import Tables

/// What the files of one date add up to for one app.
package struct DaySum: Sendable, Equatable {
    /// Nil for files without a date.
    package var day: CalendarDay?
    /// The AppName's bytes.
    package var app: [UInt8]
    package var seconds: Int64
    package var records: Int64

    package init(day: CalendarDay?, app: [UInt8], seconds: Int64, records: Int64) {
        self.day = day
        self.app = app
        self.seconds = seconds
        self.records = records
    }
}

/// What the daily report needs beside the total.
package struct DaySums: Sendable {
    /// The dates of the counted files; each is a row of the daily report.
    package var days: Set<CalendarDay>
    /// Whether a counted file has no date.
    package var hasUndated: Bool
    /// In any order; several entries for one day and app add up.
    package var sums: [DaySum]

    package init(days: Set<CalendarDay> = [], hasUndated: Bool = false, sums: [DaySum] = []) {
        self.days = days
        self.hasUndated = hasUndated
        self.sums = sums
    }
}

/// What a pass found, beside the reports.
package struct ReportResult: Sendable {
    package struct Written: Sendable, Equatable {
        package var report: Report
        /// Without the header.
        package var rows: Int
        package var bytes: Int
    }

    package struct App: Sendable, Equatable {
        package var name: String
        /// Position in the map's categories; nil when the app is in none.
        package var category: Int?
        package var records: Int128
        package var contracts: Int
        package var seconds: Int128
    }

    /// In the order of the outputs.
    package var written: [Written]
    /// All apps of the total, ascending by bytes.
    package var apps: [App]
    /// Distinct contracts in the total.
    package var contracts: Int
    /// Those with at least one record in a mapped app.
    package var mappedContracts: Int
    package var records: Int128 { apps.reduce(0) { $0 + $1.records } }
    package var seconds: Int128 { apps.reduce(0) { $0 + $1.seconds } }
}

/// Turns a total into the reports that are asked for. Use: `consume` each batch in order or `append` each part in order,
/// then `finish` once; after an error the pass is of no more use, and what its sinks got is to be thrown away.
package final class ReportPass {
    private enum State { case open, finished, failed }

    let outputs: [ReportOutput]
    private var state = State.open
    let contracts: ContractPass
    var map: CategoryMap { contracts.map }

    /// - Throws: `ReportError.schema` when the columns are not those of a total, `.output` when a header cannot be written.
    package init(schema: KeyedSchema, map: CategoryMap, outputs: [ReportOutput]) throws(ReportError) {
        self.outputs = outputs
        contracts = try ContractPass(schema: schema, map: map, reports: Set(outputs.map(\.report)))
        for output in outputs {
            try Self.writing(output) { () throws in try output.encoder.begin(output.report.columns(map)) }
        }
    }

    /// Takes the next rows of the total.
    ///
    /// - Complexity: O(rows × day columns).
    package func consume(_ batch: KeyedBatch) throws(ReportError) {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        try contracts.consume(batch) { (columns, count) throws(ReportError) in try emit(columns, count) }
        state = .open
    }

    /// Whether `makePart` can be called.
    package var canBeMadeInParts: Bool {
        outputs.allSatisfy { !$0.report.isOfContracts || $0.encoder is any SplittableEncoder }
    }

    /// A part of the same reports, to be filled and then given to `append`.
    ///
    /// - Precondition: the encoders of engagement and profile are splittable.
    package func makePart() -> ReportPart {
        let encoders = outputs.filter { $0.report.isOfContracts }.map { output in
            guard let encoder = output.encoder as? any SplittableEncoder else {
                preconditionFailure("the \(output.report) report cannot be made in parts")
            }
            return (output.report, encoder.makePart())
        }
        return ReportPart(contracts.another(), encoders)
    }

    /// Takes the next part of the total. All its contracts come after those before it.
    package func append(_ part: ReportPart) throws(ReportError) {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        contracts.add(part.contracts)
        var encoders = part.encoders[...]
        for output in outputs where output.report.isOfContracts {
            let encoder = encoders.removeFirst().encoder
            try Self.writing(output) { () throws in
                try (output.encoder as! any SplittableEncoder).append(encoded: encoder.encoded)
            }
        }
        state = .open
    }

    /// Hands the columns of some contracts to the reports that have a row for each.
    private func emit(_ columns: ContractColumns, _ count: Int) throws(ReportError) {
        for output in outputs where output.report.isOfContracts {
            try Self.writing(output) { () throws in
                try output.encoder.append(RowBlock(columns: columns[output.report], count: count))
            }
        }
    }

    /// Writes what is left, and the small reports.
    ///
    /// - Parameter days: needed for the daily report only.
    package func finish(_ days: DaySums = DaySums()) throws(ReportError) -> ReportResult {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        try contracts.finish { (columns, count) throws(ReportError) in try emit(columns, count) }
        try contracts.checkDaySets()
        let positions = contracts.pivot.apps.sortedPositions()
        var result = ReportResult(
            written: [], apps: positions.map(app), contracts: contracts.pivot.contracts,
            mappedContracts: contracts.pivot.mappedContracts)
        for output in outputs {
            let rows: Int
            switch output.report {
            case .engagement, .profile: rows = contracts.pivot.mappedContracts
            case .daily: rows = try writeDaily(days, output)
            case .apps:
                try writeApps(positions, output)
                rows = positions.count
            }
            try Self.writing(output) { () throws in try output.encoder.finish() }
            result.written.append(.init(report: output.report, rows: rows, bytes: output.encoder.bytesWritten))
        }
        state = .finished
        return result
    }

    private func app(_ position: Int) -> ReportResult.App {
        let entry = contracts.pivot.apps.entries[position]
        return ReportResult.App(
            name: entry.name.string, category: entry.category < 0 ? nil : entry.category, records: entry.records,
            contracts: entry.contracts, seconds: entry.seconds)
    }

    /// Runs an encoder's call; its error gets the name of the report.
    static func writing(_ output: ReportOutput, _ body: () throws -> Void) throws(ReportError) {
        do {
            try body()
        } catch {
            throw .output(output.report, cause: error)
        }
    }
}
