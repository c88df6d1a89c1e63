//  What the gate compares files with: those that count, by series and date.
//
//  The list is read from the ledger once and then kept up to date, commit by commit; when the ledger's generation is not
//  the one that the list is of, it is read again. Sums by label and sketches are read when they are needed, a month of
//  them for the first file of a process and one for each that follows.

import Checkpoints
import Configuration
import KeyedTables
import Ledgers
import Records

/// The files that count, as the gate sees them. Used under the committer's lock.
package final class ArrivalHistory {
    private struct Entry {
        var name: String
        var date: String
        var version: VersionReference
        var digest: String
        var partial: String
        var records: Int
        var sum: Int64
        /// How much there is to be alike.
        var size: Int
        /// Of a version that is not committed yet.
        var labels: [ByteOrdered: Int]?
    }

    private struct Detail {
        var labels: [ByteOrdered: Int]
        var sketch: PartialSketch?
    }

    private let checkpoints: CheckpointFolder
    private let gate: ArrivalGate
    private let rules: GateRules
    /// Whether a file's own partial has accounts alone, and what it gives is in folds beside it.
    private let hasAccountsAlone: Bool
    /// Ascending by date; of one series each date once.
    private var series: [FileSeries: [Entry]] = [:]
    /// Those of a date that are large enough to be copies of each other: of thousands of small ones none is looked at.
    private var dates: [String: [ByteOrdered: Entry]] = [:]
    private var names: [ByteOrdered: Entry] = [:]
    /// The generation that the list is of; nil: to be read.
    private var generation: Int?
    /// By the partial's path: partials never change.
    private var details: [String: Detail] = [:]

    /// Enough for a month of hours; 20 kB each.
    private static let mostDetails = 1024

    package init(_ checkpoints: CheckpointFolder, rules: GateRules, plan: FoldPlan) {
        self.checkpoints = checkpoints
        hasAccountsAlone = !plan.details.isEmpty
        self.rules = rules
        gate = ArrivalGate(rules: rules, plan: plan)
    }

    /// Keys of the partial; where it has none, records.
    private func size(_ facts: VersionFacts, _ records: Int) -> Int { hasAccountsAlone ? records : facts.rows }

    // MARK: The list

    /// Makes sure that the list is what the ledger says.
    func refresh() throws {
        let current = try checkpoints.ledger.generation
        if generation == current { return }
        (series, dates, names) = ([:], [:], [:])
        for version in try checkpoints.ledger.countingVersions() {
            put(version.facts, version.tally.folded, .existing(version.id))
        }
        generation = current
    }

    /// Forgets what was put and may not have been committed.
    func invalidate() { generation = nil }

    /// A content counts under its name from now on.
    ///
    /// - Parameter labels: of a version that the ledger does not know yet; its partial has its place already.
    func put(_ facts: VersionFacts, _ records: Int, _ version: VersionReference, labels: [BreakdownSum]? = nil) {
        remove(facts.name)
        guard let date = facts.date else { return }
        let entry = Entry(
            name: facts.name, date: date, version: version, digest: facts.digest, partial: facts.partial,
            records: records, sum: facts.sum, size: size(facts, records),
            labels: labels.map { Self.large($0, of: records) })
        let key = FileSeries(name: facts.name, date: date)
        series[key, default: []].insert(entry, at: place(of: date, in: series[key] ?? []))
        if ArrivalGate.canBeCopies(entry.size, entry.size) {
            dates[date, default: [:]][ByteOrdered(facts.name)] = entry
        }
        names[ByteOrdered(facts.name)] = entry
    }

    private func remove(_ name: String) {
        guard let old = names.removeValue(forKey: ByteOrdered(name)) else { return }
        dates[old.date]?[ByteOrdered(name)] = nil
        series[FileSeries(name: name, date: old.date)]?.removeAll { $0.date == old.date }
    }

    /// The first place whose date is not before this one.
    private func place(of date: String, in entries: [Entry]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].date < date { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Notes what a commit made of some names.
    package func note(committed files: [String]) throws {
        for name in files {
            remove(name)
            guard let version = try checkpoints.ledger.file(named: name)?.counting,
                let record = try checkpoints.ledger.version(version)
            else { continue }
            put(record.facts, record.tally.folded, .existing(version))
        }
        generation = try checkpoints.ledger.generation
    }

    // MARK: Judging

    /// What is unusual about a content, in words; nil when nothing is, or too little is known.
    ///
    /// - Parameters:
    ///   - labels: its sums by label.
    ///   - sketch: of its rows; nil: to be read from its partial.
    ///   - looksForCopies: with `duplicates: count`, files that are alike are what one expects.
    func finding(
        _ facts: VersionFacts, records: Int, labels: [BreakdownSum], sketch: PartialSketch?, looksForCopies: Bool
    ) throws -> String? {
        guard let date = facts.date else { return nil }
        let detail = try Detail(
            labels: Self.large(labels, of: records), sketch: sketch ?? checkpoints.partials.sketch(of: facts.partial))
        if let sketch { keep(facts.partial, Detail(labels: detail.labels, sketch: sketch)) }
        let file = ArrivalProfile(
            name: facts.name, date: date, digest: facts.digest, records: records, sum: facts.sum,
            size: size(facts, records), labels: detail.labels, sketch: detail.sketch)
        let line = series[FileSeries(name: facts.name, date: date)] ?? []
        let own = place(of: date, in: line)
        let earlier = line[max(0, own - rules.days)..<own]
        let after = line[own...].drop { $0.date == date }.prefix(rules.days)
        var others: [Entry] = []
        if looksForCopies {
            let sameDate =
                ArrivalGate.canBeCopies(file.size, file.size)
                ? (dates[date] ?? [:]).filter {
                    $0.key != ByteOrdered(facts.name) && ArrivalGate.canBeCopies(file.size, $0.value.size)
                } : [:]
            others = sameDate.sorted { $0.key < $1.key }.map(\.value) + earlier + after
            others.removeAll { !ArrivalGate.canBeCopies(file.size, $0.size) }
        }
        return try gate.finding(
            file, earlier: earlier.count < ArrivalGate.leastDays ? [] : earlier.map { try profile($0) },
            others: others.map { try profile($0) })
    }

    /// How much is known of the files like the last one: the days that the next one is compared with.
    package func known() throws -> GateStatus? {
        try refresh()
        guard let last = names.values.max(by: { GateOrder($0.date, $0.name) < GateOrder($1.date, $1.name) }) else {
            return nil
        }
        let key = FileSeries(name: last.name, date: last.date)
        let days = series[key]!.suffix(rules.days)
        return GateStatus(
            rules: rules, series: key.pattern.string, days: days.count,
            // A partial that cannot be read is not known; that it cannot is for those to say who need it.
            sketchedDays: days.count { (try? checkpoints.partials.sketch(of: $0.partial)) ?? nil != nil })
    }

    private func profile(_ entry: Entry) throws -> ArrivalProfile {
        let detail = try detail(entry)
        return ArrivalProfile(
            name: entry.name, date: entry.date, digest: entry.digest, records: entry.records, sum: entry.sum,
            size: entry.size, labels: detail.labels, sketch: detail.sketch)
    }

    private func detail(_ entry: Entry) throws -> Detail {
        if let known = details[entry.partial] { return known }
        let labels: [ByteOrdered: Int]
        switch entry.version {
        case .added: labels = entry.labels!
        case .existing(let version):
            let least = Self.leastRecords(of: entry.records)
            labels = Self.large(
                try checkpoints.ledger.breakdown(of: version, leastRecords: least), of: entry.records)
        }
        let detail = Detail(labels: labels, sketch: try checkpoints.partials.sketch(of: entry.partial))
        keep(entry.partial, detail)
        return detail
    }

    private func keep(_ partial: String, _ detail: Detail) {
        if details.count >= Self.mostDetails { details = [:] }
        details[partial] = detail
    }

    private static func leastRecords(of records: Int) -> Int {
        (records + ArrivalGate.leastLabelShare - 1) / ArrivalGate.leastLabelShare
    }

    private static func large(_ labels: [BreakdownSum], of records: Int) -> [ByteOrdered: Int] {
        let least = leastRecords(of: records)
        return Dictionary(
            uniqueKeysWithValues: labels.lazy.filter { $0.records >= least }.map { (ByteOrdered($0.label), $0.records) }
        )
    }
}

/// What the gate goes by.
package struct GateStatus: Sendable {
    package var rules: GateRules
    /// The pattern of the names that are compared.
    package var series: String
    /// Counting days that the next file is compared with; those of them whose first keys and rows are known.
    package var days: Int
    package var sketchedDays: Int
}
