//  Readers of CSV and TSV that share nothing with the writers.

package typealias Bytes = [UInt8]
package typealias Table = [[Bytes]]

package func bytes(_ text: String) -> Bytes { Array(text.utf8) }

/// RFC 4180 with LF; nil when the text is not what the writer promises: quotes just where needed, LF at the end.
package func parseCSV(_ text: Bytes) -> Table? {
    var table: Table = []
    var row: [Bytes] = []
    var rest = text[...]
    while let first = rest.first {
        var field: Bytes = []
        if first == 0x22 {
            rest.removeFirst()
            while true {
                guard let byte = rest.popFirst() else { return nil }
                if byte == 0x22 {
                    if rest.first == 0x22 { rest.removeFirst() } else { break }
                }
                field.append(byte)
            }
            guard field.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return nil }
        } else {
            field = Array(rest.prefix { $0 != 0x2C && $0 != 0x0A })
            guard !field.contains(0x22), !field.contains(0x0D) else { return nil }
            rest.removeFirst(field.count)
        }
        row.append(field)
        switch rest.popFirst() {
        case 0x2C: if rest.isEmpty { return nil }
        case 0x0A:
            table.append(row)
            row = []
        default: return nil
        }
    }
    return row.isEmpty ? table : nil
}

/// TSV with backslash escapes; nil when an escape is unknown or the last line has no end.
package func parseTSV(_ text: Bytes) -> Table? {
    guard text.last == 0x0A else { return nil }
    let letters: [UInt8: UInt8] = [0x74: 0x09, 0x6E: 0x0A, 0x72: 0x0D, 0x5C: 0x5C]
    var table: Table = []
    for line in text.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
        var row: [Bytes] = []
        for field in line.split(separator: 0x09, omittingEmptySubsequences: false) {
            var out: Bytes = []
            var escaped = false
            for byte in field {
                if escaped {
                    guard let plain = letters[byte] else { return nil }
                    out.append(plain)
                    escaped = false
                } else if byte == 0x5C {
                    escaped = true
                } else if byte == 0x0D {
                    return nil
                } else {
                    out.append(byte)
                }
            }
            if escaped { return nil }
            row.append(out)
        }
        table.append(row)
    }
    return table
}
