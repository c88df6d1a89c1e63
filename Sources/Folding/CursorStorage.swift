//  One batch of an input, laid out for the merge loop.

import Columns

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Columns of one batch in memory of its own: keys as they are, their first bytes as comparable words, and each result
/// column's part already worked out.
final class CursorStorage {
    private let keyCount: Int
    private let measureCount: Int
    private var rowCapacity = 0
    private var byteCapacities: [Int]
    private(set) var words: UnsafeMutablePointer<UInt64>
    let bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    let offsets: UnsafeMutablePointer<UnsafeMutablePointer<Int>>
    let measures: UnsafeMutablePointer<UnsafeMutablePointer<Int64>>

    init(keyCount: Int, measureCount: Int) {
        self.keyCount = keyCount
        self.measureCount = measureCount
        byteCapacities = Array(repeating: 0, count: keyCount)
        words = .allocate(capacity: 0)
        bytes = .allocate(capacity: keyCount)
        offsets = .allocate(capacity: keyCount)
        measures = .allocate(capacity: measureCount)
        for k in 0..<keyCount {
            bytes[k] = .allocate(capacity: 0)
            offsets[k] = .allocate(capacity: 0)
        }
        for m in 0..<measureCount { measures[m] = .allocate(capacity: 0) }
    }

    deinit {
        words.deallocate()
        for k in 0..<keyCount {
            bytes[k].deallocate()
            offsets[k].deallocate()
        }
        for m in 0..<measureCount { measures[m].deallocate() }
        bytes.deallocate()
        offsets.deallocate()
        measures.deallocate()
    }

    /// Takes over a batch.
    ///
    /// - Throws: `.overflow` when a value cannot be negated.
    func load(_ batch: KeyedBatch, sources: [ColumnSource]) throws(FoldError) {
        precondition(batch.keys.count == keyCount, "a batch of \(batch.keys.count) keys among ones of \(keyCount)")
        let count = batch.count
        precondition(
            batch.keys.allSatisfy { $0.count == count } && batch.measures.allSatisfy { $0.count == count },
            "columns of different lengths")
        makeRoom(rows: count)
        for k in 0..<keyCount {
            batch.keys[k].withUnsafe { source, sourceOffsets in
                let size = sourceOffsets[count]
                if byteCapacities[k] < size + 16 {
                    bytes[k].deallocate()
                    byteCapacities[k] = size + 16 + size / 4
                    bytes[k] = .allocate(capacity: byteCapacities[k])
                }
                memcpy(bytes[k], source, size)
                memset(bytes[k] + size, 0, 16)
                memcpy(offsets[k], sourceOffsets, (count + 1) * MemoryLayout<Int>.stride)
            }
        }
        for row in 0..<count {
            let start = offsets[0][row]
            let length = offsets[0][row + 1] - start
            let key = KeyWords(padded: bytes[0] + start, count: min(length, KeyWords.capacity))
            words[row * 2] = key.high
            // A longer key comes behind the one that ends after 15 bytes.
            words[row * 2 + 1] = length > KeyWords.capacity ? key.low | 0xFF : key.low
        }
        for (m, source) in sources.enumerated() { try load(batch, source, into: measures[m], count) }
    }

    private func load(
        _ batch: KeyedBatch, _ source: ColumnSource, into out: UnsafeMutablePointer<Int64>, _ count: Int
    ) throws(FoldError) {
        switch source {
        case .none: out.update(repeating: 0, count: count)
        case .constant(let value): out.update(repeating: value, count: count)
        case .column(let m):
            batch.measures[m].withUnsafeBufferPointer {
                if count > 0 { out.update(from: $0.baseAddress!, count: count) }
            }
        case .masked(let m, let mask): for row in 0..<count { out[row] = batch.measures[m][row] & mask }
        case .negated(let m):
            for row in 0..<count {
                let (value, overflow) = Int64(0).subtractingReportingOverflow(batch.measures[m][row])
                if overflow { throw .overflow(key: batch.keys[0][row]) }
                out[row] = value
            }
        }
    }

    private func makeRoom(rows: Int) {
        guard rows > rowCapacity || rowCapacity == 0 else { return }
        rowCapacity = max(rows, 1)
        words.deallocate()
        words = .allocate(capacity: rowCapacity * 2)
        for k in 0..<keyCount {
            offsets[k].deallocate()
            offsets[k] = .allocate(capacity: rowCapacity + 1)
        }
        for m in 0..<measureCount {
            measures[m].deallocate()
            measures[m] = .allocate(capacity: rowCapacity)
        }
    }

    /// Compares the keys of two rows by their bytes, from one key column on: negative, zero or positive.
    func compare(_ row: Int, _ other: CursorStorage, _ otherRow: Int, from firstKey: Int) -> Int {
        for k in firstKey..<keyCount {
            let start = offsets[k][row]
            let length = offsets[k][row + 1] - start
            let otherStart = other.offsets[k][otherRow]
            let otherLength = other.offsets[k][otherRow + 1] - otherStart
            let order = memcmp(bytes[k] + start, other.bytes[k] + otherStart, min(length, otherLength))
            if order != 0 { return Int(order) }
            if length != otherLength { return length - otherLength }
        }
        return 0
    }

    func keyBytes(_ row: Int) -> [[UInt8]] {
        (0..<keyCount).map { k in
            Array(UnsafeBufferPointer(start: bytes[k] + offsets[k][row], count: offsets[k][row + 1] - offsets[k][row]))
        }
    }
}
