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

import Columns
import Folding
import Records

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

/// Turns a total into the reports that are asked for. Use: `consume` each batch in order, then `finish` once; after an
/// error the pass is of no more use, and what its sinks got is to be thrown away.
package final class ReportPass {
    private enum State { case open, finished, failed }

    let map: CategoryMap
    let outputs: [ReportOutput]
    let dayColumns: [DayColumn]
    private let columnCount: Int
    private var state = State.open
    var pivot: Pivot
    /// For each day column, in how many contracts each of its days is.
    var dayCounts: [DayCounts]

    /// - Throws: `ReportError.schema` when the columns are not those of a total, `.output` when a header cannot be written.
    package init(schema: KeyedSchema, map: CategoryMap, outputs: [ReportOutput]) throws(ReportError) {
        self.map = map
        self.outputs = outputs
        dayColumns = try Self.dayColumns(schema)
        columnCount = schema.measures.count
        dayCounts = Array(repeating: DayCounts(), count: dayColumns.count)
        let reports = Set(outputs.map(\.report))
        pivot = Pivot(
            map: map,
            activeDays: dayColumns.map { $0 == .undated ? 0 : $0.allDays },
            needs: PivotNeeds(
                sums: reports.contains(.engagement) || reports.contains(.profile),
                profile: reports.contains(.profile)))
        for output in outputs {
            try Self.writing(output) { () throws in try output.encoder.begin(output.report.columns(map)) }
        }
    }

    /// Checks the columns of a total and returns those that are day sets.
    private static func dayColumns(_ schema: KeyedSchema) throws(ReportError) -> [DayColumn] {
        guard schema.keys == ["Contract", "AppName"] else {
            throw .schema("its keys are \(schema.keys), not Contract and AppName")
        }
        let fixed = [Measure("TotalDuration", .sum), Measure("Records", .sum)]
        guard Array(schema.measures.prefix(2)) == fixed else {
            throw .schema("its first measures are not the sums TotalDuration and Records")
        }
        var columns: [DayColumn] = []
        for measure in schema.measures.dropFirst(2) {
            guard measure.merge == .union, let column = DayColumn(name: measure.name) else {
                throw .schema("its measure \(measure.name) (\(measure.merge.rawValue)) is not a day set")
            }
            guard !columns.contains(column) else { throw .schema("it has \(measure.name) twice") }
            columns.append(column)
        }
        return columns
    }

    /// Takes the next rows of the total.
    ///
    /// - Complexity: O(rows × day columns).
    package func consume(_ batch: KeyedBatch) throws(ReportError) {
        precondition(state == .open, "the pass is \(state)")
        let count = batch.count
        precondition(
            batch.keys.count == 2 && batch.keys[1].count == count && batch.measures.count == columnCount
                && batch.measures.allSatisfy { $0.count == count },
            "a batch of \(batch.keys.count) keys and \(batch.measures.count) measures does not fit its schema")
        guard count > 0 else { return }
        state = .failed
        try batch.keys[0].withUnsafe { (contractBytes, contractOffsets) throws(ReportError) in
            try batch.keys[1].withUnsafe { (appBytes, appOffsets) throws(ReportError) in
                var pointers: [UnsafePointer<Int64>] = []
                try withPointers(batch.measures, &pointers) { (measures) throws(ReportError) in
                    let rows = PivotRows(
                        count: count, contracts: (contractBytes, contractOffsets), apps: (appBytes, appOffsets),
                        seconds: measures[0], records: measures[1], days: measures + 2)
                    try pivot.fold(rows) { (block, count) throws(ReportError) in try emit(block, count) }
                }
            }
        }
        state = .open
    }

    /// Lends the addresses of all columns at once.
    private func withPointers(
        _ columns: [[Int64]], _ pointers: inout [UnsafePointer<Int64>],
        _ body: (UnsafePointer<UnsafePointer<Int64>>) throws(ReportError) -> Void
    ) throws(ReportError) {
        if pointers.count == columns.count {
            try pointers.withUnsafeBufferPointer { (all) throws(ReportError) in try body(all.baseAddress!) }
        } else {
            try columns[pointers.count].withUnsafeBufferPointer { (column) throws(ReportError) in
                pointers.append(column.baseAddress!)
                try withPointers(columns, &pointers, body)
            }
        }
    }

    /// Hands a block of contracts to its readers.
    private func emit(_ block: PivotBlock, _ count: Int) throws(ReportError) {
        if outputs.contains(where: { $0.report == .daily }) {
            for column in dayColumns.indices {
                dayCounts[column].add(block.days + column * PivotBlock.capacity, count: count)
            }
        }
        let contract = RowBlock.Values.text(block.contracts)
        let seconds = map.categories.indices.map { RowBlock.Values.integer(block.seconds + $0 * PivotBlock.capacity) }
        for output in outputs {
            let columns: [RowBlock.Values]
            switch output.report {
            case .engagement: columns = [contract] + seconds
            case .profile:
                columns =
                    [contract] + seconds + [
                        .integer(block.totals), .text(block.mostWatch), .text(block.taste), .integer(block.activeDays),
                    ]
            case .daily, .apps: continue
            }
            try Self.writing(output) { () throws in
                try output.encoder.append(RowBlock(columns: columns, count: count))
            }
        }
    }

    /// Writes what is left, and the small reports.
    ///
    /// - Parameter days: needed for the daily report only.
    package func finish(_ days: DaySums = DaySums()) throws(ReportError) -> ReportResult {
        precondition(state == .open, "the pass is \(state)")
        state = .failed
        try pivot.finish { (block, count) throws(ReportError) in try emit(block, count) }
        try checkDaySets()
        let positions = pivot.apps.sortedPositions()
        var result = ReportResult(
            written: [], apps: positions.map(app), contracts: pivot.contracts, mappedContracts: pivot.mappedContracts)
        for output in outputs {
            let rows: Int
            switch output.report {
            case .engagement, .profile: rows = pivot.mappedContracts
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

    /// A set with a day that does not exist would be counted as an active day, or silently not.
    private func checkDaySets() throws(ReportError) {
        for (index, column) in dayColumns.enumerated() {
            let wrong = pivot.seenDays[index] & ~column.allDays
            if wrong != 0 { throw .impossibleDay(column: column.name, bit: wrong.trailingZeroBitCount) }
        }
    }

    private func app(_ position: Int) -> ReportResult.App {
        let entry = pivot.apps.entries[position]
        return ReportResult.App(
            name: text(entry.name), category: entry.category < 0 ? nil : entry.category, records: entry.records,
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
