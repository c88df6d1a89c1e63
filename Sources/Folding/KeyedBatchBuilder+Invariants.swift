//  What is true of a batch that is being built, between two rows.

import Records

extension KeyedBatchBuilder {
    /// Traps when the rows so far are not a batch: strings back to back, keys ascending, each once.
    ///
    /// - Precondition: no row was begun.
    /// - Complexity: linear in the bytes of keys.
    func checkInvariants() {
        precondition(count <= rowLimit, "\(count) rows where \(rowLimit) fit")
        var bytes = 0
        for k in 0..<keyCount {
            let strings = keys[k]
            precondition(strings.offsets[0] == 0, "key \(k) begins at byte \(strings.offsets[0])")
            for row in 0..<count {
                precondition(
                    strings.offsets[row] <= strings.offsets[row + 1],
                    "key \(k) of row \(row) is from \(strings.offsets[row]) to \(strings.offsets[row + 1])")
            }
            precondition(
                strings.offsets[count] == strings.used && strings.used <= strings.capacity,
                "key \(k) of \(count) rows ends at \(strings.offsets[count]), of \(strings.used) bytes in \(strings.capacity)"
            )
            bytes += strings.used
        }
        precondition(bytes == keyBytes, "keys have \(bytes) bytes, counted were \(keyBytes)")
        for row in 1..<max(count, 1) {
            precondition(
                compare(row - 1, row) < 0,
                "row \(row), \(text(row)), does not come behind row \(row - 1), \(text(row - 1))")
        }
    }

    private func compare(_ row: Int, _ other: Int) -> Int {
        for k in 0..<keyCount {
            let order = compareBytes(key(k, row), key(k, other))
            if order != 0 { return order }
        }
        return 0
    }

    private func key(_ k: Int, _ row: Int) -> UnsafeBufferPointer<UInt8> {
        let offsets = keys[k].offsets
        return UnsafeBufferPointer(start: keys[k].bytes + offsets[row], count: offsets[row + 1] - offsets[row])
    }

    private func text(_ row: Int) -> String {
        (0..<keyCount).map { String(decoding: key($0, row), as: UTF8.self) }.joined(separator: "/")
    }
}
