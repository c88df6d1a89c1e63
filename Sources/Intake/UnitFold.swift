//  Folding one unit: a whole stream, or a range of lines of a plain file.
//
//  A plain file of JSON Lines is cut into units of 8 MiB. A line belongs to the unit in which its first byte lies; the
//  unit that it begins in reads on behind its own end until that line is over:
//
//      bytes    ……………………│……………………│……………………
//      lines    ────┤├───────────┤├──────┤├───
//      unit 2             ·······┌───────┐         skips to the first line that begins in it, finishes the last one
//
//  Units are cut at multiples of the digest's block, so that each digests its own blocks.

import Codecs
import DurableIO
import Glibc
import JSONRecords
import Records

/// What came of one unit.
struct UnitResult {
    var index: Int
    var container: Container?
    var counts = OutcomeCounts()
    var recordsRead = 0
    /// Line feeds in the unit's lines.
    var lines = 0
    /// Lines counted from the beginning of the unit.
    var rejections = RejectionLog(limit: 0)
    var rejectedBytes = 0
    var coercions = Coercions()
    var actionLines = 0
    var answers = AnswerFacts()
    var fields = FieldPaths()
    var unread = UnreadArrays()
    /// Well-formed records that were read completely, and how often shapes were forgotten.
    var recordsReadCompletely = 0
    var timesShapesForgotten = 0
    var end = InputEnd.whole
    var leaves: [(index: Int, leaf: XXH128)] = []
    /// For a whole stream.
    var digest: ContentDigest?
    var size = 0
    /// Bytes of the text as UTF-8.
    var textSize = 0
    var storedSize = 0
    var compression = Compression.none
}

/// One thread's buffers; used for one unit after another.
final class UnitFolder {
    private var window = Window(capacity: UnitFolder.chunk * 2)
    private let settings: FoldSettings

    /// Bytes read at a time: a block of the digest.
    static let chunk = BlockDigests.blockSize
    init(settings: FoldSettings) { self.settings = settings }

    private func gather(_ reader: borrowing RecordReader, into result: inout UnitResult) {
        result.container = reader.container
        result.counts = reader.counts
        result.recordsRead = reader.recordsRead
        result.lines = reader.lines
        result.rejectedBytes = reader.rejectedBytes
        result.rejections.finish(rejectedBytes: reader.rejectedBytes)
        result.coercions = reader.coercions
        result.actionLines = reader.actionLines
        result.answers = reader.answers
        result.fields = reader.fields
        result.unread = reader.unread
        result.recordsReadCompletely = reader.recordsReadCompletely
        result.timesShapesForgotten = reader.timesShapesForgotten
        result.end = reader.inputEnd
    }

    // MARK: Streams

