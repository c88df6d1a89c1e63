//  Bytes of CSV ─▶ batches of cells.
//
//  The reader is given windows of the input, as `RecordReader` of JSON is: it takes as many whole records as there are, says
//  how many bytes it is done with, and is given the rest again at the front of the next window. Nothing depends on where
//  windows end, and memory is bounded by the longest record.
//
//      window 1   a,b\n1,2\n3,"x\n           done with 8 bytes: the header and a record
//      window 2   3,"x\ny"\n…                the five left over, and more
//
//  Records are read in C, many at a time, 64 bytes in one step (CByteScan/CSVRows.c). One that stops there, for a pair of
//  quotes most often, is taken apart in Swift (CSVScanner.swift); then it goes on in C.
//
//  ## Broken records
//
//  A broken record costs its first line, and reading goes on with the next one. A quote that is not closed can hide any
//  number of lines; taking no more than the first of them as lost keeps the others:
//
//      1,"x          broken: the quote is closed in front of the y, two lines below
//      2,b           read again, and taken
//      3,"y"         read again, and taken
//
//  No byte is looked at more than twice for that. Without flaws, a place is within quotes when the number of quotes before
//  it, from the record's beginning on, is odd. Take two records that were begun at different lines and both ran over the end
//  of a third line: both were within quotes there. But at the beginning of the later one the earlier was within quotes, too,
//  or it would have ended, and the later one was not; both met the same quotes from there on. So they differ there as well:
//  of all records that are begun, one at most runs over the end of a line.
//
//  docs/records.md has the rules for users.

import CByteScan
import Glibc
import Records

