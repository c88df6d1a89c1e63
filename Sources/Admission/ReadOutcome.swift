//  What became of reading a file of the inbox, whatever was made of its records.

import Checkpoints
import Folding
import Intake
import KeyedTables

/// The records of a file, folded, on their way to becoming a partial.
package protocol FoldedContent {
    /// Writes the partial, durable under a temporary name.
    ///
    /// - Throws: `FoldError` when the records do not add up to one.
    func seal(_ origin: PartialOrigin, schema: KeyedSchema, in partials: PartialStore, jobs: Int) throws
        -> SealedPartial

    /// Gives back what was taken for it. The rows of a sealed partial are on disk.
    func removeAll()
}

extension FoldRuns: FoldedContent {
    package func seal(
        _ origin: PartialOrigin, schema: KeyedSchema, in partials: PartialStore, jobs: Int
    ) throws -> SealedPartial {
        try partials.write(origin, schema: schema, jobs: jobs) { emit in
            try merge(rowLimit: KeyedTableFormat.partialGroupRows, emit: emit)
        }
    }
}

/// What became of reading a file.
package enum ReadOutcome {
    case read(FileSummary, any FoldedContent)
    case failed(any Error)

    package init(_ outcome: FoldOutcome) {
        switch outcome {
        case .read(let summary, let runs): self = .read(summary, runs)
        case .failed(let error): self = .failed(error)
        }
    }

    /// Whether the file changed while it was being read.
    package var isOfChangedFile: Bool { if case .failed(is FileChanged) = self { true } else { false } }
}

/// An error of whatever folds, and not of the file that was being read: it ends the work.
package struct EngineFailure: Error {
    package var cause: any Error

    package init(_ cause: any Error) { self.cause = cause }
}
