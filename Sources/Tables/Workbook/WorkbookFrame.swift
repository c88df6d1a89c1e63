//  The workbook without its rows: sheets with their headers, formats, the summary with its charts, properties. All that
//  is libxlsxwriter's work (https://libxlsxwriter.github.io). The rows are put in afterwards (Workbook.swift).

import CXLSX
import Glibc
import Records

/// A workbook of libxlsxwriter's that is being made.
final class WorkbookFrame {
    typealias Sheet = UnsafeMutablePointer<lxw_worksheet>
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

    func addSheet(_ name: String) throws(WorkbookError) -> Sheet {
        guard let sheet = workbook_add_worksheet(book, name) else { throw .library("no sheet \"\(name)\"") }
        return sheet
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
            duration: style(.duration))
    }

    // MARK: Cells

    func write(_ text: String, _ sheet: Sheet, _ row: Int, _ column: Int, _ kind: CellFormat) throws(WorkbookError) {
        try check(
            worksheet_write_string(sheet, UInt32(row), UInt16(column), CellText.escaped(text), format(kind)))
    }

    func write(_ number: Double, _ sheet: Sheet, _ row: Int, _ column: Int, _ kind: CellFormat) throws(WorkbookError) {
        try check(worksheet_write_number(sheet, UInt32(row), UInt16(column), number, format(kind)))
    }

    func setWidth(_ width: Double, _ sheet: Sheet, _ columns: ClosedRange<Int>, _ kind: CellFormat? = nil)
        throws(WorkbookError)
    {
        try check(
            worksheet_set_column(
                sheet, UInt16(columns.lowerBound), UInt16(columns.upperBound), width, kind.map { format($0) }))
    }

    // MARK: Tables

    /// Makes a sheet for rows of a table.
    func addTableSheet(_ name: String, _ columns: [ReportColumn], rows: Int) throws(WorkbookError) {
        let sheet = try addSheet(name)
        var textColumns: [String] = []
        for (index, column) in columns.enumerated() {
            try setWidth(Self.width(column), sheet, index...index, CellFormat(column))
            try write(column.name, sheet, 0, index, .header)
            let letters = columnLetters(index)
            if column.kind == .text { textColumns.append("\(letters)2:\(letters)\(rows + 1)") }
        }
        worksheet_freeze_panes(sheet, 1, 0)
        if rows > 0 {
            try check(worksheet_autofilter(sheet, 0, 0, UInt32(rows), UInt16(columns.count - 1)))
            // A contract of digits is meant to be text.
            let ranges = textColumns.joined(separator: " ")
            try check(worksheet_ignore_errors(sheet, UInt8(LXW_IGNORE_NUMBER_STORED_AS_TEXT.rawValue), ranges))
        }
        try check(worksheet_repeat_rows(sheet, 0, 0))
        try setPage(sheet)
    }

    /// Landscape, as wide as a page, its name and the page's number at the foot.
    func setPage(_ sheet: Sheet) throws(WorkbookError) {
        worksheet_set_landscape(sheet)
        worksheet_set_paper(sheet, Self.paperA4)
        worksheet_fit_to_pages(sheet, 1, 0)
        try check(worksheet_set_footer(sheet, "&L&A&R&P / &N"))
    }

    private static let paperA4: UInt8 = 9

    /// Room for the header with the button of its filter, and for usual values. In characters.
    private static func width(_ column: ReportColumn) -> Double {
        let least: Double =
            switch (column.kind, column.name) {
            case (.text, "Digest"): 36
            case (.text, "File"), (.text, "Taste"), (.text, "Reasons"): 30
            case (.text, _) where column.isDate: 12
            default: 16
            }
        return max(least, Double(column.name.unicodeScalars.count) + 4)
    }

    // MARK: Properties

    /// Sets what file managers show. Nothing is of the moment: equal contents are to be equal files.
    func setProperties(_ origin: WorkbookOrigin) throws(WorkbookError) {
        var title = "Watch time"
        if let first = origin.days.min(), let last = origin.days.max() { title += " \(first) to \(last)" }
        let lines: [String] = [
            title, "Seconds watched by contract and category", origin.tool,
            "Generation \(origin.generation), \(origin.files) files",
        ]
        let texts = lines.map { strdup($0) }
        defer { for text in texts { free(text) } }
        var properties = lxw_doc_properties()
        properties.title = texts[0]
        properties.subject = texts[1]
        properties.author = texts[2]
        properties.comments = texts[3]
        properties.created = Self.created(origin)
        try check(workbook_set_properties(book, &properties))
        try check(workbook_set_custom_property_number(book, "Generation", Double(origin.generation)))
        try check(workbook_set_custom_property_string(book, "Inputs digest", origin.inputsDigest))
        try check(workbook_set_custom_property_string(book, "Category map digest", origin.mapDigest))
    }

    /// The last day that the workbook is about, in seconds since 1970. Without one, the first day of the archive's own
    /// calendar, the 1st of January 1980.
    private static func created(_ origin: WorkbookOrigin) -> time_t {
        guard let day = origin.days.max() else { return 315_532_800 }
        // Zero would be now.
        return day.daysSinceEpoch == 0 ? 1 : time_t(day.daysSinceEpoch) * 86_400
    }
}

/// What cells look like.
enum CellFormat: Hashable {
    case header, numberHeader, text, date, integer, decimal, duration, share
    case title, subtitle, section, headlineLabel, headline, headlineDecimal
    /// The last row of a table.
    case sumText, sumInteger, sumShare

    init(_ column: ReportColumn) {
        switch column.kind {
        case .text: self = column.isDate ? .date : .text
        case .integer: self = .integer
        case .decimal: self = .decimal
        case .duration: self = .duration
        }
    }

    private static let grey: lxw_color_t = 0x5F6B7A
    private static let headerFill: lxw_color_t = 0xE8EEF5

    fileprivate func apply(to format: WorkbookFrame.Format) {
        switch self {
        case .text, .sumText: format_set_num_format(format, "@")
        case .date: format_set_num_format(format, "yyyy-mm-dd")
        case .integer, .headline, .sumInteger: format_set_num_format(format, "#,##0")
        case .decimal: format_set_num_format(format, "#,##0.00")
        case .duration: format_set_num_format(format, "[h]:mm:ss")
        case .share, .sumShare: format_set_num_format(format, "0.0%")
        case .headlineDecimal: format_set_num_format(format, "#,##0.0")
        case .header, .numberHeader, .title, .subtitle, .section, .headlineLabel: break
        }
        switch self {
        case .header, .numberHeader:
            format_set_bold(format)
            if self == .numberHeader { format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue)) }
            format_set_bg_color(format, Self.headerFill)
            format_set_bottom(format, UInt8(LXW_BORDER_THIN.rawValue))
        case .date: format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue))
        case .title:
            format_set_bold(format)
            format_set_font_size(format, 18)
        case .subtitle, .headlineLabel: format_set_font_color(format, Self.grey)
        case .section:
            format_set_bold(format)
            format_set_font_size(format, 13)
        case .headline, .headlineDecimal:
            format_set_bold(format)
            format_set_font_size(format, 16)
            format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue))
        case .sumText, .sumInteger, .sumShare:
            format_set_bold(format)
            format_set_top(format, UInt8(LXW_BORDER_THIN.rawValue))
        case .text, .integer, .decimal, .duration, .share: break
        }
        if self == .headlineLabel { format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue)) }
    }
}
