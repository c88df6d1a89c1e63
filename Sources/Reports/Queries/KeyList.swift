//  A list of keys as people have it.
//
//      plain                   A1 LF 0012 LF
//      a table                 User;Plays CR LF A1;60 CR LF …
//      for a spreadsheet       "=""0012""";60          what `export --for excel` writes for 0012
//      saved by Excel          UTF-16 with a byte-order mark and tabs ("Unicode Text"), CR alone ("Macintosh"), sep=;
//
//  The delimiter is the one behind or before a field of the first line that has the name of the key's column; without such a
//  field, the one of tab, semicolon and comma that every line has, and equally often; else the comma. Quotes are those of RFC 4180: a line end or a
//  delimiter between them is text.
//
//  A name is compared byte for byte, and in more than one form where writers add something to it: `="0012"` is 0012, and
//  `'=1+1` is =1+1 (SheetText.swift), too; with tabs, `a\\b` is also a\b (DelimitedText.swift).

import Records
import Synchronization
import Tables

/// Keys that are wanted, and which of them were met.
package final class KeyList: Sendable {
    /// As they stand in the list, each once, in its order.
    package let names: [[UInt8]]
    /// Forms of the names, numbered.
    private let forms: [[UInt8]: Int]
    private let hasTabs: Bool
    private let met: Mutex<[Bool]>

    /// Just this one.
    package convenience init(_ name: String) { self.init([Array(name.utf8)], hasTabs: false) }

    /// - Parameters:
    ///   - column: the name of the key's column.
    ///   - plural: what several keys are called, in messages; also the option that takes the list.
    /// - Throws: `QueryError` for what is not a list.
    package convenience init(listing bytes: [UInt8], column: String, plural: String) throws(QueryError) {
        let text = try ListText(bytes, column: column, plural: plural)
        self.init(text.names(), hasTabs: text.delimiter == UInt8(ascii: "\t"))
    }

    private init(_ listed: [[UInt8]], hasTabs: Bool) {
        var names: [[UInt8]] = []
        var seen: Set<[UInt8]> = []
        var forms: [[UInt8]: Int] = [:]
        for name in listed where seen.insert(name).inserted {
            names.append(name)
            for form in Self.forms(name, hasTabs) where forms[form] == nil { forms[form] = forms.count }
        }
        self.names = names
        self.forms = forms
        self.hasTabs = hasTabs
        met = Mutex([Bool](repeating: false, count: forms.count))
    }

    /// Whether a key is in the list. It counts as met from then on.
    package func matches(_ key: ByteSlice) -> Bool {
        guard let form = forms[Array(key.buffer)] else { return false }
        met.withLock { $0[form] = true }
        return true
    }

    /// Names of which no key was met so far.
    package var missed: [[UInt8]] {
        let met = met.withLock { $0 }
        return names.filter { name in Self.forms(name, hasTabs).allSatisfy { !met[forms[$0]!] } }
    }

    // MARK: Forms

    private static func forms(_ name: [UInt8], _ hasTabs: Bool) -> [[UInt8]] {
        var forms = [name]
        if let text = formulaText(name) { forms.append(text) }
        if name.first == UInt8(ascii: "'"), name.count > 1 { forms.append(Array(name.dropFirst())) }
        if hasTabs, name.contains(UInt8(ascii: "\\")) { forms.append(tabUnescaped(name)) }
        return forms
    }

    /// The text that a formula is, if it is one of strings alone: `="a"`, `="a"&"b"`.
    private static func formulaText(_ formula: [UInt8]) -> [UInt8]? {
        let (quote, ampersand) = (UInt8(ascii: "\""), UInt8(ascii: "&"))
        var rest = formula[...]
        guard rest.popFirst() == UInt8(ascii: "=") else { return nil }
        var text: [UInt8] = []
        while rest.popFirst() == quote {
            while true {
                guard let byte = rest.popFirst() else { return nil }
                if byte != quote {
                    text.append(byte)
                } else if rest.first == quote {
                    text.append(quote)
                    rest.removeFirst()
                } else {
                    break
                }
            }
            if rest.isEmpty { return text }
            guard rest.popFirst() == ampersand else { return nil }
        }
        return nil
    }
}

/// The text of a list, and how it is written.
private struct ListText {
    private var text: ArraySlice<UInt8>
    private let lineEnd: UInt8
    private(set) var delimiter = UInt8(ascii: ",")
    /// The column that has the keys; nil when no field of the first line says so, and it is the first.
    private var column: Int?

    private static let delimiters = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    /// Lines that are looked at to find the delimiter.
    private static let sampledLines = 1000