/// Reads the records of one file of CSV, or of one range of it.
package struct CSVReader: ~Copyable {
    /// Readable bytes that must follow a window; the first of them is set to NUL by the reader.
    package static let padding = Int(WF_PADDING)

    enum Position {
        case start
        /// Between two records.
        case records
        /// In a line that was rejected.
        case skippingLine
        /// In a run of NUL bytes that was rejected, longer than a record may be.
        case skippingNULs
    }

    /// Longest record that is read, in bytes.
    package let maxRecordBytes: Int
    package let schema: RowSchema
    package let settings: CSVSettings
    /// Known once the first record was read; nil at the end of a file that has none.
    package internal(set) var header: CSVHeader?
    /// How the records ended so far; taken ones count as folded.
    package internal(set) var counts = OutcomeCounts()
    /// Records that were met, counted where they are met and not where they end: conservation is checked against it.
    package internal(set) var recordsRead = 0
    /// Records that were taken apart in Swift.
    package internal(set) var recordsReadCompletely = 0
    /// Line feeds in all windows so far.
    package private(set) var lines = 0
    /// Bytes of rejected records.
    package internal(set) var rejectedBytes = 0
    /// How the input ended; meaningful after the last window.
    package internal(set) var inputEnd = InputEnd.whole
    /// Bytes that were scanned for records, for tests.
    package internal(set) var scannedBytes = 0

    var position: Position
    /// Bytes of all windows before this one that the reader was done with.
    private var offset = 0
    var batch: CellBatch
    let columns: CSVColumns
    var fields: [CSVField] = []
    var arena = UnquotedText()

    /// - Parameters:
    ///   - header: known for a range that begins between two records; nil at a file's beginning.
    ///   - maxRecordBytes: below 4 GiB.
    package init(
        schema: RowSchema, settings: CSVSettings = CSVSettings(), maxRecordBytes: Int, header: CSVHeader? = nil
    ) {
        precondition(maxRecordBytes > 0 && maxRecordBytes < Int(UInt32.max), "a record of \(maxRecordBytes) bytes")
        _ = Cell.checkedLayout
        self.schema = schema
        self.settings = settings
        self.maxRecordBytes = maxRecordBytes
        self.header = header
        position = header == nil ? .start : .records
        batch = CellBatch(fieldCount: schema.fields.count)
        columns = CSVColumns(batch, settings, maxRecordBytes: maxRecordBytes)
        if let header { columns.set(header, settings) }
    }

    /// The fields that the file has.
    package var fieldPaths: FieldPaths { header?.fields ?? FieldPaths() }

    /// Takes what is whole in a window.
    ///
    /// - Parameters:
    ///   - window: `count` bytes of input, then `padding` bytes that may be overwritten.
    ///   - isFinal: whether the input ends with this window.
    ///   - onBatch: gets the records as cells, and returns the rows that do not fit.
    ///   - onRejection: gets each rejected record, in the order of the file.
    /// - Returns: how many bytes are done with; all of them when `isFinal`.
    /// - Throws: `CSVError` when the header does not fit; what the closures throw. The reader is of no use afterwards.
    package mutating func read(
        _ window: UnsafeMutablePointer<UInt8>, count: Int, isFinal: Bool,
        onBatch: (borrowing CellBatch) throws -> [RowFault], onRejection: (Rejection) throws -> Void
    ) throws -> Int {
        // The first of the `padding` bytes. It ends every walk; the others are what loads of whole words find behind it.
        window[count] = 0
        var pass = Pass(window: UnsafePointer(window), end: UnsafePointer(window) + count, isFinal: isFinal)
        try run(&pass, onBatch, onRejection)
        try flush(&pass, onBatch, onRejection)
        countLines(&pass, to: pass.p)
        offset += pass.p - pass.window
        return pass.p - pass.window
    }

    /// One window being read.
    struct Pass {
        let window: UnsafePointer<UInt8>
        let end: UnsafePointer<UInt8>
        let isFinal: Bool
        /// Everything before is done with.
        var p: UnsafePointer<UInt8>
        /// Line feeds are counted up to here.
        var counted: UnsafePointer<UInt8>

        init(window: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, isFinal: Bool) {
            self.window = window
            self.end = end
            self.isFinal = isFinal
            p = window
            counted = window
        }
    }

    private mutating func run(
        _ pass: inout Pass, _ onBatch: (borrowing CellBatch) throws -> [RowFault],
        _ onRejection: (Rejection) throws -> Void
    ) throws {
        while true {
            switch position {
            case .start: guard try start(&pass) else { return }
            case .records: guard try records(&pass, onBatch, onRejection) else { return }
            case .skippingLine: guard skipLine(&pass) else { return }
            case .skippingNULs: guard skipNULs(&pass) else { return }
            }
        }
    }

    /// Takes records as long as there are whole ones.
    ///
    /// - Returns: whether reading goes on in another position; false when the window is used up.
    private mutating func records(
        _ pass: inout Pass, _ onBatch: (borrowing CellBatch) throws -> [RowFault],
        _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        while true {
            if batch.isFull { try flush(&pass, onBatch, onRejection) }
            let (stop, taken) = columns.takeLines(&pass.p, end: pass.end, row: batch.count)
            batch.count += taken
            recordsRead += taken
            if stop == WF_ROW_FULL { continue }
            if pass.p == pass.end { return false }
            guard try record(&pass, onBatch, onRejection) else { return false }
            guard case .records = position else { return true }
        }
    }

    /// Whether a record that does not end in the window cannot be one of the longest: two bytes behind its last are what
    /// tells that it ends there, in a longer window as in this one.
    func isBeyondLimit(_ start: UnsafePointer<UInt8>, _ pass: Pass) -> Bool { pass.end - start > maxRecordBytes + 1 }

    private mutating func skipLine(_ pass: inout Pass) -> Bool {
        let feed = Self.lineFeed(pass.p, pass.end)
        rejectedBytes += (feed ?? pass.end) - pass.p
        pass.p = feed.map { $0 + 1 } ?? pass.end
        if feed == nil && !pass.isFinal { return false }
        position = .records
        return true
    }

    private mutating func skipNULs(_ pass: inout Pass) -> Bool {
        let start = pass.p
        while pass.p < pass.end, pass.p.pointee == 0 { pass.p += 1 }
        rejectedBytes += pass.p - start
        if pass.p == pass.end && !pass.isFinal { return false }
        position = .records
        return true
    }

    // MARK: Handing on

    /// Hands the rows of the batch on, and rejects those that do not fit.
    mutating func flush(
        _ pass: inout Pass, _ onBatch: (borrowing CellBatch) throws -> [RowFault],
        _ onRejection: (Rejection) throws -> Void
    ) throws {
        if batch.count > 0 {
            batch.firstRow = recordsRead - batch.count + 1
            let faults = try onBatch(batch)
            counts.folded += batch.count - faults.count
            for fault in faults {
                let span = columns.span(fault.row)
                try note(
                    fault.reason, span.base, span.count, span, CSVFlawPlace(text: span.buffer), &pass, onRejection)
            }
            batch.count = 0
        }
        arena.removeAll()
    }

    /// Counts a rejection, and hands it on.
    ///
    /// - Parameters:
    ///   - covered: bytes that it costs.
    ///   - shown: its text.
    /// - Precondition: rejections come in the order of the file.
    mutating func note(
        _ reason: RejectReason, _ start: UnsafePointer<UInt8>, _ covered: Int, _ shown: ByteSlice,
        isRunOfNULs: Bool = false, _ place: CSVFlawPlace, _ pass: inout Pass,
        _ onRejection: (Rejection) throws -> Void
    ) throws {
        counts.rejected[reason, default: 0] += 1
        let bytesBefore = rejectedBytes
        rejectedBytes += covered
        countLines(&pass, to: start)
        let raw = UnsafeBufferPointer(start: shown.base, count: min(shown.count, maxRecordBytes))
        try onRejection(
            Rejection(
                reason: reason, offset: offset + (start - pass.window), linesBefore: lines,
                rejectedBytesBefore: bytesBefore, raw: raw, isRunOfNULs: isRunOfNULs, place: place))
    }

    private mutating func countLines(_ pass: inout Pass, to place: UnsafePointer<UInt8>) {
        lines += wf_count_newlines(pass.counted, place)
        pass.counted = place
    }

    /// The first line feed in `start ..< end`.
    static func lineFeed(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        memchr(start, 0x0A, end - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    }
}
