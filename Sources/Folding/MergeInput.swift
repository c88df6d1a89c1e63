//  What a merge takes: streams of rows, and for each column of the result where a stream's part of it comes from
//  (KeyedMerge.swift has examples).

/// Where an input's part of a result column comes from.
package enum ColumnSource: Sendable, Hashable {
    /// A measure of the input, by its place.
    case column(Int)
    /// The same, taken away instead of added.
    case negated(Int)
    /// The same, only these bits of it.
    case masked(Int, Int64)
    /// The same number in every row.
    case constant(Int64)
    /// Nothing: the operator's identity.
    case none
}

/// One stream of a merge.
package struct MergeInput {
    /// The next rows; nil at the end. Keys ascend strictly over all of them.
    package var next: () throws -> KeyedSlice?
    /// One for each measure of the result.
    package var sources: [ColumnSource]

    package init(sources: [ColumnSource], nextSlice: @escaping () throws -> KeyedSlice?) {
        self.sources = sources
        next = nextSlice
    }

    package init(sources: [ColumnSource], next: @escaping () throws -> KeyedBatch?) {
        self.init(sources: sources, nextSlice: { try next().map { KeyedSlice($0) } })
    }

    /// An input whose measures are the result's, in order.
    package init(measureCount: Int, next: @escaping () throws -> KeyedBatch?) {
        self.init(sources: (0..<measureCount).map { .column($0) }, next: next)
    }
}
