//  From the bytes of a file to its content: layers, each of which reads from the one below it.
//
//      stored bytes ─▶ gzip ─▶ content                    the usual file
//      stored bytes ─▶ content                            a plain one
//      stored bytes ─▶ zip ─▶ gzip ─▶ content             a compressed file that was compressed once more
//
//  Before a layer is read, its first bytes are looked at: while they are those of a compressed file, another layer goes on
//  top, and of the last one they say whether it can be read and which encoding its text has. They are then read like all
//  others.

import Codecs
import DurableIO
import Records

/// Bytes, in order.
protocol ByteLayer: AnyObject {
    /// Fills some of the buffer, which is not empty; returns 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The bytes of a file as they are stored.
final class StoredBytes: ByteLayer {
    private let file: OpenFile
    /// Nil for standard input, which has no positions.
    private let size: Int?
    private let onRead: (Int) -> Void
    /// Bytes read so far.
    private(set) var offset = 0

    /// Bytes read at a time: what two cores share of a cache.
    static let chunk = 1 << 18

    /// - Parameters:
    ///   - size: bytes to read; nil for all.
    ///   - onRead: told of every read.
    init(_ file: OpenFile, size: Int?, onRead: @escaping (Int) -> Void) {
        self.file = file
        self.size = size
        self.onRead = onRead
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let most = min(buffer.count, Self.chunk, size.map { $0 - offset } ?? .max)
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<most])
        let count = room.isEmpty ? 0 : size == nil ? try file.read(into: room) : try file.read(at: offset, into: room)
        offset += count
        onRead(count)
        return count
    }
}

/// A layer whose first bytes were looked at.
private final class Begun: ByteLayer {
    /// Empty once they were read.
    private var first: [UInt8]
    private var taken = 0
    private let rest: any ByteLayer

    /// - Parameter most: bytes that are read at first; fewer will do, if they are as many as have to be looked at.
    init(_ layer: any ByteLayer, reading most: Int = ForeignFormat.longestMagic) throws {
        rest = layer
        first = try [UInt8](unsafeUninitializedCapacity: most) { bytes, found in
            let room = UnsafeMutableRawBufferPointer(bytes)
            while found < ForeignFormat.longestMagic {
                let more = try layer.read(into: UnsafeMutableRawBufferPointer(rebasing: room[found...]))
                if more == 0 { break }
                found += more
            }
        }
    }

    func withFirst<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try first.withUnsafeBytes(body)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if first.isEmpty { return try rest.read(into: buffer) }
        let count = min(first.count - taken, buffer.count)
        withFirst { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count])) }
        taken += count
        if taken == first.count { first = [] }
        return count
    }
}

/// What the bytes below it are decompressed to.
private final class Decompressed: ByteLayer {
    private let source: any ByteLayer
    private var decoder: Decoder
    /// Compressed bytes that were read and not decoded yet.
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: StoredBytes.chunk, alignment: 64)
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    init(_ source: any ByteLayer, _ compression: Compression) {
        self.source = source
        decoder = Decoder(compression)
    }

    deinit { input.deallocate() }

    var compression: Compression { decoder.compression }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            if start == end && !isAtEnd {
                (start, end) = (0, try source.read(into: input))
                isAtEnd = end == 0
            }
            let (consumed, produced) = try decoder.decode(
                input: UnsafeRawBufferPointer(rebasing: input[start..<end]), into: buffer)
            start += consumed
            if produced > 0 { return produced }
            if isAtEnd && start == end {
                try decoder.finish()
                return 0
            }
        }
    }
}

/// The content of a file.
final class ContentBytes: ByteLayer {
    private let top: any ByteLayer
    private let outermost: Decompressed?
    /// Of its text.
    let encoding: TextEncoding

    /// How the file is compressed; of several ways the outer one.
    var compression: Compression { outermost?.compression ?? .none }

    /// Nobody compresses a dump more often on purpose; each layer takes memory.
    static let mostLayers = 4

    /// Looks at the first bytes.
    ///
    /// - Parameter encoding: of text without a byte order mark.
    /// - Throws: `UnreadableContent`, `CodecError`, `IOError`.
    init(_ stored: any ByteLayer, encoding: TextEncoding) throws {
        // As much as is read at a time in any case: a small file is read by one call.
        var layer = try Begun(stored, reading: StoredBytes.chunk)
        var layers: [Decompressed] = []
        while case let format = layer.withFirst(Self.compression), format != .none {
            guard layers.count < Self.mostLayers else {
                throw CodecError.unsupported(
                    format, what: "it is compressed more than \(Self.mostLayers) times", compressedOffset: 0)
            }
            layers.append(Decompressed(layer, format))
            layer = try Begun(layers[layers.count - 1])
        }
        top = layer
        outermost = layers.first
        let compression = layers.last?.compression ?? .none
        self.encoding = try layer.withFirst { try Self.encoding(of: $0, set: encoding, in: compression) }
    }

    private static func compression(_ prefix: UnsafeRawBufferPointer) -> Compression {
        // What ends inside a magic number is the beginning of a compressed file; its decoder says that it is cut.
        Compression.detect(prefix) ?? Compression.begun(prefix) ?? .none
    }

    /// The encoding of text that begins like this.
    ///
    /// - Throws: `UnreadableContent` when it is something else, or text in an encoding that nobody named.
    static func encoding(
        of prefix: UnsafeRawBufferPointer, set: TextEncoding, in compression: Compression = .none
    ) throws(UnreadableContent) -> TextEncoding {
        if let format = ForeignFormat.detect(prefix), !format.isRead(as: set) {
            throw UnreadableContent(format, in: compression)
        }
        return TextEncoding.marked(prefix) ?? set
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try top.read(into: buffer) }
}
