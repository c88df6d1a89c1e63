//  CSV for spreadsheet programs, which take text for what it looks like.
//
//  A program that opens CSV guesses: 0012 becomes 12, 1E5 becomes 100000, 12345678901234567890 loses digits, MAR5 becomes
//  a date, and =1+1 is calculated, which lets whoever chose a name run formulas on the reader's machine (OWASP,
//  "CSV Injection"; CWE-1236: a text that begins with = + - @, a tab, CR or LF, or the full-width forms of the signs).
//  Text that might be taken for something else is written as a formula that is that text:
//
//      text       SGH597377     0012           =1+1           =1"2               a,b      (empty)
//      field      SGH597377     "=""0012"""    "=""=1+1"""    "=""=1""""2"""     "a,b"    (nothing)
//
//  so that the cell holds the very text. A string in a formula of Excel has at most 255 characters; longer text is
//  several strings, joined by &. Where a formula cannot be the text (a line end or another control character in it; too
//  long for a formula), an apostrophe is put in front, as OWASP advises, which then is part of the text for some
//  programs. Numbers and dates are written plainly: they are to be numbers and dates. Where semicolons separate fields,
//  the decimal sign is a comma. An empty field that is all of a row
//  is written as "", since an empty line is not a row.

import Records

/// Writes CSV for a spreadsheet program.
package final class SheetTextEncoder: TableEncoder {
    private let program: SheetProgram
    private let delimiter: UInt8
    private let decimal: DecimalSign
    private var out: TextBuffer
    /// Which columns are text that must stay what it is.
    private var isGuarded: [Bool] = []
    /// The longest string in a formula, in units of UTF-16.
    private static let longestString = 255
    /// The longest text that becomes a formula, in bytes. A formula of Excel has at most 8,192 units, marks included.
    private static let longestFormula = 4000

    /// - Parameter decimal: nil for the one that goes with the delimiter.
    package init(
        _ program: SheetProgram, _ delimiter: Delimiter, _ decimal: DecimalSign? = nil, sink: @escaping TableSink
    ) {
        self.program = program
        self.delimiter = delimiter.byte
        self.decimal = decimal ?? delimiter.usualDecimal
        out = TextBuffer(sink)
    }

    package var bytesWritten: Int { out.bytesWritten }

    package func begin(_ columns: [TableColumn]) throws {
        isGuarded = columns.map { $0.kind == .text && !$0.isDate }
        for byte in program.byteOrderMark { out.append(byte: byte) }
        for (index, column) in columns.enumerated() {
            if index > 0 { out.append(byte: delimiter) }
            var name = column.name
            name.withUTF8 { append($0, isGuarded: true) }
        }
        out.append(program.lineEnd)
    }

    package func append(_ block: RowBlock) throws {
        for row in 0..<block.count {
            for (index, column) in block.columns.enumerated() {
                if index > 0 { out.append(byte: delimiter) }
                if case .text(let values) = column {
                    if block.columns.count == 1, values[row].count == 0 { out.append("\"\"") }
                    append(values[row].buffer, isGuarded: isGuarded[index])
                } else {
                    append(number: column, row)
                }
            }
            out.append(program.lineEnd)
            try out.rowEnded()
        }
    }

    package func finish() throws { try out.flush() }

    private func append(number column: RowBlock.Values, _ row: Int) {
        // With a comma for both, the number takes quotes.
        var isQuoted = false
        if case .decimal = column { isQuoted = decimal.byte == delimiter }
        if isQuoted { out.append("\"") }
        out.append(number: column, row, decimal)
        if isQuoted { out.append("\"") }
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, isGuarded: Bool) {
        if isGuarded, Self.mightBeTaken(text) {
            return Self.fitsInFormula(text) ? appendFormula(text) : appendGuarded(text)
        }
        let needsQuotes = text.contains { byte in
            byte == delimiter || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte < 0x20
                || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: " ")
        }
        if needsQuotes {
            out.append(room: quotedRoom(text.count)) { writeQuoted(text, to: $0) }
        } else {
            out.append(ByteSlice(text))
        }
    }

    /// Writes a field with an apostrophe in front of the text.
    private func appendGuarded(_ text: UnsafeBufferPointer<UInt8>) {
        let guarded = [UInt8(ascii: "'")] + text
        guarded.withUnsafeBufferPointer { bytes in
            out.append(room: quotedRoom(bytes.count)) { writeQuoted(bytes, to: $0) }
        }
    }

    private static func fitsInFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count <= longestFormula && text.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\t") }
    }

    /// Writes a field with a formula that is the text. Quotes are doubled twice: for the formula and for CSV.
    private func appendFormula(_ text: UnsafeBufferPointer<UInt8>) {
        out.append("\"=\"\"")
        var units = 0
        for byte in text {
            // The first byte of a character; those beyond U+FFFF are two units.
            if byte & 0xC0 != 0x80 {
                let length = byte >= 0xF0 ? 2 : 1
                if units + length > Self.longestString {
                    out.append("\"\"&\"\"")
                    units = 0
                }
                units += length
            }
            out.append(byte: byte)
            if byte == UInt8(ascii: "\"") { out.append("\"\"\"") }
        }
        out.append("\"\"\"")
    }

    /// Whether a spreadsheet might take a text for a formula, a number, a date or a truth value, in whatever language it
    /// runs. Text that begins with a letter and has more than four digits at its end, or none, is safe.
    static func mightBeTaken(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        if !isLetter(first) {
            // A no-break space, digits and signs of other scripts, full-width signs: only letters are no beginning of a number.
            guard first >= 0x80, let scalar = String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first,
                scalar.properties.isAlphabetic
            else { return true }
        }
        // Trailing blanks are nothing to a program that looks for a date.
        let trimmed = text.dropLast(text.reversed().prefix { $0 == UInt8(ascii: " ") }.count)
        if trimmed.count <= 5, ["TRUE", "FALSE"].contains(String(decoding: trimmed, as: UTF8.self).uppercased()) {
            return true
        }
        let digits = trimmed.reversed().prefix { isDigit($0) }.count
        // MAR5, MAY 2022, dec-31: a word, perhaps something in between, and a day or a year.
        let letters = trimmed.dropLast(digits).prefix { isLetter($0) || $0 >= 0x80 }.count
        let between = trimmed.count - digits - letters
        return (1...4).contains(digits) && between <= 2
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension ByteSlice {
    /// - Precondition: not empty, or with an address all the same.
    fileprivate init(_ buffer: UnsafeBufferPointer<UInt8>) {
        var zero: UInt8 = 0
        self = withUnsafePointer(to: &zero) { ByteSlice(base: buffer.baseAddress ?? $0, count: buffer.count) }
    }
}
