import Records

/// What takes the accepted records of a file on one thread: a table, or a count when nothing is to be folded.
protocol BatchSink: AnyObject {
    /// - Throws: `FoldError`, `SpillError`.
    func add(_ batch: borrowing RecordBatch) throws
}

/// What takes the records of a file as cells, on one thread.
package protocol CellSink: AnyObject {
    /// - Returns: the rows that do not fit, ascending; those are rejected.
    func add(_ batch: borrowing CellBatch) throws -> [RowFault]
}
