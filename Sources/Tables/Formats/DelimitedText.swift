//  Tables as delimited text: CSV and TSV, and what databases take (CopyText.swift).
//
//  CSV follows RFC 4180, section 2, but for the line ends, which are LF. A field is put in quotes only when it contains
//  a comma, a quote, CR or LF; a quote inside is doubled. Spaces are part of the field and need no quotes.
//
//      field        A,B      say "hi"        0012     (empty)
//      CSV          "A,B"    "say ""hi"""    0012     (nothing)
//
//  Only where an empty field is all of a row it is written as "": readers pass over empty lines.
//
//  TSV, as registered with IANA (text/tab-separated-values), knows no quotes and forbids tabs in fields. As PostgreSQL
//  and many others do, a field's tab, LF, CR and backslash are written \t \n \r \\, so that a line is a row and the
//  table can be read back.
//
//  The first line has the names of the columns, treated like fields. Every line ends in LF, the last too.

import Records

/// A dialect, and rows written in it to memory.
final class DelimitedRows: PartEncoder {
    /// `copy` is TSV without a header, as CopyText.swift has it.
    enum Dialect { case csv, tsv, copy }

    let dialect: Dialect
    /// Told of zero bytes that `copy` replaces.
    private let zeros: ZeroBytes?
    private let separator: UInt8
    /// Lets most fields pass; what it stops is looked at byte by byte.
    private let scan: CareScan
    /// The rows so far: `buffer[0 ..< used]`. Behind it there are `slack` more bytes.
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var used = 0
    /// Where the first row of the last block begins, and where each of its rows ends.
    private var rowEnds: [Int] = [0]

    /// Bytes behind a field that may be overwritten, and read behind a row, so that whole words can be.
    private static let slack = 64

    init(_ dialect: Dialect, capacity: Int, zeros: ZeroBytes? = nil) {
        self.dialect = dialect
        self.zeros = zeros
        separator = dialect == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")
        scan =
            switch dialect {
            // Comma is 0x2C; quote, CR and LF are below it.
            case .csv: CareScan(below: 0x2D, or: UInt8(ascii: "\""))
            // CR is 0x0D; tab and LF are below it.
            case .tsv, .copy: CareScan(below: 0x0E, or: UInt8(ascii: "\\"))
            }
        buffer = Self.buffer(capacity)
    }

    deinit { buffer.deallocate() }

