//  How an entry lies in memory: FoldTable.swift draws it, and CByteScan/SortWords.c reads it.

import CByteScan

extension FoldTable {
    /// An entry is lent to C as a `wf_entry`, so both must lay it out alike.
    static func checkLayout() {
        typealias Layout = MemoryLayout<Entry>
        typealias Other = MemoryLayout<wf_entry>
        precondition(
            Layout.size == 32 && Layout.stride == Other.stride && Layout.alignment == Other.alignment,
            "an entry of \(Layout.stride) bytes, aligned to \(Layout.alignment), where C has \(Other.stride)")
        let offsets = [
            (Layout.offset(of: \.key.high), Other.offset(of: \.high)),
            (Layout.offset(of: \.key.low), Other.offset(of: \.low)),
            (Layout.offset(of: \.sum), Other.offset(of: \.sum)),
            (Layout.offset(of: \.second), Other.offset(of: \.second)),
            (Layout.offset(of: \.count), Other.offset(of: \.count)),
        ]
        precondition(offsets.allSatisfy { $0 != nil && $0 == $1 }, "fields of an entry here and in C are at \(offsets)")
    }

    /// Evaluated once, by the first table.
    static let checkedLayout: Void = checkLayout()
}
