//  Building batches row by row without an array append for each value.

import Columns
import Glibc

/// Room for the rows of one batch; used again for the next.
struct KeyedBatchBuilder: ~Copyable {
    /// A growing buffer of strings.
    struct Strings {
        var bytes: UnsafeMutablePointer<UInt8>
        var capacity: Int
        var used = 0
        /// `rowLimit + 1` of them.
        let offsets: UnsafeMutablePointer<Int>
    }

    /// Rows a batch holds at most.
    let rowLimit: Int
    /// A batch is also full when its keys hold this many bytes: a merge holds two row groups of each of its 32 inputs, and
    /// all of them together must fit into the memory budget however long keys are.
    private static let byteLimit = 2 << 20

    let keyCount: Int
    let measureCount: Int
    let keys: UnsafeMutablePointer<Strings>
    /// Column-major, `rowLimit` values for each measure.
    let measures: UnsafeMutablePointer<UnsafeMutablePointer<Int64>>
    private(set) var count = 0
    /// Bytes of all keys so far, those of the row that was begun, too.
    private(set) var keyBytes = 0
    /// What was handed on last.
    private var batch: KeyedBatch

    init(keyCount: Int, measureCount: Int, rowLimit: Int) {
        precondition(rowLimit > 0, "a batch needs room for a row")
        self.rowLimit = rowLimit
        self.keyCount = keyCount
        self.measureCount = measureCount
        batch = KeyedBatch(
            keys: Array(repeating: StringColumn(), count: keyCount), measures: Array(repeating: [], count: measureCount)
        )
        keys = .allocate(capacity: keyCount)
        measures = .allocate(capacity: measureCount)
        for k in 0..<keyCount {
            let offsets = UnsafeMutablePointer<Int>.allocate(capacity: rowLimit + 1)
            offsets[0] = 0
            (keys + k).initialize(to: Strings(bytes: .allocate(capacity: 1 << 16), capacity: 1 << 16, offsets: offsets))
        }
        for m in 0..<measureCount { (measures + m).initialize(to: .allocate(capacity: rowLimit)) }
    }

    deinit {
        for k in 0..<keyCount {
            keys[k].bytes.deallocate()
            keys[k].offsets.deallocate()
        }
        for m in 0..<measureCount { measures[m].deallocate() }
        keys.deallocate()
        measures.deallocate()
    }

    var isFull: Bool { count == rowLimit || keyBytes >= Self.byteLimit }

    /// Where the next row's key is to be written; at least `count + 16` bytes may be.
    @inline(__always)
    func room(key: Int, count: Int) -> UnsafeMutablePointer<UInt8> {
        let strings = keys + key
        if strings.pointee.capacity - strings.pointee.used < count + 16 { grow(key, by: count + 16) }
        return strings.pointee.bytes + strings.pointee.used
    }

    private func grow(_ key: Int, by count: Int) {
        let strings = keys + key
        let capacity = max(strings.pointee.capacity * 2, strings.pointee.used + count)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        // Never smaller than what is used.
        memcpy(larger, strings.pointee.bytes, strings.pointee.used)
        strings.pointee.bytes.deallocate()
        strings.pointee.bytes = larger
        strings.pointee.capacity = capacity
    }

    /// The next row's key has this many bytes.
    @inline(__always)
    mutating func setKey(_ key: Int, count: Int) {
        keys[key].used += count
        keyBytes += count
        // There is one offset more than rows, and a row is begun only where one is left: a full batch was handed on.
        keys[key].offsets[self.count + 1] = keys[key].used
    }

    @inline(__always)
    mutating func setKey(_ key: Int, _ bytes: UnsafePointer<UInt8>, count: Int) {
        // `room` has `count` bytes and 16 more.
        memcpy(room(key: key, count: count), bytes, count)
        setKey(key, count: count)
    }

