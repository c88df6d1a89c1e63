//  Whether a file looks like the days before it.
//
//  A dump can be whole, valid and well signed, and still be a tenth of a day. No checksum sees that; only its history
//  does. The gate compares a file with the counting files of the same series (FileSeries.swift) with earlier dates, the
//  last `gate_days` of them, once there are seven:
//
//      records      of the file                                           slack 10 % of the median, and chance
//      sum          of the measure                                        slack 15 %, and chance
//      keys         distinct first ones                                   slack 10 %, and chance
//      labels       each one's share of the records                       slack half the share, 0.1 %, and chance
//      known        the share of its first keys that another day has,     slack 15 points; too few alone is unusual
//                   the median over the last eight days
//      folds        of a plan of SQL: keys, sums and known keys of each fold, by the same rules, if the days have profiles of the
//                   same fold
//
//  "Chance" is what as few records as these vary by anyway: threshold × √n. Records, sum and keys that are
//  unusual together and on the same side are one finding.
//
//  Besides, whatever the history, it is compared with single files: those of its own date, and those of the series up to
//  `gate_days` before and behind it. When of four fifths of the first keys that either has, all rows (label, sum) are the
//  same in both, one is nearly a copy of the other. Contents that are equal byte by byte are duplicates and have their own rule.
//
//  The judgement is a function of the file and of what counts: nothing here knows a clock or keeps a state. IEEE 754
//  arithmetic gives the same on every machine.

import Configuration
import KeyedTables
import Records
import Wording

/// What is compared of a file.
struct ArrivalProfile {
    var name: String
    /// `YYYY-MM-DD`
    var date: String
    var digest: String
    /// Folded ones.
    var records: Int
    var sum: Int64
    /// Keys of the partial; where it has none, records.
    var size: Int
    /// Records of the labels that have at least `ArrivalGate.leastLabelShare` of them.
    var labels: [ByteOrdered: Int]
    /// Nil for a partial that has none.
    var sketch: PartialSketch?
}

