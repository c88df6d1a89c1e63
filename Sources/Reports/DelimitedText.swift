//  Tables as delimited text: CSV and TSV.
//
//  CSV follows RFC 4180, section 2, but for the line ends, which are LF. A field is put in quotes only when it contains
//  a comma, a quote, CR or LF; a quote inside is doubled. Spaces are part of the field and need no quotes.
//
//      field        A,B      say "hi"        0012     (empty)
//      CSV          "A,B"    "say ""hi"""    0012     (nothing)
//
//  TSV, as registered with IANA (text/tab-separated-values), knows no quotes and forbids tabs in fields. As PostgreSQL
//  and many others do, a field's tab, LF, CR and backslash are written \t \n \r \\, so that a line is a row and the
//  table can be read back.
//
//  The first line has the names of the columns, treated like fields. Every line ends in LF, the last too.

import Records

/// The letter behind the backslash for a byte that TSV cannot hold; nil for all others.
@inline(__always)
func tabEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\t"): UInt8(ascii: "t")
    case UInt8(ascii: "\n"): UInt8(ascii: "n")
    case UInt8(ascii: "\r"): UInt8(ascii: "r")
    case UInt8(ascii: "\\"): UInt8(ascii: "\\")
    default: nil
    }
}

/// A dialect, and rows written in it to memory.
final class DelimitedRows: PartEncoder {
    enum Dialect { case csv, tsv }

    private let dialect: Dialect
    private let separator: UInt8
    /// Lets most fields pass; what it stops is looked at byte by byte.
    private let scan: CareScan
    /// The rows so far: `buffer[0 ..< used]`.
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var used = 0

    init(_ dialect: Dialect, capacity: Int) {
        self.dialect = dialect
        separator = dialect == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")
        scan =
            switch dialect {
            // Comma is 0x2C; quote, CR and LF are below it.
            case .csv: CareScan(below: 0x2D, or: UInt8(ascii: "\""))
            // CR is 0x0D; tab and LF are below it.
            case .tsv: CareScan(below: 0x0E, or: UInt8(ascii: "\\"))
            }
        buffer = .allocate(capacity: capacity)
    }

    deinit { buffer.deallocate() }

    var encoded: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer.baseAddress!, count: used) }

    func removeAll() { used = 0 }

    /// An encoder of the same dialect, without rows.
    func makePart() -> DelimitedRows { DelimitedRows(dialect, capacity: 1 << 16) }

    func append(names: [String]) {
        var names = names
        makeRoom(names.reduce(0) { $0 + 2 * $1.utf8.count + 3 })
        var out = buffer.baseAddress! + used
        for index in names.indices {
            out = names[index].withUTF8 { name in
                name.baseAddress.map { writeText(ByteSlice(base: $0, count: name.count), to: out) } ?? out
            }
            out.pointee = separator
            out += 1
        }
        endLine(out)
    }

    func append(_ block: RowBlock) { append(block, rows: 0..<block.count) }

    func append(_ block: RowBlock, rows: Range<Int>) {
        let texts = block.columns.compactMap { column in
            if case .text(let values) = column { values } else { nil }
        }
        // For a field its separator, and quotes or a number.
        let constantRoom = block.columns.count * (longestInteger + 1)
        for row in rows {
            var room = constantRoom
            for values in texts { room += 2 * values[row].count }
            if buffer.count - used < room { makeRoom(room) }
            var out = buffer.baseAddress! + used
            for column in block.columns {
                switch column {
                case .integer(let values): out = writeInteger(values[row], to: out)
                case .text(let values): out = writeText(values[row], to: out)
                }
                out.pointee = separator
                out += 1
            }
            endLine(out)
        }
    }

    /// Puts a line end in place of the separator behind the last field.
    @inline(__always)
    private func endLine(_ out: UnsafeMutablePointer<UInt8>) {
        out[-1] = UInt8(ascii: "\n")
        used = out - buffer.baseAddress!
    }

    /// Writes a field and returns its end. There is room for twice its bytes and two quotes.
    @inline(__always)
    private func writeText(_ text: ByteSlice, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        guard scan.copy(text, to: out) else { return out + text.count }
        return switch dialect {
        case .csv: quote(text, to: out)
        case .tsv: escape(text, to: out)
        }
    }

    /// Puts the field in quotes, if it needs them; else leaves the copy that is already there.
    @inline(never)
    private func quote(_ text: ByteSlice, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let needsQuotes = text.buffer.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r")
                || byte == UInt8(ascii: "\n")
        }
        guard needsQuotes else { return start + text.count }
        var out = start
        out.pointee = UInt8(ascii: "\"")
        out += 1
        for byte in text.buffer {
            if byte == UInt8(ascii: "\"") {
                out.pointee = byte
                out += 1
            }
            out.pointee = byte
            out += 1
        }
        out.pointee = UInt8(ascii: "\"")
        return out + 1
    }

    @inline(never)
    private func escape(_ text: ByteSlice, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var out = start
        for byte in text.buffer {
            if let letter = tabEscape(byte) {
                out.pointee = UInt8(ascii: "\\")
                out[1] = letter
                out += 2
            } else {
                out.pointee = byte
                out += 1
            }
        }
        return out
    }

    @inline(never)
    private func makeRoom(_ room: Int) {
        guard buffer.count - used < room else { return }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(2 * buffer.count, used + room))
        larger.baseAddress!.update(from: buffer.baseAddress!, count: used)
        buffer.deallocate()
        buffer = larger
    }
}

/// Writes CSV or TSV.
final class DelimitedEncoder: SplittableEncoder {
    /// Large enough that a call of the sink is free, small enough to stay in the second-level cache.
    private static let chunkBytes = 256 * 1024

    private let rows: DelimitedRows
    private let sink: ReportSink
    private(set) var bytesWritten = 0

    init(_ dialect: DelimitedRows.Dialect, sink: @escaping ReportSink) {
        rows = DelimitedRows(dialect, capacity: 2 * Self.chunkBytes)
        self.sink = sink
    }

    func begin(_ columns: [ReportColumn]) throws { rows.append(names: columns.map(\.name)) }

    func append(_ block: RowBlock) throws {
        var row = 0
        while row < block.count {
            // Fewer rows at a time than fill the buffer, unless they are long.
            let end = min(row + 512, block.count)
            rows.append(block, rows: row..<end)
            row = end
            if rows.used >= Self.chunkBytes { try flush() }
        }
    }

    func makePart() -> any PartEncoder { rows.makePart() }

    func append(encoded: UnsafeRawBufferPointer) throws {
        try flush()
        try hand(encoded)
    }

    func finish() throws { try flush() }

    private func flush() throws {
        try hand(rows.encoded)
        rows.removeAll()
    }

    private func hand(_ bytes: UnsafeRawBufferPointer) throws {
        if bytes.isEmpty { return }
        try sink(bytes)
        bytesWritten += bytes.count
    }
}