    init(_ bytes: [UInt8], column name: String, plural: String) throws(QueryError) {
        text = try Self.decoded(bytes, plural)[...]
        lineEnd = text.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
        let candidates = takesDelimiterFromFirstLine() ? [delimiter] : Self.delimiters
        for candidate in candidates where takesColumn(Array(name.utf8), candidate) { return }
        if candidates.count > 1, let found = candidates.first(where: { isTable($0) }) { delimiter = found }
    }

    /// The text as UTF-8, without a byte-order mark.
    private static func decoded(_ bytes: [UInt8], _ plural: String) throws(QueryError) -> [UInt8] {
        let signs: [([UInt8], String)] = [
            (Array("PK\u{3}\u{4}".utf8), "a workbook or an archive; save the sheet as CSV"),
            ([0xD0, 0xCF, 0x11, 0xE0], "a workbook; save the sheet as CSV"),
            ([0x1F, 0x8B], "compressed; unpack it: zcat FILE | watchfold export --\(plural) -"),
        ]
        for (sign, what) in signs where bytes.starts(with: sign) {
            throw QueryError("the list of \(plural) is \(what)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let isLittle: Bool
        var body = bytes[...]
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            isLittle = bytes[0] == 0xFF
            body = body.dropFirst(2)
        } else if bytes.count >= 2, (bytes[0] == 0) != (bytes[1] == 0) {
            // No key begins with a zero byte or has one behind its first letter.
            isLittle = bytes[1] == 0
        } else {
            return bytes
        }
        guard body.count.isMultiple(of: 2) else { throw QueryError("the list of \(plural) is UTF-16 and cut off") }
        let units = stride(from: body.startIndex, to: body.endIndex, by: 2).map { index in
            isLittle
                ? UInt16(body[index]) | UInt16(body[index + 1]) << 8
                : UInt16(body[index]) << 8 | UInt16(body[index + 1])
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    // MARK: The delimiter

    /// `sep=;`, which Excel writes and reads.
    private mutating func takesDelimiterFromFirstLine() -> Bool {
        let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count == 5, line.starts(with: Array("sep=".utf8)), let last = line.last else { return false }
        delimiter = last
        text = text.dropFirst(line.count)
        if text.first == UInt8(ascii: "\r"), lineEnd != UInt8(ascii: "\r") { text.removeFirst() }
        if text.first == lineEnd { text.removeFirst() }
        return true
    }

    /// Whether the first line has a field of this name with this delimiter, which is taken then.
    private mutating func takesColumn(_ name: [UInt8], _ delimiter: UInt8) -> Bool {
        var rest = text
        guard let fields = Self.fields(&rest, delimiter, lineEnd),
            let index = fields.firstIndex(of: name)
        else { return false }
        // A header of one field says nothing of the delimiter.
        if fields.count > 1 { self.delimiter = delimiter }
        column = index
        text = rest
        return true
    }

    /// Whether every line has this delimiter, and equally often.
    private func isTable(_ delimiter: UInt8) -> Bool {
        var rest = text
        var count: Int?
        for _ in 0..<Self.sampledLines {
            guard let fields = Self.fields(&rest, delimiter, lineEnd) else { break }
            if fields == [[]] { continue }
            if fields.count < 2 || fields.count != count ?? fields.count { return false }
            count = fields.count
        }
        return count != nil
    }

    // MARK: Names

    /// The fields of the keys' column that are not empty.
    func names() -> [[UInt8]] {
        var names: [[UInt8]] = []
        var rest = text
        while let fields = Self.fields(&rest, delimiter, lineEnd) {
            let index = column ?? 0
            if index < fields.count, !fields[index].isEmpty { names.append(fields[index]) }
        }
        return names
    }

    /// Takes a line and returns its fields; nil at the end.
    private static func fields(
        _ text: inout ArraySlice<UInt8>, _ delimiter: UInt8, _ lineEnd: UInt8
    ) -> [[UInt8]]? {
        if text.isEmpty { return nil }
        let quote = UInt8(ascii: "\"")
        var fields: [[UInt8]] = [[]]
        var isQuoted = false
        var isFieldStart = true
        while let byte = text.popFirst() {
            if isQuoted {
                if byte != quote {
                    fields[fields.count - 1].append(byte)
                } else if text.first == quote {
                    text.removeFirst()
                    fields[fields.count - 1].append(quote)
                } else {
                    isQuoted = false
                }
                continue
            }
            if byte == lineEnd { break }
            if byte == quote, isFieldStart {
                isQuoted = true
            } else if byte == delimiter {
                fields.append([])
                isFieldStart = true
                continue
            } else if byte != UInt8(ascii: "\r") || !(text.first == lineEnd || text.isEmpty) {
                fields[fields.count - 1].append(byte)
            }
            isFieldStart = false
        }
        return fields
    }
}
