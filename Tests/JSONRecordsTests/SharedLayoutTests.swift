//  The bytes that Swift and C share.

import CByteScan
import Records
import Testing

@testable import JSONRecords

@Suite struct SharedLayoutTests {
    @Test func sharedTypesAreLaidOutAlike() {
        SharedLayout.check()
        // A row that was written here is read there, and the other way round.
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 4)
        defer { bytes.deallocate() }
        var key = wf_row_key(base: UnsafePointer(bytes), count: 3)
        withUnsafeBytes(of: &key) {
            let slice = $0.load(as: ByteSlice.self)
            #expect(slice.base == UnsafePointer(bytes) && slice.count == 3)
        }
        var value = wf_cell(start: UnsafePointer(bytes), count: 4, kind: WF_CELL_STRING.rawValue)
        withUnsafeBytes(of: &value) {
            let cell = $0.load(as: Cell.self)
            #expect(cell.start == UnsafePointer(bytes) && cell.byteCount == 4 && cell.kind == Cell.Kind.string.rawValue)
        }
    }
}