    /// Folds a stream from its beginning to its end.
    ///
    /// - Throws: `IOError`, `CodecError`, `FoldError`, `Cancelled`.
    func fold(stream: ByteStream, into table: any BatchSink, isCancelled: () -> Bool) throws -> UnitResult {
        var reader = RecordReader(plan: settings.plan, maxRecordBytes: settings.maxRecordBytes)
        var result = UnitResult(index: 0, rejections: RejectionLog(limit: settings.rejectsPerFile))
        var digest = StreamingDigest()
        /// Nil for UTF-8.
        var transcoding: Transcoding?
        window.removeAll()
        while true {
            if isCancelled() { throw Cancelled() }
            // What is left over was read in vain once; reading at least as much again before the next try keeps the
            // work in proportion to the size.
            let wanted = max(Self.chunk, window.count)
            var isFinal = false
            var newCount = 0
            while newCount < wanted && !isFinal {
                let room = window.room(Self.chunk)
                let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<Self.chunk]))
                let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count])
                digest.update(bytes)
                isFinal = count < Self.chunk
                if result.textSize == 0, stream.encoding != .utf8 { transcoding = Transcoding(stream.encoding) }
                let filled = try transcoding?.convert(bytes, isFinal: isFinal, in: &window) ?? count
                window.fill(filled)
                newCount += filled
                result.textSize += filled
            }
            let done = try reader.read(
                window.base, count: window.count, isFinal: isFinal, onBatch: { try table.add($0) },
                onRejection: { result.rejections.add($0, base: 0) })
            window.drop(done)
            if isFinal { break }
        }
        // The end mark of a compressed stream is checked by a read behind the last byte.
        let behind = window.room(1)
        _ = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: behind[..<1]))
        gather(reader, into: &result)
        result.digest = digest.finish()
        result.size = digest.contentLength
        result.storedSize = stream.storedOffset
        result.compression = stream.compression
        return result
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

    // MARK: Ranges

    /// Folds the lines that begin in a range of a plain file.
    ///
    /// - Parameters:
    ///   - range: bytes; its start a multiple of the digest's block.
    ///   - size: bytes of the whole file.
    func fold(
        lines file: OpenFile, range: Range<Int>, size: Int, index: Int, into table: any BatchSink,
        onStoredBytes: (Int) -> Void, isCancelled: () -> Bool
    ) throws -> UnitResult {
        var reader = RecordReader(
            plan: settings.plan, maxRecordBytes: settings.maxRecordBytes, container: .lines,
            isAtStart: range.lowerBound == 0)
        var result = UnitResult(index: index, rejections: RejectionLog(limit: settings.rejectsPerFile))
        window.removeAll()
        /// Where the reader's offset 0 is; nil until a line begins in the range.
        var base: Int?
        if range.lowerBound == 0 {
            base = 0
        } else if try byte(at: range.lowerBound - 1, of: file) == 0x0A {
            base = range.lowerBound
        }
        var offset = range.lowerBound
        var lastByte: UInt8 = 0x0A

        /// - Throws: `ValueAcrossLines` when the file turns out to be none of lines.
        func read(isFinal: Bool) throws {
            let base = base!
            let done = try reader.read(
                window.base, count: window.count, isFinal: isFinal, onBatch: { try table.add($0) },
                onRejection: { result.rejections.add($0, base: base) })
            window.drop(done)
            if reader.container != .lines { throw ValueAcrossLines() }
        }

        while offset < range.upperBound {
            if isCancelled() { throw Cancelled() }
            let count = min(Self.chunk, range.upperBound - offset)
            let room = UnsafeMutableRawBufferPointer(rebasing: window.room(count)[..<count])
            guard try file.read(at: offset, into: room) == count else { throw FileChanged(path: file.path) }
            onStoredBytes(count)
            let block = UnsafeRawBufferPointer(room)
            result.leaves.append((offset / BlockDigests.blockSize, BlockDigests.leaf(of: block)))
            window.fill(count)
            lastByte = block[count - 1]
            if base == nil {
                guard let newline = memchr(block.baseAddress!, 0x0A, count) else {
                    window.removeAll()
                    offset += count
                    continue
                }
                let skipped = UnsafeRawPointer(newline) - block.baseAddress! + 1
                window.drop(skipped)
                base = offset + skipped
            }
            offset += count
            try read(isFinal: offset == size)
        }
        guard let base, base < range.upperBound else { return result }

        // The last line ends behind the range.
        while lastByte != 0x0A && offset < size {
            if isCancelled() { throw Cancelled() }
            let count = min(max(Self.chunk / 16, window.count), size - offset)
            let room = UnsafeMutableRawBufferPointer(rebasing: window.room(count)[..<count])
            guard try file.read(at: offset, into: room) == count else { throw FileChanged(path: file.path) }
            let newline = memchr(room.baseAddress!, 0x0A, count)
            let taken = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(room.baseAddress!) + 1 } ?? count
            window.fill(taken)
            lastByte = room[taken - 1]
            offset += taken
            try read(isFinal: offset == size)
        }
        // Its last line may go on behind the range.
        if window.count > 0 { throw ValueAcrossLines() }
        gather(reader, into: &result)
        return result
    }

    private func byte(at offset: Int, of file: OpenFile) throws -> UInt8 {
        var byte: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &byte) { try file.read(at: offset, into: $0) }
        guard count == 1 else { throw FileChanged(path: file.path) }
        return byte
    }
}

/// The file is not what it was when reading began.
package struct FileChanged: Error, CustomStringConvertible {
    package var path: String
    package var description: String { "\(path) changed while it was being read" }
}

/// A file that was cut into ranges of lines has a value that goes on over several lines, or may have: it has to be read
/// from its beginning to its end.
struct ValueAcrossLines: Error {}

/// Somebody asked to stop.
package struct Cancelled: Error {}
