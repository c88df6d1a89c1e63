//  Feeds bytes to a reader through windows of any size and keeps everything that comes out.
//
//  The reader's promises that do not depend on the input are checked on the way: rows of batches, conservation, bounded
//  memory, what a rejection says of its place. A broken one is thrown.

import Engagement
import JSONRecords
import Records

/// A promise that was not kept.
package struct BrokenPromise: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// Throws when what was promised does not hold.
@inline(__always)
package func promise(_ holds: Bool, _ text: @autoclosure () -> String) throws(BrokenPromise) {
    if !holds { throw BrokenPromise(text()) }
}

/// An accepted record.
package struct FoldedRecord: Hashable, CustomStringConvertible {
    package var keys: [[UInt8]]
    package var value: Int64

    package init(keys: [[UInt8]], value: Int64) { (self.keys, self.value) = (keys, value) }

    package var description: String { "\(keys.map { String(decoding: $0, as: UTF8.self) }) \(value)" }
}

/// A rejected record.
package struct RejectedRecord: Hashable, CustomStringConvertible {
    package var reason: RejectReason
    package var offset: Int
    package var linesBefore: Int
    package var raw: [UInt8]

    package init(reason: RejectReason, offset: Int, linesBefore: Int, raw: [UInt8]) {
        (self.reason, self.offset, self.linesBefore, self.raw) = (reason, offset, linesBefore, raw)
    }

    package var text: String { String(decoding: raw, as: UTF8.self) }

    package var description: String {
        "\(reason.rawValue) at \(offset) after \(linesBefore) lines: \(text.debugDescription)"
    }
}

/// Everything that a reader said about an input.
package struct ReadOutcome: Equatable {
    package var records: [FoldedRecord] = []
    package var rows: [ReadRow] = []
    /// The texts of their cells, as they were given.
    package var texts: [[[UInt8]]] = []
    package var rejections: [RejectedRecord] = []
    package var counts = OutcomeCounts()
    package var recordsRead = 0
    package var lines = 0
    package var rejectedBytes = 0
    package var actionLines = 0
    package var coercions = Coercions()
    package var answers = AnswerFacts()
    package var unread = UnreadArrays()
    /// What is reported about each rejection.
    package var flaws: [Flaw?] = []
    /// Bytes that each rejection covers.
    package var covered: [Int] = []
    package var fields = FieldPaths()
    package var end = InputEnd.whole
    package var container: Container?

    package init() {}

    /// Without what a reference does not say: coercions and covered bytes are compared between ways of reading, and
    /// which records are looked at for their fields depends on the way.
    package static func == (a: ReadOutcome, b: ReadOutcome) -> Bool {
        a.records == b.records && a.rows == b.rows && a.rejections == b.rejections && a.counts == b.counts
            && a.recordsRead == b.recordsRead && a.lines == b.lines && a.rejectedBytes == b.rejectedBytes
            && a.end == b.end && a.container == b.container && a.actionLines == b.actionLines
    }

    package func isLike(_ other: ReadOutcome) -> Bool {
        coercions == other.coercions && covered == other.covered && answers == other.answers && flaws == other.flaws
            && unread == other.unread && texts == other.texts
    }

    package var reasons: [RejectReason] { rejections.map(\.reason) }
    package var contracts: [String] { records.map { String(decoding: $0.keys[0], as: UTF8.self) } }
}

/// How an input is handed over.
package struct Feeding {
    /// Bytes that each window is longer than what was left over.
    package var step: Int
    /// Whether the end is told with a window that holds nothing new.
    package var tellsEndLate: Bool
    package var plan: FoldPlan
    /// What is read in place of the plan, if there is something.
    package var rows: RowReading?
    /// What a reference is to judge by.
    package var judge: any ReferencePlan { if let rows { rows } else { plan } }
    package var maxRecordBytes: Int
    package var container: Container?
    package var isAtStart: Bool
    /// Whether records are matched against the shapes of others first, and then walked over by their fields.
    package var usesShapes: Bool
    /// Whether they are walked over by their fields when no shapes are used.
    package var usesWalk: Bool

    package init(
        step: Int = .max, tellsEndLate: Bool = false, plan: FoldPlan = .engagement, rows: RowReading? = nil,
        maxRecordBytes: Int = 1 << 20, container: Container? = nil, isAtStart: Bool = true, usesShapes: Bool = true,
        usesWalk: Bool = false
    ) {
        self.step = step
        self.tellsEndLate = tellsEndLate
        self.plan = plan
        self.rows = rows
        self.maxRecordBytes = maxRecordBytes
        self.container = container
        self.isAtStart = isAtStart
        self.usesShapes = usesShapes
        self.usesWalk = usesWalk
    }
}

