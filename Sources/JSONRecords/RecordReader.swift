//  Bytes ─▶ batches of records.
//
//  The reader is given a *window*: the part of the input that is in memory. It takes as many whole records as there
//  are, says how many bytes it is done with, and is given the rest again at the front of the next window.
//
//      window 1   {"a":1}\n{"a":2}\n{"a"          done with 16 bytes
//      window 2   {"a":3}\n…                      the six left over, and more
//
//  A window that holds no whole record is given again, longer, up to the longest record allowed. So memory is bounded
//  by that and nothing depends on where windows end: every decision is made on the bytes of a record alone.
//
//  Where the reader is between two windows:
//
//      start ─▶ betweenValues ─▶ … one value …  ─▶ betweenValues
//                     │ [ or hits.hits                  ▲ ] and the rest of an answer
//                     ▼                                 │
//                 elementOrEnd ─▶ commaOrEnd ─▶ element ┘
//
//  and after a record that cannot be read: `skippingLine` (JSON Lines) or `searching` for the next boundary.

import CByteScan
import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads the records of one input, or of one range of lines of it.
package struct RecordReader: ~Copyable {
    /// Readable bytes that must follow a window; the first of them is set to NUL by the reader.
    package static let padding = Int(WF_PADDING)

    enum Position {
        case start
        case betweenValues
        /// Behind an opening bracket.
        case elementOrEnd
        /// Behind an element.
        case commaOrEnd
        /// Behind a comma.
        case element
        /// Behind the bracket that closes `hits.hits`.
        case answerTail
        /// In a line that was rejected.
        case skippingLine
        /// Behind a rejected record of the values or array kind: looking for a line that begins like a record.
        case searching(Search)
    }

    /// What is known of the record that failed, for finding the next boundary.
    struct Search {
        /// Of its first byte.
        var column: Int
        var isInArray: Bool
        /// The last byte passed over that is no space.
        var lastByte: UInt8
    }

    /// Longest record that is read, in bytes.
    package let maxRecordBytes: Int
    /// Known once the first window was looked at.
    package private(set) var container: Container?
    /// How the records ended so far.
    package internal(set) var counts = OutcomeCounts()
    /// Records that were met, counted where they are met and not where they end: conservation is checked against it.
    package internal(set) var recordsRead = 0
    /// Line feeds in all windows so far.
    package private(set) var lines = 0
    /// Bytes of rejected records.
    package internal(set) var rejectedBytes = 0
    /// Of the folded records, what was coerced in which field.
    package internal(set) var coercions = Coercions()
    /// How the input ended; meaningful after the last window.
    package internal(set) var inputEnd = InputEnd.whole

    var position: Position
    private var isInHits = false
    /// Bytes of all windows before this one that the reader was done with.
    private var offset = 0
    /// Bytes since the last line feed, at the window's first byte.
    private var column = 0

    let ignoredKeys: [[UInt8]]
    let keepsNegativeValues: Bool
    let durations: DurationRules
    var storage: FieldStorage
    private let ignoredBytes: IgnoredKeys
    /// Asked first.
    var shapes: ShapeTree
    /// Asked for what fits no shape, before the complete reader.
    var walk: FieldWalk
    /// Told of the records that the complete reader takes.
    var census = FieldCensus()
    var batch: RecordBatch
    var arena = StringArena(capacity: 1 << 16)

    /// The fields that records were seen to have.
    package var fields: FieldPaths { census.fields }

    /// Reads every record completely, or plain ones by their fields: slower, with the same outcome. For measuring and
    /// for tests.
    package mutating func leaveOutShapes(keepingWalk: Bool = false) {
        shapes.isOn = false
        walk.isOn = keepingWalk && walk.isOn
    }

    /// - Parameters:
    ///   - container: known for a range of lines; nil to find out from the content.
    ///   - isAtStart: whether the first window is the beginning of a file, where a byte order mark may stand.
    package init(plan: FoldPlan, maxRecordBytes: Int, container: Container? = nil, isAtStart: Bool = true) {
        precondition(maxRecordBytes > 0, "a record needs room")
        self.maxRecordBytes = maxRecordBytes
        self.container = container
        position = isAtStart ? .start : .betweenValues
        storage = FieldStorage(tree: FieldTree(plan: plan))
        batch = RecordBatch(keyCount: plan.keys.count)
        ignoredKeys = plan.ignoredKeys.map { Array($0.utf8) }
        keepsNegativeValues = plan.keepsNegativeValues
        durations = plan.durations
        ignoredBytes = IgnoredKeys(ignoredKeys)
        var rows = ignoredBytes.rows(keyCount: plan.keys.count, maxRecordBytes: maxRecordBytes)
        rows.setUnit(of: plan.durations)
        shapes = ShapeTree(slotCount: storage.tree.slotCount, rows: rows)
        walk = FieldWalk(storage, rows: rows)
    }

    /// Takes what is whole in a window.
    ///
    /// - Parameters:
    ///   - window: `count` bytes of input, then `padding` bytes that may be overwritten.
    ///   - isFinal: whether the input ends with this window.
    ///   - onBatch: gets the accepted records; what it throws ends the reading.
    ///   - onRejection: gets each rejected record.
    /// - Returns: how many bytes are done with; all of them when `isFinal`.
    package mutating func read(
        _ window: UnsafeMutablePointer<UInt8>, count: Int, isFinal: Bool,
        onBatch: (borrowing RecordBatch) throws -> Void, onRejection: (Rejection) throws -> Void
    ) throws -> Int {
        window[count] = 0
        var pass = Pass(window: UnsafePointer(window), end: UnsafePointer(window) + count, isFinal: isFinal)
        walk.begin(end: pass.end)
        try run(&pass, onBatch, onRejection)
        try flush(onBatch)
        let done = pass.p - pass.window
        lines += wf_count_newlines(pass.counted, pass.p)
        column = columnAt(pass.p, pass)
        offset += done
        return done
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

    // MARK: The state machine

    private mutating func run(
        _ pass: inout Pass, _ onBatch: (borrowing RecordBatch) throws -> Void, _ onRejection: (Rejection) throws -> Void
    ) throws {
        while true {
            switch position {
            case .start:
                guard start(&pass) else { return }
            case .betweenValues:
                skipSpace(&pass)
                if pass.p == pass.end { return }
                if container == .lines {
                    guard try lines(&pass, onBatch, onRejection) else { return }
                } else if pass.p.pointee == UInt8(ascii: "[") {
                    pass.p += 1
                    (position, isInHits) = (.elementOrEnd, false)
                } else if container == .responses {
                    guard try answer(&pass, onBatch, onRejection) else { return }
                } else {
                    guard try value(&pass, next: .betweenValues, onBatch, onRejection) else { return }
                }
            case .elementOrEnd, .commaOrEnd, .element:
                skipSpace(&pass)
                if pass.p == pass.end {
                    if pass.isFinal {
                        inputEnd = .insideValue
                        position = .betweenValues
                    }
                    return
                }
                guard try array(&pass, onBatch, onRejection) else { return }
            case .answerTail:
                guard try answerTail(&pass, onRejection) else { return }
            case .skippingLine:
                guard skipLine(&pass) else { return }
            case .searching(let search):
                guard self.search(&pass, search) else { return }
            }
        }
    }

    private func skipSpace(_ pass: inout Pass) { while isSpace(pass.p.pointee) { pass.p += 1 } }

    /// The byte order mark, and the decision how the file holds its records.
    private mutating func start(_ pass: inout Pass) -> Bool {
        if container == nil {
            container = Self.container(
                of: pass.p, count: pass.end - pass.p, isFinal: pass.isFinal, maxRecordBytes: maxRecordBytes)
        }
        guard container != nil, pass.isFinal || pass.end - pass.p >= 3 else { return false }
        let mark = Self.markLength(pass.p, pass.end - pass.p)
        pass.p += mark
        // The mark takes no column.
        column = -mark
        position = .betweenValues
        return true
    }

    /// Bytes of the byte order mark at the beginning of a file: 3 or 0.
    private static func markLength(_ window: UnsafePointer<UInt8>, _ count: Int) -> Int {
        count >= 3 && window[0] == 0xEF && window[1] == 0xBB && window[2] == 0xBF ? 3 : 0
    }

    /// How a file holds its records, told from its beginning: a window like the one `read` takes.
    ///
    /// - Returns: nil when a longer window is needed.
    package static func container(
        of window: UnsafePointer<UInt8>, count: Int, isFinal: Bool, maxRecordBytes: Int
    ) -> Container? {
        if count < 3 && !isFinal { return nil }
        return Container.detect(
            window + markLength(window, count), end: window + count, isFinal: isFinal, maxRecordBytes: maxRecordBytes)
    }

    // MARK: Lines

    /// Takes lines as long as there are whole ones. Returns false when the window is used up.
    private mutating func lines(
        _ pass: inout Pass, _ onBatch: (borrowing RecordBatch) throws -> Void, _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        while true {
            while isSpace(pass.p.pointee) { pass.p += 1 }
            if pass.p == pass.end { return false }
            if shapes.isReady && pass.p.pointee == UInt8(ascii: "{") {
                if batch.isFull { try flush(onBatch) }
                let result = shapes.matchLines(&pass.p, into: &batch)
                count(result)
                if !result.missed { continue }
            }
            if walkIsAsked && pass.p.pointee == UInt8(ascii: "{") {
                if batch.isFull { try flush(onBatch) }
                // Behind a record that fits no shape there may be one that does.
                let result = walk.takeLines(&pass.p, limit: shapes.isReady ? 1 : census.gapLeft, into: &batch)
                countWalked(result)
                if !result.missed { continue }
            }
            let start = pass.p
            var failure: ScanFailure?
            var isObject = false
            var next = start
            do throws(ScanStop) {
                (isObject, next) = try scanValue(start, pass, lineMode: true)
                // Behind a record stands the end of its line, or another record.
                while next.pointee == 0x20 || next.pointee == 0x09 || next.pointee == 0x0D { next += 1 }
                if next.pointee != 0x0A && next.pointee != UInt8(ascii: "{") && next.pointee != UInt8(ascii: "[") {
                    if next < pass.end { throw ScanStop(failure: .malformed, reached: next - start) }
                    if !pass.isFinal { throw ScanStop(failure: .incomplete, reached: next - start) }
                }
            } catch { failure = error.failure }
            // A record that is too long costs its line even if it is whole: a shorter window would not see where it ends.
            if next - start > maxRecordBytes { failure = .incomplete }

            guard let failure else {
                try take(start, next, isObject: isObject, &pass, onBatch, onRejection)
                pass.p = next
                continue
            }
            // The end of the line says how long the bad record is.
            let newline = memchr(start, 0x0A, pass.end - start).map {
                UnsafePointer($0.assumingMemoryBound(to: UInt8.self))
            }
            let lineEnd = newline ?? pass.end
            if newline == nil && !pass.isFinal {
                if pass.end - start <= maxRecordBytes { return false }
                try reject(.recordTooLong, start, pass.end, &pass, onRejection)
                pass.p = pass.end
                position = .skippingLine
                return true
            }
            var reason: RejectReason =
                switch failure {
                case .malformed: .malformedJSON
                case .invalidUTF8: .invalidUTF8
                // Only the last line of all can be incomplete; any other ran into its line feed.
                case .incomplete: newline == nil ? .truncated : .malformedJSON
                }
            if lineEnd - start > maxRecordBytes { reason = .recordTooLong }
            if reason == .truncated { inputEnd = .insideValue }
            try reject(reason, start, lineEnd, &pass, onRejection)
            pass.p = lineEnd
        }
    }

    private mutating func skipLine(_ pass: inout Pass) -> Bool {
        let newline = memchr(pass.p, 0x0A, pass.end - pass.p)
        let lineEnd = newline.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? pass.end
        rejectedBytes += lineEnd - pass.p
        pass.p = lineEnd
        if newline != nil { position = .betweenValues }
        return newline != nil
    }

    // MARK: Values, arrays and answers

    /// Takes one value. Returns false when it is not whole in this window.
    private mutating func value(
        _ pass: inout Pass, next: Position,
        _ onBatch: (borrowing RecordBatch) throws -> Void, _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        let start = pass.p
        if shapes.isReady && start.pointee == UInt8(ascii: "{") {
            if batch.isFull { try flush(onBatch) }
            let result = shapes.matchRecord(&pass.p, into: &batch)
            count(result)
            if !result.missed {
                position = next
                return true
            }
        }
        if walkIsAsked && start.pointee == UInt8(ascii: "{") {
            if batch.isFull { try flush(onBatch) }
            let result = walk.takeRecord(&pass.p, into: &batch)
            countWalked(result)
            if !result.missed {
                position = next
                return true
            }
        }
        let isObject: Bool
        let end: UnsafePointer<UInt8>
        do throws(ScanStop) {
            (isObject, end) = try scanValue(start, pass, lineMode: false)
            if end - start > maxRecordBytes { throw ScanStop(failure: .incomplete, reached: end - start) }
        } catch {
            return try failed(error, start, &pass, onRejection)
        }
        try take(start, end, isObject: isObject, &pass, onBatch, onRejection)
        pass.p = end
        position = next
        return true
    }

    private mutating func array(
        _ pass: inout Pass, _ onBatch: (borrowing RecordBatch) throws -> Void, _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        let byte = pass.p.pointee
        switch position {
        case .elementOrEnd where byte == UInt8(ascii: "]"), .commaOrEnd where byte == UInt8(ascii: "]"):
            pass.p += 1
            position = isInHits ? .answerTail : .betweenValues
            return true
        case .commaOrEnd where byte == UInt8(ascii: ","):
            pass.p += 1
            position = .element
            return true
        case .commaOrEnd:
            return try failed(ScanStop(failure: .malformed, reached: 0), pass.p, &pass, onRejection)
        default: return try value(&pass, next: .commaOrEnd, onBatch, onRejection)
        }
    }

    /// An Elasticsearch answer up to its records; an object without any is a record like another.
    private mutating func answer(
        _ pass: inout Pass, _ onBatch: (borrowing RecordBatch) throws -> Void, _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        var scanner = JSONScanner(pass.p, end: pass.end, lineMode: false, isFinal: pass.isFinal)
        do throws(ScanFailure) {
            if try scanner.enterHits() {
                if scanner.p - pass.p > maxRecordBytes { throw .incomplete }
                pass.p = scanner.p
                (position, isInHits) = (.elementOrEnd, true)
                return true
            }
        } catch {
            return try failed(ScanStop(failure: error, reached: scanner.p - pass.p), pass.p, &pass, onRejection)
        }
        return try value(&pass, next: .betweenValues, onBatch, onRejection)
    }

    private mutating func answerTail(_ pass: inout Pass, _ onRejection: (Rejection) throws -> Void) throws -> Bool {
        var scanner = JSONScanner(pass.p, end: pass.end, lineMode: false, isFinal: pass.isFinal)
        do throws(ScanFailure) {
            try scanner.leaveHits()
            if scanner.p - pass.p > maxRecordBytes { throw .incomplete }
        } catch {
            // All records were read; only the answer around them was cut.
            if error == .incomplete && pass.isFinal && pass.end - pass.p <= maxRecordBytes {
                inputEnd = .insideValue
                pass.p = pass.end
                position = .betweenValues
                return true
            }
            return try failed(ScanStop(failure: error, reached: scanner.p - pass.p), pass.p, &pass, onRejection)
        }
        pass.p = scanner.p
        position = .betweenValues
        return true
    }

    // MARK: Helpers

    /// Counts records that were matched.
    @inline(__always)
    private mutating func count(_ result: MatchResult) {
        recordsRead += result.matched
        counts.ignored += result.ignored
    }

    /// Whether the next record is for the walk: unless it may teach a shape, or its fields are to be looked at.
    @inline(__always)
    private var walkIsAsked: Bool { walk.isReady && !shapes.wantsToLearn && census.gapLeft > 0 }

    /// Counts records that were walked over.
    @inline(__always)
    private mutating func countWalked(_ result: MatchResult) {
        count(result)
        census.pass(result.matched)
        shapes.countRecords(result.matched)
        shapes.passOver()
    }

    /// Walks over the value at `start`. For an object the storage holds its fields afterwards.
    @inline(__always)
    private mutating func scanValue(
        _ start: UnsafePointer<UInt8>, _ pass: Pass, lineMode: Bool
    ) throws(ScanStop) -> (isObject: Bool, end: UnsafePointer<UInt8>) {
        var scanner = JSONScanner(start, end: pass.end, lineMode: lineMode, isFinal: pass.isFinal)
        if start.pointee == UInt8(ascii: "{") {
            storage.reset()
            scanner.p += 1
            var fields = FieldScanner(scanner, storage)
            do throws(ScanFailure) {
                try fields.members(of: 0, depth: 1, storage: storage)
            } catch {
                throw ScanStop(failure: error, reached: fields.scanner.p - start)
            }
            return (true, fields.scanner.p)
        }
        do throws(ScanFailure) {
            try scanner.skipValue(depth: 0)
        } catch {
            throw ScanStop(failure: error, reached: scanner.p - start)
        }
        return (false, scanner.p)
    }

    /// Bytes between the last line feed before `q` and `q`.
    func columnAt(_ q: UnsafePointer<UInt8>, _ pass: Pass) -> Int {
        var line = q
        while line > pass.window {
            if line[-1] == 0x0A { return q - line }
            line -= 1
        }
        return column + (q - pass.window)
    }

    /// - Parameter shown: where the text that is shown ends; nil: at `end`.
    mutating func reject(
        _ reason: RejectReason, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        raw shown: UnsafePointer<UInt8>? = nil, _ pass: inout Pass, _ onRejection: (Rejection) throws -> Void
    ) throws {
        recordsRead += 1
        counts.rejected[reason, default: 0] += 1
        let bytesBefore = rejectedBytes
        rejectedBytes += end - start
        lines += wf_count_newlines(pass.counted, start)
        pass.counted = start
        try onRejection(
            Rejection(
                reason: reason, offset: offset + (start - pass.window), linesBefore: lines,
                rejectedBytesBefore: bytesBefore,
                raw: UnsafeBufferPointer(start: start, count: min((shown ?? end) - start, maxRecordBytes))))
    }

    mutating func flush(_ onBatch: (borrowing RecordBatch) throws -> Void) throws {
        if batch.count > 0 {
            counts.folded += batch.count
            try onBatch(batch)
            batch.count = 0
        }
        arena.reset()
    }
}
