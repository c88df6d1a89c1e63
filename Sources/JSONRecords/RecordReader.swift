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
    package internal(set) var container: Container?
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
    var noValueBefore = 0
    /// Bytes in which values of several lines were looked for, for tests.
    var triedBytes = 0
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
    mutating func gap(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool? {
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
}