private let paddingBytes = (0..<RecordReader.padding).map { Array("\"}1".utf8)[$0 % 3] }

/// Reads a whole input. Each window lies in memory of exactly its size and the padding, which is full of bytes that look
/// like JSON, so that whatever reads too far is noticed.
///
/// - Throws: ``BrokenPromise``.
package func read(_ input: [UInt8], _ feeding: Feeding = Feeding()) throws -> ReadOutcome {
    var reader = RecordReader(
        feeding.rows?.plan ?? ReadingPlan(feeding.plan), maxRecordBytes: feeding.maxRecordBytes,
        container: feeding.container,
        isAtStart: feeding.isAtStart)
    if !feeding.usesShapes { reader.leaveOutShapes(keepingWalk: feeding.usesWalk) }
    var outcome = ReadOutcome()
    var bytesBefore: [Int] = []
    var consumed = 0
    var fed = 0
    var isFinal = false
    while !isFinal {
        let before = fed
        fed = input.count - fed <= feeding.step ? input.count : fed + feeding.step
        isFinal = fed == input.count && (!feeding.tellsEndLate || before == fed)
        let count = fed - consumed
        let window = UnsafeMutablePointer<UInt8>.allocate(capacity: count + RecordReader.padding)
        defer { window.deallocate() }
        input.withUnsafeBufferPointer { input in
            if count > 0 { window.update(from: input.baseAddress! + consumed, count: count) }
        }
        paddingBytes.withUnsafeBufferPointer { (window + count).update(from: $0.baseAddress!, count: $0.count) }
        func take(_ rejection: Rejection) {
            bytesBefore.append(rejection.rejectedBytesBefore)
            outcome.flaws.append(rejection.flaw)
            outcome.rejections.append(
                RejectedRecord(
                    reason: rejection.reason, offset: rejection.offset, linesBefore: rejection.linesBefore,
                    raw: Array(rejection.raw)))
        }
        let done =
            if let rows = feeding.rows {
                try reader.read(
                    window, count: count, isFinal: isFinal, onCells: { batch in try outcome.take(batch, rows) },
                    onRejection: take)
            } else {
                try reader.read(
                    window, count: count, isFinal: isFinal, onBatch: { batch in try outcome.take(batch) },
                    onRejection: take)
            }
        try promise((0...count).contains(done), "\(done) bytes of \(count) are done with")
        consumed += done
        // Memory stays bounded by the longest record, and a byte order mark or an indentation.
        try promise(fed - consumed <= feeding.maxRecordBytes + 100, "\(fed - consumed) bytes are to be kept")
    }
    try promise(consumed == input.count, "\(consumed) bytes of \(input.count) were read")
    outcome.counts = reader.counts
    outcome.recordsRead = reader.recordsRead
    outcome.lines = reader.lines
    outcome.rejectedBytes = reader.rejectedBytes
    outcome.covered = zip(bytesBefore, bytesBefore.dropFirst() + [reader.rejectedBytes]).map { $1 - $0 }
    outcome.actionLines = reader.actionLines
    outcome.answers = reader.answers
    outcome.unread = reader.unread
    outcome.coercions = reader.coercions
    outcome.fields = reader.fields
    outcome.end = reader.inputEnd
    outcome.container = reader.container
    try outcome.checkCounts()
    try outcome.checkCoveredBytes(in: input, maxRecordBytes: feeding.maxRecordBytes)
    try outcome.checkPlaces(in: input)
    try outcome.checkFlaws(in: input)
    return outcome
}

package func read(_ text: String, _ feeding: Feeding = Feeding()) throws -> ReadOutcome {
    try read(Array(text.utf8), feeding)
}

extension ReadOutcome {
    fileprivate mutating func take(_ batch: borrowing RecordBatch) throws(BrokenPromise) {
        try promise((1...RecordBatch.capacity).contains(batch.count), "a batch of \(batch.count) rows")
        for row in 0..<batch.count {
            let keys = (0..<batch.keyCount).map { key -> [UInt8] in
                let slice = batch.keys[row * batch.keyCount + key]
                // The promise to those who load keys by words: touch every byte of it.
                for i in 0..<RecordBatch.keyPadding { withExtendedLifetime(slice.base[i]) {} }
                return Array(slice.buffer)
            }
            records.append(FoldedRecord(keys: keys, value: batch.values[row]))
        }
    }

