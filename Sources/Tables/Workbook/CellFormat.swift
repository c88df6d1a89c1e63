import CXLSX

/// What cells look like.
package enum CellFormat: Hashable {
    case header, numberHeader, text, date, number, integer, decimal, duration, share
    case title, subtitle, section, headlineLabel, headline, headlineDecimal
    /// The last row of a table.
    case sumText, sumInteger, sumShare

    init(_ column: TableColumn) {
        switch column.kind {
        case .text: self = column.isDate ? .date : .text
        case .integer: self = .integer
        case .decimal: self = .decimal
        case .duration: self = .duration
        case .number: self = .number
        }
    }

    private static let grey: lxw_color_t = 0x5F6B7A
    private static let headerFill: lxw_color_t = 0xE8EEF5

    func apply(to format: UnsafeMutablePointer<lxw_format>) {
        switch self {
        case .text, .sumText: format_set_num_format(format, "@")
        case .date: format_set_num_format(format, "yyyy-mm-dd")
        case .integer, .headline, .sumInteger: format_set_num_format(format, "#,##0")
        case .decimal: format_set_num_format(format, "#,##0.00")
        case .duration: format_set_num_format(format, "[h]:mm:ss")
        case .share, .sumShare: format_set_num_format(format, "0.0%")
        case .headlineDecimal: format_set_num_format(format, "#,##0.0")
        case .header, .numberHeader, .number, .title, .subtitle, .section, .headlineLabel: break
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
        case .text, .number, .integer, .decimal, .duration, .share: break
        }
        if self == .headlineLabel { format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue)) }
    }
}
