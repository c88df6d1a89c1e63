//  How many records each app has, when a file is only checked: no sums, no contracts, no table to spill.
//
//      hash of the name ─▶ slot ─▶ app number ─▶ name, records
//
//  A million different names must not cost a million entries, so names beyond a limit are only counted together.

import Glibc
import Records

/// Records by app.
package struct AppCounts: Sendable, Hashable {
    /// Different names that are kept.
    package static let limit = 4096
    /// A longer name, in bytes, is not kept.
    package static let longestName = 256

    package var records: [ByteOrdered: Int] = [:]
    /// Records of apps that are not kept.
    package var others = 0

    package init() {}

    package mutating func add(_ app: ByteOrdered, _ count: Int) {
        if records[app] == nil && records.count == Self.limit {
            others += count
        } else {
            records[app, default: 0] += count
        }
    }

    package mutating func add(_ other: AppCounts) {
        others += other.others
        for (app, count) in other.records.sorted(by: { $0.key < $1.key }) { add(app, count) }
    }
}

/// Counts the second key of each record.
final class AppTally: BatchSink {
    // A struct, so that the access to it is checked once for each batch and not for each record.
    private var table = AppTable()

    func add(_ batch: borrowing RecordBatch) { table.add(batch) }

    var counts: AppCounts { table.counts }
}

private struct AppTable {
    private struct App {
        var name: [UInt8]
        var records: Int
    }

    private var apps: [App] = []
    /// App number + 1 by hash; 0 is free. Twice as many as apps, so that there always is a free one.
    private var slots = [UInt16](repeating: 0, count: AppCounts.limit * 2)
    private var others = 0

    mutating func add(_ batch: borrowing RecordBatch) {
        let app = batch.keyCount > 1 ? 1 : 0
        for row in 0..<batch.count { count(batch.keys[row * batch.keyCount + app]) }
    }

    private mutating func count(_ name: ByteSlice) {
        guard name.count <= AppCounts.longestName else {
            others += 1
            return
        }
        // FNV-1a; names are short.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.buffer { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var slot = Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(slots.count - 1))
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            let isSame = apps[number].name.withUnsafeBufferPointer {
                $0.count == name.count && (name.count == 0 || memcmp($0.baseAddress!, name.base, name.count) == 0)
            }
            if isSame {
                apps[number].records += 1
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard apps.count < AppCounts.limit else {
            others += 1
            return
        }
        apps.append(App(name: Array(name.buffer), records: 1))
        slots[slot] = UInt16(apps.count)
    }

    var counts: AppCounts {
        var counts = AppCounts()
        for app in apps { counts.add(ByteOrdered(String(decoding: app.name, as: UTF8.self)), app.records) }
        counts.others += others
        return counts
    }
}
