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
//
//  How a file is compressed and how its text is written is found out from its first bytes (ByteLayers.swift).

import Codecs
import DurableIO
import Pipelines
import Records

/// Decompressed bytes, in order.
///
/// `@unchecked Sendable`: what two threads touch is guarded, as said below.
final class ByteStream: @unchecked Sendable {
    /// Bytes read at a time: a block of the digest.
    static let chunk = BlockDigests.blockSize

    private let stored: StoredBytes
    /// What is set for text without a byte order mark.
    private let encodingSet: TextEncoding
    /// Nil before the first byte was read.
    private var content: ContentBytes?
    /// What went wrong behind bytes that were handed out.
    private var failure: (any Error)?
    /// Known once bytes were read.
    var compression: Compression { content?.compression ?? .none }
    /// Known once bytes were read.
    var encoding: TextEncoding { content?.encoding ?? .utf8 }
    /// Bytes read from the file so far, as they are stored.
    var storedOffset: Int { stored.offset }

    /// Guards everything below; all above belongs to the helper while there is one, else to the reader.
    private let monitor = Monitor()
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

    /// Chunks that a helper is ahead at most: enough that neither thread waits for the other's slow moments.
    private static let mostAhead = 4

    /// - Parameters:
    ///   - size: bytes to read, so that a file that grows meanwhile is read up to where it ended at first; nil for all.
    ///   - encoding: of text without a byte order mark.
    ///   - onStoredBytes: told of every read, for progress.
    init(
        _ file: OpenFile, size: Int?, encoding: TextEncoding = .utf8, onStoredBytes: @escaping (Int) -> Void
    ) {
        stored = StoredBytes(file, size: size, onRead: onStoredBytes)
        encodingSet = encoding
    }

    deinit {
        for chunk in ahead { chunk.bytes.deallocate() }
        for buffer in spare { buffer.deallocate() }
    }

    // MARK: The reader

    /// Fills the buffer as far as there are bytes; returns 0 at the end.
    ///
    /// - Parameter buffer: room for a whole `Self.chunk`, unless the end was reached.
    /// - Throws: `IOError`, `CodecError`, `UnreadableContent`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        monitor.lock()
        defer { monitor.unlock() }
        if case .welcome = helper {
            helper = .atWork
            monitor.broadcast()
        }
        while true {
            if !ahead.isEmpty {
                let (bytes, count) = ahead.removeFirst()
                monitor.broadcast()
                monitor.unlock()
                defer { monitor.lock() }
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                monitor.withLock { spare.append(bytes) }
                return count
            }
            switch helper {
            case .atWork: monitor.wait()
            case .done(let failure):
                if let failure { throw failure }
                return 0
            case .none, .welcome:
                monitor.unlock()
                defer { monitor.lock() }
                return try decode(into: buffer)
            }
        }
    }

    /// The reader needs no more; a helper goes away.
    func close() {
        monitor.lock()
        isClosed = true
        monitor.broadcast()
        monitor.unlock()
    }

    // MARK: The helper

    /// Whether a thread could help.
    var wantsHelp: Bool {
        monitor.withLock { if case .none = helper { !isClosed } else { false } }
    }

    /// Decodes ahead of the reader, until the stream ends or is closed. At most one thread does.
    func decodeAhead() {
        monitor.lock()
        defer { monitor.unlock() }
        guard case .none = helper else { return }
        helper = .welcome
        while true {
            if isClosed { return }
            if case .atWork = helper, ahead.count < Self.mostAhead {
                let buffer = spare.popLast() ?? .allocate(byteCount: Self.chunk, alignment: 64)
                monitor.unlock()
                let result = Result { try decode(into: buffer) }
                monitor.lock()
                switch result {
                case .success(let count) where count > 0: ahead.append((buffer, count))
                case .success:
                    spare.append(buffer)
                    helper = .done(nil)
                case .failure(let error):
                    spare.append(buffer)
                    helper = .done(error)
                }
                monitor.broadcast()
                if case .done = helper { return }
            } else {
                monitor.wait()
            }
        }
    }

    // MARK: Decoding

    private func decode(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        var filled = 0
        do {
            if content == nil { content = try ContentBytes(stored, encoding: encodingSet) }
            while filled < buffer.count {
                let count = try content!.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                if count == 0 { break }
                filled += count
            }
        } catch {
            failure = error
            if filled == 0 { throw error }
        }
        return filled
    }
}
