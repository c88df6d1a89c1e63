//  Tables as JSON Lines: an object a row, members in the order of the columns, LF behind each.
//
//      {"Name":"A1","Sum":60,"Rest":0}
//
//  Integers and decimals are numbers. A duration such as 27:46:40 is a string. Integers beyond 2^53 are exact in the
//  text, but many readers take numbers for floating point (RFC 8259, section 6).

import Records
import SmallJSON

/// Writes JSON Lines.
final class JSONLinesEncoder: TableEncoder {
    private var out: TextBuffer
    /// What stands in front of each column's value.
    private var openings: [String] = []
    private var numbers: [Bool] = []

    init(_ sink: @escaping TableSink) { out = TextBuffer(sink) }

    var bytesWritten: Int { out.bytesWritten }

    func begin(_ columns: [TableColumn]) throws {
        openings = columns.enumerated().map { index, column in
            (index == 0 ? "{" : ",") + JSONText.quoted(column.name) + ":"
        }
        numbers = columns.map { $0.kind == .number }
    }

    func append(_ block: RowBlock) throws {
        for row in 0..<block.count {
            for (index, column) in block.columns.enumerated() {
                out.append(openings[index])
                switch column {
                case .text(let values) where numbers[index]: appendNumber(values[row])
                case .text(let values): appendString(values[row])
                case .integer, .decimal: out.append(number: column, row)
                case .duration:
                    out.append("\"")
                    out.append(number: column, row)
                    out.append("\"")
                }
            }
            out.append("}\n")
            try out.rowEnded()
        }
    }

    private func appendNumber(_ text: ByteSlice) {
        if text.count == 0 { return out.append("null") }
        if CellText.isNumber(text.buffer) { out.append(text) } else { appendString(text) }
    }

    private func appendString(_ text: ByteSlice) {
        out.append("\"")
        if text.buffer.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            let quoted = JSONText.quoted(String(decoding: text.buffer, as: UTF8.self))
            out.append(String(quoted.dropFirst().dropLast()))
        } else {
            out.append(text)
        }
        out.append("\"")
    }

    func finish() throws { try out.flush() }
}
