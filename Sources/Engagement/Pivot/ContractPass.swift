//  From the rows of a total, or of a part of it that was cut between contracts, to what every report needs of them.

import Columns
import Folding
import Records
import Reports
import Tables

/// The columns of the reports that have a row for each contract. Good during one call.
struct ContractColumns {
    let engagement: [RowBlock.Values]
    /// Those of the profile that follow the columns of engagement.
    let description: [RowBlock.Values]

    subscript(report: Report) -> [RowBlock.Values] {
        switch report {
        case .engagement: engagement
        case .profile: engagement + description
        default: preconditionFailure("\(report.name) has no rows of contracts")
        }
    }
}

/// Runs rows through a pivot and counts what is counted on the way.
final class ContractPass {
    let map: CategoryMap
    private let reports: Set<Report>
    private let schema: KeyedSchema
    let dayColumns: [DayColumn]
    private(set) var pivot: Pivot
    /// For each day column, in how many contracts each of its days is.
    private(set) var dayCounts: [DayCounts]

    /// - Throws: `ReportError` when the columns are not those of a total.
    convenience init(schema: KeyedSchema, map: CategoryMap, reports: Set<Report>) throws(ReportError) {
        self.init(schema, map, reports, try Self.dayColumns(schema))
    }

    private init(_ schema: KeyedSchema, _ map: CategoryMap, _ reports: Set<Report>, _ dayColumns: [DayColumn]) {
        self.schema = schema
        self.map = map
        self.reports = reports
        self.dayColumns = dayColumns
        dayCounts = Array(repeating: DayCounts(), count: dayColumns.count)
        pivot = Pivot(
            map: map,
            activeDays: dayColumns.map { $0 == .undated ? 0 : $0.allDays },
            needs: PivotNeeds(
                sums: reports.contains(.engagement) || reports.contains(.profile),
                profile: reports.contains(.profile)))
    }

    /// One for the same columns and reports, without rows.
    func another() -> ContractPass { ContractPass(schema, map, reports, dayColumns) }

    /// Checks the columns of a total and returns those that are day sets.
    private static func dayColumns(_ schema: KeyedSchema) throws(ReportError) -> [DayColumn] {
        guard schema.keys == ["Contract", "AppName"] else {
            throw .fault(.schema("its keys are \(schema.keys), not Contract and AppName"))
        }
        let fixed = [Measure("TotalDuration", .sum), Measure("Records", .sum)]
        guard Array(schema.measures.prefix(2)) == fixed else {
            throw .fault(.schema("its first measures are not the sums TotalDuration and Records"))
        }
        var columns: [DayColumn] = []
        for measure in schema.measures.dropFirst(2) {
            guard measure.merge == .union, let column = DayColumn(name: measure.name) else {
                throw .fault(.schema("its measure \(measure.name) (\(measure.merge.rawValue)) is not a day set"))
            }
            guard !columns.contains(column) else { throw .fault(.schema("it has \(measure.name) twice")) }
            columns.append(column)
        }
        return columns
    }

    /// Takes the next rows of the total and hands on the contracts that they complete.
    func consume(
        _ batch: KeyedBatch, _ emit: (ContractColumns, _ count: Int) throws(ReportError) -> Void
    ) throws(ReportError) {
        let count = batch.count
        precondition(
            batch.keys.count == 2 && batch.keys[1].count == count && batch.measures.count == schema.measures.count
                && batch.measures.allSatisfy { $0.count == count },
            "a batch of \(batch.keys.count) keys and \(batch.measures.count) measures does not fit its schema")
        guard count > 0 else { return }
        try batch.keys[0].withUnsafe { (contractBytes, contractOffsets) throws(ReportError) in
            try batch.keys[1].withUnsafe { (appBytes, appOffsets) throws(ReportError) in
                var pointers: [UnsafePointer<Int64>] = []
                try withPointers(batch.measures, &pointers) { (measures) throws(ReportError) in
                    let rows = PivotRows(
                        count: count, contracts: (contractBytes, contractOffsets), apps: (appBytes, appOffsets),
                        seconds: measures[0], records: measures[1], days: measures + 2)
                    try pivot.fold(rows) { (block, count) throws(ReportError) in try hand(block, count, emit) }
                }
            }
        }
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

    private func hand(
        _ block: PivotBlock, _ count: Int, _ emit: (ContractColumns, _ count: Int) throws(ReportError) -> Void
    ) throws(ReportError) {
        if reports.contains(.daily) {
            for column in dayColumns.indices {
                dayCounts[column].add(block.days + column * PivotBlock.stride, count: count)
            }
        }
        let contract = RowBlock.Values.text(block.contracts)
        let seconds = map.categories.indices.map { RowBlock.Values.integer(block.seconds + $0 * PivotBlock.stride) }
        let engagement = [contract] + seconds
        let description: [RowBlock.Values] = [
            .integer(block.totals), .text(block.mostWatch), .text(block.taste), .integer(block.activeDays),
        ]
        try emit(ContractColumns(engagement: engagement, description: description), count)
    }

    /// Hands on the last contract.
    func finish(_ emit: (ContractColumns, _ count: Int) throws(ReportError) -> Void) throws(ReportError) {
        try pivot.finish { (block, count) throws(ReportError) in try hand(block, count, emit) }
    }

    /// Adds what another pass counted, of other contracts. Both are finished, or have not begun.
    func add(_ other: ContractPass) {
        pivot.add(other.pivot)
        for column in dayCounts.indices { dayCounts[column].add(other.dayCounts[column]) }
    }

    /// A set with a day that does not exist would be counted as an active day, or silently not.
    func checkDaySets() throws(ReportError) {
        for (index, column) in dayColumns.enumerated() {
            let wrong = pivot.seenDays[index] & ~column.allDays
            if wrong != 0 { throw .fault(.impossibleDay(column: column.name, bit: wrong.trailingZeroBitCount)) }
        }
    }
}
