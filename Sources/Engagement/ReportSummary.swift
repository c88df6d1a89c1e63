//  The numbers that fit on one page: what a workbook's first sheet and a report to look at have in common.
//
//  They are counted from rows of the reports, not from the total, so that a summary says what the reports say:
//
//      profile ──▶ by category: contracts, most watched · tastes · active days · top contracts
//      daily   ──▶ seconds and contracts by day, seconds by category
//      apps    ──▶ every app
//      receipt ──▶ files, days, missing days, what became of the records

import Records
import Reports
import Tables

/// What there is to say of some files as a whole.
package struct ReportSummary: Sendable, Equatable {
    package struct Category: Sendable, Equatable {
        package var name: String
        package var seconds: Int128 = 0
        /// Contracts with more than zero seconds in it.
        package var contracts = 0
        /// Contracts that watch it most, as the profile says.
        package var mostWatched = 0

        package init(_ name: String) { self.name = name }
    }

    /// Contracts that watch the same categories.
    package struct Taste: Sendable, Equatable {
        /// The categories' names joined by `-`; empty for contracts without seconds.
        package var name: String
        package var contracts: Int
        /// What these contracts watched in all.
        package var seconds: Int128

        package init(name: String, contracts: Int, seconds: Int128) {
            self.name = name
            self.contracts = contracts
            self.seconds = seconds
        }
    }

    package struct Day: Sendable, Equatable {
        /// Nil for files without a date.
        package var day: CalendarDay?
        package var contracts: Int64
        /// By category, in the order of `categories`.
        package var seconds: [Int64]
        package var total: Int64

        package init(day: CalendarDay?, contracts: Int64, seconds: [Int64], total: Int64) {
            self.day = day
            self.contracts = contracts
            self.seconds = seconds
            self.total = total
        }
    }

    package struct App: Sendable, Equatable {
        package var name: String
        /// Empty when the app is in none.
        package var category: String
        package var records: Int64
        package var contracts: Int64
        package var seconds: Int64

        package init(name: String, category: String, records: Int64, contracts: Int64, seconds: Int64) {
            self.name = name
            self.category = category
            self.records = records
            self.contracts = contracts
            self.seconds = seconds
        }
    }

    /// A row of the profile.
    package struct Contract: Sendable, Equatable {
        package var name: String
        /// By category, in the order of `categories`.
        package var seconds: [Int64]
        package var total: Int64
        package var mostWatch: String
        package var taste: String
        package var activeDays: Int64
    }

    /// What the numbers were made from: tool, generation, files, map, totals with unmapped apps, days.
    package var receipt: Receipt
    /// In the map's order.
    package var categories: [Category]
    /// Contracts without seconds in any category, so without a most watched one.
    package var withoutSeconds: Int
    /// Those that occur: most contracts first, then by name.
    package var tastes: [Taste]
    /// Contracts by the number of days on which they watched: `activeDays[3]` of them on three days. Place 0 is for those
    /// that are in files without a date alone. Ends with the largest number that occurs.
    package var activeDays: [Int]
    /// Ascending; what has no date comes last. Days that are missing are not here.
    package var days: [Day]
    /// Ascending by name.
    package var apps: [App]
    /// The contracts with most seconds in mapped apps, those with most first; of equals the first by bytes.
    package var top: [Contract]

    /// Contracts with a record in a mapped app: the rows of engagement and profile.
    package var contracts: Int { receipt.totals.groupedKeys }
    /// Of all categories.
    package var seconds: Int128 { categories.reduce(0) { $0 + $1.seconds } }
    /// Apps in no category.
    package var unmappedApps: [App] { apps.filter(\.category.isEmpty) }
    /// The first and the last day; nil when no file has a date.
    package var period: ClosedRange<CalendarDay>? {
        guard let first = receipt.days.min(), let last = receipt.days.max() else { return nil }
        return first...last
    }
    /// Days between the first and the last that no file has.
    package var missingDays: [ClosedRange<CalendarDay>] { CalendarDay.gaps(in: receipt.days) }
    /// What became of the records of all files.
    package var outcomes: OutcomeCounts {
        var sum = OutcomeCounts()
        for file in receipt.files { sum.add(file.counts) }
        return sum
    }
}

/// Counts a summary of engagement.
final class EngagementCounter: SummaryCounter {
    private let map: CategoryMap
    private let profile: ProfileCounter
    private let daily = RowTexts()
    private let apps = RowTexts()

    /// - Parameter top: how many contracts with most seconds are wanted.
    init(_ map: CategoryMap, top: Int) {
        self.map = map
        profile = ProfileCounter(map, top: top)
    }

    /// Profile, daily and apps, for one pass.
    var outputs: [ReportOutput] {
        [
            ReportOutput(.profile, encoder: profile), ReportOutput(.daily, encoder: daily),
            ReportOutput(.apps, encoder: apps),
        ]
    }

