//  What C and Swift tell each other of records that need not be read completely.

import CByteScan
import Records

/// What came of a try.
struct MatchResult {
    /// Records that were taken, and how many of them are ignored and so in no row.
    var matched = 0
    var ignored = 0
    /// Whether the record at the position is one for others.
    var missed = false
    /// Whether some cells are still to be decoded.
    var hasEscapes = false
}

/// Where records go that are read in C.
enum RowTarget {
    case fold(wf_rows)
    case cells(wf_cell_rows)

    /// Fields of a record: of a fold its keys and its value.
    var roleCount: Int {
        switch self {
        case .fold(let rows): rows.key_count + 1
        case .cells(let rows): rows.field_count
        }
    }

    /// Whether each record has a field at least that is looked for first. A record without keys has nothing to be ignored
    /// for.
    var hasKeys: Bool { if case .fold(let rows) = self { rows.key_count > 0 } else { true } }

    var rows: wf_rows { if case .fold(let rows) = self { rows } else { wf_rows() } }
    var cells: wf_cell_rows { if case .cells(let cells) = self { cells } else { wf_cell_rows() } }
}

/// Keys 0 that let a record be ignored, laid out as C reads them.
struct IgnoredKeys: ~Copyable {
    private let bytes: UnsafeMutablePointer<UInt8>
    private let size: Int

    init(_ keys: [[UInt8]]) {
        var list: [UInt8] = []
        for key in keys {
            withUnsafeBytes(of: UInt32(key.count)) { list += $0 }
            list += key
        }
        size = list.count
        bytes = .allocate(capacity: size + 1)
        for (i, byte) in list.enumerated() { bytes[i] = byte }
    }

    deinit { bytes.deallocate() }

    /// Rows of a plan with these keys; they live no longer than this.
    func rows(keyCount: Int, maxRecordBytes: Int) -> wf_rows {
        var rows = wf_rows()
        rows.ignored = UnsafePointer(bytes)
        rows.ignored_size = size
        rows.key_count = keyCount
        rows.max_record = Int64(maxRecordBytes)
        return rows
    }
}

extension wf_rows {
    /// Lets values count in the unit of these rules. What may have to be rejected is missed.
    mutating func setUnit(of rules: DurationRules) {
        let (multiplier, places) = rules.unit.scale
        unit_multiplier = multiplier == 1 ? 0 : Int64(multiplier)
        unit_divisor = (0..<places).reduce(1) { divisor, _ in divisor * 10 }
        if unit_divisor == 1 { unit_divisor = 0 }
        rest_going_up =
            switch rules.rounding {
            case .reject: 0
            case .nearest: (unit_divisor + 1) / 2
            case .down: unit_divisor
            case .up: 1
            }
    }

    /// Rows behind those that the batch holds.
    @inline(__always)
    mutating func begin(_ batch: borrowing RecordBatch) {
        // A `wf_row_key` is a `ByteSlice` (SharedLayout.swift).
        keys = UnsafeMutableRawPointer(batch.keys).assumingMemoryBound(to: wf_row_key.self)
        values = batch.values
        row = batch.count
        capacity = RecordBatch.capacity
        ignored_records = 0
        taken = 0
    }

    /// What was added since.
    @inline(__always)
    func result(_ stop: wf_row_stop, _ batch: inout RecordBatch) -> MatchResult {
        #if WATCHFOLD_CHECKS
            precondition(
                row <= capacity && row - batch.count == taken - ignored_records,
                "rows \(batch.count) to \(row) of \(capacity) for \(taken) records, \(ignored_records) of them ignored")
        #endif
        batch.count = row
        return MatchResult(matched: taken, ignored: ignored_records, missed: stop == WF_ROW_MISS)
    }
}

extension wf_cell_rows {
    /// Rows after those that are held.
    @inline(__always)
    mutating func begin(_ held: borrowing HeldRows) {
        // A `wf_cell` is a `Cell` (SharedLayout.swift).
        cells = UnsafeMutableRawPointer(held.batch.cells).assumingMemoryBound(to: wf_cell.self)
        records = held.records
        row = held.batch.count
        capacity = held.batch.capacity
        escaped = 0
    }

    /// What was added since.
    @inline(__always)
    func result(_ stop: wf_row_stop, _ held: inout HeldRows) -> MatchResult {
        let taken = row - held.batch.count
        #if WATCHFOLD_CHECKS
            precondition(taken >= 0 && row <= capacity, "rows \(held.batch.count) to \(row) of \(capacity)")
        #endif
        held.batch.count = row
        return MatchResult(matched: taken, missed: stop == WF_ROW_MISS, hasEscapes: escaped > 0)
    }
}
