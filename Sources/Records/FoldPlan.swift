//  What a fold does, as a value: which fields of a record it reads, which of them are keys, what it measures.

/// How two values of a measure become one when partials are merged. The raw values are written into checkpoint files.
package enum MergeOperator: String, Sendable, Hashable {
    /// Int64 addition, overflow-checked.
    case sum
    /// Bitwise or: the union of small sets.
    case union
}

/// One aggregated number of a partial.
package struct Measure: Sendable, Hashable {
    /// The column's name in partial files.
    package var name: String
    package var merge: MergeOperator

    package init(_ name: String, _ merge: MergeOperator) {
        self.name = name
        self.merge = merge
    }
}

/// Where a field may be found in a record.
package struct FieldPath: Sendable, Hashable {
    /// The alternatives, best first; each is the list of keys from the outside in. An alternative is looked at only if
    /// the object that would hold the one before it is not in the record at all.
    package var alternatives: [[String]]

    package init(_ alternatives: [[String]]) {
        precondition(!alternatives.isEmpty && alternatives.allSatisfy { !$0.isEmpty }, "a field needs a path")
        self.alternatives = alternatives
    }
}

/// The names that numbers have in a partial's metadata. They are written into checkpoint files and never change.
package struct PartialMetadataNames: Sendable, Hashable {
    /// Sum of the first measure.
    package var sum = "sum"
    /// Sum of its magnitudes, row by row.
    package var magnitude = "magnitude"
    /// Distinct first keys.
    package var keyCount = "keys"
}

/// A fold described: the engagement plan reads Contract, AppName and TotalDuration and sums seconds by the first two.
package struct FoldPlan: Sendable, Hashable {
    /// The plan's name, as written into checkpoint files.
    package var name: String
    /// Key columns, in sort order.
    package var keys: [String]
    /// Where each key is found; one entry for each of `keys`.
    package var keyPaths: [FieldPath]
    /// The column that is summed.
    package var value: String
    package var valuePath: FieldPath
    /// Values of the first key whose records are left out on purpose, beside null and the empty string.
    package var ignoredKeys: [String]
    /// Whether negative values are summed (true) or rejected.
    package var keepsNegativeValues: Bool
    /// How the text of a value becomes a number.
    package var durations = DurationRules()
    /// Whether what other programs write in place of JSON is read, too: NaN, Infinity, a comma too many.
    package var isLenient = false
    /// Where objects around the records hold them: keys from the outside in, down to an array. All of them are read. Empty
    /// to find out from the content.
    package var recordPaths: [[String]] = []

    /// How a partial's metadata calls what it counts.
    package var metadataNames = PartialMetadataNames()

    /// What a partial of this plan holds for each key: the summed value and the number of records.
    package var measures: [Measure] { [Measure(value, .sum), Measure("Records", .sum)] }

    /// Seconds watched by contract and app.
    package static let engagement = FoldPlan(
        name: "engagement",
        keys: ["Contract", "AppName"],
        keyPaths: [
            FieldPath([["_source", "Contract"], ["Contract"]]), FieldPath([["_source", "AppName"], ["AppName"]]),
        ],
        value: "TotalDuration",
        valuePath: FieldPath([["_source", "TotalDuration"], ["TotalDuration"]]),
        ignoredKeys: ["0"],
        keepsNegativeValues: false,
        metadataNames: PartialMetadataNames(sum: "seconds", magnitude: "absolute_seconds", keyCount: "contracts"))
}