    func summary(_ receipt: Receipt) -> any PlanSummary {
        let count = map.categories.count
        return ReportSummary(
            receipt: receipt, categories: profile.categories, withoutSeconds: profile.withoutSeconds,
            tastes: profile.tastes, activeDays: profile.activeDays,
            days: daily.rows.map { row in
                ReportSummary.Day(
                    day: CalendarDay(row.texts[0]), contracts: row.numbers[0],
                    seconds: Array(row.numbers[1...count]), total: row.numbers[count + 1])
            },
            apps: apps.rows.map { row in
                ReportSummary.App(
                    name: row.texts[0], category: row.texts[1], records: row.numbers[0], contracts: row.numbers[1],
                    seconds: row.numbers[2])
            },
            top: profile.top)
    }
}

/// Keeps the rows of a small report.
private final class RowTexts: TableEncoder {
    /// A row's columns of text, and those of numbers.
    private(set) var rows: [(texts: [String], numbers: [Int64])] = []
    var bytesWritten: Int { 0 }

    func begin(_ columns: [TableColumn]) {}
    func finish() {}

    func append(_ block: RowBlock) {
        for row in 0..<block.count {
            var texts: [String] = []
            var numbers: [Int64] = []
            for column in block.columns {
                switch column {
                case .text(let values): texts.append(values[row].string)
                case .integer(let values): numbers.append(values[row])
                case .decimal, .duration: preconditionFailure("a report's own columns are whole numbers")
                }
            }
            rows.append((texts, numbers))
        }
    }
}

/// Counts over the rows of the profile.
private final class ProfileCounter: TableEncoder {
    private(set) var categories: [ReportSummary.Category]
    private(set) var withoutSeconds = 0
    private(set) var activeDays: [Int] = []
    private(set) var top: [ReportSummary.Contract] = []
    private let topCount: Int
    /// By set of categories, as the bits of a word.
    private var sets: [UInt64: (contracts: Int, seconds: Int128)] = [:]
    /// For each row of a block, the categories above zero, and the largest of them.
    private var liked: [UInt64] = []
    private var largest: [Int64] = []
    private var most: [Int] = []
    var bytesWritten: Int { 0 }

    init(_ map: CategoryMap, top: Int) {
        categories = map.categories.map { ReportSummary.Category($0.name) }
        topCount = top
    }

    func begin(_ columns: [TableColumn]) {}
    func finish() {}

    /// Most contracts first.
    var tastes: [ReportSummary.Taste] {
        let tastes = sets.map { set, sum in
            let names = categories.indices.filter { set >> UInt64($0) & 1 == 1 }.map { categories[$0].name }
            return ReportSummary.Taste(
                name: names.joined(separator: "-"), contracts: sum.contracts, seconds: sum.seconds)
        }
        return tastes.sorted {
            $0.contracts == $1.contracts
                ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.contracts > $1.contracts
        }
    }

    /// The columns are those of the profile: contract, a category each, total, most watched, taste, active days.
    func append(_ block: RowBlock) {
        let (rows, count) = (0..<block.count, categories.count)
        liked = Array(repeating: 0, count: block.count)
        largest = Array(repeating: 0, count: block.count)
        most = Array(repeating: -1, count: block.count)
        for category in 0..<count {
            let values = block.numbers(1 + category)
            var (seconds, contracts): (Int128, Int) = (0, 0)
            for row in rows {
                let value = values[row]
                seconds += Int128(value)
                if value <= 0 { continue }
                contracts += 1
                liked[row] |= 1 << UInt64(category)
                // The first of equals stays.
                if value > largest[row] { (largest[row], most[row]) = (value, category) }
            }
            categories[category].seconds += seconds
            categories[category].contracts += contracts
        }
        let totals = block.numbers(count + 1)
        let days = block.numbers(count + 4)
        for row in rows {
            if most[row] < 0 { withoutSeconds += 1 } else { categories[most[row]].mostWatched += 1 }
            let sum = sets[liked[row]] ?? (0, 0)
            sets[liked[row]] = (sum.contracts + 1, sum.seconds + Int128(totals[row]))
            let active = Int(days[row])
            while activeDays.count <= active { activeDays.append(0) }
            activeDays[active] += 1
            if top.count < topCount || totals[row] > top.last?.total ?? .max { keep(block, row, totals[row]) }
        }
    }

    /// Puts a row behind those with as many seconds or more: contracts ascend, so of equals the first stays first.
    private func keep(_ block: RowBlock, _ row: Int, _ total: Int64) {
        let count = categories.count
        let place = top.firstIndex { $0.total < total } ?? top.count
        let contract = ReportSummary.Contract(
            name: block.texts(0)[row].string, seconds: (1...count).map { block.numbers($0)[row] }, total: total,
            mostWatch: block.texts(count + 2)[row].string, taste: block.texts(count + 3)[row].string,
            activeDays: block.numbers(count + 4)[row])
        top.insert(contract, at: place)
        if top.count > topCount { top.removeLast() }
    }
}