/// Compares files with those before them.
package struct ArrivalGate {
    package let rules: GateRules
    /// Whose words findings are in.
    let plan: FoldPlan

    /// Fewer days are no history.
    package static let leastDays = 7
    /// Days whose first keys are compared.
    private static let knownDays = 8
    /// A label with a smaller share of the records is not looked at: one record in a thousand.
    static let leastLabelShare = 1000
    /// Of the rows of both, as many are in both when one is nearly a copy.
    private static let copyShare = 0.8
    /// Files with fewer rows may well be alike.
    private static let leastCopyRows = 200

    private var threshold: Double { Double(rules.threshold) }

    /// What is unusual about a file, in words; nil when nothing is.
    ///
    /// - Parameters:
    ///   - earlier: the files before it, ascending by date.
    ///   - others: those that it may be nearly a copy of.
    func finding(_ file: ArrivalProfile, earlier: [ArrivalProfile], others: [ArrivalProfile]) -> String? {
        var parts: [String] = []
        if earlier.count >= Self.leastDays {
            let amounts = amounts(file, earlier)
            parts += amounts.map(text) + labels(file, earlier) + known(file, earlier)
            parts += folds(file, earlier, told: amounts.map { Change($0.value, $0.usual) })
        }
        parts += copies(file, others)
        return parts.isEmpty ? nil : UnusualFile.mark + parts.joined(separator: "; ")
    }

    // MARK: Amounts

    private enum Quantity { case records, sum, keys }

    private struct Amount {
        var quantity: Quantity
        var value: Double
        var usual: UsualRange
        var side: UsualRange.Side
    }

    /// What follows from the first is not said again.
    private func amounts(_ file: ArrivalProfile, _ earlier: [ArrivalProfile]) -> [Amount] {
        var amounts: [Amount] = []
        func look(_ quantity: Quantity, _ value: Double, _ values: [Double], share: Double, chance: Double) {
            let usual = UsualRange(values)
            guard let side = side(of: value, usual, share: share, chance: chance) else { return }
            amounts.append(Amount(quantity: quantity, value: value, usual: usual, side: side))
        }
        look(.records, Double(file.records), earlier.map { Double($0.records) }, share: 0.1, chance: 1)
        look(
            .sum, Double(file.sum), earlier.map { Double($0.sum) }, share: 0.15,
            chance: chance(earlier.map { Double($0.sum) }, earlier))
        let counts = earlier.compactMap { $0.sketch.map { Double($0.keyCount) } }
        if let sketch = file.sketch, counts.count >= Self.leastDays {
            look(.keys, Double(sketch.keyCount), counts, share: 0.1, chance: 1)
        }
        guard let first = amounts.first else { return [] }
        return [first] + amounts.dropFirst().filter { $0.side != first.side }
    }

    /// n things that come by chance vary by √n.
    private func side(of value: Double, _ usual: UsualRange, share: Double, chance: Double) -> UsualRange.Side? {
        let slack = max(share * abs(usual.median), threshold * chance * abs(usual.median).squareRoot())
        return usual.side(of: value, slack: slack, threshold: threshold)
    }

    /// A sum of n values that scatter widely varies by about 2 × mean × √n = 2 × √mean × √sum.
    private func chance(_ sums: [Double], _ days: [ArrivalProfile]) -> Double {
        let records = Double(days.reduce(0) { $0 + $1.records })
        let mean = records > 0 ? sums.reduce(0) { $0 + abs($1) } / records : 0
        return 2 * mean.squareRoot()
    }

    private func text(_ amount: Amount) -> String {
        let text = "\(Show.number(Int128(amount.value))) \(noun(amount.quantity)), \(text(amount.usual))"
        switch amount.quantity {
        case .records: return text + (amount.side == .below ? ": a short dump?" : ": more than one day?")
        case .sum: return text + question(amount.value, amount.usual)
        case .keys: return text
        }
    }

    private func text(_ usual: UsualRange) -> String {
        "usual is \(Show.short(usual.median)) (\(Show.short(usual.low)) to \(Show.short(usual.high)))"
    }

    private func question(_ sum: Double, _ usual: UsualRange) -> String {
        let (less, more) = (min(abs(sum), abs(usual.median)), max(abs(sum), abs(usual.median)))
        return less > 0 && more > 10 * less ? ": another unit?" : ""
    }

    /// How a value is to what is usual.
    private struct Change {
        /// Above 1: more. Nil where there is no ratio.
        var ratio: Double?

        init(_ value: Double, _ usual: UsualRange) {
            let ratio = value / usual.median
            self.ratio = ratio > 0 && ratio.isFinite ? ratio : nil
        }

        /// Whether it may well be nothing but what follows from another: not more to the same side, give or take a half.
        func follows(from other: Change) -> Bool {
            guard let ratio, let first = other.ratio, (ratio > 1) == (first > 1) else { return false }
            return max(ratio, 1 / ratio) <= 1.5 * max(first, 1 / first)
        }
    }

    private func noun(_ quantity: Quantity) -> String {
        switch quantity {
        case .records: "records"
        case .sum: plan.unit
        case .keys: plan.keyWords[0].plural
        }
    }

    // MARK: Labels

    /// Most labels that are named.
    private static let namedLabels = 3

    private func labels(_ file: ArrivalProfile, _ earlier: [ArrivalProfile]) -> [String] {
        func share(_ label: ByteOrdered, _ day: ArrivalProfile) -> Double {
            day.records > 0 ? Double(day.labels[label] ?? 0) / Double(day.records) : 0
        }
        var names = Set(file.labels.keys)
        for day in earlier { names.formUnion(day.labels.keys) }
        var found: [(label: ByteOrdered, share: Double, usual: UsualRange)] = []
        for label in names where file.records > 0 {
            let usual = UsualRange(earlier.map { share(label, $0) })
            let own = share(label, file)
            let chance = (max(usual.median, 1 / Double(file.records)) / Double(file.records)).squareRoot()
            let slack = max(usual.median / 2, 1 / Double(Self.leastLabelShare), threshold * chance)
            if usual.side(of: own, slack: slack, threshold: threshold) != nil { found.append((label, own, usual)) }
        }
        found.sort {
            abs($1.share - $1.usual.median) == abs($0.share - $0.usual.median)
                ? $0.label < $1.label : abs($1.share - $1.usual.median) < abs($0.share - $0.usual.median)
        }
        var parts = found.prefix(Self.namedLabels).map { label, own, usual in
            let name = UnusualFile.shortened(label.string)
            return own == 0
                ? "no \(name), usual is \(Show.percent(usual.median)) of the records"
                : "\(name) has \(Show.percent(own)) of the records, usual is "
                    + (usual.median == 0 ? "none" : Show.percent(usual.median))
        }
        let words = plan.labelWords
        let more = found.count - Self.namedLabels
        if more > 0 { parts.append("\(Show.number(more)) \(more == 1 ? words.noun : words.plural) more") }
        if found.contains(where: { $0.share == 0 }), found.contains(where: { $0.usual.median == 0 }) {
            parts[parts.count - 1] += ": was \(withArticle(words.noun)) renamed?"
        }
        return parts
    }

    // MARK: First keys

    private func known(_ file: ArrivalProfile, _ earlier: [ArrivalProfile]) -> [String] {
        guard let sketch = file.sketch?.keys else { return [] }
        return known(sketch, earlier.compactMap { $0.sketch?.keys }, plan.keyWords[0].plural, in: "")
    }

    /// - Parameters:
    ///   - keys: what they are called.
    ///   - owner: ` in by_user`; nothing where it is clear.
    private func known(_ sketch: KeySketch, _ earlier: [KeySketch], _ keys: String, in owner: String) -> [String] {
        let days = earlier.suffix(Self.knownDays)
        guard days.count >= Self.leastDays else { return [] }
        /// The median share of a day's first keys that other days have.
        func known(_ day: KeySketch, in others: [KeySketch]) -> Double? {
            let shares = others.compactMap { day.shareFound(in: $0) }.sorted()
            return shares.count < Self.leastDays - 1 ? nil : UsualRange.median(shares)
        }
        let history = days.indices.compactMap { index in
            known(days[index], in: days.indices.filter { $0 != index }.map { days[$0] })
        }
        guard let own = known(sketch, in: Array(days)), history.count >= Self.leastDays else { return [] }
        let usual = UsualRange(history)
        guard usual.side(of: own, slack: 0.15, threshold: threshold) == .below else { return [] }
        return [
            "\(Show.percent(own)) of its \(keys)\(owner) are known from the days before, usual is "
                + "\(Show.percent(usual.median)): other \(keys), or written otherwise?"
        ]
    }

    // MARK: Folds

    /// Most findings about folds that are named.
    private static let namedFolds = 3

    /// - Parameter told: what is known to be unusual about the whole file: what follows from that is not said again.
    private func folds(_ file: ArrivalProfile, _ earlier: [ArrivalProfile], told: [Change]) -> [String] {
        var parts: [String] = []
        for fold in file.sketch?.folds ?? [] {
            let days = earlier.compactMap { day in day.sketch?.profile(of: fold).map { (day, $0) } }
            guard days.count >= Self.leastDays else { continue }
            func isNews(_ value: Double, _ usual: UsualRange) -> Bool {
                let change = Change(value, usual)
                return !told.contains { change.follows(from: $0) }
            }
            let keys = UsualRange(days.map { Double($0.1.keys) })
            if side(of: Double(fold.keys), keys, share: 0.1, chance: 1) != nil, isNews(Double(fold.keys), keys) {
                parts.append("\(Show.count(fold.keys, "key")) in \(fold.fold), \(text(keys))")
            }
            // Without a key there is nothing to add up.
            if fold.keys > 0 {
                parts += fold.sums.compactMap { sum in
                    let values = days.compactMap { _, profile in profile.sums.first { $0.name == sum.name }?.value }
                    guard values.count == days.count else { return nil }
                    return finding(sum, of: fold.fold, values, days.map(\.0), isNews)
                }
            }
            parts += known(fold.sample, days.map(\.1.sample), "keys", in: " in \(fold.fold)")
        }
        let more = parts.count - Self.namedFolds
        guard more > 0 else { return parts }
        return parts.prefix(Self.namedFolds) + ["and \(Show.count(more, "more thing")) in its folds"]
    }

    private func finding(
        _ sum: FoldProfile.Sum, of fold: String, _ values: [Double], _ days: [ArrivalProfile],
        _ isNews: (Double, UsualRange) -> Bool
    ) -> String? {
        guard sum.value.isFinite, values.allSatisfy(\.isFinite) else { return nil }
        let usual = UsualRange(values)
        // Where nothing is usual, a few of anything are chance.
        if usual.median == 0, abs(sum.value) <= threshold { return nil }
        guard side(of: sum.value, usual, share: 0.15, chance: chance(values, days)) != nil, isNews(sum.value, usual)
        else { return nil }
        let isCount = sum.name.hasPrefix("count(")
        return "\(UnusualFile.shortened(sum.name)) of \(fold) is \(Show.short(sum.value)), \(text(usual))"
            + (isCount ? "" : question(sum.value, usual))
    }

    // MARK: Copies

    /// Whether files with so many rows can be nearly copies: what both have is no more than the smaller one has.
    static func canBeCopies(_ rows: Int, _ otherRows: Int) -> Bool {
        let (less, more) = (min(rows, otherRows), max(rows, otherRows))
        return less >= leastCopyRows && Double(less) >= copyShare * Double(more)
    }

    private func copies(_ file: ArrivalProfile, _ others: [ArrivalProfile]) -> [String] {
        let alike = others.compactMap { other -> (other: ArrivalProfile, share: Double)? in
            guard other.digest != file.digest, Self.canBeCopies(file.size, other.size),
                let share = similarity(file, other), share >= Self.copyShare
            else { return nil }
            return (other, share)
        }
        guard let first = alike.first else { return [] }
        let hasFolds = !(file.sketch?.folds ?? []).isEmpty
        if hasFolds, !areUsuallyUnlike(others.filter { $0.date != file.date }) { return [] }
        let closest = alike.dropFirst().reduce(first) { $1.share > $0.share ? $1 : $0 }
        return [
            "\(Show.percent(closest.share)) of its \(hasFolds ? "keys" : plan.keyWords[0].plural) have the same rows as in "
                + "\(UnusualFile.shortened(closest.other.name)): the same day "
                + (closest.other.date == file.date ? "twice?" : "under another date?")
        ]
    }

    /// Whether days of a source differ from those before them. A source whose keys have the same values every day is no copy, and
    /// of few days nobody knows.
    private func areUsuallyUnlike(_ days: [ArrivalProfile]) -> Bool {
        let days = days.sorted { $0.date < $1.date }
        let pairs = zip(days, days.dropFirst()).compactMap(similarity)
        return pairs.count >= 2 && 2 * pairs.count { $0 >= Self.copyShare } < pairs.count
    }

    /// Of the keys that either file has, those with the same rows in both; of several folds the least. Nil when too little is
    /// known.
    private func similarity(_ file: ArrivalProfile, _ other: ArrivalProfile) -> Double? {
        guard let own = file.sketch, let others = other.sketch else { return nil }
        if own.folds.isEmpty { return own.keys.similarity(to: others.keys) }
        return own.folds.compactMap { fold in
            others.profile(of: fold).flatMap { fold.sample.similarity(to: $0.sample) }
        }.min()
    }
}

extension PartialSketch {
    /// The profile of the same fold.
    fileprivate func profile(of fold: FoldProfile) -> FoldProfile? {
        folds.first { $0.fold == fold.fold && $0.identity == fold.identity }
    }
}

/// How a file that the gate found unusual is shown. That it is one the ledger knows, not these words.
package enum UnusualFile {
    /// What the reason of its state begins with.
    package static let mark = "unusual: "

    /// A reason without the mark, where there is one.
    package static func unmarked(_ reason: String) -> String {
        reason.utf8.starts(with: mark.utf8) ? String(reason.dropFirst(mark.count)) : reason
    }

    /// A name, cut if it is very long.
    package static func shortened(_ name: String) -> String {
        let most = 60
        return name.unicodeScalars.count <= most
            ? name : String(String.UnicodeScalarView(name.unicodeScalars.prefix(most))) + "…"
    }
}
