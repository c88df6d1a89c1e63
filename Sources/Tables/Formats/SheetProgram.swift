/// A program that CSV is written for.
package enum SheetProgram: String, Sendable, CaseIterable {
    /// With a byte-order mark, by which it knows UTF-8, and CR LF.
    case excel
    case sheets
    case libreoffice

    /// Rows that a file may have, the header included.
    ///
    /// Excel and LibreOffice: 1,048,576 rows a sheet ("Excel specifications and limits"; LibreOffice Calc, "Frequently
    /// asked questions"). Google Sheets: ten million cells ("Files you can store in Google Drive").
    package func rowLimit(columns: Int) -> Int {
        switch self {
        case .excel, .libreoffice: 1_048_576
        case .sheets: 10_000_000 / max(columns, 1)
        }
    }

    var byteOrderMark: [UInt8] { self == .excel ? [0xEF, 0xBB, 0xBF] : [] }
    var lineEnd: String { self == .excel ? "\r\n" : "\n" }
}

/// What stands between fields.
package enum Delimiter: String, Sendable, CaseIterable {
    case comma
    /// For places where the comma is the decimal sign.
    case semicolon
    case tab

    /// Reads a name or the character itself.
    package init?(_ text: String) {
        switch text {
        case ",": self = .comma
        case ";": self = .semicolon
        case "\t", "\\t": self = .tab
        default: self.init(rawValue: text.lowercased())
        }
    }

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        }
    }

    /// Programs expect semicolons where the comma is the decimal sign, and there 1.94 is text or a date.
    package var usualDecimal: DecimalSign { self == .semicolon ? .comma : .point }
}

/// What stands before the decimals of a number.
package enum DecimalSign: String, Sendable, CaseIterable {
    case comma, point

    var byte: UInt8 { self == .comma ? UInt8(ascii: ",") : UInt8(ascii: ".") }
}
