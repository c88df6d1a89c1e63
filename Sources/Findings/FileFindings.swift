//  What there is to say about the records of one file, beyond how many there were: for people who mend dumps.

import Intake
import Records
import RunSettings

/// What was found in a file.
package struct FileFindings: Sendable, Hashable {
    /// Rejected records by reason.
    package var rejected: [RejectReason: Int]
    /// The first of each.
    package var examples: [RejectReason: RejectionExample]
    /// Folded records with a field in another type than its own.
    package var coercions: [FieldForm: Int]
    /// Folded records that are read only as lenient JSON.
    package var lenientRecords: Int
    /// Lines of bulk requests, which are not records.
    package var actionLines: Int
    /// What is missing from answers; nil when nothing is.
    package var partialAnswer: String?
    /// Whether there was none to be read, ignored or rejected.
    package var hasNoRecords: Bool
    /// Folded records of labels that are in no group.
    package var ungrouped = UngroupedLabels()
    package var fields: FieldPaths
    /// Fields that no earlier file had.
    package var newFields: [String] = []
    package var lacking: LackingFields?
    /// What rejected records are, and what would read them.
    package var advice: [RejectReason: RejectionAdvice] = [:]

    /// - Parameters:
    ///   - observations: nil when it was not checked.
    ///   - sample: nil when the file is not at hand, but what was noted of it.
    package init(
        rejected: [RejectReason: Int], folded: Int, _ observations: FileObservations?, _ sample: RecordSample?,
        labels: LabelCounts, _ settings: Settings
    ) {
        let plan = settings.fold.plan
        self.rejected = rejected.filter { $0.value > 0 }
        examples = observations?.examples ?? [:]
        let forms = observations?.coercions ?? Coercions()
        coercions = [
            FieldForm(field: plan.keys[0], form: "number"): forms.keyAsNumber,
            FieldForm(field: plan.value, form: "string"): forms.valueAsString,
            FieldForm(field: plan.value, form: "float"): forms.valueAsFloat,
        ].filter { $0.value > 0 }
        lenientRecords = forms.leniently
        actionLines = observations?.actionLines ?? 0
        partialAnswer = observations?.answers.partial
        // Fields are known of ignored records, too.
        hasNoRecords =
            observations.map { folded == 0 && $0.examples.isEmpty && $0.fields.kinds.isEmpty && !$0.fields.hasMore }
            ?? false
        fields = observations?.fields ?? FieldPaths()
        lacking = observations.flatMap { LackingFields(rejected, folded: folded, $0, sample, plan) }
        if let sample, !sample.isEmpty { advice = RejectionAdvice.all(sample, plan, isAlone: folded == 0) }
        ungrouped = UngroupedLabels(labels, settings.groups)
    }

    /// Of a file that was just read.
    package init(_ content: FileSummary, labels: LabelCounts, _ settings: Settings) {
        self.init(
            rejected: content.counts.rejected, folded: content.counts.folded, content.observations, content.sample,
            labels: labels, settings)
    }
}

/// A field and the type that it came in.
package struct FieldForm: Sendable, Hashable, Comparable {
    package var field: String
    /// `number`, `string` or `float`.
    package var form: String

    package static func < (a: FieldForm, b: FieldForm) -> Bool { (a.field, a.form) < (b.field, b.form) }
}

/// Labels that are in no group.
package struct UngroupedLabels: Sendable, Hashable {
    package var counts = LabelCounts()

    package init() {}

    package init(_ all: LabelCounts, _ groups: KeyGroups) {
        for (label, records) in all.records where !groups.contains(label) { counts.add(label, records) }
        // Too many or too long to be kept, whether or not some group has them.
        counts.others = all.others
    }

    /// Records of all of them.
    package var records: Int { counts.records.values.reduce(counts.others, +) }

    /// Most records first.
    package var sorted: [(label: String, records: Int)] {
        counts.records.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key.string, $0.value) }
    }
}
