//  A file whose records all lack a field: what it has instead, and the lines of the configuration that would find it.
//
//      all 1,500 records lack User; they have data.length, data.show, data.viewer; this line in the configuration
//      would find it: fields: {user: data.viewer}
//
//  The lines are guesses by names (FieldGuess.swift) that were tried: under them, every record of a sample is read. If
//  none passes, or two do that are alike, no line is shown; a person decides.

import Configuration
import Intake
import JSONRecords
import Records
import Wording

/// The fields of a plan that no record of a file has.
package struct LackingFields: Sendable, Hashable {
    /// Names of the plan's fields, in its order.
    package var names: [String]
    /// Valid records of the file.
    package var records: Int
    /// Paths that its records do have, without those that only lead on.
    package var present: [String]
    package var hasMore: Bool
    /// What stands in the first record in place of fields: a string that contains JSON, an array, a table.
    package var notes: [String] = []
    /// The lines that would find the fields; empty when none are known.
    package var configuration: [String] = []
    /// Whether records were looked at for those lines.
    package var isLookedInto: Bool

    /// Nil when some record has every field, or it was not checked.
    ///
    /// - Parameter sample: nil when there are no records to look at any more.
    init?(
        _ rejected: [RejectReason: Int], folded: Int, _ observations: FileObservations, _ sample: RecordSample?,
        _ plan: FoldPlan
    ) {
        func count(_ isCounted: (RejectReason) -> Bool) -> Int {
            rejected.reduce(0) { isCounted($1.key) ? $0 + $1.value : $0 }
        }
        let lacking = count { if case .missing = $0 { true } else { false } }
        let fields = observations.fields
        guard folded == 0, lacking > 0, !fields.kinds.isEmpty else { return nil }
        let wanted =
            plan.keys.indices.map { key in
                Wanted(name: plan.keys[key], words: plan.keyWords[key], role: .key(key), path: \.keyPaths[key])
            } + [Wanted(name: plan.value, words: plan.valueWords, role: .value, path: \.valuePath)]
        let absent = wanted.filter { !Self.has(fields, plan[keyPath: $0.path]) }
        if absent.isEmpty { return nil }
        names = absent.map(\.name)
        records = count {
            switch $0 {
            case .missing, .bad, .negative: true
            case .malformedJSON, .notAnObject, .invalidUTF8, .recordTooLong, .truncated, .malformedCSV, .shortRow,
                .longRow:
                false
            }
        }
        present = fields.leaves.map(\.string)
        hasMore = fields.hasMore
        isLookedInto = sample != nil
        let looked = sample?.records.filter { $0.reason != .notAnObject } ?? []
        if looked.isEmpty { return }
        let taken = wanted.filter { field in !absent.contains { $0.key == field.key } }
            .flatMap { Self.texts(plan[keyPath: $0.path]) }
        configuration = Self.lines(absent, fields, Set(taken), looked.map(\.raw), plan) ?? []
        if configuration.isEmpty { notes = Self.notes(looked[0].raw, plan) }
    }

    /// One sentence, with the lines of the configuration at its end.
    package var text: String {
        sentence + (configuration.isEmpty ? "" : " " + configuration.joined(separator: " and "))
    }

    /// The sentence up to those lines.
    package var sentence: String {
        var text =
            records == 1
            ? "the 1 record lacks \(Self.list(names)); it has "
            : "all \(Show.count(records, "record")) lack \(Self.list(names)); they have "
        text += present.prefix(Self.shown).joined(separator: ", ")
        if hasMore {
            text += " and more"
        } else if present.count > Self.shown {
            text += " and \(present.count - Self.shown) more"
        }
        let object = names.count == 1 ? "it" : "them"
        if !configuration.isEmpty {
            let subject = configuration.count == 1 ? "this line" : "these lines"
            return text + "; \(subject) in the configuration would find \(object):"
        }
        if !notes.isEmpty { return text + "; " + notes.joined(separator: "; ") }
        return text
            + (isLookedInto
                ? "; name the right \(names.count == 1 ? "one" : "ones") in the configuration, under `fields`"
                : "; `watchfold check` looks for a setting that finds \(object)")
    }

    /// Paths that the sentence names.
    private static let shown = 20

    package static func list(_ names: [String]) -> String {
        names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    // MARK: What is there

    private static func texts(_ path: FieldPath) -> [ByteOrdered] {
        path.alternatives.map { ByteOrdered(fieldText($0)) }
    }

    /// Whether some record had the field: at an alternative that is looked at, see `FieldPath`.
    private static func has(_ fields: FieldPaths, _ path: FieldPath) -> Bool {
        for keys in path.alternatives {
            if fields.kinds[ByteOrdered(fieldText(keys))] != nil { return true }
            // Where the object around it is there, the next alternative is not looked at.
            if keys.count == 1 || fields.kinds[ByteOrdered(fieldText(Array(keys.dropLast())))] != nil { return false }
        }
        return false
    }

    /// Values that hold records, or fields, in another way.
    private static func notes(_ raw: [UInt8], _ plan: FoldPlan) -> [String] {
        guard let record = SampleValue(raw) else { return [] }
        var notes: [String] = []
        func look(_ value: SampleValue, _ keys: [String]) {
            guard notes.count < 3, keys.count <= FieldPaths.depthLimit else { return }
            switch value {
            case .string(let text):
                if let inner = SampleValue(text.utf8), ValueText.isContainer(inner) {
                    notes.append("`\(fieldText(keys))` is a string that contains JSON: \(ValueText.excerpt(inner))")
                }
            case .array(let elements):
                if elements.contains(where: ValueText.isContainer) {
                    notes.append("`\(fieldText(keys))` \(ValueText.kind(value))")
                }
            case .object(let members): for member in members { look(member.value, keys + [member.key]) }
            default: break
            }
        }
        look(record, [])
        return notes
    }

    // MARK: What would find it

    private struct Wanted {
        var name: String
        var words: FieldWords
        var role: FieldGuess.Role
        var path: WritableKeyPath<FoldPlan, FieldPath> & Sendable
        /// As the configuration calls it.
        var key: String { words.label }
    }

    /// The lines under which all records are read; nil when there are none, or when it is not clear which.
    private static func lines(
        _ absent: [Wanted], _ fields: FieldPaths, _ taken: Set<ByteOrdered>, _ records: [[UInt8]], _ plan: FoldPlan
    ) -> [String]? {
        var (plan, taken) = (plan, taken)
        let before = plan.durations
        var settings: [String] = []
        for field in absent {
            let guesses = FieldGuess.paths(
                for: field.role, named: field.name, field.words.names, value: plan.valueWords.names, fields,
                without: taken)
            var found: [(path: String, plan: FoldPlan)] = []
            for alike in guesses where found.isEmpty {
                found = alike.compactMap { path in Self.plan(plan, field, at: path, records).map { (path, $0) } }
            }
            guard found.count == 1 else { return nil }
            plan = found[0].plan
            taken.insert(ByteOrdered(found[0].path))
            settings.append("\(field.key): \(FieldGuess.yaml(found[0].path))")
        }
        guard isRead(outcome(of: records, under: plan), for: plan.reasons) else { return nil }
        return ["fields: {\(settings.joined(separator: ", "))}"] + plan.durations.lines(from: before)
    }

    /// The plan that finds a field at a path, if no record is rejected for that field.
    private static func plan(_ plan: FoldPlan, _ field: Wanted, at path: String, _ records: [[UInt8]]) -> FoldPlan? {
        guard let keys = try? fieldKeys(parsing: path) else { return nil }
        var plan = plan
        plan[keyPath: field.path] = FieldPath([keys])
        let reasons: [RejectReason] = [.missing(field.key), .bad(field.key)]
        if field.role == .value {
            if plan.durations.unit == .seconds { plan.durations.unit = FieldGuess.unit(of: path, field.words.names) }
            for record in records {
                guard let value = SampleValue(record)?.find(plan.valuePath).value,
                    let more = DurationAdvice.needed(value, plan.durations)
                else { continue }
                plan.durations = plan.durations.adding(more)
            }
        }
        return isRead(outcome(of: records, under: plan), for: reasons) ? plan : nil
    }

    /// Whether no record is rejected for these reasons, and some are not ignored. One below zero is readable.
    private static func isRead(_ counts: OutcomeCounts, for reasons: [RejectReason]) -> Bool {
        counts.ignored < counts.read
            && reasons.allSatisfy {
                if case .negative = $0 { return true }
                return (counts.rejected[$0] ?? 0) == 0
            }
    }
}
