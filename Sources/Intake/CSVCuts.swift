//  Which records of a plain file of CSV each unit reads.
//
//  A record belongs to the unit in which its first byte lies. So unit k reads from the first beginning of a record at or
//  behind its own first byte to that of unit k + 1. Records begin at the file's first byte, and behind each line feed that
//  is not within quotes, see `QuoteCount`:
//
//      units      │      0      │      1      │      2      │      3      │
//      records    ├───┤├────────────┤├─────────────────────────┤├────┤├───┤
//      read by      0         0                   1               3     3       unit 2 has no record
//
//  Quotes are counted from one cut to the next, when a unit is asked for, and not in the whole file before the first is
//  read: so the units are still in the kernel's cache when they are read, and threads read while quotes are counted.
//
//  ## Why the outcome is that of one reader
//
//  What a reader does never depends on where its windows end. So take the one reader that reads the whole file in windows
//  that end at the cuts. At each of them it is done with all bytes, or has some left over, the beginning of a record that goes
//  on in the next window.
//
//  As long as nothing was left over, it does what the readers of the units do: at a cut it is between two records, with the
//  header known, and from there on it depends on nothing of what was before but its counts, which are added up. It cannot be
//  in a line or in a run of NUL bytes that it rejected, since the last byte before a cut is a line feed. The unit that comes to
//  the end of the file is told so; units behind it have no record.
//
//  So the first unit whose reader has something left over at its end is the first where the one reader has. It throws
//  `WrongCuts`, and the file is read as one. What the units behind it came to does not matter: units are handed over in order,
//  and `OrderedPipeline` throws the error of the first one that has any.
//
//  Two things are looked for besides. A first unit may end within empty lines in front of the header: then it has not found
//  it, which is `WrongCuts`, too. And where the next cut would be further away than the longest record, nobody looks for it.
//
//  Counting quotes is thus only a guess at where nothing is left over. It is right as long as the quotes in every line that is
//  rejected are even in number, since those in a record always are: each line feed within it has an odd number of them before
//  it, the one that ends it an even number. A quote that is not closed makes the following cuts wrong.

import CSVRecords
import DurableIO
import Synchronization

/// The records of the units of one file. Several threads may ask.
final class CSVCuts: Sendable {
    /// Nil for a file that has no record.
    let header: CSVHeader?
    private let file: OpenFile
    private let size: Int
    private let unitSize: Int
    private let quote: UInt8?
    private let maxRecordBytes: Int
    /// The first bytes of the units' records, from the first unit on, as far as they are known.
    private let cuts = Mutex<[Int]>([0])

    /// Bytes that are read at a time: to count quotes, and to look for the end of a record, which is near most often.
    private static let countedChunk = ByteStream.chunk
    private static let searchedChunk = 1 << 16

    /// - Parameter size: bytes of the whole file.
    init(_ file: OpenFile, size: Int, settings: ReadSettings, quote: UInt8?, header: CSVHeader?) {
        self.file = file
        self.size = size
        self.quote = quote
        self.header = header
        unitSize = settings.unitSize
        maxRecordBytes = settings.maxRecordBytes
    }

    /// The bytes of the records that begin in a unit; empty when none does.
    ///
    /// - Throws: `IOError`, `FileChanged`; `WrongCuts` when a record, if it is one, is longer than one may be.
    func records(of unit: Int) throws -> Range<Int> {
        try cuts.withLock { cuts in
            while cuts.count < unit + 2 { cuts.append(try cut(cuts.count * unitSize, behind: cuts[cuts.count - 1])) }
            return cuts[unit]..<cuts[unit + 1]
        }
    }

    /// The first place at or behind a unit's first byte where a record begins.
    ///
    /// - Parameter last: the cut before.
    private func cut(_ unitStart: Int, behind last: Int) throws -> Int {
        if last >= unitStart { return last }
        if unitStart >= size { return size }
        // A line feed right in front of the unit is a cut as well.
        let first = unitStart - 1
        var quotes = QuoteCount(quote: quote)
        if quote != nil {
            try read(last..<first, Self.countedChunk) {
                quotes.pass($0)
                return true
            }
        }
        var passed = first
        var end: Int?
        try read(first..<min(size, first + maxRecordBytes + 2), Self.searchedChunk) {
            end = quotes.recordEnd(in: $0).map { passed + $0 }
            quotes.pass($0)
            passed += $0.count
            return end == nil
        }
        if let end { return end }
        // A record that begins in front of the unit would be too long, or a run of NUL bytes is.
        if passed < size { throw WrongCuts() }
        return size
    }

    /// Reads bytes of the file, until `body` returns false.
    private func read(
        _ range: Range<Int>, _ chunk: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws {
        if range.isEmpty { return }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: min(chunk, range.count))
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = UnsafeMutableBufferPointer(rebasing: buffer[..<min(chunk, range.upperBound - offset)])
            guard try file.read(at: offset, into: UnsafeMutableRawBufferPointer(bytes)) == bytes.count else {
                throw FileChanged(path: file.path)
            }
            offset += bytes.count
            guard body(UnsafeBufferPointer(bytes)) else { return }
        }
    }
}
