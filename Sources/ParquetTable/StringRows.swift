//  Strings lent by their column, for loops that compare and copy them in whole words.

import Glibc

/// Borrowed rows of strings: those of a column, or those of its rows that have a value.
struct StringRows {
    let bytes: UnsafePointer<UInt8>
    /// One more than there are rows; ascending.
    let offsets: UnsafePointer<Int>
    let count: Int

    /// How many bytes may be read.
    var end: Int { offsets[count] }

    @inline(__always) func length(_ row: Int) -> Int { offsets[row + 1] - offsets[row] }

    func row(_ row: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes + offsets[row], count: length(row))
    }

    /// The row's first eight bytes, the first one lowest; zeros after its end.
    @inline(__always) func head(_ row: Int) -> UInt64 {
        let start = offsets[row]
        let length = offsets[row + 1] - start
        if start + 8 <= end {
            // Within what may be read; what follows a shorter row is masked out.
            let word = load64(bytes + start)
            return length >= 8 ? word : word & ~(~0 &<< UInt64(8 * length))
        }
        var word: UInt64 = 0
        for index in 0..<min(length, 8) { word |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        return word
    }

    /// Whether one row's bytes come before another's.
    func isLess(_ left: Int, _ right: Int) -> Bool {
        let (leftLength, rightLength) = (length(left), length(right))
        // As many bytes as both rows have.
        let order = memcmp(bytes + offsets[left], bytes + offsets[right], min(leftLength, rightLength))
        return order != 0 ? order < 0 : leftLength < rightLength
    }

    /// Compares no more bytes than both rows have.
    func isEqual(_ left: Int, _ right: Int) -> Bool {
        length(left) == length(right) && memcmp(bytes + offsets[left], bytes + offsets[right], length(left)) == 0
    }

    /// How many leading bytes two rows share.
    func commonPrefix(_ left: Int, _ right: Int) -> Int {
        let (a, b) = (bytes + offsets[left], bytes + offsets[right])
        let limit = min(length(left), length(right))
        var common = 0
        while common + 8 <= limit {
            // Eight bytes of both rows.
            let difference = load64(a + common) ^ load64(b + common)
            if difference != 0 { return common + difference.trailingZeroBitCount / 8 }
            common += 8
        }
        while common < limit, a[common] == b[common] { common += 1 }
        return common
    }

    /// The rows that hold the smallest and the largest string among `candidates`.
    func extremes(of candidates: some Sequence<Int>) -> (smallest: Int, largest: Int)? {
        var result: (smallest: Int, largest: Int)?
        // Most rows are told apart by their heads; zeros after a short string's end sort it no later than it belongs.
        var (least, most): (UInt64, UInt64) = (0, 0)
        for row in candidates {
            let key = head(row).byteSwapped
            guard let found = result else {
                result = (row, row)
                (least, most) = (key, key)
                continue
            }
            if key < least || (key == least && isLess(row, found.smallest)) {
                result!.smallest = row
                least = key
            }
            if key > most || (key == most && isLess(found.largest, row)) {
                result!.largest = row
                most = key
            }
        }
        return result
    }
}
