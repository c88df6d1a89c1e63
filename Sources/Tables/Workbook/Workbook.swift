//  A workbook of tables, as Office Open XML.
//
//      first sheet, tables ──▶ frame: sheets with headers, charts, styles  libxlsxwriter, a small file
//      frame ──▶ every member but the sheets of rows, as it is ─┐
//      rows of the tables ──▶ cells ──▶ deflate ────────────────┴──▶ sink
//
//  libxlsxwriter would write rows, too. But it takes a cell a call, formats it with fprintf, writes each sheet to one
//  temporary file and copies it to a second one before it is packed: for two million rows that is more than 30
//  million cells and more than two gigabytes of temporary files. Here rows go through memory once, on two threads, and
//  straight to where the workbook goes, be it a pipe.
//
//  A table with more rows than a sheet can have is several sheets, each with the header. How many rows there are has to
//  be known before: the frame says it in the sheets' filters.

import Pipelines
import Records

/// A table of a workbook.
package struct WorkbookTable: Sendable {
    /// The name of its sheet; of further ones with a number: Rows, Rows 2.
    package var name: String
    package var columns: [TableColumn]
    /// Without the header.
    package var rows: Int

    package init(_ name: String, _ columns: [TableColumn], rows: Int) {
        self.name = name
        self.columns = columns
        self.rows = rows
    }
}

/// What is in a workbook.
package struct Workbook {
    /// Rows of a sheet, the header included ("Excel specifications and limits").
    package static let sheetRows = 1_048_576

    private let properties: WorkbookProperties
    private let tables: [WorkbookTable]
    /// Without the header.
    private let rowsPerSheet: Int
    /// Writes a sheet that comes before those of the tables; nil for a workbook without one.
    private let firstSheet: ((WorkbookFrame) throws(WorkbookError) -> Void)?

    /// - Parameter firstSheet: writes a sheet that comes before those of the tables; nil for a workbook without one.
    package init(
        _ properties: WorkbookProperties, _ tables: [WorkbookTable], rowsPerSheet: Int = sheetRows - 1,
        firstSheet: ((WorkbookFrame) throws(WorkbookError) -> Void)? = nil
    ) {
        precondition(rowsPerSheet > 0 && !tables.isEmpty, "a workbook without rows")
        self.properties = properties
        self.tables = tables
        self.rowsPerSheet = rowsPerSheet
        self.firstSheet = firstSheet
    }

    private func sheetCount(_ table: WorkbookTable) -> Int {
        max(1, (table.rows + rowsPerSheet - 1) / rowsPerSheet)
    }

    /// Rows on one of a table's sheets, which count from 1.
    private func rowCount(_ table: WorkbookTable, sheet number: Int) -> Int {
        min(rowsPerSheet, table.rows - (number - 1) * rowsPerSheet)
    }

    /// Writes the workbook without its rows.
    ///
    /// - Parameters:
    ///   - path: a small file, which is overwritten.
    ///   - scratch: a folder for small temporary files.
    package func writeFrame(at path: String, scratch: String) throws(WorkbookError) -> WorkbookStyles {
        let frame = try WorkbookFrame(path: path, scratch: scratch)
        try frame.setProperties(properties)
        if let firstSheet { try firstSheet(frame) }
        for table in tables {
            for number in 1...sheetCount(table) {
                try frame.addTableSheet(
                    number == 1 ? table.name : "\(table.name) \(number)", table.columns,
                    rows: rowCount(table, sheet: number))
            }
        }
        let styles = frame.styles
        try frame.close()
        return WorkbookStyles(cells: styles)
    }

    /// Puts the rows into the frame.
    ///
    /// - Parameters:
    ///   - isConcurrent: whether a second thread packs; then the sink is called there.
    ///   - rows: called for each table, in order, to hand its rows to the encoder: begin, append, finish.
    /// - Throws: `WorkbookError`; what `sink` and `rows` throw.
    package func write(
        frame: [UInt8], _ styles: WorkbookStyles, isConcurrent: Bool, to sink: @escaping TableSink,
        rows: (_ table: Int, any TableEncoder) throws -> Void
    ) throws {
        let reader = try ZipReader(frame)
        let zip = SharedZip(ZipWriter(sink, fewer: properties.fewer))
        try Handover<ZipStep>.run(isConcurrent: isConcurrent, ahead: 4) { put in
            try putMembers(reader, put)
            var sheet = firstTableSheet
            for (index, table) in tables.enumerated() {
                let first = sheet
                let encoder = SplitEncoder(rowLimit: rowsPerSheet) { number in
                    guard number <= sheetCount(table) else { throw WorkbookError.rowsChanged(table: table.name) }
                    let name = Self.sheetName(first + number - 1)
                    return SheetEncoder(
                        name, try Self.content(of: name, reader), styles.cells,
                        rows: rowCount(table, sheet: number), put)
                }
                try rows(index, encoder)
                guard encoder.rows == table.rows else { throw WorkbookError.rowsChanged(table: table.name) }
                sheet += sheetCount(table)
            }
            try put(.finish)
        } take: { step in
            try zip.take(step)
        }
    }

    private var firstTableSheet: Int { firstSheet == nil ? 1 : 2 }

    private static func sheetName(_ number: Int) -> [UInt8] { Array("xl/worksheets/sheet\(number).xml".utf8) }

    private static func content(of name: [UInt8], _ reader: ZipReader) throws -> [UInt8] {
        guard let found = reader.members.first(where: { $0.member.name == name }) else {
            throw WorkbookError.archive("it has no \(String(decoding: name, as: UTF8.self))")
        }
        return try reader.content(found.member, found.content)
    }

    /// Hands on what stays as it is. The list of contents comes first: some programs tell by it what a file is.
    private func putMembers(_ reader: ZipReader, _ put: (ZipStep) throws -> Void) throws {
        let sheets = tables.reduce(0) { $0 + sheetCount($1) }
        let names = Set((firstTableSheet..<firstTableSheet + sheets).map(Self.sheetName))
        let list = Array("[Content_Types].xml".utf8)
        let others = reader.members.filter { !names.contains($0.member.name) }
        for (member, content) in others.filter({ $0.member.name == list }) + others.filter({ $0.member.name != list }) {
            try put(.copy(member, reader.packed(content)))
        }
    }
}