    private static func buffer(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let all = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity + slack)
        return UnsafeMutableBufferPointer(start: all.baseAddress!, count: capacity)
    }

    var encoded: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer.baseAddress!, count: used) }

    func removeAll() { used = 0 }

    /// An encoder of the same dialect, without rows.
    ///
    /// There is room for the rows of most parts from the beginning: memory that is not written to costs nothing, but
    /// each time that it grows, all of it is new to the process.
    func makePart() -> DelimitedRows { DelimitedRows(dialect, capacity: 4 << 20, zeros: zeros) }

    func append(names: [String]) {
        var names = names
        var (out, _) = room(names.reduce(0) { $0 + 2 * $1.utf8.count + 3 })
        for index in names.indices {
            out = names[index].withUTF8 { name in
                name.baseAddress.map { writeText(ByteSlice(base: $0, count: name.count), to: out) } ?? out
            }
            out.pointee = separator
            out += 1
        }
        Self.endLine(out)
        used = out - buffer.baseAddress!
    }

    func append(_ block: RowBlock) { append(block, rows: 0..<block.count) }

    func append(_ block: RowBlock, rows: Range<Int>) {
        let texts = Texts(block)
        let isMarked = dialect == .csv
        rowEnds = [Int](unsafeUninitializedCapacity: rows.count + 1) { ends, count in
            block.columns.withUnsafeBufferPointer { columns in
                ends[0] = used
                var (out, limit) = room(0)
                for row in rows {
                    let needed = texts.room(row)
                    if limit - out < needed {
                        used = out - buffer.baseAddress!
                        (out, limit) = room(needed)
                    }
                    let start = out
                    out = writeFields(columns, row, to: out)
                    if isMarked, out - start == 1 { out = markEmpty(start) }
                    Self.endLine(out)
                    ends[row - rows.lowerBound + 1] = out - (limit - buffer.count)
                }
                used = out - buffer.baseAddress!
            }
            count = rows.count + 1
        }
    }

    func append(_ block: RowBlock, behind other: any PartEncoder) -> Bool {
        guard let other = other as? DelimitedRows, other.dialect == dialect else { return false }
        precondition(other.rowEnds.count == block.count + 1, "rows behind those of another block")
        let texts = Texts(block)
        let source = other.buffer.baseAddress!
        let isMarked = dialect == .csv && !block.columns.isEmpty
        other.rowEnds.withUnsafeBufferPointer { ends in
            block.columns.withUnsafeBufferPointer { columns in
                var (out, limit) = room(0)
                for row in 0..<block.count {
                    // Without the line end.
                    var length = ends[row + 1] - 1 - ends[row]
                    // No field is written so: the row is an empty one, and no longer alone.
                    if isMarked, length == 2, source[ends[row]] == quoteMark, source[ends[row] + 1] == quoteMark {
                        length = 0
                    }
                    let needed = texts.room(row) + length + 1
                    if limit - out < needed {
                        used = out - buffer.baseAddress!
                        (out, limit) = room(needed)
                    }
                    copyInWords(source + ends[row], to: out, count: length)
                    out[length] = separator
                    out = writeFields(columns, row, to: out + length + 1)
                    Self.endLine(out)
                }
                used = out - buffer.baseAddress!
            }
        }
        rowEnds = [used]
        return true
    }

    /// How much room the rows of a block need.
    private struct Texts {
        private let columns: [UnsafePointer<ByteSlice>]
        private let constant: Int

        init(_ block: RowBlock) {
            columns = block.columns.compactMap { column in
                if case .text(let values) = column { values } else { nil }
            }
            // For a field its separator, and quotes or a number.
            constant = block.columns.count * (longestNumber + 1)
        }

        @inline(__always)
        func room(_ row: Int) -> Int {
            var room = constant
            for values in columns { room += 3 * values[row].count }
            return room
        }
    }

    /// Writes fields, each with a separator behind it, and returns the end. Overwrites up to 8 bytes behind it.
    @inline(__always)
    private func writeFields(
        _ columns: UnsafeBufferPointer<RowBlock.Values>, _ row: Int, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        for column in columns {
            switch column {
            case .integer(let values): out = writeInteger(values[row], to: out)
            case .decimal(let values, let places): out = writeDecimal(values[row], places: places, to: out)
            case .duration(let values): out = writeDuration(values[row], to: out)
            case .text(let values): out = writeText(values[row], to: out)
            }
            out.pointee = separator
            out += 1
        }
        return out
    }

    /// Puts a line end in place of the separator behind the last field.
    @inline(__always)
    private static func endLine(_ end: UnsafeMutablePointer<UInt8>) { end[-1] = UInt8(ascii: "\n") }

    /// Writes two quotes for the empty field that is all of a row, a separator behind them, and returns the end. There is
    /// room, since fields have as much as a number needs.
    @inline(never)
    private func markEmpty(_ start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        start[0] = quoteMark
        start[1] = quoteMark
        start[2] = separator
        return start + 3
    }

    /// Writes a field and returns its end. There is room for three times its bytes and two quotes.
    @inline(__always)
    private func writeText(_ text: ByteSlice, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        guard scan.copy(text, to: out) else { return out + text.count }
        return switch dialect {
        case .csv: quote(text, to: out)
        case .tsv, .copy: escape(text, to: out)
        }
    }

    /// Puts the field in quotes, if it needs them; else leaves the copy that is already there.
    @inline(never)
    private func quote(_ text: ByteSlice, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        needsQuotes(text.buffer) ? writeQuoted(text.buffer, to: start) : start + text.count
    }

    @inline(never)
    private func escape(_ text: ByteSlice, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var out = start
        var hasZero = false
        for byte in text.buffer {
            if let letter = tabEscape(byte) {
                out.pointee = UInt8(ascii: "\\")
                out[1] = letter
                out += 2
            } else if byte == 0, dialect == .copy {
                out = ZeroBytes.writeReplacement(to: out)
                hasZero = true
            } else {
                out.pointee = byte
                out += 1
            }
        }
        if hasZero { zeros?.note(text) }
        return out
    }

    /// Where the next row begins, with that much room behind it, and where all room ends.
    @inline(never)
    private func room(_ room: Int) -> (out: UnsafeMutablePointer<UInt8>, limit: UnsafeMutablePointer<UInt8>) {
        if buffer.count - used < room {
            let larger = Self.buffer(max(2 * buffer.count, used + room))
            larger.baseAddress!.update(from: buffer.baseAddress!, count: used)
            buffer.deallocate()
            buffer = larger
        }
        return (buffer.baseAddress! + used, buffer.baseAddress! + buffer.count)
    }
}

/// Copies bytes 16 at a time; up to 31 more are read and overwritten.
@inline(__always)
private func copyInWords(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    let (from, into) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
    var offset = 0
    repeat {
        let first = from.loadUnaligned(fromByteOffset: offset, as: UInt128.self)
        let second = from.loadUnaligned(fromByteOffset: offset + 16, as: UInt128.self)
        into.storeBytes(of: first, toByteOffset: offset, as: UInt128.self)
        into.storeBytes(of: second, toByteOffset: offset + 16, as: UInt128.self)
        offset += 32
    } while offset < count
}

/// Writes CSV or TSV.
final class DelimitedEncoder: SplittableEncoder {
    /// Large enough that a call of the sink is free, small enough to stay in the second-level cache.
    private static let chunkBytes = 256 * 1024

    private let rows: DelimitedRows
    private let sink: TableSink
    private(set) var bytesWritten = 0

    init(_ dialect: DelimitedRows.Dialect, zeros: ZeroBytes? = nil, sink: @escaping TableSink) {
        rows = DelimitedRows(dialect, capacity: 2 * Self.chunkBytes, zeros: zeros)
        self.sink = sink
    }

    func begin(_ columns: [TableColumn]) throws {
        if rows.dialect != .copy { rows.append(names: columns.map(\.name)) }
    }

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
