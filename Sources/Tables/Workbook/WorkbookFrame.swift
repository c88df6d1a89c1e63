//  The workbook without its rows: sheets with their headers, formats, a first sheet with its charts, properties. All that
//  is libxlsxwriter's work (https://libxlsxwriter.github.io). The rows are put in afterwards (Workbook.swift).

import CXLSX
import Glibc
import Records

/// A workbook of libxlsxwriter's that is being made.
package final class WorkbookFrame {
    /// A sheet of the workbook.
    package struct Sheet {
        let worksheet: UnsafeMutablePointer<lxw_worksheet>
    }

    typealias Format = UnsafeMutablePointer<lxw_format>
    typealias Chart = UnsafeMutablePointer<lxw_chart>

    private let book: UnsafeMutablePointer<lxw_workbook>
    private let scratch: UnsafeMutablePointer<CChar>
    private var isClosed = false
    /// Formats that were made, by what they are.
    private var formats: [CellFormat: Format] = [:]

    /// - Parameters:
    ///   - path: where the workbook is written when it is closed.
    ///   - scratch: the folder for what the library writes on the way; it takes the names away at once.
    init(path: String, scratch: String) throws(WorkbookError) {
        self.scratch = strdup(scratch)
        var options = lxw_workbook_options(constant_memory: 0, tmpdir: self.scratch, use_zip64: 0)
        guard let book = workbook_new_opt(path, &options) else { throw .library("it gives no workbook") }
        self.book = book
    }

    deinit {
        if !isClosed { lxw_workbook_free(book) }
        free(scratch)
    }

    /// Writes the workbook.
    func close() throws(WorkbookError) {
        isClosed = true
        try check(workbook_close(book))
    }

    func check(_ code: lxw_error) throws(WorkbookError) {
        if code == LXW_NO_ERROR { return }
        throw .library(lxw_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)")
    }

    package func addSheet(_ name: String) throws(WorkbookError) -> Sheet {
        guard let sheet = workbook_add_worksheet(book, name) else { throw .library("no sheet \"\(name)\"") }
        return Sheet(worksheet: sheet)
    }

    func addChart(_ type: lxw_chart_type) throws(WorkbookError) -> Chart {
        guard let chart = workbook_add_chart(book, UInt8(type.rawValue)) else { throw .library("no chart") }
        return chart
    }

    /// The format of some cells.
    func format(_ kind: CellFormat) -> Format {
        if let known = formats[kind] { return known }
        guard let format = workbook_add_format(book) else { preconditionFailure("there is no memory for a format") }
        kind.apply(to: format)
        formats[kind] = format
        return format
    }

    /// The number of a format in the workbook.
    private func style(_ kind: CellFormat) -> Int32 { lxw_format_get_xf_index(format(kind)) }

    var styles: SheetStyles {
        SheetStyles(
            text: style(.text), date: style(.date), integer: style(.integer), decimal: style(.decimal),
            duration: style(.duration), number: style(.number))
    }

    // MARK: Cells

    package func write(
        _ text: String, _ sheet: Sheet, _ row: Int, _ column: Int, _ kind: CellFormat
    ) throws(WorkbookError) {
        try check(
            worksheet_write_string(
                sheet.worksheet, UInt32(row), UInt16(column), CellText.escaped(text), format(kind)))
    }

    package func write(
        _ number: Double, _ sheet: Sheet, _ row: Int, _ column: Int, _ kind: CellFormat
    ) throws(WorkbookError) {
        try check(worksheet_write_number(sheet.worksheet, UInt32(row), UInt16(column), number, format(kind)))
    }

    /// An empty cell.
    package func writeBlank(_ sheet: Sheet, _ row: Int, _ column: Int, _ kind: CellFormat) throws(WorkbookError) {
        try check(worksheet_write_blank(sheet.worksheet, UInt32(row), UInt16(column), format(kind)))
    }

    /// - Parameter height: in points.
    package func setHeight(_ height: Double, _ sheet: Sheet, row: Int) throws(WorkbookError) {
        try check(worksheet_set_row(sheet.worksheet, UInt32(row), height, nil))
    }

    /// - Parameter width: in characters.
    package func setWidth(_ width: Double, _ sheet: Sheet, _ columns: ClosedRange<Int>, _ kind: CellFormat? = nil)
        throws(WorkbookError)
    {
        try check(
            worksheet_set_column(
                sheet.worksheet, UInt16(columns.lowerBound), UInt16(columns.upperBound), width, kind.map { format($0) })
        )
    }

    // MARK: Tables

    /// Makes a sheet for rows of a table.
    func addTableSheet(_ name: String, _ columns: [TableColumn], rows: Int) throws(WorkbookError) {
        let sheet = try addSheet(name)
        var textColumns: [String] = []
        for (index, column) in columns.enumerated() {
            try setWidth(Self.width(column), sheet, index...index, CellFormat(column))
            try write(column.name, sheet, 0, index, .header)
            let letters = columnLetters(index)
            if column.kind == .text { textColumns.append("\(letters)2:\(letters)\(rows + 1)") }
        }
        worksheet_freeze_panes(sheet.worksheet, 1, 0)
        if rows > 0 {
            try check(worksheet_autofilter(sheet.worksheet, 0, 0, UInt32(rows), UInt16(columns.count - 1)))
            // A name of digits is meant to be text.
            let ranges = textColumns.joined(separator: " ")
            try check(
                worksheet_ignore_errors(sheet.worksheet, UInt8(LXW_IGNORE_NUMBER_STORED_AS_TEXT.rawValue), ranges))
        }
        try check(worksheet_repeat_rows(sheet.worksheet, 0, 0))
        try setPage(sheet)
    }

    /// Landscape, as wide as a page, its name and the page's number at the foot.
    package func setPage(_ sheet: Sheet) throws(WorkbookError) {
        worksheet_set_landscape(sheet.worksheet)
        worksheet_set_paper(sheet.worksheet, Self.paperA4)
        worksheet_fit_to_pages(sheet.worksheet, 1, 0)
        try check(worksheet_set_footer(sheet.worksheet, "&L&A&R&P / &N"))
    }

    /// The sheet that a reader sees first, without lines between its cells.
    package func showFirst(_ sheet: Sheet) {
        worksheet_gridlines(sheet.worksheet, UInt8(LXW_HIDE_ALL_GRIDLINES.rawValue))
        worksheet_activate(sheet.worksheet)
    }

    private static let paperA4: UInt8 = 9

    /// Room for the header with the button of its filter, and for usual values. In characters.
    private static func width(_ column: TableColumn) -> Double {
        let least = column.width.map { Double($0) } ?? (column.kind == .text && column.isDate ? 12 : 16)
        return max(least, Double(column.name.unicodeScalars.count) + 4)
    }

    // MARK: Properties

    /// Sets what file managers show. Nothing is of the moment: equal contents are to be equal files.
    func setProperties(_ wanted: WorkbookProperties) throws(WorkbookError) {
        let lines: [String] = [wanted.title, wanted.subject, wanted.author, wanted.comments]
        let texts = lines.map { strdup($0) }
        defer { for text in texts { free(text) } }
        var properties = lxw_doc_properties()
        properties.title = texts[0]
        properties.subject = texts[1]
        properties.author = texts[2]
        properties.comments = texts[3]
        properties.created = Self.created(wanted.day)
        try check(workbook_set_properties(book, &properties))
        for custom in wanted.custom {
            switch custom {
            case .number(let name, let value):
                try check(workbook_set_custom_property_number(book, name, Double(value)))
            case .text(let name, let value): try check(workbook_set_custom_property_string(book, name, value))
            }
        }
    }

    /// The day, in seconds since 1970. Without one, the first day of the archive's own calendar, the 1st of January 1980.
    private static func created(_ day: CalendarDay?) -> time_t {
        guard let day else { return 315_532_800 }
        // Zero would be now.
        return day.daysSinceEpoch == 0 ? 1 : time_t(day.daysSinceEpoch) * 86_400
    }
}
