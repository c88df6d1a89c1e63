//  Where a fold's bytes come from when they come one after another: a compressed file, standard input, or any file
//  whose records cannot be found from the middle.
//
//  One thread folds what it reads from here. It decompresses itself, chunk by chunk, until another thread has nothing
//  else to do and takes that over (`decodeAhead`), a few chunks ahead of the fold:
//
//      alone     decode, fold, decode, fold, decode, fold, …
//      helped    fold:   fold 1   fold 2   fold 3            decode: 2  3  4  5  wait  6 …
//
//  Whoever decodes, the chunks are the same and come in the same order.

import Codecs
import DurableIO
import Foundation

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

    /// Guards everything below; all above belongs to the helper while there is one, else to the reader.
    private let condition = NSCondition()
    private enum Helper {
        case none
        /// A thread waits for the reader to come to the end of a chunk.
        case welcome
        case atWork
        /// It has decoded the last chunk, or cannot go on.
        case done((any Error)?)
    }
    private var helper = Helper.none
    private var isClosed = false
    /// Decoded chunks, the next one first.
    private var ahead: [(bytes: UnsafeMutableRawBufferPointer, count: Int)] = []
    /// Buffers that were emptied.
    private var spare: [UnsafeMutableRawBufferPointer] = []

    /// Reads this much at a time.
    private static let chunk = 1 << 18
    /// Chunks that a helper is ahead at most: enough that neither thread waits for the other's slow moments.
    private static let mostAhead = 4

    /// - Parameters:
    ///   - size: bytes to read, so that a file that grows meanwhile is read up to where it ended at first; nil for all.
    ///   - onStoredBytes: told of every read, for progress.
    init(_ file: OpenFile, size: Int?, onStoredBytes: @escaping (Int) -> Void) {
        self.file = file
        self.size = size
        self.onStoredBytes = onStoredBytes
        input = .allocate(byteCount: Self.chunk, alignment: 64)
    }

    deinit {
        input.deallocate()
        for chunk in ahead { chunk.bytes.deallocate() }
        for buffer in spare { buffer.deallocate() }
    }

    // MARK: The reader

    /// Fills the buffer as far as there are bytes; returns 0 at the end.
    ///
    /// - Parameter buffer: room for a whole `UnitFolder.chunk`, unless the end was reached.
    /// - Throws: `IOError`, `CodecError`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        condition.lock()
        defer { condition.unlock() }
        if case .welcome = helper {
            helper = .atWork
            condition.broadcast()
        }
        while true {
            if !ahead.isEmpty {
                let (bytes, count) = ahead.removeFirst()
                condition.broadcast()
                condition.unlock()
                defer { condition.lock() }
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                condition.withLock { spare.append(bytes) }
                return count
            }
            switch helper {
            case .atWork: condition.wait()
            case .done(let failure):
                if let failure { throw failure }
                return 0
            case .none, .welcome:
                condition.unlock()
                defer { condition.lock() }
                return try decode(into: buffer)
            }
        }
    }

    /// The reader needs no more; a helper goes away.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    // MARK: The helper

    /// Whether a thread could help.
    var wantsHelp: Bool {
        condition.withLock { if case .none = helper { !isClosed } else { false } }
    }

    /// Decodes ahead of the reader, until the stream ends or is closed. At most one thread does.
    func decodeAhead() {
        condition.lock()
        defer { condition.unlock() }
        guard case .none = helper else { return }
        helper = .welcome
        while true {
            if isClosed { return }
            if case .atWork = helper, ahead.count < Self.mostAhead {
                let buffer = spare.popLast() ?? .allocate(byteCount: UnitFolder.chunk, alignment: 64)
                condition.unlock()
                let result = Result { try decode(into: buffer) }
                condition.lock()
                switch result {
                case .success(let count) where count > 0: ahead.append((buffer, count))
                case .success:
                    spare.append(buffer)
                    helper = .done(nil)
                case .failure(let error):
                    spare.append(buffer)
                    helper = .done(error)
                }
                condition.broadcast()
                if case .done = helper { return }
            } else {
                condition.wait()
            }
        }
    }

    // MARK: Decoding

    private func decode(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
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
