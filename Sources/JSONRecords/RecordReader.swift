//  Bytes ─▶ batches of records, or of cells.
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
//                     │ [                               ▲ ]
//                     ▼                                 │
//                 elementOrEnd ─▶ commaOrEnd ─▶ element ┘
//
//  in an object around records `holder` between its members, and in its arrays the same as in others; and after a
//  record that cannot be read `skippingLine` (JSON Lines) or `searching` for the next boundary.
//
//  Between records byte order marks are nothing, as spaces are, and a run of NUL bytes is a rejection of its own.

import CByteScan
import Glibc
import Records

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
        /// Between two members of an object around records.
        case holder
        /// In a run of NUL bytes that was rejected, longer than a record may be; `nullsLead` comes behind it.
        case skippingNULs
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
        /// The last byte passed over that is not a space.
        var lastByte: UInt8
    }

    /// Longest record that is read, in bytes.
    package let maxRecordBytes: Int
    /// Known once the first window was looked at. Lines become values when one of them turns out to go on.
    package private(set) var container: Container?
    /// Where objects around the records hold them.
    private(set) var recordPaths: [[[UInt8]]] = []
    /// Whether arrays of records are looked for elsewhere: who names the paths does not want others.
    var looksForArrays: Bool { plan.recordPaths.isEmpty }
    /// How the records ended so far.
    package internal(set) var counts = OutcomeCounts()
    /// Records that were met, counted where they are met and not where they end: conservation is checked against it.
    package internal(set) var recordsRead = 0
    /// Well-formed records that the complete reader read: they fitted no known shape and were not walked over.
    package internal(set) var recordsReadCompletely = 0
    /// How often the shapes that were learned were forgotten, because too few records fitted them.
    package var timesShapesForgotten: Int { shapes.timesForgotten }
    /// Line feeds in all windows so far.
    package internal(set) var lines = 0
    /// Bytes of rejected records.
    package internal(set) var rejectedBytes = 0
    /// Of the folded records, what was coerced in which field.
    package internal(set) var coercions = Coercions()
    /// Lines of bulk requests, which are not records.
    package internal(set) var actionLines = 0
    /// What Elasticsearch answers said of themselves.
    package internal(set) var answers = AnswerFacts()
    /// Arrays of records that were passed over.
    package internal(set) var unread = UnreadArrays()
    /// How the input ended; meaningful after the last window.
    package internal(set) var inputEnd = InputEnd.whole

    var position: Position
    var isInHolder = false
    /// The place in the object around records at hand.
    var holder = Holder()
    /// Values that were met before its first.
    var valuesBeforeHolder = 0
    private var nullsLead = Position.betweenValues
    /// A line before this offset begins no value of several lines.
    private var noValueBefore = 0
    /// Bytes in which values of several lines were looked for, for tests.
    private(set) var triedBytes = 0
    /// Bytes of all windows before this one that the reader was done with.
    var offset = 0
    /// Bytes since the last line feed, at the window's first byte.
    var column = 0
    /// Whether the object that was walked over last is lenient JSON.
    var wasLenient = false

    // Of a fold; of rows they say nothing.
    let ignoredKeys: [[UInt8]]
    let keepsNegativeValues: Bool
    let durations: DurationRules
    let isLenient: Bool
    let reasons: FieldReasons
    /// Whether records become cells and not rows of a fold.
    let takesRows: Bool
    private let plan: ReadingPlan
    var storage: FieldStorage
    private let ignoredBytes: IgnoredKeys
    /// Asked first.
    var shapes: ShapeTree
    /// Asked for what fits no shape, before the complete reader.
    var walk: FieldWalk
    /// Told of the records that the complete reader takes.
    var census: FieldCensus
    /// Accepted records that were not yet handed on: of a fold, and as cells. Only one of them is used.
    var batch: RecordBatch
    var rows: HeldRows
    var arena = StringArena(capacity: 1 << 16)

    /// The fields that records were seen to have.
    package var fields: FieldPaths { census.fields }

    /// Reads every record completely, or plain ones by their fields: slower, with the same outcome. For measuring and
    /// for tests.
    package mutating func leaveOutShapes(keepingWalk: Bool = false) {
        shapes.isOn = false
        walk.isOn = keepingWalk && walk.isOn
    }

    package init(plan: FoldPlan, maxRecordBytes: Int, container: Container? = nil, isAtStart: Bool = true) {
        self.init(ReadingPlan(plan), maxRecordBytes: maxRecordBytes, container: container, isAtStart: isAtStart)
    }

    /// - Parameters:
    ///   - maxRecordBytes: of rows no more than 32 bits can say.
    ///   - container: known for a range of lines; nil to find out from the content.
    ///   - isAtStart: whether the first window is the beginning of a file.
    package init(_ plan: ReadingPlan, maxRecordBytes: Int, container: Container? = nil, isAtStart: Bool = true) {
        precondition(maxRecordBytes > 0, "a record needs room")
        precondition(plan.schema == nil || maxRecordBytes <= UInt32.max, "a cell of \(maxRecordBytes) bytes")
        _ = SharedLayout.checked
        self.maxRecordBytes = maxRecordBytes
        self.container = container
        self.plan = plan
        isLenient = plan.isLenient
        takesRows = plan.schema != nil
        reasons = FieldReasons(plan)
        census = FieldCensus(seesAll: plan.seesAllFields)
        if container?.isAnswers == true { recordPaths = plan.recordPaths.isEmpty ? [Layout.hits] : plan.recordPaths }
        position = isAtStart ? .start : .betweenValues
        storage = FieldStorage(tree: FieldTree(plan))
        let fold = plan.fold
        batch = RecordBatch(keyCount: fold?.keys.count ?? 0)
        ignoredKeys = fold?.ignoredKeys.map { Array($0.utf8) } ?? []
        keepsNegativeValues = fold?.keepsNegativeValues ?? false
        durations = fold?.durations ?? DurationRules()
        ignoredBytes = IgnoredKeys(ignoredKeys)
        rows = HeldRows(plan.schema, storage.tree)
        var target = RowTarget.cells(rows.layout(maxRecordBytes: maxRecordBytes))
        if let fold {
            var layout = ignoredBytes.rows(keyCount: fold.keys.count, maxRecordBytes: maxRecordBytes)
            layout.setUnit(of: fold.durations)
            target = .fold(layout)
        }
        shapes = ShapeTree(slotCount: storage.tree.slotCount, target)
        walk = FieldWalk(storage, target)
    }

    /// Takes what is whole in a window, for a fold.
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
        precondition(!takesRows, "records of rows are given as cells")
        return try withoutActuallyEscaping(onBatch) { onBatch in
            try withoutActuallyEscaping(onRejection) { onRejection in
                try read(window, count: count, isFinal, Receivers(accepted: .records(onBatch), rejected: onRejection))
            }
        }
    }

    /// The same for rows.
    ///
    /// - Parameter onCells: gets the records as cells, and answers with the rows that do not fit, in their order. Those are
    ///   rejected: no record after a batch is counted, and none is rejected, before the batch was answered.
    package mutating func read(
        _ window: UnsafeMutablePointer<UInt8>, count: Int, isFinal: Bool,
        onCells: (borrowing CellBatch) throws -> [RowFault], onRejection: (Rejection) throws -> Void
    ) throws -> Int {
        precondition(takesRows, "records of a fold are given as keys and values")
        return try withoutActuallyEscaping(onCells) { onCells in
            try withoutActuallyEscaping(onRejection) { onRejection in
                try read(window, count: count, isFinal, Receivers(accepted: .cells(onCells), rejected: onRejection))
            }
        }
    }

    private mutating func read(
        _ window: UnsafeMutablePointer<UInt8>, count: Int, _ isFinal: Bool, _ receivers: Receivers
    ) throws -> Int {
        // The first of the `padding` bytes. It ends every walk; the others are what loads of whole words find behind it.
        window[count] = 0
        var pass = Pass(window: UnsafePointer(window), end: UnsafePointer(window) + count, isFinal: isFinal)
        walk.begin(end: pass.end)
        try run(&pass, receivers)
        try flush(&pass, receivers)
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

    private mutating func run(_ pass: inout Pass, _ receivers: Receivers) throws {
        while true {
            switch position {
            case .start:
                guard start(&pass) else { return }
            case .betweenValues:
                skipSpace(&pass)
                if pass.p == pass.end { return }
                if container == .lines {
                    guard try lines(&pass, receivers) else { return }
                } else if let isDone = try gap(&pass, receivers) {
                    guard isDone else { return }
                } else if pass.p.pointee == UInt8(ascii: "[") {
                    pass.p += 1
                    (position, isInHolder) = (.elementOrEnd, false)
                } else if container?.isAnswers == true {
                    guard try object(&pass, receivers) else { return }
                } else {
                    guard try value(&pass, next: .betweenValues, receivers) else { return }
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
                if let isDone = try gap(&pass, receivers) {
                    guard isDone else { return }
                } else {
                    guard try array(&pass, receivers) else { return }
                }
            case .holder:
                guard try member(&pass, receivers) else { return }
            case .skippingLine:
                guard skipLine(&pass) else { return }
            case .skippingNULs:
                guard skipNULs(&pass) else { return }
            case .searching(let search):
                guard self.search(&pass, search) else { return }
            }
        }
    }

    /// The NUL behind the window is not a space.
    private func skipSpace(_ pass: inout Pass) { while isSpace(pass.p.pointee) { pass.p += 1 } }

    /// What stands between records beside space, at a byte that is not a space: nil when a record begins here; else whether
    /// reading goes on, or a longer window is needed.
    @inline(__always)
    private mutating func gap(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool? {
        let byte = pass.p.pointee
        if byte != 0 && byte != 0xEF && !(isLenient && byte == UInt8(ascii: ",")) { return nil }
        return try rareGap(&pass, receivers)
    }

    private mutating func rareGap(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool? {
        switch pass.p.pointee {
        case 0: return try rejectNULs(&pass, receivers)
        case 0xEF:
            let mark = markLength(pass.p, end: pass.end)
            if mark < 0 && !pass.isFinal { return false }
            if mark <= 0 { return nil }
            pass.p += mark
            return true
        case UInt8(ascii: ",") where isLenient:
            if case .commaOrEnd = position { return nil }
            pass.p += 1
            return true
        default: return nil
        }
    }

    /// A run of NUL bytes, as a crash or a full disk leaves them in place of what was to be written.
    private mutating func rejectNULs(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        let start = pass.p
        var end = start
        while end < pass.end, end.pointee == 0 { end += 1 }
        if end == pass.end && !pass.isFinal && end - start <= maxRecordBytes { return false }
        try reject(.malformedJSON, start, end, isRunOfNULs: true, &pass, receivers)
        pass.p = end
        if end == pass.end && !pass.isFinal { (position, nullsLead) = (.skippingNULs, position) }
        return true
    }

    private mutating func skipNULs(_ pass: inout Pass) -> Bool {
        let start = pass.p
        while pass.p < pass.end, pass.p.pointee == 0 { pass.p += 1 }
        rejectedBytes += pass.p - start
        if pass.p == pass.end && !pass.isFinal { return false }
        position = nullsLead
        return true
    }

    /// The decision how the file holds its records.
    private mutating func start(_ pass: inout Pass) -> Bool {
        if container == nil {
            let layout = Container.detect(
                pass.p, end: pass.end, isFinal: pass.isFinal, maxRecordBytes: maxRecordBytes, plan: plan)
            guard let layout else { return false }
            (container, recordPaths) = (layout.container, layout.paths)
        }
        position = .betweenValues
        return true
    }

    /// How a file holds its records, told from its beginning: a window like the one `read` takes.
    ///
    /// - Returns: nil when a longer window is needed.
    package static func container(
        of window: UnsafePointer<UInt8>, count: Int, isFinal: Bool, maxRecordBytes: Int, plan: ReadingPlan
    ) -> Container? {
        Container.detect(window, end: window + count, isFinal: isFinal, maxRecordBytes: maxRecordBytes, plan: plan)?
            .container
    }

    // MARK: Lines

    /// Takes lines as long as there are whole ones. Returns false when the window is used up.
    private mutating func lines(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        while true {
            while isSpace(pass.p.pointee) { pass.p += 1 }
            if pass.p == pass.end { return false }
            if shapes.isReady && pass.p.pointee == UInt8(ascii: "{") {
                if isFull { try flush(&pass, receivers) }
                let result =
                    takesRows
                    ? shapes.matchLines(&pass.p, into: &rows) : shapes.matchLines(&pass.p, into: &batch)
                count(result)
                if !result.missed { continue }
            }
            if walkIsAsked && pass.p.pointee == UInt8(ascii: "{") {
                if isFull { try flush(&pass, receivers) }
                // Behind a record that fits no shape there may be one that does.
                let limit = shapes.isReady ? 1 : census.gapLeft
                let result =
                    takesRows
                    ? walk.takeLines(&pass.p, limit: limit, into: &rows)
                    : walk.takeLines(&pass.p, limit: limit, into: &batch)
                countWalked(result)
                if !result.missed { continue }
            }
            if let isDone = try gap(&pass, receivers) {
                if isDone, case .betweenValues = position { continue }
                return isDone
            }
            let start = pass.p
            var stop: ScanStop?
            var isObject = false
            var next = start
            do throws(ScanStop) {
                (isObject, next) = try scanValue(start, pass, lineMode: true)
                // `next` is at the NUL at the latest, which is not a space.
                // Behind a record stands the end of its line, another record, or what is between records.
                while next.pointee == 0x20 || next.pointee == 0x09 || next.pointee == 0x0D { next += 1 }
                if next.pointee != 0x0A && next.pointee != UInt8(ascii: "{"),
                    let failure = failureBehindRecord(next, pass)
                {
                    throw ScanStop(failure: failure, reached: next - start)
                }
            } catch { stop = error }
            // A record that is too long costs its line even if it is whole: a shorter window would not see where it ends.
            if next - start > maxRecordBytes { stop = ScanStop(failure: .incomplete, reached: next - start) }

            guard let stop else {
                try take(start, next, isObject: isObject, &pass, receivers)
                pass.p = next
                continue
            }
            if stop.failure == .malformed && start[stop.reached] == 0x0A {
                guard let goesOn = goesOn(start, pass) else { return false }
                if goesOn {
                    container = .values
                    return true
                }
            }
            // The end of the line says how long the bad record is.
            let newline = memchr(start, 0x0A, pass.end - start).map {
                UnsafePointer($0.assumingMemoryBound(to: UInt8.self))
            }
            let lineEnd = newline ?? pass.end
            if newline == nil && !pass.isFinal {
                if pass.end - start <= maxRecordBytes { return false }
                try reject(.recordTooLong, start, pass.end, &pass, receivers)
                pass.p = pass.end
                position = .skippingLine
                return true
            }
            var reason: RejectReason =
                switch stop.failure {
                case .malformed: .malformedJSON
                case .invalidUTF8: .invalidUTF8
                // Only the last line of all can be incomplete; any other ran into its line feed.
                case .incomplete: newline == nil ? .truncated : .malformedJSON
                }
            if lineEnd - start > maxRecordBytes { reason = .recordTooLong }
            if reason == .truncated { inputEnd = .insideValue }
            try reject(reason, start, lineEnd, stop: start + stop.reached, &pass, receivers)
            pass.p = lineEnd
        }
    }

    /// Why a line cannot go on as it does behind a record; nil when it can.
    private func failureBehindRecord(_ next: UnsafePointer<UInt8>, _ pass: Pass) -> ScanFailure? {
        if next >= pass.end { return pass.isFinal ? nil : .incomplete }
        switch next.pointee {
        case UInt8(ascii: "["), 0: return nil
        case UInt8(ascii: ",") where isLenient: return nil
        case 0xEF:
            let mark = markLength(next, end: pass.end)
            return mark > 0 ? nil : mark < 0 && !pass.isFinal ? .incomplete : .malformed
        default: return .malformed
        }
    }

    /// Whether a value that its line does not hold is whole with the lines after it: then the file is one of values, from
    /// here on. Nil when a longer window is needed.
    ///
    /// A line that was cut never becomes whole with the next: a record cannot stand where a key, a comma or a bracket has
    /// to. Where such a value is broken, or longer than a record may be, no line of it is asked again, so that all of
    /// this looks at each byte once.
    private mutating func goesOn(_ start: UnsafePointer<UInt8>, _ pass: Pass) -> Bool? {
        let place = offset + (start - pass.window)
        if place < noValueBefore { return false }
        var scanner = JSONScanner(
            start, end: pass.end, lineMode: false, isFinal: pass.isFinal, isLenient: isLenient)
        var failure: ScanFailure?
        do throws(ScanFailure) { try scanner.skipValue(depth: 0) } catch { failure = error }
        triedBytes += scanner.p - start
        if scanner.p - start > maxRecordBytes { failure = .incomplete }
        guard let failure else { return true }
        if failure == .incomplete && !pass.isFinal && pass.end - start <= maxRecordBytes { return nil }
        noValueBefore = place + min(scanner.p - start, maxRecordBytes)
        return false
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
    mutating func value(
        _ pass: inout Pass, next: Position,
        _ receivers: Receivers
    ) throws -> Bool {
        let start = pass.p
        if shapes.isReady && start.pointee == UInt8(ascii: "{") {
            if isFull { try flush(&pass, receivers) }
            let result =
                takesRows
                ? shapes.matchRecord(&pass.p, into: &rows) : shapes.matchRecord(&pass.p, into: &batch)
            count(result)
            if !result.missed {
                position = next
                return true
            }
        }
        if walkIsAsked && start.pointee == UInt8(ascii: "{") {
            if isFull { try flush(&pass, receivers) }
            let result = takesRows ? walk.takeRecord(&pass.p, into: &rows) : walk.takeRecord(&pass.p, into: &batch)
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
            return try failed(error, start, &pass, receivers)
        }
        try take(start, end, isObject: isObject, &pass, receivers)
        pass.p = end
        position = next
        return true
    }

    private mutating func array(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        let byte = pass.p.pointee
        switch position {
        case .elementOrEnd where byte == UInt8(ascii: "]"), .commaOrEnd where byte == UInt8(ascii: "]"):
            pass.p += 1
            position = isInHolder ? .holder : .betweenValues
            return true
        case .element where byte == UInt8(ascii: "]") && isLenient:
            position = .commaOrEnd
            return true
        case .commaOrEnd where byte == UInt8(ascii: ","):
            pass.p += 1
            position = .element
            return true
        case .commaOrEnd where byte == UInt8(ascii: "{") && isLenient:
            position = .element
            return true
        case .commaOrEnd:
            return try failed(ScanStop(failure: .malformed, reached: 0), pass.p, &pass, receivers)
        default: return try value(&pass, next: .commaOrEnd, receivers)
        }
    }

    // MARK: Helpers

    /// Whether the records in hand must be handed on before there is room for another.
    @inline(__always)
    private var isFull: Bool { takesRows ? rows.batch.isFull : batch.isFull }

    /// Counts records that were matched.
    @inline(__always)
    private mutating func count(_ result: MatchResult) {
        if result.hasEscapes { rows.undoEscapes(from: rows.batch.count - result.matched, &arena) }
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
        var scanner = JSONScanner(
            start, end: pass.end, lineMode: lineMode, isFinal: pass.isFinal, isLenient: isLenient)
        if start.pointee == UInt8(ascii: "{") {
            storage.reset()
            scanner.p += 1
            var fields = FieldScanner(scanner, storage)
            do throws(ScanFailure) {
                try fields.members(of: 0, depth: 1, storage: storage)
            } catch {
                throw ScanStop(failure: error, reached: fields.scanner.p - start)
            }
            wasLenient = fields.scanner.wasLenient
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
        lineColumn(of: q, window: pass.window, windowColumn: column)
    }
}
