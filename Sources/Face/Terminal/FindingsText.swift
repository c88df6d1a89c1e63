//  What was found in the records of one file or of many, in lines for a person.
//
//      negative-duration 9, first at line 505 of 20220401.json
//        {"_index":"history","_type":"odd","_id":"odd5","_score":0,"_source":{"User":"SGH000001","Mac":"E4…
//      malformed-json 3, first at line 1, column 65 of 20220402.json: trailing comma; `json: lenient` reads it
//        {"User":"AAA000001","Show":"MORNING","Plays":120},
//      bad-duration 3, first at line 17 of 20220401.json
//        {"User":"SGH000001","Show":"EVENING","Watched":"01:02:03"}
//        Watched "01:02:03" is hours, minutes and seconds
//        this line in the configuration would read them:
//          duration_format: HH:MM:SS
//      Watched as a string in 1 record, as a float in 1 record
//      action-line 3, no records
//      in no genre: KARAOKE 1 record
//      first seen in 20220405.json: _source.Region
//      20220406.json: all 1,500 records lack User; they have …; this line in the configuration would find it:
//        fields: {user: data.customer}

import Findings
import Intake
import Records
import Wording

/// The findings of files, in the order in which they are told.
struct FindingsText {
    /// Nil for the name when there is only one file, named elsewhere.
    let files: [(name: String?, findings: FileFindings)]
    let plan: PlanSettings
    /// Columns that excerpts are cut to; nil: as they are.
    let columns: Int?

    /// Lines of one kind that are shown.
    private static let shown = 10

    func lines() -> [String] { rejections + coercions + forms + unmapped + newFields + lacking }

    private var rejections: [String] {
        var sums: [RejectReason: Int] = [:]
        var first: [RejectReason: (name: String?, example: RejectionExample)] = [:]
        for (name, findings) in files {
            for (reason, records) in findings.rejected {
                sums[reason, default: 0] += records
                if first[reason] == nil, let example = findings.examples[reason] { first[reason] = (name, example) }
            }
        }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.flatMap { reason, records in
            var line = "\(reason.rawValue) \(Show.number(records))"
            guard let (name, example) = first[reason] else { return [line] }
            line += ", \(records > 1 ? "first " : "")at line \(Show.number(example.line + (example.flaw?.lines ?? 0)))"
            if let flaw = example.flaw { line += ", column \(Show.number(flaw.column))" }
            if let name { line += " of \(Show.name(name))" }
            if let flaw = example.flaw {
                line += ": \(Show.name(flaw.words))" + (flaw.advice.isEmpty ? "" : "; \(Show.name(flaw.advice))")
            }
            let excerpt = columns.map { Show.cut(example.excerpt, to: $0 - 4) } ?? example.excerpt
            return [line, "  " + excerpt] + advice(on: reason).map { "  " + $0 }
        }
    }

    /// What is reported about the first file that has something to say.
    private func advice(on reason: RejectReason) -> [String] {
        guard let advice = files.lazy.compactMap({ $0.findings.advice[reason] }).first else { return [] }
        let proposal = advice.proposal.map { [$0] + advice.configuration.map { "  " + $0 } } ?? []
        return (advice.notes + proposal).map(Show.name)
    }

    private var coercions: [String] {
        var sums: [FieldForm: Int] = [:]
        for (_, findings) in files { sums.merge(findings.coercions, uniquingKeysWith: +) }
        let fields = Dictionary(grouping: sums.sorted { $0.key < $1.key }, by: \.key.field)
        return fields.sorted { $0.key < $1.key }.map { field, forms in
            "\(field) "
                + forms.map { "as a \($0.key.form) in \(Show.count($0.value, "record"))" }.joined(separator: ", ")
        }
    }

    /// What else is not as plain records are.
    private var forms: [String] {
        var lines: [String] = []
        let lenient = files.reduce(0) { $0 + $1.findings.lenientRecords }
        if lenient > 0 { lines.append("read as lenient JSON: \(Show.count(lenient, "record"))") }
        let actions = files.reduce(0) { $0 + $1.findings.actionLines }
        if actions > 0 {
            lines.append("action-line \(Show.number(actions)), no \(actions == 1 ? "record" : "records")")
        }
        let empty = files.filter(\.findings.hasNoRecords)
        lines += empty.prefix(Self.shown).map { name, findings in
            (name.map { Show.name($0) + " contains" } ?? "it contains") + " no record"
                + (findings.actionLines > 0 ? ", only \(Show.count(findings.actionLines, "action line"))" : "")
        }
        lines += rest(empty.count, "without records")
        let partial = files.filter { $0.findings.partialAnswer != nil }
        lines += partial.prefix(Self.shown).map { name, findings in
            (name.map { Show.name($0) + ": " } ?? "") + findings.partialAnswer!
        }
        return lines + rest(partial.count, "with partial answers")
    }

    private var unmapped: [String] {
        var all = LabelCounts()
        for (_, findings) in files { all.add(findings.ungrouped.counts) }
        var ungrouped = UngroupedLabels()
        ungrouped.counts = all
        if ungrouped.records == 0 { return [] }
        let labels = ungrouped.sorted
        var parts = labels.prefix(Self.shown).map {
            "\(Show.name($0.label.isEmpty ? "\"\"" : $0.label)) \(Show.count($0.records, "record"))"
        }
        if labels.count > Self.shown {
            parts.append("\(Show.count(labels.count - Self.shown, plan.fold.labelWords)) more")
        }
        if all.others > 0 { parts.append("\(Show.count(all.others, "record")) of names that were not kept") }
        return ["in no \(plan.grouping.noun): " + parts.joined(separator: ", ")]
    }

    private var newFields: [String] {
        let all = files.filter { !$0.findings.newFields.isEmpty }
        return all.prefix(Self.shown).map { name, findings in
            let paths = findings.newFields
            var line = "first seen \(name.map { "in \(Show.name($0))" } ?? "here"): "
            line += paths.prefix(Self.shown).map { Show.name($0) }.joined(separator: ", ")
            if paths.count > Self.shown { line += " and \(Show.count(paths.count - Self.shown, "field")) more" }
            return line
        } + rest(all.count, "with new fields")
    }

    private var lacking: [String] {
        let all = files.filter { $0.findings.lacking != nil }
        return all.prefix(Self.shown).flatMap { name, findings in
            let lacking = findings.lacking!
            let sentence = (name.map { Show.name($0) + ": " } ?? "") + Show.name(lacking.sentence)
            // On a line of its own, to be copied.
            return [sentence] + lacking.configuration.map { "  " + Show.name($0) }
        } + rest(all.count, "that lack fields")
    }

    private func rest(_ count: Int, _ what: String) -> [String] {
        count > Self.shown ? ["\(Show.count(count - Self.shown, "more file")) \(what)"] : []
    }
}
