//  The bytes that Swift and C share.

import CByteScan
import Testing

@testable import Folding

@Suite struct EntryLayoutTests {
    @Test func anEntryIsLaidOutAsInC() {
        FoldTable.checkLayout()
        #expect(MemoryLayout<FoldTable.Entry>.stride == MemoryLayout<wf_entry>.stride)
        // Each field is read in C where it was written here.
        var entry = FoldTable.Entry(key: KeyWords(high: 1, low: 2), sum: 3, second: 4, count: 5)
        withUnsafeBytes(of: &entry) {
            let other = $0.load(as: wf_entry.self)
            #expect((other.high, other.low, other.sum) == (1, 2, 3))
            #expect((other.second, other.count) == (4, 5))
        }
    }
}
