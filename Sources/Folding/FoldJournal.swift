//  What one file added to a table that other files are in, too.
//
//  A fold of many files needs one table for all of them, but a file counts only when it has been read to its end and
//  judged. So it is noted for each record which entry it went to:
//
//      records    A 5   B 7   A 1   …
//      numbers    0     1     0            entries of the table
//      values     5     7     1
//
//  If the file does not count, its values are taken back, entry by entry (`FoldTable.takeBack`). If it becomes too
//  large for this, it is moved into a table of its own (`FoldTable.add(_:rows:of:)`) and taken back here. Addition is
//  commutative, so it does not matter what other files did meanwhile.

import Glibc

/// Entries and values, in the order in which they came; 12 bytes a record.
package final class FoldJournal {
    private(set) var numbers: UnsafeMutablePointer<UInt32>
    private(set) var values: UnsafeMutablePointer<Int64>
    private var capacity: Int
    package private(set) var count = 0
    /// Sum of the absolute values.
    private(set) var weight: Int64 = 0

    private static let bytesPerRecord = MemoryLayout<UInt32>.stride + MemoryLayout<Int64>.stride
    private static let leastCapacity = 1 << 10

    package init() {
        capacity = Self.leastCapacity
        numbers = Self.resized(nil, capacity)
        values = Self.resized(nil, capacity)
    }

    deinit {
        free(numbers)
        free(values)
    }

    /// Bytes of memory in use.
    package var footprint: Int { capacity * Self.bytesPerRecord }

    /// The same when so many more records have been noted.
    package func footprint(adding more: Int) -> Int {
        var capacity = capacity
        while capacity < count + more { capacity *= 2 }
        return capacity * Self.bytesPerRecord
    }

    /// Forgets everything but its memory.
    package func removeAll() {
        count = 0
        weight = 0
    }

    func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        while capacity < count + more { capacity *= 2 }
        numbers = Self.resized(numbers, capacity)
        values = Self.resized(values, capacity)
    }

    /// Large blocks of memory are made larger by the system without a copy.
    private static func resized<Element>(
        _ memory: UnsafeMutablePointer<Element>?, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let size = capacity * MemoryLayout<Element>.stride
        guard let larger = realloc(memory, size) else { fatalError("out of memory: \(size) bytes for a journal") }
        return larger.bindMemory(to: Element.self, capacity: capacity)
    }

    /// So many records were written behind the last one.
    func note(_ more: Int, _ weight: Int64) {
        count += more
        self.weight += weight
    }
}
