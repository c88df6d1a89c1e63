//  From a merge in ranges to reports, on all threads.

import Checkpoints
import Folding
import Pipelines
import Reports

/// What a range of contracts adds to the reports and to the total.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
final class RangeOutput: @unchecked Sendable {
    private let part: ReportPart
    /// The rows of the next total, if one is written.
    private let rows: KeyedGroupEncoder?

    private init(_ part: ReportPart, _ rows: KeyedGroupEncoder?) {
        self.part = part
        self.rows = rows
    }

    private func fill(_ merge: RangedMerge, _ range: Int) throws {
        part.removeAll()
        rows?.removeAll()
        try merge.run(range: range, forRowGroups: rows != nil) { batch in
            try part.consume(batch)
            try rows?.encode(batch)
        }
        try part.finish()
    }

    /// Merges on all threads and writes, in order and from this one, what the merge comes to.
    ///
    /// - Parameter onProgress: told after each range, from this thread.
    static func run(
        _ merge: RangedMerge, _ pass: ReportPass, into total: KeyedTableWriter?, jobs: Int,
        onProgress: () -> Void = {}
    ) throws {
        try OrderedPipeline.run(
            pieces: merge.rangeCount, jobs: jobs,
            buffers: (0..<jobs + 1).map { _ in
                RangeOutput(pass.makePart(), total == nil ? nil : KeyedGroupEncoder(schema: merge.schema))
            },
            produce: { range, output in try output.fill(merge, range) },
            consume: { _, output in
                try pass.append(output.part)
                if let rows = output.rows { try total?.write(rows) }
                onProgress()
            })
    }
}
