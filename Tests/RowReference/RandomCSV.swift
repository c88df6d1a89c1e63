//  Files of CSV: well formed, and damaged.

import CSVRecords
import Records
import TestSupport

/// A file, and how it is to be read.
package struct RandomCSV {
    package var bytes: [UInt8] = []
    package var schema: RowSchema
    package var settings: CSVSettings
    package var longest: Int
    /// What stands between fields, whether the settings say so or not.
    package let delimiter: UInt8
    package let columnCount: Int
    package let lineEnd: String

    package init(_ dice: inout Dice) {
        let names = ["id", "name", "a b", "größe", "x.y", "note"]
        columnCount = 1 + dice.below(dice.once(in: 8) ? 40 : 5)
        let columns = (0..<columnCount).map { $0 < names.count ? names[$0] : "c\($0)" }
        let wanted = columns.filter { _ in dice.once(in: 2) }
        let fields = (wanted.isEmpty ? [columns[0]] : wanted) + (dice.once(in: 5) ? ["absent"] : [])
        schema = RowSchema(
            fields.enumerated().map { place, name in
                let path = name == "x.y" ? [["other"], ["x", "y"]] : [[name]]
                return RowField("f\(place)", path: FieldPath(path), .string, isRequired: dice.once(in: 9))
            })
        delimiter = dice.pick(Array(",,;\t|\u{1}".utf8))
        let isKnown = delimiter == 1 || dice.once(in: 3)
        settings = CSVSettings(
            delimiter: isKnown ? delimiter : nil, quote: dice.once(in: 12) ? nil : dice.once(in: 12) ? 0x27 : 0x22,
            columns: dice.once(in: 5) ? columns : nil, null: dice.pick(["", "", nil, "NULL", "\\N"]))
        longest = dice.once(in: 4) ? 5 + dice.below(60) : 1 << 16
        if dice.once(in: 6) { bytes += [0xEF, 0xBB, 0xBF] }
        lineEnd = dice.once(in: 3) ? "\r\n" : "\n"
        if settings.columns == nil { add(columns.map { ($0, dice.once(in: 4)) }, &dice) }
        addRecords(dice.below(dice.once(in: 10) ? 200 : 25), &dice)
        if dice.once(in: 4), bytes.last == 0x0A { bytes.removeLast() }
    }

    /// Adds records, well formed, though some have too few or too many fields.
    package mutating func addRecords(_ count: Int, _ dice: inout Dice) {
        for _ in 0..<count {
            let count = dice.once(in: 15) ? dice.below(columnCount + 3) : columnCount
            add((0..<max(1, count)).map { _ in (Self.text(&dice), dice.once(in: 4)) }, &dice)
        }
    }

    private mutating func add(_ fields: [(text: String, isQuoted: Bool)], _ dice: inout Dice) {
        let quote = settings.quote
        for (place, field) in fields.enumerated() {
            if place > 0 { bytes.append(delimiter) }
            let text = Array(field.text.utf8)
            let needsQuotes = text.contains { $0 == delimiter || $0 == 0x0A || $0 == 0x0D || $0 == quote }
            guard let quote, field.isQuoted || needsQuotes else {
                bytes += text.filter { $0 != delimiter && $0 != 0x0A && $0 != 0x0D }
                continue
            }
            bytes.append(quote)
            for byte in text { bytes += byte == quote ? [quote, quote] : [byte] }
            bytes.append(quote)
        }
        bytes += Array(lineEnd.utf8)
        if dice.once(in: 20) { bytes += Array(lineEnd.utf8) }
    }

    private static func text(_ dice: inout Dice) -> String {
        let pieces = [
            "a", "b1", "", "NULL", "\\N", "é", "日本", "\"", "'", "\n", "\r\n", "\r", ",", ";", " ",
            "long text of many words ",
        ]
        return (0..<dice.below(dice.once(in: 10) ? 12 : 4)).map { _ in
            dice.once(in: 3) ? dice.pick(pieces) : dice.pick(["x", "12", "name"])
        }.joined()
    }

    /// Puts, takes and changes bytes that matter.
    package mutating func damage(_ dice: inout Dice) {
        for _ in 0..<1 + dice.below(6) where !bytes.isEmpty {
            let place = dice.below(bytes.count)
            let byte = dice.pick(
                [0x22, 0x22, 0x22, 0x27, 0x0A, 0x0D, 0x2C, 0x3B, 0, 0xFF, 0xC3, 0xED, 0x41] as [UInt8])
            switch dice.below(4) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            default: bytes.insert(contentsOf: Array(repeating: byte, count: 1 + dice.below(70)), at: place)
            }
        }
        if dice.once(in: 5) { bytes.removeLast(dice.below(bytes.count + 1)) }
    }
}
