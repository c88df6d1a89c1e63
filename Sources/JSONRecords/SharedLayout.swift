//  Types that Swift and C write and read in the same memory.
//
//  The compiler that imports a C struct lays it out as C does. Two things it does not see: where Swift has a type of its own
//  for the same bytes, and where numbers in Swift stand for sizes in C.

import CByteScan
import Records

enum SharedLayout {
    /// Evaluated once, by the first reader.
    static let checked: Void = check()

    /// Traps when a layout differs.
    static func check() {
        // Rows of a batch: C fills them as `wf_row_key`, a fold reads them as `ByteSlice`.
        typealias Slice = MemoryLayout<ByteSlice>
        typealias RowKey = MemoryLayout<wf_row_key>
        precondition(
            Slice.size == RowKey.size && Slice.stride == RowKey.stride && Slice.alignment == RowKey.alignment,
            "a slice of \(Slice.stride) bytes where C has \(RowKey.stride)")
        precondition(
            (Slice.offset(of: \.base), Slice.offset(of: \.count)) == (0, 8)
                && (RowKey.offset(of: \.base), RowKey.offset(of: \.count)) == (0, 8),
            "fields of a slice are at \([Slice.offset(of: \.base), Slice.offset(of: \.count)]), in C at "
                + "\([RowKey.offset(of: \.base), RowKey.offset(of: \.count)])")
        // Rows of cells: C fills them as `wf_cell`, for CSV, too.
        Cell.checkLayout()
        let kinds: [Cell.Kind] = [.missing, .null, .string, .number, .boolean, .container]
        let kindsInC = [
            WF_CELL_MISSING, WF_CELL_NULL, WF_CELL_STRING, WF_CELL_NUMBER, WF_CELL_BOOLEAN, WF_CELL_CONTAINER,
        ]
        precondition(kinds.map(\.rawValue) == kindsInC.map(\.rawValue), "kinds of cells are \(kindsInC) in C")
        // Arrays of these are made here and indexed there.
        let strides = [
            MemoryLayout<wf_shape_node>.stride, MemoryLayout<wf_shape_slot>.stride, MemoryLayout<wf_walk_key>.stride,
            MemoryLayout<wf_walk_table>.stride, MemoryLayout<wf_walk_place>.stride, MemoryLayout<wf_walk_slot>.stride,
        ]
        precondition(strides == [32, 16, 64, 128, 32, 16], "elements of \(strides) bytes")
        // Keys are kept as they lie in the window, and read by whole words.
        precondition(
            RecordBatch.keyPadding <= Int(WF_PADDING),
            "\(RecordBatch.keyPadding) bytes of a key are read where \(WF_PADDING) are behind the window")
        precondition(MemoryLayout<wf_row_stop>.size == 4, "an answer of \(MemoryLayout<wf_row_stop>.size) bytes")
    }
}
