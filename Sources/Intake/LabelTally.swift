//  How many records each label has, when a file is only checked: no sums, no first keys, no table to spill.
//
//      hash of the name ─▶ slot ─▶ label number ─▶ name, records
//
//  A million different names must not cost a million entries, so names beyond a limit are only counted together.

import Glibc
import Records

/// Records by label: by the second key, or the only one.
package struct LabelCounts: Sendable, Hashable {
    /// Different names that are kept.
    package static let limit = 4096
    /// A longer name, in bytes, is not kept.
    package static let longestName = 256

    package var records: [ByteOrdered: Int] = [:]
    /// Records of labels that are not kept.
    package var others = 0

    package init() {}

    package mutating func add(_ label: ByteOrdered, _ count: Int) {
        if records[label] == nil && records.count == Self.limit {
            others += count
        } else {
            records[label, default: 0] += count
        }
    }

    package mutating func add(_ other: LabelCounts) {
        others += other.others
        for (label, count) in other.records.sorted(by: { $0.key < $1.key }) { add(label, count) }
    }
}

/// Counts the records of each label.
final class LabelTally: BatchSink {
    // A struct, so that the access to it is checked once for each batch and not for each record.
    private var table = LabelTable()

    func add(_ batch: borrowing RecordBatch) { table.add(batch) }

    var counts: LabelCounts { table.counts }
}

private struct LabelTable {
    private struct Label {
        var name: [UInt8]
        var records: Int
    }

    private var labels: [Label] = []
    /// Label number + 1 by hash; 0 is free. Twice as many as labels, so that there always is a free one.
    private var slots = [UInt16](repeating: 0, count: LabelCounts.limit * 2)
    private var others = 0

    mutating func add(_ batch: borrowing RecordBatch) {
        let label = batch.keyCount > 1 ? 1 : 0
        for row in 0..<batch.count { count(batch.keys[row * batch.keyCount + label]) }
    }

    private mutating func count(_ name: ByteSlice) {
        guard name.count <= LabelCounts.longestName else {
            others += 1
            return
        }
        // FNV-1a; names are short.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.buffer { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var slot = Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(slots.count - 1))
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            let isSame = labels[number].name.withUnsafeBufferPointer {
                $0.count == name.count && (name.count == 0 || memcmp($0.baseAddress!, name.base, name.count) == 0)
            }
            if isSame {
                labels[number].records += 1
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard labels.count < LabelCounts.limit else {
            others += 1
            return
        }
        labels.append(Label(name: Array(name.buffer), records: 1))
        slots[slot] = UInt16(labels.count)
    }

    var counts: LabelCounts {
        var counts = LabelCounts()
        for label in labels { counts.add(ByteOrdered(String(decoding: label.name, as: UTF8.self)), label.records) }
        counts.others += others
        return counts
    }
}
