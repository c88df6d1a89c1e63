//  From a merge in ranges to reports, on all threads.

import Engagement
import Folding
import KeyedTables
import Pipelines

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

/// The rows of a range, for reports that cannot be made in parts: only the merge is on all threads.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
final class RangeRows: @unchecked Sendable {
    private var batches: [KeyedBatch] = []

    /// Merges on all threads; the reports are made, in order, by this one.
    static func run(_ merge: RangedMerge, _ pass: ReportPass, jobs: Int) throws {
        try OrderedPipeline.run(
            pieces: merge.rangeCount, jobs: jobs, buffers: (0..<jobs + 1).map { _ in RangeRows() },
            produce: { range, rows in
                rows.batches.removeAll()
                try merge.run(range: range, forRowGroups: false) { rows.batches.append($0) }
            },
            consume: { _, rows in
                for batch in rows.batches { try pass.consume(batch) }
            })
    }
}
