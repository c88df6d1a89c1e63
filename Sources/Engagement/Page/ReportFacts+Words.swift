//  What a report says in words, on the page as on the terminal.

import Records
import Wording

extension ReportFacts {
    /// `Watch time, 1–30 April 2022`
    package var title: String { "Watch time" + (period.map { ", \(DateText.range($0))" } ?? "") }

    /// `Generation 30 of 1 May 2022, 06:12 UTC · 30 files counted`
    package var origin: String {
        "Generation \(Readable.number(summary.receipt.generation))"
            + (files.committed.map { " of \(DateText.moment($0))" } ?? "")
            + " · \(Readable.count(summary.receipt.files.count, "file")) counted"
    }

    /// A number of the headline.
    package struct Headline: Sendable, Equatable {
        package var label: String
        package var shown: String
        /// The number itself, in seconds where hours are shown.
        package var exactly: Int128
        package var note: String
    }

    package var headline: [Headline] {
        let (outcomes, contracts) = (summary.outcomes, summary.contracts)
        let perContract = contracts == 0 ? 0 : summary.seconds / Int128(contracts)
        let days = summary.receipt.days.count
        let missing = missingDays.reduce(0) { $0 + $1.length }
        let unmapped = summary.receipt.totals.sum - summary.seconds
        let categories = summary.categories.count
        return [
            Headline(
                label: "Hours watched", shown: HourFormat(largest: summary.seconds).text(summary.seconds),
                exactly: summary.seconds,
                note: unmapped == 0
                    ? "in \(categories == 1 ? "1 category" : "\(Readable.number(categories)) categories")"
                    : "and \(HourFormat(largest: unmapped).text(unmapped)) in no category"),
            Headline(
                label: "Contracts", shown: Readable.number(contracts), exactly: Int128(contracts),
                note: contracts == 0
                    ? "none counted"
                    : summary.withoutSeconds == 0
                        ? "all with watch time" : "\(Readable.number(summary.withoutSeconds)) without watch time"),
            Headline(
                label: "Hours a contract", shown: HourFormat(largest: perContract).text(perContract),
                exactly: perContract, note: "on average"),
            Headline(
                label: "Days", shown: Readable.number(days), exactly: Int128(days),
                note: missing == 0 ? "none missing" : "\(Readable.number(missing)) missing"),
            Headline(
                label: "Records read", shown: Readable.number(outcomes.read), exactly: Int128(outcomes.read),
                note: "\(Readable.share(Int128(outcomes.rejectedTotal), of: Int128(outcomes.read))) rejected"),
        ]
    }

    /// What to know before reading on.
    package struct Note: Sendable, Equatable {
        package var text: String
        /// Whether nobody has to do anything about it.
        package var isGood = false
    }

    /// Good news only when there is no other.
    package var notes: [Note] {
        var notes: [Note] = []
        if summary.receipt.files.isEmpty { notes.append(Note(text: "No file counts, so there is nothing to show.")) }
        let gaps = missingDays
        if !gaps.isEmpty {
            let count = gaps.reduce(0) { $0 + $1.length }
            notes.append(
                Note(text: "\(Readable.count(count, "day")) without a file: \(DateText.list(gaps))."))
        }
        if let undated = files.undated {
            let sums = "\(Readable.count(undated.records, "record")), \(Readable.number(undated.sum)) seconds"
            notes.append(
                Note(
                    text: "\(Readable.count(undated.files, "counted file")) without a date, "
                        + (undated.areLeftOut ? "left out here" : "in these sums but in none of the days")
                        + ": \(sums)."))
        }
        for (state, meaning) in [
            ("held", "held back: not counted until somebody accepts it"), ("failed", "unreadable, so not counted"),
            ("waiting", "not whole yet, so not counted"), ("unusual", "counted, though unlike the days before"),
        ] {
            let files = files.attention.count { $0.state == state }
            if files > 0 { notes.append(Note(text: "\(Readable.count(files, "file")) \(meaning).")) }
        }
        let apps = unmappedApps.count
        if apps > 0 {
            notes.append(Note(text: "\(Readable.count(apps, "app")) in no category, so in none of these sums."))
        }
        if !notes.isEmpty { return notes }
        let files = files.states == nil ? "" : ", every file is well"
        return [Note(text: "Every day has a file\(files), and every app is in a category.", isGood: true)]
    }

    /// `3,508 records read = 3,493 counted + 3 ignored + 12 rejected.`
    package var conservation: String {
        let outcomes = summary.outcomes
        return "\(Readable.count(outcomes.read, "record")) read = \(Readable.number(outcomes.folded)) counted"
            + " + \(Readable.number(outcomes.ignored)) ignored + \(Readable.number(outcomes.rejectedTotal)) rejected."
    }
}
