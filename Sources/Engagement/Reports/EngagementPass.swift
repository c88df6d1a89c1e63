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
//  A total that was cut between contracts can be worked on by several threads (EngagementPart.swift).

import Columns
import Folding
import Records
import Reports
import Tables

/// The pass of the engagement plan.
package final class EngagementPass: ReportPass {
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
            try Self.writing(output) { () throws in try output.encoder.begin(map.columns(output.report)) }
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

    package var canBeMadeInParts: Bool {
        outputs.allSatisfy { !$0.report.isByKey || $0.encoder is any SplittableEncoder }
    }

    /// A part of the same reports, to be filled and then given to `append`.
    ///
    /// - Precondition: the encoders of engagement and profile are splittable.
    package func makePart() -> EngagementPart {
        let encoders = outputs.filter { $0.report.isByKey }.map { output in
            guard let encoder = output.encoder as? any SplittableEncoder else {
                preconditionFailure("the \(output.report.name) report cannot be made in parts")
            }
            return (output.report, encoder.makePart())
        }
        return EngagementPart(contracts.another(), encoders)
    }

    /// Takes the next part of the total. All its contracts come after those before it.
    package func append(_ part: EngagementPart) throws(ReportError) {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        contracts.add(part.contracts)
        var encoders = part.encoders[...]
        for output in outputs where output.report.isByKey {
            let encoder = encoders.removeFirst().encoder
            try Self.writing(output) { () throws in
                try (output.encoder as! any SplittableEncoder).append(encoded: encoder.encoded)
            }
        }
        state = .open
    }

    /// Hands the columns of some contracts to the reports that have a row for each.
    private func emit(_ columns: ContractColumns, _ count: Int) throws(ReportError) {
        for output in outputs where output.report.isByKey {
            try Self.writing(output) { () throws in
                try output.encoder.append(RowBlock(columns: columns[output.report], count: count))
            }
        }
    }

    package func finish(_ days: DaySums) throws(ReportError) -> PassResult {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        try contracts.finish { (columns, count) throws(ReportError) in try emit(columns, count) }
        try contracts.checkDaySets()
        let positions = contracts.pivot.apps.sortedPositions()
        var result = PassResult(
            written: [], labels: positions.map(label), keys: contracts.pivot.contracts,
            groupedKeys: contracts.pivot.mappedContracts)
        for output in outputs {
            let rows: Int
            switch output.report {
            case .engagement, .profile: rows = contracts.pivot.mappedContracts
            case .daily: rows = try writeDaily(days, output)
            case .apps:
                try writeApps(positions, output)
                rows = positions.count
            default: preconditionFailure("\(output.report) is no report of engagement")
            }
            try Self.writing(output) { () throws in try output.encoder.finish() }
            result.written.append(.init(report: output.report, rows: rows, bytes: output.encoder.bytesWritten))
        }
        state = .finished
        return result
    }

    private func label(_ position: Int) -> PassResult.Label {
        let entry = contracts.pivot.apps.entries[position]
        return PassResult.Label(
            name: entry.name.string, group: entry.category < 0 ? nil : entry.category, records: entry.records,
            keys: entry.contracts, sum: entry.seconds)
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
