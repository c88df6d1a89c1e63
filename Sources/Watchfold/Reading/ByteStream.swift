//  Where a fold's bytes come from when they come one after another: a compressed file, standard input, or any file
//  whose records cannot be found from the middle.

import Codecs
import DurableIO

/// Decompressed bytes, in order.
final class ByteStream {
    private let file: OpenFile
    /// Nil for standard input, which has no positions.
    private let size: Int?
    private var decoder: Decoder?
    private(set) var compression = Compression.none
    /// Compressed bytes that were read and not decoded yet.
    private var input: UnsafeMutableRawBufferPointer
    private var inputStart = 0
    private var inputEnd = 0
    /// Bytes read from the file so far, as they are stored.
    private(set) var storedOffset = 0
    private var isAtEnd = false
    private let onStoredBytes: (Int) -> Void

    /// Reads this much at a time.
    private static let chunk = 1 << 18

    /// - Parameters:
    ///   - size: bytes to read, so that a file that grows meanwhile is read up to where it ended at first; nil for all.
    ///   - onStoredBytes: told of every read, for progress.
    init(_ file: OpenFile, size: Int?, onStoredBytes: @escaping (Int) -> Void) {
        self.file = file
        self.size = size
        self.onStoredBytes = onStoredBytes
        input = .allocate(byteCount: Self.chunk, alignment: 64)
    }

    deinit { input.deallocate() }

    /// Fills the buffer as far as there are bytes; returns 0 at the end.
    ///
    /// - Throws: `IOError`, `CodecError`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if decoder == nil { try begin() }
        var filled = 0
        while filled < buffer.count {
            if inputStart == inputEnd && !isAtEnd { try refill() }
            let (consumed, produced) = try decoder!.decode(
                input: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputEnd]),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            inputStart += consumed
            filled += produced
            if isAtEnd && inputStart == inputEnd && produced == 0 {
                if filled == 0 { try decoder!.finish() }
                break
            }
        }
        return filled
    }

    private func refill() throws {
        inputStart = 0
        inputEnd = 0
        try fill()
    }

    /// Reads once behind what is there.
    private func fill() throws {
        var room = UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...])
        if let size { room = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, size - storedOffset)]) }
        let count =
            room.isEmpty ? 0 : size == nil ? try file.read(into: room) : try file.read(at: storedOffset, into: room)
        if count == 0 { isAtEnd = true }
        inputEnd += count
        storedOffset += count
        onStoredBytes(count)
    }

    /// Finds out the compression from the first bytes.
    private func begin() throws {
        while inputEnd < Compression.longestMagic && !isAtEnd { try fill() }
        let prefix = UnsafeRawBufferPointer(rebasing: input[..<inputEnd])
        // A file that ends inside a magic number is the beginning of a compressed one; its decoder says that it is cut.
        compression = Compression.detect(prefix) ?? (prefix.first.map { $0 == 0x1F ? .gzip : .lz4 } ?? .none)
        decoder = Decoder(compression)
    }
}
