//  One record that is not plain: taken apart, taken or rejected.

import CByteScan
import Records

extension CSVReader {
    /// Takes what stands at the window's place: an empty line, a record, or a run of NUL bytes.
    ///
    /// - Returns: false when a longer window is needed.
    mutating func record(
        _ pass: inout Pass, _ onBatch: (borrowing CellBatch) throws -> [RowFault],
        _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        let start = pass.p
        if start.pointee == 0 { return try rejectNULs(&pass, onBatch, onRejection) }
        let scanner = CSVScanner(
            delimiter: columns.delimiter, quote: settings.quote, end: pass.end, isFinal: pass.isFinal)
        switch scanner.record(start, &fields) {
        case .record(let end, let next):
            scannedBytes += next - start
            if end == start {
                // An empty line in front of the end, or of a record that is not plain.
                pass.p = next
                return true
            }
            if end - start > maxRecordBytes { return try rejectLine(.recordTooLong, nil, &pass, onBatch, onRejection) }
            try take(start, end, &pass, onBatch, onRejection)
            pass.p = next
            return true
        case .incomplete:
            if !pass.isFinal && !isBeyondLimit(start, pass) { return false }
            scannedBytes += pass.end - start
            if pass.end - start > maxRecordBytes {
                return try rejectLine(.recordTooLong, nil, &pass, onBatch, onRejection)
            }
            inputEnd = .insideValue
            let flaw = CSVFlaw(kind: .unclosedQuote, offset: pass.end - start)
            let reason: RejectReason = Self.lineFeed(start, pass.end) == nil ? .truncated : .malformedCSV
            return try rejectLine(reason, flaw, &pass, onBatch, onRejection)
        case .flaw(let flaw):
            scannedBytes += flaw.offset
            // A shorter window would not have seen a flaw that is further away.
            if flaw.offset > maxRecordBytes { return try rejectLine(.recordTooLong, nil, &pass, onBatch, onRejection) }
            return try rejectLine(.malformedCSV, flaw, &pass, onBatch, onRejection)
        }
    }

    /// Judges a record that was taken apart into `fields`.
    private mutating func take(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ pass: inout Pass,
        _ onBatch: (borrowing CellBatch) throws -> [RowFault], _ onRejection: (Rejection) throws -> Void
    ) throws {
        let reason: RejectReason? =
            wf_is_utf8(start, end) == 0
            ? .invalidUTF8 : fields.count < columns.count ? .shortRow : fields.count > columns.count ? .longRow : nil
        if let reason {
            try flush(&pass, onBatch, onRejection)
            recordsRead += 1
            recordsReadCompletely += 1
            let text = ByteSlice(base: start, count: end - start)
            let place = CSVFlawPlace(text: text.buffer, fields: fields.count, columns: columns.count)
            return try note(reason, start, text.count, text, place, &pass, onRejection)
        }
        let size = columns.unquotedSize(fields)
        if !arena.fits(size) {
            // Rows of the batch point into the arena.
            try flush(&pass, onBatch, onRejection)
            arena.reserve(size)
        }
        recordsRead += 1
        recordsReadCompletely += 1
        columns.setRow(batch.count, fields, ByteSlice(base: start, count: end - start), settings.quote, &arena)
        batch.count += 1
        if batch.isFull { try flush(&pass, onBatch, onRejection) }
    }

    /// Rejects the line at the window's place; a line that is too long has that for its reason.
    ///
    /// - Returns: false when a longer window is needed.
    private mutating func rejectLine(
        _ reason: RejectReason, _ flaw: CSVFlaw?, _ pass: inout Pass,
        _ onBatch: (borrowing CellBatch) throws -> [RowFault], _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        let start = pass.p
        let feed = Self.lineFeed(start, pass.end)
        if feed == nil && !pass.isFinal && pass.end - start <= maxRecordBytes { return false }
        try flush(&pass, onBatch, onRejection)
        recordsRead += 1
        recordsReadCompletely += 1
        let lineEnd = feed ?? pass.end
        let isTooLong = lineEnd - start > maxRecordBytes
        // What is shown of a line has no part of its end.
        let hasReturn = !isTooLong && lineEnd > start && lineEnd[-1] == 0x0D
        let line = ByteSlice(base: start, count: lineEnd - start - (hasReturn ? 1 : 0))
        let seen = UnsafeBufferPointer(start: start, count: max(flaw?.offset ?? 0, line.count))
        let place = CSVFlawPlace(text: seen, found: isTooLong ? nil : flaw)
        try note(isTooLong ? .recordTooLong : reason, start, line.count, line, place, &pass, onRejection)
        pass.p = feed.map { $0 + 1 } ?? pass.end
        if feed == nil && !pass.isFinal { position = .skippingLine }
        return true
    }

    /// A run of NUL bytes, as a crash or a full disk leaves them in place of what was to be written.
    private mutating func rejectNULs(
        _ pass: inout Pass, _ onBatch: (borrowing CellBatch) throws -> [RowFault],
        _ onRejection: (Rejection) throws -> Void
    ) throws -> Bool {
        let start = pass.p
        var end = start
        while end < pass.end, end.pointee == 0 { end += 1 }
        if end == pass.end && !pass.isFinal && end - start <= maxRecordBytes { return false }
        try flush(&pass, onBatch, onRejection)
        recordsRead += 1
        recordsReadCompletely += 1
        let run = ByteSlice(base: start, count: end - start)
        let place = CSVFlawPlace(text: run.buffer, found: CSVFlaw(kind: .nul, offset: 0))
        try note(.malformedCSV, start, run.count, run, isRunOfNULs: true, place, &pass, onRejection)
        pass.p = end
        if end == pass.end && !pass.isFinal { position = .skippingNULs }
        return true
    }
}
