//  The columns of a file on their way into the cells of a batch: by C for plain records, here for the others.

import CByteScan
import Glibc
import Records

/// What is shared with C: a file's columns, and the memory that its rows are written to.
final class CSVColumns {
    /// Its pointers are those of the memory below, and of the batch that it was made with.
    private var rows = wf_csv_rows()
    private var uses: UnsafeMutableBufferPointer<wf_csv_use>
    private var marks: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private let records: UnsafeMutablePointer<wf_extent>
    private let nullText: UnsafeMutablePointer<UInt8>
    private let cells: UnsafeMutablePointer<Cell>
    private let fieldCount: Int

    /// - Parameter batch: outlives this.
    init(_ batch: borrowing CellBatch, _ settings: CSVSettings, maxRecordBytes: Int) {
        let null = Array((settings.null ?? "").utf8)
        uses = .allocate(capacity: 0)
        marks = .allocate(capacity: 1)
        records = .allocate(capacity: batch.capacity)
        nullText = .allocate(capacity: max(1, null.count))
        nullText.initialize(from: null, count: null.count)
        cells = batch.cells
        fieldCount = batch.fieldCount
        rows.null_text = UnsafePointer(nullText)
        rows.null_size = settings.null == nil ? -1 : Int64(null.count)
        rows.max_record = Int64(maxRecordBytes)
        rows.field_count = batch.fieldCount
        // A `wf_cell` is a `Cell` (Cell+Layout.swift).
        rows.cells = UnsafeMutableRawPointer(batch.cells).assumingMemoryBound(to: wf_cell.self)
        rows.records = records
        rows.capacity = batch.capacity
    }

    deinit {
        uses.deallocate()
        marks.deallocate()
        records.deallocate()
        nullText.deallocate()
    }

    var count: Int { rows.column_count }
    var delimiter: UInt8 { rows.delimiter }

    /// Learns which column each field has.
    func set(_ header: CSVHeader, _ settings: CSVSettings) {
        rows.delimiter = header.delimiter
        rows.quote = settings.quote ?? header.delimiter
        rows.column_count = header.columns.count
        // The cells of a field without a column stay what the batch began with: missing.
        let read = header.columnOfField.enumerated().compactMap { field, column in
            column.map { wf_csv_use(column: UInt32($0), cell: UInt32(field)) }
        }
        uses.deallocate()
        uses = .allocate(capacity: read.count)
        _ = uses.initialize(from: read)
        rows.uses = UnsafePointer(uses.baseAddress)
        rows.use_count = read.count
        marks.deallocate()
        let room = header.columns.count + 1 + Int(WF_CSV_SPARE_MARKS)
        marks = .allocate(capacity: room)
        marks.initialize(repeating: nil, count: room)
        rows.marks = marks
    }

    /// Takes records from `p` on that need no copying.
    ///
    /// - Parameter row: rows of the batch that are filled.
    func takeLines(
        _ p: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, row: Int
    ) -> (stop: wf_row_stop, taken: Int) {
        rows.row = row
        var at: UnsafePointer<UInt8>? = p
        let stop = wf_csv_lines(&rows, &at, end)
        p = at!
        return (stop, rows.row - row)
    }

    /// Bytes at most that the arena needs for the fields in which quotes are written twice.
    func unquotedSize(_ fields: [CSVField]) -> Int {
        var size = 0
        for use in uses where fields[Int(use.column)].hasPairs { size += fields[Int(use.column)].text.count }
        return size
    }

    /// Writes the cells of a record with as many fields as there are columns.
    ///
    /// - Precondition: the arena has room for `unquotedSize`.
    func setRow(_ row: Int, _ fields: [CSVField], _ text: ByteSlice, _ quote: UInt8?, _ arena: inout UnquotedText) {
        precondition(fields.count == count && row < rows.capacity, "\(fields.count) fields for row \(row)")
        records[row] = wf_extent(start: text.base, end: text.base + text.count)
        for use in uses {
            let field = fields[Int(use.column)]
            var text = field.text
            if field.hasPairs, let quote { text = arena.unquote(text, quote) }
            let isNull = !field.isQuoted && isNull(text)
            cells[row * fieldCount + Int(use.cell)] = Cell(isNull ? .null : .string, text)
        }
    }

    private func isNull(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        Int64(text.count) == rows.null_size && memcmp(text.baseAddress!, nullText, text.count) == 0
    }

    /// The text of a row of the batch.
    func span(_ row: Int) -> ByteSlice {
        ByteSlice(base: records[row].start, count: records[row].end - records[row].start)
    }
}

/// Texts in which each pair of quotes became one, until the batch that points at them was taken.
struct UnquotedText: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var used = 0
    /// Bytes that can be read behind the last text, since 16 can be from the first byte of each on.
    private static let slack = 16

    init() {
        capacity = 1 << 12
        base = Self.allocate(capacity)
    }

    deinit { base.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + slack)
        base.initialize(repeating: 0, count: capacity + slack)
        return base
    }

    /// Whether so many more bytes fit.
    func fits(_ count: Int) -> Bool { capacity - used >= count }

    mutating func removeAll() { used = 0 }

    /// Makes room for so many bytes.
    ///
    /// - Precondition: there are no texts.
    mutating func reserve(_ count: Int) {
        precondition(used == 0, "texts of \(used) bytes would be lost")
        if capacity >= count { return }
        base.deallocate()
        capacity = max(count, 2 * capacity)
        base = Self.allocate(capacity)
    }

    /// - Precondition: it fits; every quote is followed by another.
    mutating func unquote(_ text: UnsafeBufferPointer<UInt8>, _ quote: UInt8) -> UnsafeBufferPointer<UInt8> {
        precondition(fits(text.count), "no room was made for \(text.count) bytes")
        let start = base + used
        var (i, count) = (0, 0)
        while i < text.count {
            start[count] = text[i]
            count += 1
            i += text[i] == quote ? 2 : 1
        }
        used += count
        return UnsafeBufferPointer(start: start, count: count)
    }
}
