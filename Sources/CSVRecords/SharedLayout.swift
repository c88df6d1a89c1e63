//  Types that Swift and C write and read in the same memory.

import CByteScan
import Records

enum SharedLayout {
    /// Evaluated once, by the first reader.
    static let checked: Void = check()

    /// Traps when a layout differs.
    static func check() {
        typealias Ours = MemoryLayout<Cell>
        typealias Theirs = MemoryLayout<wf_csv_cell>
        precondition(
            Ours.size == Theirs.size && Ours.stride == Theirs.stride && Ours.alignment == Theirs.alignment,
            "a cell of \(Ours.stride) bytes where C has \(Theirs.stride)")
        let places = [Ours.offset(of: \.start), Ours.offset(of: \.byteCount), Ours.offset(of: \.kind)]
        precondition(places == [0, 8, 12], "members of a cell are at \(places)")
        precondition(
            Cell.Kind.null.rawValue == WF_CSV_NULL.rawValue && Cell.Kind.string.rawValue == WF_CSV_STRING.rawValue,
            "kinds of cells differ")
    }
}
