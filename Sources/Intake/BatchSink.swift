import Records

/// What takes the accepted records of a file on one thread: a table, or a count when nothing is to be folded.
protocol BatchSink: AnyObject {
    /// - Throws: `FoldError`, `SpillError`.
    func add(_ batch: borrowing RecordBatch) throws
}
