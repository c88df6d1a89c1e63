//  From a merge in ranges to reports, on all threads.

import Folding
import KeyedTables
import Pipelines
import Reports

/// What a range of keys adds to the reports and to the total.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
private final class RangeOutput<Part: ReportPart>: @unchecked Sendable {
    let part: Part
    /// The rows of the next total, if one is written.
    let rows: KeyedGroupEncoder?

    init(_ part: Part, _ rows: KeyedGroupEncoder?) {
        self.part = part
        self.rows = rows
    }

    func fill(_ merge: RangedMerge, _ range: Int) throws {
        part.removeAll()
        rows?.removeAll()
        try merge.run(range: range, forRowGroups: rows != nil) { batch in
            try part.consume(batch)
            try rows?.encode(batch)
        }
        try part.finish()
    }
}

extension ReportPass {
    /// Merges on all threads and writes, in order and from this one, what the merge comes to.
    ///
    /// - Parameter onProgress: told after each range, from this thread.
    func run(
        _ merge: RangedMerge, into total: KeyedTableWriter?, jobs: Int, onProgress: () -> Void = {}
    ) throws {
        try OrderedPipeline.run(
            pieces: merge.rangeCount, jobs: jobs,
            buffers: (0..<jobs + 1).map { _ in
                RangeOutput(makePart(), total == nil ? nil : KeyedGroupEncoder(schema: merge.schema))
            },
            produce: { range, output in try output.fill(merge, range) },
            consume: { _, output in
                try append(output.part)
                if let rows = output.rows { try total?.write(rows) }
                onProgress()
            })
    }

    /// Merges on all threads; the reports, which need not be such as can be made in parts, are made, in order, by this one.
    func runInOrder(_ merge: RangedMerge, jobs: Int) throws {
        try OrderedPipeline.run(
            pieces: merge.rangeCount, jobs: jobs, buffers: (0..<jobs + 1).map { _ in RangeRows() },
            produce: { range, rows in
                rows.batches.removeAll()
                try merge.run(range: range, forRowGroups: false) { rows.batches.append($0) }
            },
            consume: { _, rows in
                for batch in rows.batches { try consume(batch) }
            })
    }
}

/// The rows of a range.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
private final class RangeRows: @unchecked Sendable {
    var batches: [KeyedBatch] = []
}
