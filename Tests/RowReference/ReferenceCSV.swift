//  CSV as docs/records.md describes it, byte by byte over an array, with everything in memory.

import CSVRecords
import Records

/// What became of the records of a file.
package struct CSVReading: Equatable {
    package struct Rejected: Equatable {
        package var reason: RejectReason
        package var offset: Int
        /// From 0.
        package var line: Int
        package var raw: [UInt8]
        /// Words, lines and column; nil where nothing is said.
        package var flaw: Flaw?

        package init(reason: RejectReason, offset: Int, line: Int, raw: [UInt8], flaw: Flaw? = nil) {
            (self.reason, self.offset, self.line, self.raw, self.flaw) = (reason, offset, line, raw, flaw)
        }
    }

    package var columns: [String] = []
    package var delimiter: UInt8 = 0
    /// The number of each record that was taken, from 1, and its cells in the order of the schema.
    package var rows: [Int: [ReferenceCell]] = [:]
    package var rejected: [Rejected] = []
    package var recordsRead = 0
    package var lines = 0
    package var endsInside = false

    package init() {}
}

/// The plain reader.
package struct ReferenceCSV {
    let bytes: [UInt8]
    let delimiter: UInt8
    let quote: UInt8?

    package struct Field: Equatable {
        package var text: [UInt8] = []
        package var isQuoted = false
    }

    enum Parsed {
        /// Behind the record's last byte, and behind its line.
        case record([Field], end: Int, next: Int)
        case flaw(at: Int, String)
        /// Within quotes at the end of all.
        case unclosed
    }

    func parse(_ start: Int) -> Parsed {
        var (fields, field) = ([Field](), Field())
        var (i, isOpen, isClosed) = (start, false, false)
        func at(_ i: Int) -> UInt8? { i < bytes.count ? bytes[i] : nil }
        while true {
            let byte = at(i)
            if isOpen {
                guard let byte else { return .unclosed }
                if byte == 0 { return .flaw(at: i, "a NUL byte") }
                if byte != quote {
                    field.text.append(byte)
                } else if at(i + 1) == quote {
                    field.text.append(byte)
                    i += 1
                } else {
                    (isOpen, isClosed) = (false, true)
                }
                i += 1
                continue
            }
            if let quote, byte == quote, field.text.isEmpty, !field.isQuoted {
                (field.isQuoted, isOpen) = (true, true)
                i += 1
                continue
            }
            if byte == delimiter {
                fields.append(field)
                (field, isClosed) = (Field(), false)
                i += 1
                continue
            }
            if byte == nil { return .record(fields + [field], end: i, next: i) }
            if byte == 0x0A { return .record(fields + [field], end: i, next: i + 1) }
            if byte == 0x0D {
                if at(i + 1) == 0x0A { return .record(fields + [field], end: i, next: i + 2) }
                if at(i + 1) == nil { return .record(fields + [field], end: i, next: i + 1) }
                return .flaw(at: i, "a carriage return without a line feed")
            }
            if byte == 0 { return .flaw(at: i, "a NUL byte") }
            if isClosed { return .flaw(at: i, "text after the closing quote of a field") }
            if let quote, byte == quote { return .flaw(at: i, "a quote in a field that does not begin with one") }
            field.text.append(byte!)
            i += 1
        }
    }

    /// - Parameter start: of the first record.
    func records(
        from start: Int, columns: [String], columnOfField: [Int?], null: [UInt8]?, longest: Int, schema: RowSchema
    ) -> CSVReading {
        var reading = CSVReading()
        (reading.columns, reading.delimiter) = (columns, delimiter)
        reading.lines = bytes.count { $0 == 0x0A }
        var i = start
        func reject(_ reason: RejectReason, _ range: Range<Int>, _ flaw: Flaw? = nil) {
            reading.recordsRead += 1
            let line = bytes[..<range.lowerBound].count { $0 == 0x0A }
            let raw = Array(bytes[range].prefix(longest))
            reading.rejected.append(.init(reason: reason, offset: range.lowerBound, line: line, raw: raw, flaw: flaw))
        }
        func flaw(_ words: String, _ start: Int, at place: Int) -> Flaw {
            let before = bytes[start..<place]
            let column = before.reversed().prefix { $0 != 0x0A }.count + 1
            let advice =
                words.contains("quote") && !words.contains("closed")
                ? "a quote in a field is written twice, and the field in quotes" : ""
            return Flaw(words, advice: advice, lines: before.count { $0 == 0x0A }, column: column)
        }
        /// A line that cannot be read: what follows it can.
        func rejectLine(_ reason: RejectReason, _ flaw: Flaw?) {
            let feed = bytes[i...].firstIndex(of: 0x0A)
            var end = feed ?? bytes.count
            let isTooLong = end - i > longest
            if !isTooLong, end > i, bytes[end - 1] == 0x0D { end -= 1 }
            reject(isTooLong ? .recordTooLong : reason, i..<end, isTooLong ? nil : flaw)
            i = feed.map { $0 + 1 } ?? bytes.count
        }
        while i < bytes.count {
            if bytes[i] == 0 {
                let end = bytes[i...].firstIndex { $0 != 0 } ?? bytes.count
                reject(.malformedCSV, i..<end, Flaw("a NUL byte"))
                i = end
                continue
            }
            switch parse(i) {
            case .record(_, let end, let next) where end == i: i = next
            case .record(let fields, let end, let next):
                if end - i > longest {
                    rejectLine(.recordTooLong, nil)
                    continue
                }
                if String(validating: bytes[i..<end], as: UTF8.self) == nil {
                    let place = i + Self.validPrefix(Array(bytes[i..<end]))
                    let byte = String(bytes[place], radix: 16)
                    let isHalf = bytes[place] == 0xED && place + 1 < end && bytes[place + 1] >= 0xA0
                    var found = flaw(
                        isHalf ? "half of a surrogate pair, not a character" : "the byte \\x\(byte) is not valid UTF-8",
                        i,
                        at: place)
                    found.advice = isHalf ? "" : "`encoding: latin1` reads it"
                    reject(.invalidUTF8, i..<end, found)
                } else if fields.count != columns.count {
                    let words =
                        "\(fields.count) field\(fields.count == 1 ? "" : "s") where the file has \(columns.count) columns"
                    reject(fields.count < columns.count ? .shortRow : .longRow, i..<end, Flaw(words))
                } else {
                    reading.recordsRead += 1
                    reading.rows[reading.recordsRead] = columnOfField.map { column in
                        guard let column else { return .missing }
                        let field = fields[column]
                        return ReferenceCell(!field.isQuoted && field.text == null ? .null : .string, field.text)
                    }
                }
                i = next
            case .flaw(let place, let words):
                if place - i > longest {
                    rejectLine(.recordTooLong, nil)
                } else {
                    rejectLine(.malformedCSV, flaw(words, i, at: place))
                }
            case .unclosed:
                if bytes.count - i > longest {
                    rejectLine(.recordTooLong, nil)
                } else {
                    reading.endsInside = true
                    rejectLine(
                        bytes[i...].contains(0x0A) ? .malformedCSV : .truncated,
                        flaw("a quote that is not closed", i, at: bytes.count))
                }
            }
        }
        return reading
    }

    /// Bytes before the first that are not UTF-8.
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        var count = 0
        while count < bytes.count {
            let size = (1...4).first {
                count + $0 <= bytes.count && String(validating: bytes[count..<count + $0], as: UTF8.self) != nil
            }
            guard let size else { return count }
            count += size
        }
        return count
    }
}

