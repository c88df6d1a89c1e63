//  What there is to say about the records of one file, beyond how many there were: for people who mend dumps.

import Configuration
import Engagement
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
    /// Lines of bulk requests, which are no records.
    package var actionLines: Int
    /// What is missing from answers; nil when nothing is.
    package var partialAnswer: String?
    /// Whether there was none to be read, ignored or rejected.
    package var hasNoRecords: Bool
    /// Folded records of apps that are in no category.
    package var unmapped = UnmappedApps()
    package var fields: FieldPaths
    /// Fields that no earlier file had.
    package var newFields: [String] = []
    package var lacking: LackingFields?
    /// What rejected records are, and what would read them.
    package var advice: [RejectReason: RejectionAdvice] = [:]

    /// - Parameters:
    ///   - observations: nil when nobody looked.
    ///   - sample: nil when the file is not at hand, but what was noted of it.
    package init(
        rejected: [RejectReason: Int], folded: Int, _ observations: FileObservations?, _ sample: RecordSample?,
        apps: AppCounts, _ settings: Settings
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
        unmapped = UnmappedApps(apps, settings.map)
    }
}

/// A field and the type that it came in.
package struct FieldForm: Sendable, Hashable, Comparable {
    package var field: String
    /// `number`, `string` or `float`.
    package var form: String

    package static func < (a: FieldForm, b: FieldForm) -> Bool { (a.field, a.form) < (b.field, b.form) }
}

/// Apps that are in no category.
package struct UnmappedApps: Sendable, Hashable {
    package var counts = AppCounts()

    package init() {}

    package init(_ all: AppCounts, _ map: CategoryMap) {
        for (app, records) in all.records where map.category(ofApp: app.string.utf8) == nil { counts.add(app, records) }
        // Too many or too long to be kept, whether or not some category has them.
        counts.others = all.others
    }

    /// Records of all of them.
    package var records: Int { counts.records.values.reduce(counts.others, +) }

    /// Most records first.
    package var sorted: [(app: String, records: Int)] {
        counts.records.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key.string, $0.value) }
    }
}
