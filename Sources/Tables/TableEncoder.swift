//  The seam between whoever makes rows and the file formats.
//
//  Rows are made as blocks of columns; an encoder turns blocks into a file. Neither side knows the other: a format that
//  needs types (Parquet, workbooks) or names (JSON lines) gets both from the table's columns, and a call is made for a
//  block of rows, not for a cell, so that the seam costs nothing.
//
//      maker ──RowBlock──▶ TableEncoder ──bytes──▶ sink

/// Takes the bytes of a table, in order, in pieces of any size. The bytes are good only during the call.
package typealias TableSink = (UnsafeRawBufferPointer) throws -> Void

/// Turns the rows of one table into the bytes of a file.
package protocol TableEncoder: AnyObject {
    /// Called once, before all others.
    func begin(_ columns: [TableColumn]) throws
    func append(_ block: RowBlock) throws
    /// Called once, after all others: what is buffered goes out.
    func finish() throws
    /// Bytes handed to the sink so far.
    var bytesWritten: Int { get }
}

/// An encoder whose table can be made in parts: the bytes of a row do not depend on the rows before it.
package protocol SplittableEncoder: TableEncoder {
    /// An encoder for some rows; its bytes are for this one's `append(encoded:)`.
    func makePart() -> any PartEncoder
    func append(encoded: UnsafeRawBufferPointer) throws
}

/// Encodes rows and keeps the bytes.
package protocol PartEncoder: AnyObject {
    func append(_ block: RowBlock)
    /// Appends rows that begin with the fields of those that `other` took last; the block has the columns that follow.
    /// Returns false, and appends nothing, if `other` is of another kind.
    func append(_ block: RowBlock, behind other: any PartEncoder) -> Bool
    /// All bytes since the last `removeAll`. Good until the next call.
    var encoded: UnsafeRawBufferPointer { get }
    /// Forgets the bytes, but not the memory that they took.
    func removeAll()
}
