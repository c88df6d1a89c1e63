//  A table that is too long for one file becomes several, each with the header.

import Records

/// Hands at most so many rows to an encoder, then goes on with the next one.
package final class SplitEncoder: TableEncoder {
    private let makePart: (_ number: Int) throws -> any TableEncoder
    private let rowLimit: Int
    private var columns: [TableColumn] = []
    private var current: (any TableEncoder)?
    private var rowsLeft = 0
    private var bytesBefore = 0
    /// Encoders so far.
    package private(set) var parts = 0
    /// Rows so far, of all parts.
    package private(set) var rows = 0

    /// - Parameters:
    ///   - rowLimit: rows of a part, without the header; at least 1.
    ///   - makePart: makes the encoder of a part, from number 1 on; it is called when the part before is finished.
    package init(rowLimit: Int, makePart: @escaping (_ number: Int) throws -> any TableEncoder) {
        precondition(rowLimit > 0, "parts without rows")
        self.rowLimit = rowLimit
        self.makePart = makePart
    }

    package var bytesWritten: Int { bytesBefore + (current?.bytesWritten ?? 0) }

    package func begin(_ columns: [TableColumn]) throws {
        self.columns = columns
        try beginPart()
    }

    private func beginPart() throws {
        parts += 1
        let part = try makePart(parts)
        try part.begin(columns)
        current = part
        rowsLeft = rowLimit
    }

    private func endPart() throws {
        guard let part = current else { return }
        try part.finish()
        bytesBefore += part.bytesWritten
        current = nil
    }

    package func append(_ block: RowBlock) throws {
        var start = 0
        while start < block.count {
            if rowsLeft == 0 {
                try endPart()
                try beginPart()
            }
            let count = min(rowsLeft, block.count - start)
            try current!.append(block.rows(start..<start + count))
            rowsLeft -= count
            rows += count
            start += count
        }
    }

    package func finish() throws { try endPart() }
}
