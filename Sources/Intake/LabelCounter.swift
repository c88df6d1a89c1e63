//  How many records each label has, when a file is only checked: no sums, no first keys, no table to spill.
//
//      name ─▶ label number ─▶ records
//
//  A million different names must not cost a million entries, so names beyond a limit are only counted together.

import Folding
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
final class LabelCounter: BatchSink {
    // A struct, so that the access to it is checked once for each batch and not for each record.
    private var table = LabelTable()

    func add(_ batch: borrowing RecordBatch) { table.add(batch) }

    var counts: LabelCounts { table.counts }
}

private struct LabelTable {
    private var names = KeyInterner()
    /// By number of the name.
    private var records: [Int] = []
    private var others = 0

    mutating func add(_ batch: borrowing RecordBatch) {
        let label = batch.keyCount > 1 ? 1 : 0
        for row in 0..<batch.count { count(batch.keys[row * batch.keyCount + label]) }
    }

    private mutating func count(_ name: ByteSlice) {
        if name.count > LabelCounts.longestName {
            others += 1
        } else if let number = names.number(of: name.buffer) {
            records[Int(number)] += 1
        } else if names.count < LabelCounts.limit {
            _ = names.intern(name.buffer)
            records.append(1)
        } else {
            others += 1
        }
    }

    var counts: LabelCounts {
        var counts = LabelCounts()
        for (number, records) in records.enumerated() {
            counts.add(ByteOrdered(String(decoding: names.string(number), as: UTF8.self)), records)
        }
        counts.others += others
        return counts
    }
}
