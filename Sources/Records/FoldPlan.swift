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
    package let sum: String
    /// Sum of its magnitudes, row by row.
    package let magnitude: String
    /// Distinct first keys.
    package let keyCount: String

    package init(sum: String = "sum", magnitude: String = "magnitude", keyCount: String = "keys") {
        self.sum = sum
        self.magnitude = magnitude
        self.keyCount = keyCount
    }
}

/// By what names dumps may call a field, for guesses where it is not found. Words of small letters.
package struct FieldNames: Sendable, Hashable {
    /// Words for it, the surest first.
    package let likely: [String]
    /// Words with which a name means something else: `user_agent`.
    package let misleading: Set<String>

    package init(likely: [String] = [], misleading: Set<String> = []) {
        self.likely = likely
        self.misleading = misleading
    }
}

/// What a field of a plan is called.
package struct FieldWords: Sendable, Hashable {
    /// In settings and reasons: `user` gives `fields.user` and `missing-user`. ASCII, and never changed: reasons are on disk.
    package let label: String
    /// In messages, one of them and several: `user`, `users`.
    package let noun: String
    package let plural: String
    /// In dumps that call it otherwise.
    package let names: FieldNames

    /// - Precondition: the label is of lower-case letters, digits and underscores, and begins with a letter.
    package init(label: String, noun: String, plural: String, names: FieldNames = FieldNames()) {
        precondition(Self.isLabel(label), "not the label of a field: \(label)")
        (self.label, self.noun, self.plural, self.names) = (label, noun, plural, names)
    }

    static func isLabel(_ text: some StringProtocol) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
        return text.utf8.first.map(isLetter) == true
            && text.utf8.allSatisfy {
                isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "_")
            }
    }
}

/// What partials of files of some names depend on.
package struct FoldDetail: Sendable, Hashable {
    package var files: [PathPattern]
    package var lines: [String]

    package init(files: [PathPattern], lines: [String]) { (self.files, self.lines) = (files, lines) }

    /// - Parameter name: a logical name.
    package func isAbout(_ name: String) -> Bool {
        files.contains { if case .match = $0.match(name) { true } else { false } }
    }
}

/// A fold described: which fields are its keys, where they are found, and what is summed by them.
package struct FoldPlan: Sendable, Hashable {
    /// The plan's name, as written into checkpoint files.
    package var name: String
    /// Key columns, in sort order.
    package var keys: [String]
    /// Where each key is found; one entry for each of `keys`.
    package var keyPaths: [FieldPath]
    /// What each key is called; one entry for each of `keys`.
    package var keyWords: [FieldWords]
    /// The column that is summed.
    package var value: String
    package var valuePath: FieldPath
    package var valueWords: FieldWords
    /// What the value is summed in, in messages: `seconds`.
    package var unit: String
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
    /// What partials of a plan of SQL depend on beside the other settings.
    package var details: [FoldDetail] = []
    /// How a partial's metadata calls what it counts.
    package let metadataNames: PartialMetadataNames

    package init(
        name: String, keys: [String], keyPaths: [FieldPath], keyWords: [FieldWords], value: String,
        valuePath: FieldPath, valueWords: FieldWords, unit: String, ignoredKeys: [String], keepsNegativeValues: Bool,
        metadataNames: PartialMetadataNames = PartialMetadataNames()
    ) {
        precondition(
            !keys.isEmpty && keys.count == keyPaths.count && keys.count == keyWords.count,
            "a plan has keys, each with paths and words: \(keys)")
        self.name = name
        self.keys = keys
        self.keyPaths = keyPaths
        self.keyWords = keyWords
        self.value = value
        self.valuePath = valuePath
        self.valueWords = valueWords
        self.unit = unit
        self.ignoredKeys = ignoredKeys
        self.keepsNegativeValues = keepsNegativeValues
        self.metadataNames = metadataNames
    }

    /// What a partial of this plan holds for each key: the summed value and the number of records.
    package var measures: [Measure] { [Measure(value, .sum), Measure("Records", .sum)] }

    /// What the labels of a break-down are called: values of the second key, or of the only one.
    package var labelWords: FieldWords { keyWords[min(1, keyWords.count - 1)] }

    /// All that a record can be rejected for, in the order in which they are shown.
    package var reasons: [RejectReason] {
        let labels = keyWords.map(\.label) + [valueWords.label]
        return [.malformedJSON, .notAnObject] + labels.map { .missing($0) } + labels.map { .bad($0) }
            + [.negative(valueWords.label), .invalidUTF8, .recordTooLong, .truncated]
    }
}