/// The cell styles of a frame.
package struct WorkbookStyles: Sendable {
    let cells: SheetStyles
}

/// What is to be done next with an archive.
private enum ZipStep: Sendable {
    case copy(ZipMember, ArraySlice<UInt8>)
    case begin(name: [UInt8])
    case bytes([UInt8])
    case end
    case finish
}

/// An archive that another thread writes.
///
/// `@unchecked Sendable`: one thread has it, from the first step to the last; then its maker joins that thread.
private final class SharedZip: @unchecked Sendable {
    private let zip: ZipWriter

    init(_ zip: ZipWriter) { self.zip = zip }

    func take(_ step: ZipStep) throws {
        switch step {
        case .copy(let member, let packed): try zip.copy(member, packed)
        case .begin(let name): try zip.begin(name)
        case .bytes(let bytes): try bytes.withUnsafeBytes { try zip.write($0) }
        case .end: try zip.end()
        case .finish: try zip.finish()
        }
    }
}

/// Writes one sheet: what the frame has before the end of the header's row, the rows, and what the frame has behind.
private final class SheetEncoder: TableEncoder {
    private let name: [UInt8]
    private let head: [UInt8]
    private let tail: [UInt8]
    private let rowCount: Int
    private let put: (ZipStep) throws -> Void
    private let rows: SheetRowsEncoder

    init(
        _ name: [UInt8], _ frame: [UInt8], _ styles: SheetStyles, rows: Int, _ put: @escaping (ZipStep) throws -> Void
    ) {
        self.name = name
        self.put = put
        rowCount = rows
        let end = frame.firstRange(of: Array("</sheetData>".utf8))?.lowerBound ?? frame.count
        head = Array(frame[..<end])
        tail = Array(frame[end...])
        self.rows = SheetRowsEncoder(styles) { try put(.bytes(Array($0))) }
    }

    var bytesWritten: Int { rows.bytesWritten }

    func begin(_ columns: [TableColumn]) throws {
        try put(.begin(name: name))
        try put(.bytes(withDimension("A1:\(columnLetters(columns.count - 1))\(rowCount + 1)")))
        rows.begin(columns)
    }

    /// The head, with the range of the cells as it will be.
    private func withDimension(_ range: String) -> [UInt8] {
        let opening = Array("<dimension ref=\"".utf8)
        guard let start = head.firstRange(of: opening)?.upperBound,
            let end = head[start...].firstIndex(of: UInt8(ascii: "\""))
        else { return head }
        return Array(head[..<start] + Array(range.utf8) + head[end...])
    }

    func append(_ block: RowBlock) throws { try rows.append(block) }

    func finish() throws {
        try rows.finish()
        try put(.bytes(tail))
        try put(.end)
    }
}
