//  Tables as Markdown (GitHub Flavored Markdown, section 4.10, "Tables"): for a message or a page, not for a million rows.
//
//      | Name | Sum |
//      |---|---:|
//      | A1 | 60 |
//
//  Numbers are set to the right. In a field, characters that Markdown would take for markup are written as character
//  references or behind a backslash, and a line end as a space, so that a row is a line and the text is what it was to the eye.

import Records

/// Writes a Markdown table.
final class MarkdownEncoder: TableEncoder {
    private var out: TextBuffer

    init(_ sink: @escaping TableSink) { out = TextBuffer(sink) }

    var bytesWritten: Int { out.bytesWritten }

    func begin(_ columns: [TableColumn]) throws {
        for column in columns {
            out.append("| ")
            for byte in column.name.utf8 { append(byte) }
            out.append(" ")
        }
        out.append("|\n")
        for column in columns { out.append(column.kind == .text ? "|---" : "|---:") }
        out.append("|\n")
    }

    func append(_ block: RowBlock) throws {
        for row in 0..<block.count {
            for column in block.columns {
                out.append("| ")
                if case .text(let values) = column {
                    for byte in values[row].buffer { append(byte) }
                } else {
                    out.append(number: column, row)
                }
                out.append(" ")
            }
            out.append("|\n")
            try out.rowEnded()
        }
    }

    private func append(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "|"), UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "_"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "~"), UInt8(ascii: "$"):
            out.append("\\")
            out.append(byte: byte)
        case UInt8(ascii: "<"): out.append("&lt;")
        case UInt8(ascii: "&"): out.append("&amp;")
        case 0x0A, 0x0D: out.append(" ")
        default: out.append(byte: byte)
        }
    }

    func finish() throws { try out.flush() }
}