    /// The same for bytes of which 16 can be read, however short the key is.
    @inline(__always)
    mutating func setKey(_ key: Int, padded bytes: UnsafePointer<UInt8>, count: Int) {
        let out = room(key: key, count: count)
        if count <= 16 {
            // 16 bytes can be read, and `room` has 16 more than the key takes.
            let word = UnsafeRawPointer(bytes).loadUnaligned(as: UInt128.self)
            UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt128.self)
        } else {
            memcpy(out, bytes, count)
        }
        setKey(key, count: count)
    }

    /// The next row's keys are those of a lane's row.
    @inline(__always)
    mutating func setKeys(_ lane: MergeLane, _ row: Int) {
        for k in 0..<keyCount {
            // The lane's row is loaded: `CursorStorage` has an offset behind it, and 16 bytes behind its keys.
            let start = lane.offsets[k][row]
            setKey(k, padded: lane.bytes[k] + start, count: lane.offsets[k][row + 1] - start)
        }
    }

    /// Whether the keys of the row that was begun are those of a lane's row.
    func hasKeys(_ lane: MergeLane, _ row: Int) -> Bool {
        for k in 0..<keyCount {
            let start = lane.offsets[k][row]
            let length = lane.offsets[k][row + 1] - start
            let own = keys[k].offsets[count]
            if keys[k].used - own != length { return false }
            // As many bytes as both keys have.
            if memcmp(lane.bytes[k] + start, keys[k].bytes + own, length) != 0 { return false }
        }
        return true
    }

    /// Rows that there is room for.
    var rowsLeft: Int { rowLimit - count }

    /// Takes rows of a lane as they are.
    ///
    /// - Precondition: `rows.count <= rowsLeft`.
    mutating func append(_ lane: MergeLane, _ rows: Range<Int>) {
        precondition(rows.count <= rowsLeft, "\(rows.count) rows where \(rowsLeft) fit")
        for k in 0..<keyCount {
            let offsets = lane.offsets[k] + rows.lowerBound
            let size = offsets[rows.count] - offsets[0]
            // The rows are loaded ones of the lane; `room` has `size` bytes and more, and `rowsLeft` offsets are left.
            memcpy(room(key: k, count: size), lane.bytes[k] + offsets[0], size)
            let shift = keys[k].used &- offsets[0]
            let out = keys[k].offsets + count
            for row in 1..<rows.count + 1 { out[row] = offsets[row] &+ shift }
            keys[k].used += size
            keyBytes += size
        }
        for m in 0..<measureCount {
            (measures[m] + count).update(from: lane.measures[m] + rows.lowerBound, count: rows.count)
        }
        count += rows.count
    }

    /// The next row is complete: all its keys were set and its measures written to `measures[m][count]`.
    @inline(__always)
    mutating func endRow() { count += 1 }

    /// Forgets the keys of the row that was begun.
    mutating func dropRow() {
        for k in 0..<keyCount {
            keyBytes -= keys[k].used - keys[k].offsets[count]
            keys[k].used = keys[k].offsets[count]
        }
    }

    /// The first key of the row that was begun, for messages.
    var lastKeyText: String {
        let start = keys[0].offsets[count]
        return String(
            decoding: UnsafeBufferPointer(start: keys[0].bytes + start, count: keys[0].used - start), as: UTF8.self)
    }

    /// Hands on the rows so far as a batch; the builder is empty afterwards. The batch's memory is used again, unless the
    /// receiver keeps it.
    mutating func emit(_ receive: (KeyedBatch) throws -> Void) rethrows {
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
        for k in 0..<keyCount {
            batch.keys[k].replace(bytes: keys[k].bytes, offsets: keys[k].offsets, rowCount: count)
            keys[k].used = 0
        }
        for m in 0..<measureCount {
            batch.measures[m].removeAll(keepingCapacity: true)
            batch.measures[m].append(contentsOf: UnsafeBufferPointer(start: measures[m], count: count))
        }
        count = 0
        keyBytes = 0
        try receive(batch)
    }
}
