//  The text of a stream, as UTF-8, on its way into a window.

import Codecs
import Records

/// Reads text and digests the bytes that it was made of.
struct StreamText: ~Copyable {
    private let stream: ByteStream
    /// Nil for UTF-8.
    private var transcoding: Transcoding?
    /// Of the bytes before they are made UTF-8.
    private var content = StreamingDigest()
    /// Bytes of text so far.
    private(set) var size = 0

    private static let chunk = ByteStream.chunk

    init(_ stream: ByteStream) { self.stream = stream }

    /// Adds `wanted` bytes of text to a window, or a few more.
    ///
    /// - Returns: whether the text ends with them; they may be fewer then.
    /// - Throws: `IOError`, `CodecError`, `UnreadableContent`.
    mutating func read(_ wanted: Int, into window: inout Window) throws -> Bool {
        var isFinal = false
        var newCount = 0
        while newCount < wanted && !isFinal {
            let room = window.room(Self.chunk)
            let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<Self.chunk]))
            let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count])
            content.update(bytes)
            isFinal = count < Self.chunk
            if size == 0, stream.encoding != .utf8 { transcoding = Transcoding(stream.encoding) }
            let filled = try transcoding?.convert(bytes, isFinal: isFinal, in: &window) ?? count
            window.fill(filled)
            newCount += filled
            size += filled
        }
        return isFinal
    }

    /// Of all bytes that were read, before they were made UTF-8, and how many they are.
    func digest() -> (digest: ContentDigest, size: Int) { (content.finish(), content.contentLength) }
}

/// Text in another encoding, on its way into the window.
private struct Transcoding {
    private var transcoder: Transcoder
    /// Bytes as they were read.
    private var raw: [UInt8] = []

    init(_ encoding: TextEncoding) { transcoder = Transcoder(encoding) }

    /// Makes UTF-8 of bytes that stand in the window's room, in their place.
    mutating func convert(_ bytes: UnsafeRawBufferPointer, isFinal: Bool, in window: inout Window) throws -> Int {
        raw.removeAll(keepingCapacity: true)
        raw.append(contentsOf: bytes)
        let room = window.room((raw.count + 2) * Transcoder.growth)
        let count = raw.withUnsafeBytes { transcoder.convert($0, into: room) }
        if !isFinal { return count }
        return try count + transcoder.finish(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
    }
}
