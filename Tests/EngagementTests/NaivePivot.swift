//  The reports once more, as plainly as can be: from single records, with dictionaries.

import Columns
import Engagement
import Folding
import Records
import Reports
import TestSupport

/// A folded record.
struct Event {
    var contract: String
    var app: String
    var seconds: Int64
    var day: CalendarDay?
}

/// Records, and the dates of the files that they are from; a file may have no records.
struct Events {
    var all: [Event]
    var days: Set<CalendarDay>
    var hasUndated: Bool

    private static let contracts = [
        "0012", "12", "=1+1", "A,B", "say \"hi\"", "\"", "two\nlines", "cr\rlf\r\n", "tab\there", "back\\slash", "😀",
        "caf\u{E9}", "cafe\u{301}", " lead", "trail ", "113.182.209.48", "qad014541", "BDH013139", "BDH01313",
        "BDH013139\u{0}", "SGH597377", "SGH597378", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAB", "-", "#", "ÿ", "abcdefg,",
        "abcdefgh,", "abcdefghijkl\nmnop", "\t", "\\", "\r", "x", "xy", "xyz",
    ]
    private static let apps = [
        "CHANNEL", "DSHD", "KPLUS", "KPlus", "VOD", "FIMS_RES", "DANET", "CHILD", "RELAX", "SPORT", "LATER", "KPlus2",
        "quo\"te,", "a long name of an app", "a long name of an apq", "", "é", "\tx",
    ]

    init(seed: UInt64, events: Int, negative: Bool) {
        var random = Dice(seed: seed)
        let firstDay = CalendarDay("2022-03-20")!.daysSinceEpoch
        let dayChoices: [CalendarDay?] = (0..<(1 + random.below(60))).map {
            $0 == 0 && random.below(2) == 0 ? nil : CalendarDay(daysSinceEpoch: firstDay + random.below(45))
        }
        let extra = random.below(60)
        all = []
        for _ in 0..<events {
            let contract =
                random.below(3) == 0 ? "C\(random.below(extra + 1))" : Self.contracts.randomElement(using: &random)!
            let sign: Int64 = negative && random.below(3) == 0 ? -1 : 1
            all.append(
                Event(
                    contract: contract, app: Self.apps.randomElement(using: &random)!,
                    seconds: random.below(4) == 0 ? 0 : sign * Int64(random.below(random.below(2) == 0 ? 120 : 90_000)),
                    day: dayChoices.randomElement(using: &random)!))
        }
        // Of some days only the file is known.
        days = Set(dayChoices.compactMap { $0 })
        days.insert(CalendarDay("2022-06-01")!)
        hasUndated = dayChoices.contains(nil)
    }

    init(_ all: [Event]) {
        self.all = all
        days = Set(all.compactMap(\.day))
        hasUndated = all.contains { $0.day == nil }
    }

    /// The columns of the events' days, in an order that depends on the seed only.
    var schema: KeyedSchema {
        let columns = Set(all.map { DayColumn($0.day) })
        let names = columns.map(\.name).sorted()
        return KeyedSchema(
            keys: ["Contract", "AppName"],
            measures: [Measure("TotalDuration", .sum), Measure("Records", .sum)] + names.map { Measure($0, .union) })
    }

