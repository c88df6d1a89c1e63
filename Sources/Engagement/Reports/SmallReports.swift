//  The reports that are written at the end of a pass: daily and apps.
//
//  Contracts of a date are counted by the pivot from the day sets. Seconds of a date and app cannot be found in the
//  total, which knows no dates beside the sets; the caller adds them up from the partials. Both must speak of the same
//  files, so what can be compared is: for each mapped app, seconds and records over all dates must be those of the
//  total, and no contract may have a date that no file has.

import Folding
import Records
import Reports
import Tables

/// What the daily report says of one date.
private struct DayRow {
    var contracts: Int64 = 0
    var seconds: [Int128]
}

extension EngagementPass {
    /// Writes the daily report and returns its number of rows.
    func writeDaily(_ input: DaySums, _ output: ReportOutput) throws(ReportError) -> Int {
        var rows: [CalendarDay?: DayRow] = [:]
        let empty = DayRow(seconds: Array(repeating: 0, count: map.categories.count))
        for day in input.days { rows[day] = empty }
        if input.hasUndated { rows[nil as CalendarDay?] = empty }
        try addSums(input.sums, &rows)
        try addContracts(&rows)
        let order = input.days.sorted().map { Optional($0) } + (input.hasUndated ? [nil] : [])
        try write(order.map { ($0, rows[$0]!) }, output)
        return order.count
    }

    private func addSums(_ sums: [DaySum], _ rows: inout [CalendarDay?: DayRow]) throws(ReportError) {
        struct AppSum {
            var seconds: Int128 = 0
            var records: Int128 = 0
        }
        var byApp: [[UInt8]: AppSum] = [:]
        for sum in sums {
            guard let category = map.category(ofApp: sum.label) else { continue }
            guard rows[sum.day] != nil else { throw .fault(.unexpectedDate(sum.day)) }
            rows[sum.day]!.seconds[category] += Int128(sum.sum)
            byApp[sum.label, default: AppSum()].seconds += Int128(sum.sum)
            byApp[sum.label]!.records += Int128(sum.records)
        }
        for position in 0..<contracts.pivot.apps.count {
            let entry = contracts.pivot.apps.entries[position]
            guard entry.category >= 0 else { continue }
            let sum = byApp.removeValue(forKey: Array(entry.name.buffer)) ?? AppSum()
            guard sum.seconds == entry.seconds, sum.records == entry.records else {
                throw .fault(.disagreement(app: entry.name.string))
            }
        }
        // What is left is not in the total at all; of several the first by bytes is named, so that the error is always
        // the same.
        let left = byApp.filter { $0.value.records != 0 || $0.value.seconds != 0 }.keys
        if let app = left.min(by: { $0.lexicographicallyPrecedes($1) }) {
            throw .fault(.disagreement(app: String(decoding: app, as: UTF8.self)))
        }
    }

    private func addContracts(_ rows: inout [CalendarDay?: DayRow]) throws(ReportError) {
        for (index, column) in contracts.dayColumns.enumerated() {
            for (bit, count) in contracts.dayCounts[index].counts.enumerated() where count > 0 {
                let day = column.day(bit: bit)
                guard rows[day] != nil else { throw .fault(.unexpectedDate(day)) }
                rows[day]!.contracts += count
            }
        }
    }

    private func write(_ rows: [(day: CalendarDay?, row: DayRow)], _ output: ReportOutput) throws(ReportError) {
        var arena = TextArena()
        let names = rows.map { arena.keep($0.day?.description ?? "") }
        var columns = [rows.map(\.row.contracts)]
        for (category, name) in map.columnNames.enumerated() {
            columns.append(try column(rows, name) { $0.seconds[category] })
        }
        columns.append(try column(rows, "TotalDuration") { $0.seconds.reduce(0, +) })
        try write([.text(names)] + columns.map { .integers($0) }, rows.count, output)
        withExtendedLifetime(arena) {}
    }

    private func column(
        _ rows: [(day: CalendarDay?, row: DayRow)], _ name: String, _ value: (DayRow) -> Int128
    ) throws(ReportError) -> [Int64] {
        var column: [Int64] = []
        for (day, row) in rows {
            guard let narrow = Int64(exactly: value(row)) else { throw .fault(.overflow(.date(day, column: name))) }
            column.append(narrow)
        }
        return column
    }

    /// Writes the apps report: the apps at these positions, in this order.
    func writeApps(_ positions: [Int], _ output: ReportOutput) throws(ReportError) {
        var arena = TextArena()
        let unmapped = arena.keep("")
        let categories = map.categories.map { arena.keep($0.name) }
        var names: [ByteSlice] = []
        var categoryNames: [ByteSlice] = []
        var records: [Int64] = []
        var contractCounts: [Int64] = []
        var seconds: [Int64] = []
        for position in positions {
            let entry = contracts.pivot.apps.entries[position]
            func narrow(_ value: Int128, _ column: String) throws(ReportError) -> Int64 {
                guard let narrow = Int64(exactly: value) else {
                    throw .fault(.overflow(.app(entry.name.string, column: column)))
                }
                return narrow
            }
            names.append(entry.name)
            categoryNames.append(entry.category < 0 ? unmapped : categories[entry.category])
            records.append(try narrow(entry.records, "Records"))
            contractCounts.append(Int64(entry.contracts))
            seconds.append(try narrow(entry.seconds, "TotalDuration"))
        }
        try write(
            [.text(names), .text(categoryNames), .integers(records), .integers(contractCounts), .integers(seconds)],
            positions.count, output)
        withExtendedLifetime(arena) {}
    }

    /// Lends the columns to the encoder as one block.
    private func write(_ columns: [OwnedColumn], _ count: Int, _ output: ReportOutput) throws(ReportError) {
        try Self.writing(output) { () throws in try columns.lend(count) { try output.encoder.append($0) } }
    }
}