    /// Takes the rows that fit, and answers with the others.
    fileprivate mutating func take(
        _ batch: borrowing CellBatch, _ reading: RowReading
    ) throws(BrokenPromise) -> [RowFault] {
        try promise((1...batch.capacity).contains(batch.count), "a batch of \(batch.count) rows")
        try promise(
            batch.firstRow == rows.count + rejections.count + 1,
            "row \(batch.firstRow) after \(rows.count) rows and \(rejections.count) rejections")
        var faults: [RowFault] = []
        for row in 0..<batch.count {
            var cells: [ReadCell] = []
            var texts: [[UInt8]] = []
            for (number, field) in reading.schema.fields.enumerated() {
                let cell = batch.cells[row * batch.fieldCount + number]
                guard let kind = Cell.Kind(rawValue: cell.kind) else {
                    throw BrokenPromise("a cell of kind \(cell.kind)")
                }
                if kind == .missing {
                    texts.append([])
                } else {
                    for i in 0..<RecordBatch.keyPadding { withExtendedLifetime(cell.start![i]) {} }
                    texts.append(Array(cell.text))
                }
                cells.append(ReadCell(kind, try reading.plain(texts[number], kind, of: field)))
            }
            if let reason = reading.fault(cells) {
                faults.append(RowFault(row: row, reason: reason))
            } else {
                rows.append(ReadRow(number: batch.firstRow + row, cells: cells))
                self.texts.append(texts)
            }
        }
        return faults
    }

    /// Conservation.
    fileprivate func checkCounts() throws(BrokenPromise) {
        try promise(recordsRead == counts.read, "\(recordsRead) records read, but \(counts)")
        try promise(
            recordsRead == records.count + rows.count + counts.ignored + rejections.count,
            "\(recordsRead) records read, but \(records.count + rows.count) given, \(counts.ignored) ignored, \(reasons)"
        )
        try promise(
            counts.folded == records.count + rows.count,
            "\(counts.folded) folded, but \(records.count + rows.count) given")
        try promise(counts.rejectedTotal == rejections.count, "\(counts.rejected), but \(reasons)")
    }

    /// A rejection shows no more than it covers, and what it shows stands where it says.
    fileprivate mutating func checkCoveredBytes(in input: [UInt8], maxRecordBytes: Int) throws(BrokenPromise) {
        for (index, covered) in covered.enumerated() {
            let rejection = rejections[index]
            try promise(
                input[rejection.offset...].starts(with: rejection.raw), "\(rejection) is not what stands there")
            rejections[index].raw = Array(rejection.raw.prefix(covered))
            try promise(
                rejections[index].raw.count == min(covered, maxRecordBytes),
                "\(rejection) shows \(rejections[index].raw.count) bytes of \(covered)")
        }
    }

    /// A text that is not JSON is told what is wrong with it, at a place that there is.
    fileprivate func checkFlaws(in input: [UInt8]) throws(BrokenPromise) {
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (rejection, flaw) in zip(rejections, flaws) {
            guard let flaw else {
                try promise(rejection.reason != .malformedJSON, "nothing is said of \(rejection)")
                continue
            }
            let line = rejection.linesBefore + flaw.lines
            try promise(
                !flaw.words.isEmpty && line < lines.count && (1...lines[line].count + 1).contains(flaw.column),
                "\(flaw.words) of \(rejection) stands at line \(line + 1), column \(flaw.column)")
        }
    }

    /// A rejection stands where it says, with the bytes that are there, and none stands before the end of another.
    fileprivate func checkPlaces(in input: [UInt8]) throws(BrokenPromise) {
        var reached = 0
        var feeds = 0
        var shown = 0
        for rejection in rejections {
            try promise(rejection.offset >= reached, "\(rejection) begins before byte \(reached)")
            let end = rejection.offset + rejection.raw.count
            try promise(
                end <= input.count && input[rejection.offset..<end].elementsEqual(rejection.raw),
                "\(rejection) is not what stands there")
            feeds += input[reached..<rejection.offset].count { $0 == 0x0A }
            try promise(rejection.linesBefore == feeds, "\(rejection) stands after \(feeds) lines")
            feeds += rejection.raw.count { $0 == 0x0A }
            reached = end
            shown += rejection.raw.count
        }
        try promise(lines == input.count { $0 == 0x0A }, "\(lines) lines")
        try promise((shown...input.count).contains(rejectedBytes), "\(rejectedBytes) bytes rejected, \(shown) shown")
    }
}
