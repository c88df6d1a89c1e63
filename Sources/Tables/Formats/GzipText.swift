//  Tables that are compressed on their way out, as one gzip member (RFC 1952).
//
//      header 1F 8B 08 00  00 00 00 00  04 FF │ deflated bytes │ CRC-32 │ length mod 2^32
//
//  The header has no time and no name, so that the same table gives the same bytes. 04: the fastest algorithm; FF: the
//  system is unknown.

import Records

/// Compresses bytes on their way to a sink.
package final class GzipSink {
    private let sink: TableSink
    private let deflate = DeflateStream()
    private var hasBegun = false
    /// Bytes handed to the sink so far.
    package private(set) var bytesWritten = 0

    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 0xFF]

    package init(_ sink: @escaping TableSink) { self.sink = sink }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try begin()
        try deflate.write(bytes) { try hand($0) }
    }

    /// Writes the end. Nothing may be written afterwards.
    package func finish() throws {
        try begin()
        try deflate.finish { try hand($0) }
        let words = UInt64(deflate.checksum) | UInt64(UInt32(truncatingIfNeeded: deflate.bytes)) << 32
        try (0..<8).map { UInt8(truncatingIfNeeded: words >> (8 * $0)) }.withUnsafeBytes { try hand($0) }
    }

    private func begin() throws {
        if hasBegun { return }
        hasBegun = true
        try Self.header.withUnsafeBytes { try hand($0) }
    }

    private func hand(_ bytes: UnsafeRawBufferPointer) throws {
        try sink(bytes)
        bytesWritten += bytes.count
    }
}

/// Compresses what another encoder writes.
package class GzipEncoder: TableEncoder {
    private let gzip: GzipSink
    private let inner: any TableEncoder

    /// An encoder that compresses, or the other one alone.
    ///
    /// - Parameter make: makes the encoder for the sink that it is to write to.
    package static func encoder(
        _ sink: @escaping TableSink, isGzipped: Bool, _ make: (@escaping TableSink) -> any TableEncoder
    ) -> any TableEncoder {
        guard isGzipped else { return make(sink) }
        let gzip = GzipSink(sink)
        let inner = make { try gzip.write($0) }
        if let inner = inner as? any SplittableEncoder { return SplittableGzipEncoder(gzip, inner) }
        return GzipEncoder(gzip, inner)
    }

    fileprivate init(_ gzip: GzipSink, _ inner: any TableEncoder) {
        self.gzip = gzip
        self.inner = inner
    }

    package func begin(_ columns: [TableColumn]) throws { try inner.begin(columns) }
    package func append(_ block: RowBlock) throws { try inner.append(block) }

    package func finish() throws {
        try inner.finish()
        try gzip.finish()
    }

    package var bytesWritten: Int { gzip.bytesWritten }
}

/// Compresses a table that is made in parts; parts are compressed when they are put together.
private final class SplittableGzipEncoder: GzipEncoder, SplittableEncoder {
    private let parts: any SplittableEncoder

    init(_ gzip: GzipSink, _ inner: any SplittableEncoder) {
        parts = inner
        super.init(gzip, inner)
    }

    func makePart() -> any PartEncoder { parts.makePart() }
    func append(encoded: UnsafeRawBufferPointer) throws { try parts.append(encoded: encoded) }
}
