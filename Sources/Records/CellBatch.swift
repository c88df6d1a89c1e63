//  What a reader of records hands on before types are looked at: for each record and field, where its value stands.
//
//      {"user":"Zoë","value":3,"flag":null}        user  string   Zo\u{eb}
//                                                  value number   3
//                                                  flag  null
//
//  Readers find values; what a value means is decided in one place for all of them, column by column. It answers with
//  the rows that do not fit, and the reader rejects those.

/// Where the value of one field stands, and what it is by its first byte.
package struct Cell {
    package enum Kind: UInt32, Sendable {
        /// The record has no such field.
        case missing = 0
        case null = 1
        /// Text: of a JSON string what it says, escapes undone.
        case string = 2
        /// A number by the grammar of RFC 8259, section 6; from a file without types any text is a string.
        case number = 3
        /// `true` or `false`.
        case boolean = 4
        /// An object or an array, as it stands.
        case container = 5
    }

    /// Meaningless for a missing value. 16 bytes can be read from here on, however short the value is.
    package var start: UnsafePointer<UInt8>?
    package var byteCount: UInt32
    /// The raw value of a kind.
    package var kind: UInt32

    package init() { (start, byteCount, kind) = (nil, 0, Kind.missing.rawValue) }

    package init(_ kind: Kind, _ text: UnsafeBufferPointer<UInt8>) {
        start = text.baseAddress
        byteCount = UInt32(text.count)
        self.kind = kind.rawValue
    }

    package var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: Int(byteCount)) }
}

/// Records one after another, with their cells row by row. All memory is the reader's, and good until the call that
/// lends the batch returns.
package struct CellBatch: ~Copyable {
    /// Cells of a batch at most, unless one row has more: 128 KB, which the second cache holds.
    package static let cellLimit = 8192
    package static let rowLimit = 1024

    package let fieldCount: Int
    package let capacity: Int
    /// Row-major: `cells[row * fieldCount + field]`. Of a field of type json the cell is the value's text as it stood,
    /// quotes and escapes of a string included; a string of a file without types stands as it is.
    ///
    /// There is one more after the last: a reader may put there what nobody reads.
    package let cells: UnsafeMutablePointer<Cell>
    /// Rows that are filled.
    package var count = 0
    /// `_row` of the first one: records of the file before it, rejected ones included, plus 1. Between two rows of a batch
    /// no record was rejected.
    package var firstRow = 1

    /// - Parameter capacity: rows; nil for as many as the limits allow.
    package init(fieldCount: Int, capacity: Int? = nil) {
        precondition(fieldCount > 0, "rows have fields")
        self.fieldCount = fieldCount
        self.capacity = capacity ?? Self.capacity(fieldCount: fieldCount)
        cells = .allocate(capacity: self.capacity * fieldCount + 1)
        cells.initialize(repeating: Cell(), count: self.capacity * fieldCount + 1)
    }

    deinit { cells.deallocate() }

    /// Rows of a batch at most.
    package static func capacity(fieldCount: Int) -> Int { max(1, min(rowLimit, cellLimit / fieldCount)) }

    package var isFull: Bool { count == capacity }
}

/// A row of a batch that does not fit the schema.
package struct RowFault: Sendable, Hashable {
    /// Within the batch.
    package var row: Int
    package var reason: RejectReason

    package init(row: Int, reason: RejectReason) {
        self.row = row
        self.reason = reason
    }
}