    /// The events folded; a batch ends at each of `cuts`.
    func batches(cuts: Set<Int>) -> [KeyedBatch] {
        struct Row {
            var seconds: Int64 = 0
            var records: Int64 = 0
            var days: [String: Int64] = [:]
        }
        var rows: [[Bytes]: Row] = [:]
        for event in all {
            var row = rows[[bytes(event.contract), bytes(event.app)]] ?? Row()
            row.seconds += event.seconds
            row.records += 1
            row.days[DayColumn(event.day).name, default: 0] |= DayColumn.set(of: event.day)
            rows[[bytes(event.contract), bytes(event.app)]] = row
        }
        let sorted = rows.sorted { a, b in
            a.key[0] == b.key[0]
                ? a.key[1].lexicographicallyPrecedes(b.key[1]) : a.key[0].lexicographicallyPrecedes(b.key[0])
        }
        let names = schema.measures.dropFirst(2).map(\.name)
        let empty = KeyedBatch(
            keys: [StringColumn(), StringColumn()], measures: Array(repeating: [], count: names.count + 2))
        var batches = [empty]
        for (index, (key, row)) in sorted.enumerated() {
            if cuts.contains(index) { batches.append(empty) }
            let last = batches.count - 1
            batches[last].keys[0].append(key[0])
            batches[last].keys[1].append(key[1])
            batches[last].measures[0].append(row.seconds)
            batches[last].measures[1].append(row.records)
            for (column, name) in names.enumerated() { batches[last].measures[column + 2].append(row.days[name] ?? 0) }
        }
        return batches
    }

    /// One entry for each event: the pass adds up.
    var daySums: DaySums {
        DaySums(
            days: days, hasUndated: hasUndated,
            sums: all.map { DaySum(day: $0.day, label: bytes($0.app), sum: $0.seconds, records: 1) })
    }
}

/// The reports of some events.
struct NaivePivot {
    let events: Events
    let map: CategoryMap

    private func category(_ event: Event) -> String? {
        map.categories.first { $0.apps.contains { bytes($0) == bytes(event.app) } }?.name
    }

    private func sums(_ events: [Event]) -> [Int64] {
        map.categories.map { wanted in
            events.filter { category($0) == wanted.name }.reduce(0) { $0 + $1.seconds }
        }
    }

    private var names: [String] { map.categories.map { $0.name + "Duration" } }

    private var mapped: [(contract: Bytes, events: [Event])] {
        Dictionary(grouping: events.all.filter { category($0) != nil }, by: { bytes($0.contract) })
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }

    func table(_ report: Report) -> Table {
        switch report {
        case .engagement:
            [(["Contract"] + names).map(bytes)]
                + mapped.map { contract, events in [contract] + sums(events).map { bytes("\($0)") } }
        case .profile: profile
        case .daily: daily
        case .apps: apps
        default: preconditionFailure("\(report)")
        }
    }

    private var profile: Table {
        [(["Contract"] + names + ["TotalDuration", "MostWatch", "Taste", "ActiveDays"]).map(bytes)]
            + mapped.map { contract, events in
                let sums = sums(events)
                let best = sums.max()!
                let most = best > 0 ? map.categories[sums.firstIndex(of: best)!].name : ""
                let taste = zip(map.categories, sums).filter { $0.1 > 0 }.map(\.0.name).joined(separator: "-")
                let rest = [
                    "\(sums.reduce(0, +))", most, taste, "\(Set(events.compactMap { $0.day?.description }).count)",
                ]
                return [contract] + sums.map { bytes("\($0)") } + rest.map(bytes)
            }
    }

    private var daily: Table {
        let days = events.days.map { Optional($0) }.sorted { $0!.description < $1!.description }
        return [(["Date", "Contracts"] + names + ["TotalDuration"]).map(bytes)]
            + (days + (events.hasUndated ? [nil] : [])).map { day in
                let these = events.all.filter { $0.day == day && category($0) != nil }
                let sums = sums(these)
                let contracts = Set(these.map { bytes($0.contract) }).count
                return ([day?.description ?? "", "\(contracts)"] + (sums + [sums.reduce(0, +)]).map { "\($0)" })
                    .map(bytes)
            }
    }

    private var apps: Table {
        [["AppName", "Category", "Records", "Contracts", "TotalDuration"].map(bytes)]
            + Dictionary(grouping: events.all, by: { bytes($0.app) })
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { app, events in
                let rest = [
                    category(events[0]) ?? "", "\(events.count)", "\(Set(events.map { bytes($0.contract) }).count)",
                    "\(events.reduce(0) { $0 + $1.seconds })",
                ]
                return [app] + rest.map(bytes)
            }
    }
}
