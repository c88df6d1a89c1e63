//  Typed rows as text: CSV with a header, and JSON Lines.
//
//      value                       CSV                     JSON Lines
//      NULL                        (nothing)               null
//      string, empty string        A,B as "A,B"; ""        "A,B"; ""
//      integer, decimal            7, -0.50                7, -0.50
//      double                      0.1, 1e+300, nan        0.1, 1e+300, "NaN"
//      boolean                     true                    true
//      date                        2022-04-01              "2022-04-01"
//      timestamp, in UTC           2022-04-01T12:34:56.7   "2022-04-01T12:34:56.7"
//      json                        as it stands, quoted    as it stands
//
//  Doubles are the shortest text that reads as the same number. An empty string has quotes, so that it is not read as NULL.
//  Readers pass over empty lines, so a NULL that is all of a row of CSV is written with quotes, too.

import ParquetTable
import Records
import SmallJSON

/// Writes rows of typed columns to memory.
package final class TypedText {
    package enum Format: String, Sendable, CaseIterable { case csv, jsonl }

    /// What is written in front of a column's value, and how.
    private struct Column {
        var type: ColumnType
        /// Of JSON Lines: the brace or comma, and the name.
        var opening: [UInt8]
        var isJSON: Bool
    }

    private let format: Format
    private let columns: [Column]
    /// What was written and not yet taken.
    package private(set) var bytes: [UInt8] = []

    /// - Parameter jsonColumns: whether each column's strings are JSON.
    package init(_ format: Format, schema: TableSchema, jsonColumns: [Bool]) {
        precondition(
            jsonColumns.count == schema.columns.count, "\(jsonColumns.count) of \(schema.columns.count) columns")
        self.format = format
        columns = zip(schema.columns, jsonColumns).enumerated().map { index, pair in
            let name = JSONText.quoted(pair.0.name)
            return Column(
                type: pair.0.type, opening: Array(((index == 0 ? "{" : ",") + name + ":").utf8), isJSON: pair.1)
        }
    }

    package func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// The names of the columns, where the format has a line of them.
    package func appendHeader(_ schema: TableSchema) {
        guard format == .csv else { return }
        for (index, column) in schema.columns.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            var name = column.name
            name.withUTF8 { appendField($0) }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends rows of the schema's columns.
    package func append(_ rows: RowBuffer) {
        var next = [Int](repeating: 0, count: columns.count)
        for row in 0..<rows.rowCount {
            for (index, column) in columns.enumerated() {
                if format == .jsonl {
                    bytes.append(contentsOf: column.opening)
                } else if index > 0 {
                    bytes.append(UInt8(ascii: ","))
                }
                let values = rows.columns[index]
                guard values.hasValue(row) else {
                    // A row that is an empty line would be none to readers.
                    let isAll = columns.count == 1
                    bytes.append(contentsOf: format == .jsonl ? "null".utf8 : isAll ? "\"\"".utf8 : "".utf8)
                    continue
                }
                append(values, next[index], column)
                next[index] += 1
            }
            bytes.append(contentsOf: format == .jsonl ? "}\n".utf8 : "\n".utf8)
        }
    }

    private func append(_ values: ColumnBuffer, _ index: Int, _ column: Column) {
        switch column.type {
        case .int64: bytes.append(contentsOf: String(values.int64s[index]).utf8)
        case .boolean: bytes.append(contentsOf: (values.boolean(index) ? "true" : "false").utf8)
        case .decimal(_, let scale): appendDecimal(values.decimal(index), scale)
        case .double: appendDouble(values.doubles[index])
        case .date: appendQuoted(Self.date(Int(values.int32s[index])))
        case .timestamp: appendQuoted(Self.timestamp(values.int64s[index]))
        case .utf8: appendString(values.string(index), isJSON: column.isJSON)
        }
    }

    // MARK: Values

    /// A value as CSV has it, but for quotes.
    ///
    /// - Parameter index: among the values of the column, null ones left out.
    package static func bare(_ values: ColumnBuffer, _ index: Int) -> [UInt8] {
        if case .utf8 = values.type { return Array(values.string(index)) }
        let schema = TableSchema(columns: [ColumnSchema("value", values.type, isNullable: true)])
        let text = TypedText(.csv, schema: schema, jsonColumns: [false])
        text.append(values, index, text.columns[0])
        return text.bytes
    }

    private func appendQuoted(_ text: String) {
        if format == .jsonl { bytes.append(UInt8(ascii: "\"")) }
        bytes.append(contentsOf: text.utf8)
        if format == .jsonl { bytes.append(UInt8(ascii: "\"")) }
    }

    private func appendDecimal(_ value: Int128, _ scale: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var digits = Array(String(value.magnitude).utf8)
        if digits.count <= scale {
            digits.insert(contentsOf: repeatElement(0x30, count: scale + 1 - digits.count), at: 0)
        }
        bytes.append(contentsOf: digits.dropLast(scale))
        if scale == 0 { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: digits.suffix(scale))
    }

    private func appendDouble(_ value: Double) {
        if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
        } else if format == .csv {
            bytes.append(contentsOf: (value.isNaN ? "nan" : value < 0 ? "-inf" : "inf").utf8)
        } else {
            appendQuoted(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
    }

    private func appendString(_ text: UnsafeRawBufferPointer, isJSON: Bool) {
        if format == .csv { return text.withMemoryRebound(to: UInt8.self) { appendField($0) } }
        if isJSON { return bytes.append(contentsOf: text) }
        if text.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: JSONText.quoted(String(decoding: text, as: UTF8.self)).utf8)
        } else {
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: text)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// A field of CSV; an empty one has quotes.
    private func appendField(_ text: UnsafeBufferPointer<UInt8>) {
        if !text.isEmpty && !needsQuotes(text) { return bytes.append(contentsOf: text) }
        bytes.append(room: quotedRoom(text.count)) { writeQuoted(text, to: $0) }
    }

    /// A day, counted from 1 January 1970.
    package static func date(_ days: Int) -> String {
        CalendarDay(daysSinceEpoch: days)?.description ?? "\(days) days since 1970-01-01"
    }

    /// A point in time, in microseconds since 1970, to the last digit that is not zero.
    package static func timestamp(_ microseconds: Int64) -> String {
        let day = 86_400_000_000 as Int64
        let days = microseconds >= 0 ? microseconds / day : (microseconds + 1) / day - 1
        let (seconds, rest) = (microseconds - days * day).quotientAndRemainder(dividingBy: 1_000_000)
        func padded(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        var fraction = padded(rest, 6)[...]
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return date(Int(days)) + "T" + time + (fraction.isEmpty ? "" : "." + fraction)
    }
}
