//  Reading one unit of a plain file of CSV.
//
//      bytes      ┌──────────── the unit ───────────┐
//      digested   ├──────── block ────────┤├─ block ─┤
//      read as         ┌─────────────────────────────────┐       from cut to cut, see CSVCuts.swift
//      records
//
//  A unit digests all of its bytes, also those in front of its first record, and in a unit without a record.

import CSVRecords
import Codecs
import DurableIO
import Records

extension UnitReader {
    /// Reads the records of CSV that begin in a range of a plain file.
    ///
    /// - Parameters:
    ///   - range: bytes; its start a multiple of the digest's block.
    ///   - size: bytes of the whole file.
    /// - Throws: `WrongCuts` when the range does not end between two records; `CSVError`, `IOError`, `FileChanged`, `Cancelled`; what
    ///   the sink throws.
    func read(
        csv file: OpenFile, _ schema: RowSchema, _ csv: CSVSettings, _ cuts: CSVCuts, range: Range<Int>, size: Int,
        index: Int, into sink: UnitSink, onStoredBytes: (Int) -> Void, isCancelled: () -> Bool
    ) throws -> UnitResult {
        let records = try cuts.records(of: index)
        var reader = CSVReader(
            schema: schema, settings: csv, maxRecordBytes: settings.maxRecordBytes,
            header: index == 0 ? nil : cuts.header)
        var result = UnitResult(index: index, rejections: RejectionLog(limit: settings.rejectsPerFile))
        window.removeAll()
        var offset = range.lowerBound
        /// Bytes that the window has when it is read next.
        var wanted = 0
        // The last record ends behind the range, or with it.
        let end = records.isEmpty ? range.upperBound : records.upperBound
        while offset < end {
            if isCancelled() { throw Cancelled() }
            let isOwn = offset < range.upperBound
            let count = min(Self.chunk, (isOwn ? range.upperBound : end) - offset)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: window.room(count)[..<count])
            guard try file.read(at: offset, into: bytes) == count else { throw FileChanged(path: file.path) }
            if isOwn {
                onStoredBytes(count)
                let leaf = BlockDigests.leaf(of: UnsafeRawBufferPointer(bytes))
                result.leaves.append((offset / BlockDigests.blockSize, leaf))
            }
            window.fill(count)
            // Nothing is left over in front of the first record.
            if offset < records.lowerBound { window.drop(min(count, records.lowerBound - offset)) }
            offset += count
            if records.isEmpty || offset <= records.lowerBound { continue }
            guard offset == end || window.count >= wanted else { continue }
            try reader.take(&window, isFinal: offset == size, into: sink) {
                result.rejections.add($0, base: records.lowerBound)
            }
            // What is left over was read in vain; with twice as much the work is in proportion to the size.
            wanted = 2 * window.count
        }
        if records.isEmpty { return result }
        // A first unit that ends in front of the header has not found it.
        guard window.count == 0, reader.header == cuts.header else { throw WrongCuts() }
        reader.gather(into: &result)
        return result
    }
}
