//  What the fields of rejected records are, and what would read them, worked out on a sample of those records:
//
//      bad-length 9, first at line 1
//        {"User":"ann","Show":"MORNING","Length":"01:02:03"}
//        Length "01:02:03" is hours, minutes and seconds
//        Length 3723.417 is not a whole number of seconds
//        these lines in the configuration would read 2 of them:
//          duration_format: HH:MM:SS
//          rounding: nearest
//
//  Lines are shown only after they were tried: the records of the sample were read again under them, and so many of
//  them were read as is said.

import Configuration
import Intake
import JSONRecords
import Records
import Wording

/// What is reported about the records that were rejected for one reason.
package struct RejectionAdvice: Sendable, Hashable {
    /// What the values are, a sentence for each kind, the most frequent first.
    package var notes: [String] = []
    /// Lines of the configuration that would read records; empty when none would.
    package var configuration: [String] = []
    /// Records of this reason in the sample, and those that would be read.
    package var records = 0
    package var readable = 0

    /// Kinds that are shown.
    private static let shown = 8

    /// By reason, what there is to say.
    ///
    /// - Parameter isAlone: whether no record of the file was read, so that its fields may be looked for elsewhere.
    package static func all(_ sample: RecordSample, _ plan: FoldPlan, isAlone: Bool) -> [RejectReason: RejectionAdvice]
    {
        var advice: [RejectReason: RejectionAdvice] = [:]
        let all = sample.records
        for (reason, records) in Dictionary(grouping: all, by: \.reason) {
            let found = RejectionAdvice(reason, records, plan, isAlone ? all : nil)
            if !found.notes.isEmpty { advice[reason] = found }
        }
        return advice
    }

    /// The line before those of the configuration.
    package var proposal: String? {
        if configuration.isEmpty { return nil }
        let subject = configuration.count == 1 ? "this line" : "these lines"
        let object =
            readable < records
            ? "\(Show.number(readable)) of the \(Show.count(records, "record")) examined"
            : records == 1 ? "it" : "them"
        return "\(subject) in the configuration would read \(object):"
    }

    /// - Parameter all: what was rejected for any reason, when the field may be looked for elsewhere.
    private init(
        _ reason: RejectReason, _ records: [RecordSample.Record], _ plan: FoldPlan, _ all: [RecordSample.Record]?
    ) {
        self.records = records.count
        let values = records.compactMap { record in SampleValue(record.raw).map { (record: record, value: $0) } }
        var groups: [(text: String, count: Int)] = []
        var proposed = plan
        var paths: Set<String> = []
        for (_, value) in values {
            guard let (text, change) = Self.note(reason, value, plan) else { continue }
            switch change {
            case .rules(let rules): proposed.durations = proposed.durations.adding(rules)
            case .path(let path): paths.insert(path)
            case nil: break
            }
            // One example stands for all that are alike.
            if let known = groups.firstIndex(where: { $0.text == text.kind }) {
                groups[known].count += 1
            } else {
                groups.append((text.kind, 1))
                notes.append(text.sentence)
            }
        }
        notes = zip(notes, groups).enumerated()
            .sorted { ($1.element.1.count, $0.offset) < ($0.element.1.count, $1.offset) }
            .map { _, pair in
                groups.count > 1 && pair.1.count > 1 ? "\(pair.0) (\(Show.count(pair.1.count, "record")))" : pair.0
            }
        if notes.count > Self.shown {
            notes = notes.prefix(Self.shown) + ["and \(notes.count - Self.shown) other kinds"]
        }
        if proposed.durations != plan.durations {
            propose(proposed, proposed.durations.lines(from: plan.durations), records)
            if configuration.contains("rounding: nearest") {
                configuration[configuration.count - 1] += "   # or down, or up"
            }
        } else if let all, paths.count == 1, let path = paths.first, let keys = try? fieldKeys(parsing: path) {
            guard case .bad(let label) = reason else { return }
            if let key = plan.keyWords.firstIndex(where: { $0.label == label }) {
                proposed.keyPaths[key] = FieldPath([keys])
            } else {
                proposed.valuePath = FieldPath([keys])
            }
            // A field that is looked for elsewhere is looked for there in every record.
            if Self.readable(all, proposed) == all.count {
                propose(proposed, ["fields: {\(label): \(FieldGuess.yaml(path))}"], records)
            }
        }
    }

    private mutating func propose(_ plan: FoldPlan, _ lines: [String], _ records: [RecordSample.Record]) {
        readable = Self.readable(records, plan)
        if readable > 0 { configuration = lines }
    }

    /// How many of these records are read under a plan. One below zero is readable.
    private static func readable(_ records: [RecordSample.Record], _ plan: FoldPlan) -> Int {
        // Among others, an array would be one of records.
        let counts = outcome(of: records.filter { $0.reason != .notAnObject }.map(\.raw), under: plan)
        return counts.folded + (counts.rejected[.negative(plan.valueWords.label)] ?? 0)
    }

    // MARK: One record

    private enum Change {
        case rules(DurationRules)
        /// Another place of the field, as it is written in the configuration.
        case path(String)
    }

    /// What is reported about a record; `kind` is the same for all that are alike. Nil when there is nothing to say.
    private static func note(
        _ reason: RejectReason, _ record: SampleValue, _ plan: FoldPlan
    ) -> (text: (sentence: String, kind: String), change: Change?)? {
        let label: String
        var isMissing = false
        switch reason {
        case .notAnObject:
            if case .string(let text) = record, SampleValue(text.utf8).map(ValueText.isContainer) == true {
                return (("the record is a string that contains JSON", "string of JSON"), nil)
            }
            return (("the record \(ValueText.kind(record))", ValueText.kind(record)), nil)
        case .missing(let field): (label, isMissing) = (field, true)
        case .bad(let field): label = field
        case .malformedJSON, .invalidUTF8, .recordTooLong, .truncated, .negative, .malformedCSV, .shortRow, .longRow:
            return nil
        }
        let key = plan.keyWords.firstIndex { $0.label == label }
        let (name, path) = key.map { (plan.keys[$0], plan.keyPaths[$0]) } ?? (plan.value, plan.valuePath)
        if let table = columns(record, plan) { return ((table, "table"), nil) }
        let (found, keys) = record.find(path)
        guard let found else { return nil }
        // Where the first key is null, the record is ignored.
        if isMissing && key != 0 { return (("\(name) is null", "null"), nil) }
        if !isMissing && key == nil, found.numberText != nil || !ValueText.isContainer(found) {
            let advice = DurationAdvice(found, plan.durations, unit: plan.unit)
            return (
                ("\(name) \(ValueText.excerpt(found)) \(advice.text)", advice.text), advice.rules.map { .rules($0) }
            )
        }
        if !isMissing && key == 0, let number = found.numberText {
            let text = number.contains { $0 == "." || $0 == "e" || $0 == "E" }
            let flaw = text ? "is not a whole number, or has more than 64 digits" : "is not a number"
            return (("\(name) \(ValueText.excerpt(found)) \(flaw)", flaw), nil)
        }
        let kind = ValueText.kind(found)
        var sentence = "\(name) \(kind)"
        if !ValueText.isContainer(found) {
            let taken = !isMissing && key == 0 ? "strings and whole numbers" : "strings"
            sentence = "\(name) \(ValueText.excerpt(found)) \(kind); only \(taken) are accepted"
        }
        // An object with one value in it, such as MongoDB's {"$oid": …}.
        if case .object(let members) = found, members.count == 1, !ValueText.isContainer(members[0].value) {
            return ((sentence, kind), .path(fieldText(keys + [members[0].key])))
        }
        return ((sentence, kind), nil)
    }

    /// A record that holds a table by columns, as pandas writes it: each field an array, or an object with a key for
    /// each row.
    package static func columns(_ record: SampleValue, _ plan: FoldPlan) -> String? {
        let fields = zip(plan.keys + [plan.value], plan.keyPaths + [plan.valuePath])
        var names: [String] = []
        var sizes: Set<Int> = []
        for (name, path) in fields {
            switch record.find(path).value {
            case .array(let elements): sizes.insert(elements.count)
            case .object(let members) where members.first?.key == "0": sizes.insert(members.count)
            default: continue
            }
            names.append(name)
        }
        guard names.count >= 2, sizes.count == 1, let rows = sizes.first else { return nil }
        let size = Show.count(rows, "value")
        return "the record is a table stored by columns: \(LackingFields.list(names)) have \(size) each; "
            + "write an object for each row (pandas: to_json(orient=\"records\", lines=True))"
    }
}
