//  Aggregated rows as columns: what partials, totals and reports are made of.

import Columns
import Records

/// The columns of a partial or a total: string keys in sort order, then Int64 measures.
package struct KeyedSchema: Sendable, Hashable {
    package var keys: [String]
    package var measures: [Measure]

    package init(keys: [String], measures: [Measure]) {
        self.keys = keys
        self.measures = measures
    }

    package init(plan: FoldPlan) { self.init(keys: plan.keys, measures: plan.measures) }
}

/// Rows of a keyed table, ascending by the keys' bytes, each key once.
package struct KeyedBatch: Sendable, Equatable {
    /// One column for each key of the schema.
    package var keys: [StringColumn]
    /// One column for each measure of the schema.
    package var measures: [[Int64]]

    package var count: Int { keys[0].count }

    package init(keys: [StringColumn], measures: [[Int64]]) {
        self.keys = keys
        self.measures = measures
    }
}

/// Some rows of a batch.
package struct KeyedSlice: Sendable {
    package var batch: KeyedBatch
    package var rows: Range<Int>

    package init(_ batch: KeyedBatch, rows: Range<Int>) {
        self.batch = batch
        self.rows = rows
    }

    package init(_ batch: KeyedBatch) { self.init(batch, rows: 0..<batch.count) }
}
