//  Small tables in memory.

import Records

/// A column whose values are kept; the bytes of texts by somebody else.
package enum OwnedColumn {
    case text([ByteSlice])
    case integers([Int64])
}

extension [OwnedColumn] {
    /// Lends all columns as one block, if there is a row.
    ///
    /// - Parameter count: rows; every column has so many.
    package func lend(_ count: Int, _ body: (RowBlock) throws -> Void) rethrows {
        if count > 0 { try lend(self[...], []) { try body(RowBlock(columns: $0, count: count)) } }
    }

    private func lend(
        _ columns: ArraySlice<OwnedColumn>, _ lent: [RowBlock.Values], _ body: ([RowBlock.Values]) throws -> Void
    ) rethrows {
        switch columns.first {
        case nil: try body(lent)
        case .text(let values):
            try values.withUnsafeBufferPointer { try lend(columns.dropFirst(), lent + [.text($0.baseAddress!)], body) }
        case .integers(let values):
            try values.withUnsafeBufferPointer {
                try lend(columns.dropFirst(), lent + [.integer($0.baseAddress!)], body)
            }
        }
    }
}
