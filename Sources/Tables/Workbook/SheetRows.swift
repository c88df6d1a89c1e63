//  Rows of a report as rows of a sheet (ECMA-376 part 1, 18.3.1.4 "c" and 18.3.1.73 "row"):
//
//      row 2: A1, 60, 0                <row r="2"><c r="A2" s="1" t="inlineStr"><is><t>A1</t></is></c>
//                                      <c r="B2" s="2"><v>60</v></c><c r="C2" s="2"><v>0</v></c></row>
//
//  s is the number of the cell's style. A text is inline, so that it is text whatever it looks like, and nothing needs to
//  be known of other rows. An empty text is not a cell. A date is the number of days since the 30th of December 1899; one
//  before March 1900, which programs disagree about, is text. A duration is a number of days. Numbers have all their
//  digits; programs keep them as doubles, which are exact up to 2^53. A text that stands for a
//  number is one, unless it is `nan` or the like.
//
//  libxlsxwriter writes the same, a cell and a temporary file at a time (docs/performance.md).

import Records

/// The numbers of the cell styles of a workbook.
struct SheetStyles: Sendable, Equatable {
    var text: Int32 = 0
    var date: Int32 = 0
    var integer: Int32 = 0
    var decimal: Int32 = 0
    var duration: Int32 = 0
    var number: Int32 = 0

    /// The style of a column's cells.
    func style(_ column: TableColumn) -> Int32 {
        switch column.kind {
        case .text: column.isDate ? date : text
        case .integer: integer
        case .decimal: decimal
        case .duration: duration
        case .number: number
        }
    }
}

/// The columns of sheets have letters: A … Z, AA … AZ, BA ….
func columnLetters(_ column: Int) -> String {
    let (before, letter) = column.quotientAndRemainder(dividingBy: 26)
    return (before > 0 ? columnLetters(before - 1) : "") + String(UnicodeScalar(UInt8(ascii: "A") + UInt8(letter)))
}

/// Writes rows from the second one on.
final class SheetRowsEncoder: TableEncoder {
    /// Handed on in pieces of about this size.
    private static let chunkBytes = 256 * 1024
    /// More than any cell takes but for its text.
    private static let cellBytes = 128

    /// Bytes that stand in every row. The encoder owns them.
    private struct Piece {
        let base: UnsafeMutablePointer<UInt8>
        let count: Int

        init(_ text: String) {
            let bytes = Array(text.utf8)
            base = .allocate(capacity: bytes.count)
            base.initialize(from: bytes, count: bytes.count)
            count = bytes.count
        }
    }

    /// A column's cells, but for the row's number and the value.
    private struct Cells {
        let isDate: Bool
        let isNumber: Bool
        /// `<c r="B`
        let opening: Piece
        /// `" s="2"><v>`
        let number: Piece
        /// `" s="1" t="inlineStr"><is><t>`, and one that keeps blanks.
        let text: Piece
        let spacedText: Piece

        var pieces: [Piece] { [opening, number, text, spacedText] }
    }

    private let styles: SheetStyles
    private let sink: TableSink
    private var cells: [Cells] = []
    private let rowOpening = Piece("<row r=\"")
    private let rowNumberClosing = Piece("\">")
    private let rowClosing = Piece("</row>")
    private let valueClosing = Piece("</v></c>")
    private let textClosing = Piece("</t></is></c>")
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private var used = 0
    /// The number of the last row; the header is the first.
    private var row: Int64 = 1
    private(set) var bytesWritten = 0

    init(_ styles: SheetStyles, _ sink: @escaping TableSink) {
        self.styles = styles
        self.sink = sink
        buffer = .allocate(capacity: 2 * Self.chunkBytes)
    }

    deinit {
        buffer.deallocate()
        let pieces = [rowOpening, rowNumberClosing, rowClosing, valueClosing, textClosing] + cells.flatMap(\.pieces)
        for piece in pieces { piece.base.deallocate() }
    }

