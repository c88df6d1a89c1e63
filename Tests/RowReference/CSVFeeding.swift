//  The reader of CSV, fed through windows of any size.

import CSVRecords
import Records

/// A reader that breaks a promise which no outcome shows.
package struct BrokenReading: Error, CustomStringConvertible {
    package let description: String
}

extension CSVReading {
    /// A file through windows.
    ///
    /// - Parameters:
    ///   - step: bytes that each window has more than what was left of the one before.
    ///   - tellsEndLate: whether the end of the input is told with an empty window.
    ///   - refuses: which rows, by `_row`, are said not to fit.
    package init(
        _ bytes: [UInt8], _ schema: RowSchema, _ settings: CSVSettings, longest: Int, step: Int = .max,
        tellsEndLate: Bool = false, header: CSVHeader? = nil, refuses: (Int) -> Bool = { _ in false }
    ) throws {
        self.init()
        var reader = CSVReader(schema: schema, settings: settings, maxRecordBytes: longest, header: header)
        var (taken, start, end) = (0, 0, 0)
        var isDone = false
        while !isDone {
            end = min(bytes.count, end + min(step, bytes.count - end))
            let isFinal = end == bytes.count && !(tellsEndLate && taken == 0)
            if end == bytes.count { taken += 1 }
            let done = try readWindow(&reader, Array(bytes[start..<end]), isFinal, schema, refuses)
            guard done <= end - start, !isFinal || done == end - start else {
                throw BrokenReading(description: "done with \(done) of \(end - start) bytes, final \(isFinal)")
            }
            start += done
            isDone = isFinal
        }
        (columns, delimiter) = (reader.header?.columns ?? [], reader.header?.delimiter ?? 0)
        (recordsRead, lines) = (reader.recordsRead, reader.lines)
        endsInside = reader.inputEnd == .insideValue
        guard reader.counts.read == recordsRead, reader.counts.folded == rows.count else {
            throw BrokenReading(description: "\(reader.counts) of \(recordsRead) records, \(rows.count) rows")
        }
    }

    private mutating func readWindow(
        _ reader: inout CSVReader, _ bytes: [UInt8], _ isFinal: Bool, _ schema: RowSchema, _ refuses: (Int) -> Bool
    ) throws -> Int {
        // Of exactly the size that the reader is promised, so that a read behind it is found.
        let window = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + CSVReader.padding)
        defer { window.deallocate() }
        window.initialize(repeating: UInt8(ascii: "\""), count: bytes.count + CSVReader.padding)
        for (k, byte) in bytes.enumerated() { window[k] = byte }
        var reading = self
        defer { self = reading }
        return try reader.read(
            window, count: bytes.count, isFinal: isFinal,
            onBatch: { batch in
                var faults: [RowFault] = []
                for row in 0..<batch.count {
                    let number = batch.firstRow + row
                    if refuses(number) {
                        faults.append(RowFault(row: row, reason: .bad(schema.fields[0].name)))
                        continue
                    }
                    reading.rows[number] = (0..<batch.fieldCount).map { field in
                        let cell = batch.cells[row * batch.fieldCount + field]
                        return ReferenceCell(Cell.Kind(rawValue: cell.kind)!, Array(cell.text))
                    }
                }
                return faults
            },
            onRejection: {
                reading.rejected.append(
                    Rejected(
                        reason: $0.reason, offset: $0.offset, line: $0.linesBefore, raw: Array($0.raw),
                        flaw: $0.flaw))
            })
    }
}
