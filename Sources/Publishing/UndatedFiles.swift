//  Files that count and have no date: they are in every sum but in no day, week or month. Whoever asks for a month has to
//  know that they are left out, and what they hold.

import Ledgers
import Records
import Reports
import Wording

/// Counted files without a date.
package struct UndatedFiles: Sendable, Hashable {
    package var count = 0
    /// The first of them by name.
    package var examples: [String] = []
    package var records = 0
    /// Sums of 64 bits may add up to more.
    package var sum: Int128 = 0
    /// What the sum is in: `seconds`.
    private let unit: String

    /// Names that are shown.
    private static let shown = 3

    /// - Parameter versions: all that count.
    package init(_ versions: [VersionRecord], unit: String) {
        self.unit = unit
        for version in versions where version.facts.date == nil {
            count += 1
            examples.append(version.facts.name)
            records += version.tally.folded
            sum += Int128(version.facts.sum)
        }
        examples = Array(examples.map { ByteOrdered($0) }.sorted().prefix(Self.shown).map(\.string))
    }

    /// `2 counted files have no date: a.json, b.json (1,200 records, 3,600 seconds)`
    package var text: String {
        "\(Show.count(count, "counted file")) \(count == 1 ? "has" : "have") no date: \(names) (\(sums))"
    }

    /// `2 files without a date are left out: a.json, b.json (1,200 records, 3,600 seconds)`
    package var textLeftOut: String {
        "\(Show.count(count, "file")) without a date \(count == 1 ? "is" : "are") left out: \(names) (\(sums))"
    }

    private var names: String { Show.some(examples, of: count) }

    private var sums: String {
        "\(Show.count(records, "record")), \(Show.number(sum)) \(unit)"
    }

    /// For a report to look at.
    package func facts(areLeftOut: Bool) -> FileFacts.Undated? {
        count == 0 ? nil : FileFacts.Undated(files: count, records: records, sum: sum, areLeftOut: areLeftOut)
    }
}
