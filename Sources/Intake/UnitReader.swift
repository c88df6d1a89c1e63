//  Reading one unit: a whole stream, or a range of lines of a plain file.
//
//  A plain file of JSON Lines is cut into units of 8 MiB. A line belongs to the unit in which its first byte lies; the
//  unit that it begins in reads on behind its own end until that line is over:
//
//      bytes    ……………………│……………………│……………………
//      lines    ────┤├───────────┤├──────┤├───
//      unit 2             ·······┌───────┐         skips to the first line that begins in it, finishes the last one
//
//  Units are cut at multiples of the digest's block, so that each digests its own blocks.
//
//  Of CSV, line feeds alone do not tell where a record ends: UnitReader+CSV.swift.

import CSVRecords
import Codecs
import DurableIO
import Glibc
import JSONRecords
import Records

/// One thread's buffers; used for one unit after another.
final class UnitReader {
    var window = Window(capacity: chunk * 2)
    let settings: ReadSettings

    static let chunk = ByteStream.chunk

    init(settings: ReadSettings) { self.settings = settings }

    // MARK: Streams

    /// Reads a stream from its beginning to its end.
    ///
    /// - Throws: `IOError`, `CodecError`, `Cancelled`; what the sink throws.
    func read(stream: ByteStream, into sink: UnitSink, isCancelled: () -> Bool) throws -> UnitResult {
        switch settings.form {
        case .json(let plan):
            var reader = RecordReader(plan, maxRecordBytes: settings.maxRecordBytes)
            return try read(stream, &reader, into: sink, isCancelled)
        case .csv(let schema, let csv):
            var reader = CSVReader(schema: schema, settings: csv, maxRecordBytes: settings.maxRecordBytes)
            return try read(stream, &reader, into: sink, isCancelled)
        }
    }

    private func read(
        _ stream: ByteStream, _ reader: inout some WindowReader & ~Copyable, into sink: UnitSink,
        _ isCancelled: () -> Bool
    ) throws -> UnitResult {
        var result = UnitResult(index: 0, rejections: RejectionLog(limit: settings.rejectsPerFile))
        var text = StreamText(stream)
        window.removeAll()
        while true {
            if isCancelled() { throw Cancelled() }
            // What is left over was read in vain once; reading at least as much again before the next try keeps the
            // work in proportion to the size.
            let isFinal = try text.read(max(Self.chunk, window.count), into: &window)
            try reader.take(&window, isFinal: isFinal, into: sink) { result.rejections.add($0, base: 0) }
            if isFinal { break }
        }
        // The end mark of a compressed stream is checked by a read behind the last byte.
        let behind = window.room(1)
        _ = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: behind[..<1]))
        reader.gather(into: &result)
        result.textSize = text.size
        (result.digest, result.size) = text.digest()
        result.storedSize = stream.storedOffset
        result.compression = stream.compression
        return result
    }

    // MARK: Ranges

    /// Reads the lines of JSON that begin in a range of a plain file.
    ///
    /// - Parameters:
    ///   - range: bytes; its start a multiple of the digest's block.
    ///   - size: bytes of the whole file.
    /// - Throws: `WrongCuts` when a value goes on over several lines; `IOError`, `FileChanged`, `Cancelled`; what the sink
    ///   throws.
    func read(
        lines file: OpenFile, _ plan: ReadingPlan, range: Range<Int>, size: Int, index: Int, into sink: UnitSink,
        onStoredBytes: (Int) -> Void, isCancelled: () -> Bool
    ) throws -> UnitResult {
        var reader = RecordReader(
            plan, maxRecordBytes: settings.maxRecordBytes, container: .lines,
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

        /// - Throws: `WrongCuts` when the file turns out to be none of lines.
        func read(isFinal: Bool) throws {
            let base = base!
            try reader.take(&window, isFinal: isFinal, into: sink) { result.rejections.add($0, base: base) }
            if reader.container != .lines { throw WrongCuts() }
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
        if window.count > 0 { throw WrongCuts() }
        reader.gather(into: &result)
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

    package init(path: String) { self.path = path }

    package var description: String { "\(path) changed while it was being read" }
}

/// A file that was read in ranges was not cut between records, or may not have been: a value of JSON goes on over several
/// lines, or a quote of CSV is not closed. It has to be read from its beginning to its end; what was read of it
/// does not count.
package struct WrongCuts: Error {}

/// Somebody asked to stop.
package struct Cancelled: Error {
    package init() {}
}