extension CSVReading {
    /// A file as a whole.
    ///
    /// - Throws: `CSVError` as the reader does.
    package static func expected(
        _ bytes: [UInt8], _ schema: RowSchema, _ settings: CSVSettings, longest: Int
    ) throws(CSVError) -> CSVReading {
        var start = 0
        while true {
            let rest = bytes[start...]
            let skipped = [[0xEF, 0xBB, 0xBF], [0x0A], [0x0D, 0x0A]].first { rest.starts(with: $0) }
            guard let skipped else { break }
            start += skipped.count
        }
        if Array(bytes[start...]).isEmpty || Array(bytes[start...]) == [0x0D] {
            var nothing = CSVReading()
            nothing.lines = bytes.count { $0 == 0x0A }
            return nothing
        }
        let (delimiter, names, next) = try header(bytes, start, schema, settings, longest)
        let names2 = settings.columns ?? names
        let places = try schema.fields.map { field throws(CSVError) -> Int? in
            for path in field.path.alternatives {
                let name = path.joined(separator: ".")
                let found = names2.indices.filter { Array(names2[$0].utf8) == Array(name.utf8) }
                if found.count > 1 { throw .duplicateColumn(names2[found[0]]) }
                if let first = found.first { return first }
            }
            if field.isRequired {
                throw .missingColumn(field.path.alternatives[0].joined(separator: "."), columns: names2)
            }
            return nil
        }
        let csv = ReferenceCSV(bytes: bytes, delimiter: delimiter, quote: settings.quote)
        return csv.records(
            from: settings.columns == nil ? next : start, columns: names2, columnOfField: places,
            null: settings.null.map { Array($0.utf8) }, longest: longest, schema: schema)
    }

    private static func header(
        _ bytes: [UInt8], _ start: Int, _ schema: RowSchema, _ settings: CSVSettings, _ longest: Int
    ) throws(CSVError) -> (UInt8, [String], Int) {
        var best: (UInt8, [String], Int)?
        var bestScore = (-1, -1)
        var failure: CSVError?
        let candidates = settings.delimiter.map { [$0] } ?? Array(",;\t|".utf8).filter { $0 != settings.quote }
        for delimiter in candidates {
            switch ReferenceCSV(bytes: bytes, delimiter: delimiter, quote: settings.quote).parse(start) {
            case .record(let fields, let end, let next):
                if end - start > longest {
                    failure = failure ?? .longHeader(limit: longest)
                    continue
                }
                let names = fields.compactMap { String(validating: $0.text, as: UTF8.self) }
                if names.count < fields.count {
                    failure = failure ?? .malformedHeader("bytes that are not UTF-8", offset: 0)
                    continue
                }
                let known = schema.fields.count { field in
                    field.path.alternatives.contains { path in
                        names.contains { Array($0.utf8) == Array(path.joined(separator: ".").utf8) }
                    }
                }
                let score = settings.columns.map { (names.count == $0.count ? 1 : 0, 0) } ?? (known, names.count)
                if score > bestScore { (best, bestScore) = ((delimiter, names, next), score) }
            case .flaw(let place, let words):
                let isFar = place - start > longest
                failure =
                    failure ?? (isFar ? .longHeader(limit: longest) : .malformedHeader(words, offset: place - start))
            case .unclosed:
                let isFar = bytes.count - start > longest
                failure =
                    failure
                    ?? (isFar ? .longHeader(limit: longest) : .malformedHeader("a quote that is not closed", offset: 0))
            }
        }
        if let best { return best }
        if settings.columns != nil { return (settings.delimiter ?? UInt8(ascii: ","), [], start) }
        throw failure!
    }
}
