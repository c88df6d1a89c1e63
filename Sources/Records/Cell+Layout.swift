//  How a cell lies in memory. C writes cells, of JSON and of CSV, as `wf_cell` (CByteScan/RecordRows.h):
//
//      byte 0            8           12         16
//           start        byteCount   kind
//
//  This room does not know C. So the numbers are asserted on both sides: of `wf_cell` by the compiler, of `Cell` here.

extension Cell {
    /// Traps unless a cell is laid out as `wf_cell` is.
    package static func checkLayout() {
        typealias Layout = MemoryLayout<Cell>
        precondition(
            Layout.size == 16 && Layout.stride == 16 && Layout.alignment == 8,
            "a cell of \(Layout.stride) bytes, aligned to \(Layout.alignment), where C has 16, aligned to 8")
        let offsets = [Layout.offset(of: \.start), Layout.offset(of: \.byteCount), Layout.offset(of: \.kind)]
        precondition(offsets == [0, 8, 12], "members of a cell are at \(offsets), in C at 0, 8 and 12")
    }

    /// Evaluated once, by the first reader.
    package static let checkedLayout: Void = checkLayout()
}