    func begin(_ columns: [TableColumn]) {
        precondition(cells.isEmpty, "a table begins once")
        cells = columns.enumerated().map { index, column in
            // What is not a date or a number after all is text.
            let text = "\" s=\"\(styles.text)\" t=\"inlineStr\"><is><t"
            return Cells(
                isDate: column.isDate, isNumber: column.kind == .number,
                opening: Piece("<c r=\"\(columnLetters(index))"),
                number: Piece("\" s=\"\(styles.style(column))\"><v>"), text: Piece("\(text)>"),
                spacedText: Piece("\(text) xml:space=\"preserve\">"))
        }
    }

    func append(_ block: RowBlock) throws {
        precondition(block.columns.count == cells.count, "a block of \(block.columns.count) columns")
        for index in 0..<block.count {
            row += 1
            reserve((cells.count + 1) * Self.cellBytes)
            put(rowOpening)
            put(number: row)
            put(rowNumberClosing)
            for column in 0..<cells.count { append(block.columns[column], index, cells[column]) }
            put(rowClosing)
            if used >= Self.chunkBytes { try flush() }
        }
    }

    func finish() throws { try flush() }

    // MARK: Cells

    @inline(__always)
    private func append(_ values: RowBlock.Values, _ index: Int, _ cells: Cells) {
        switch values {
        case .text(let texts): return append(texts[index].buffer, cells)
        case .integer(let numbers):
            open(cells)
            put(number: numbers[index])
        case .decimal(let numbers, let places):
            open(cells)
            write { writeDecimal(numbers[index], places: places, to: $0) }
        case .duration(let seconds):
            open(cells)
            // The shortest decimal that reads as the same double.
            put(Array("\(Double(seconds[index]) / 86400)".utf8))
        }
        put(valueClosing)
    }

    /// Writes what comes before the value of a number.
    @inline(__always)
    private func open(_ cells: Cells) {
        put(cells.opening)
        put(number: row)
        put(cells.number)
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, _ cells: Cells) {
        if text.isEmpty { return }
        if cells.isDate, let day = CalendarDay(text), let serial = Self.serial(day) {
            open(cells)
            put(number: serial)
            return put(valueClosing)
        }
        if cells.isNumber, CellText.isNumber(text) {
            open(cells)
            reserve(text.count + Self.cellBytes * (self.cells.count + 1))
            put(text)
            return put(valueClosing)
        }
        put(cells.opening)
        put(number: row)
        put(CellText.hasOuterSpace(text) ? cells.spacedText : cells.text)
        if CellText.isPlain(text) {
            reserve(text.count + Self.cellBytes * (self.cells.count + 1))
            put(text)
        } else {
            let escaped = CellText.escaped(text, asXML: true)
            reserve(escaped.count + Self.cellBytes * (self.cells.count + 1))
            put(escaped)
        }
        put(textClosing)
    }

    /// A date as sheets count it; nil before the 1st of March 1900: the year 1900 has a 29th of February there.
    static func serial(_ day: CalendarDay) -> Int64? {
        let serial = day.daysSinceEpoch + 25_569
        return serial >= 61 ? Int64(serial) : nil
    }

    // MARK: Bytes

    @inline(__always)
    private func write(_ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        used = body(buffer.baseAddress! + used) - buffer.baseAddress!
    }

    @inline(__always)
    private func put(number: Int64) { write { writeInteger(number, to: $0) } }

    @inline(__always)
    private func put(_ piece: Piece) {
        (buffer.baseAddress! + used).update(from: piece.base, count: piece.count)
        used += piece.count
    }

    private func put(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { put($0) } }

    /// There is room.
    private func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        (buffer.baseAddress! + used).update(from: bytes.baseAddress!, count: bytes.count)
        used += bytes.count
    }

    /// Makes room for so many more bytes.
    private func reserve(_ count: Int) {
        if buffer.count - used >= count { return }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * (used + count))
        larger.baseAddress!.update(from: buffer.baseAddress!, count: used)
        buffer.deallocate()
        buffer = larger
    }

    private func flush() throws {
        if used == 0 { return }
        try sink(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<used]))
        bytesWritten += used
        used = 0
    }
}
