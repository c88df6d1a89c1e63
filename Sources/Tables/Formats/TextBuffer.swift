//  Bytes on their way to a sink, and fields as the formats that are not delimited text write them.

import Records

/// Collects bytes and hands them on in large pieces.
struct TextBuffer {
    /// Large enough that a call of the sink is free, small enough to stay in the second-level cache.
    private static let chunkBytes = 256 * 1024

    private let sink: TableSink
    private(set) var bytes: [UInt8] = []
    private(set) var bytesWritten = 0

    init(_ sink: @escaping TableSink) {
        self.sink = sink
        bytes.reserveCapacity(2 * Self.chunkBytes)
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(_ byte: Unicode.Scalar) { bytes.append(UInt8(ascii: byte)) }

    mutating func append(_ text: ByteSlice) { bytes.append(contentsOf: text.buffer) }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    /// Appends what `write` writes; it is lent so much room and returns the end.
    mutating func append(room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        bytes.append(room: room, write)
    }

    /// Appends a number as text.
    mutating func append(number values: RowBlock.Values, _ row: Int, _ sign: DecimalSign = .point) {
        append(room: longestNumber + 8) { out in
            switch values {
            case .integer(let values): writeInteger(values[row], to: out)
            case .decimal(let values, let places):
                writeDecimal(values[row], places: places, sign: sign.byte, to: out)
            case .duration(let values): writeDuration(values[row], to: out)
            case .text: preconditionFailure("text is not a number")
            }
        }
    }

    /// Called behind a row: hands on what has come together.
    mutating func rowEnded() throws {
        if bytes.count >= Self.chunkBytes { try flush() }
    }

    mutating func flush() throws {
        if bytes.isEmpty { return }
        try bytes.withUnsafeBytes { try sink($0) }
        bytesWritten += bytes.count
        bytes.removeAll(keepingCapacity: true)
    }
}

extension [UInt8] {
    /// Appends what `write` writes; it is lent so much room and returns the end.
    mutating func append(room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { space in
            let end = write(space.baseAddress!)
            append(contentsOf: space[..<(end - space.baseAddress!)])
        }
    }
}
