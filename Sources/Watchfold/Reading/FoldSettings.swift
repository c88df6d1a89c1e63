import Records

/// What decides the outcome of folding a file.
package struct FoldSettings: Sendable, Hashable {
    package var plan: FoldPlan
    /// Longest record that is read, in bytes.
    package var maxRecordBytes: Int
    /// Rejected records kept of each file, with their text.
    package var rejectsPerFile: Int

    package init(plan: FoldPlan = .engagement, maxRecordBytes: Int = 16_000_000, rejectsPerFile: Int = 1000) {
        self.plan = plan
        self.maxRecordBytes = maxRecordBytes
        self.rejectsPerFile = rejectsPerFile
    }
}
