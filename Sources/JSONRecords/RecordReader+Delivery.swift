//  What the reader hands on: accepted records, batch by batch, and rejected ones, each with its place.
//
//  Rows of cells are judged by who takes them, and those that do not fit are rejected like any other record. So that
//  rejections come in the order of the file, rows in hand are handed on before a record is rejected:
//
//      row 1   row 2   {"broken     row 4              handed on: rows 1 and 2, of which 2 does not fit
//                                                      rejected:  2, then the broken one; then row 4 begins a batch

import CByteScan
import Records

extension RecordReader {
    /// Who gets what was read.
    struct Receivers {
        enum Accepted {
            case records((borrowing RecordBatch) throws -> Void)
            /// Answers with the rows that do not fit.
            case cells((borrowing CellBatch) throws -> [RowFault])
        }

        let accepted: Accepted
        let rejected: (Rejection) throws -> Void
    }

    /// - Parameters:
    ///   - shown: where the text that is shown ends; nil: at `end`.
    ///   - stop: where it was found to be no JSON.
    ///   - context: what stood before it.
    mutating func reject(
        _ reason: RejectReason, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        raw shown: UnsafePointer<UInt8>? = nil, stop: UnsafePointer<UInt8>? = nil,
        context: FlawPlace.Context = .value, isRunOfNULs: Bool = false, _ pass: inout Pass, _ receivers: Receivers
    ) throws {
        // Rows before it may turn out not to fit, and rejections come in the order of the file.
        if takesRows { try flush(&pass, receivers) }
        recordsRead += 1
        let stop = isRunOfNULs ? start : stop
        let place = FlawPlace(
            start: start, stop: stop,
            limit: min(
                container == .lines ? end : pass.end, (stop ?? start) + FlawPlace.reach, start + maxRecordBytes),
            context: context, isLenient: isLenient, window: pass.window, windowColumn: column)
        try report(reason, start, end, shown: shown ?? end, place, isRunOfNULs: isRunOfNULs, &pass, receivers)
    }

    /// Counts a rejected record as what it is, and hands it on.
    private mutating func report(
        _ reason: RejectReason, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        shown: UnsafePointer<UInt8>, _ place: FlawPlace, isRunOfNULs: Bool = false, _ pass: inout Pass,
        _ receivers: Receivers
    ) throws {
        counts.rejected[reason, default: 0] += 1
        let bytesBefore = rejectedBytes
        rejectedBytes += end - start
        lines += wf_count_newlines(pass.counted, start)
        pass.counted = start
        try receivers.rejected(
            Rejection(
                reason: reason, offset: offset + (start - pass.window), linesBefore: lines,
                rejectedBytesBefore: bytesBefore,
                raw: UnsafeBufferPointer(start: start, count: min(shown - start, maxRecordBytes)),
                isRunOfNULs: isRunOfNULs, place: place))
    }

    /// Hands on what was accepted.
    mutating func flush(_ pass: inout Pass, _ receivers: Receivers) throws {
        switch receivers.accepted {
        case .records(let receive):
            if batch.count > 0 {
                counts.folded += batch.count
                try receive(batch)
                batch.count = 0
            }
        case .cells(let receive):
            if rows.batch.count > 0 { try flushRows(&pass, receive, receivers) }
        }
        arena.reset()
    }

    private mutating func flushRows(
        _ pass: inout Pass, _ receive: (borrowing CellBatch) throws -> [RowFault], _ receivers: Receivers
    ) throws {
        // Nothing was counted since the first of them, but for the others.
        rows.batch.firstRow = recordsRead - rows.batch.count + 1
        let faults = try receive(rows.batch)
        // Shapes of cells say which keys their records have, but not of what kinds the values are.
        let last = rows.records[rows.batch.count - 1]
        census.note(last.start, last.end)
        rows.check(faults)
        counts.folded += rows.batch.count - faults.count
        coercions.leniently += rows.lenientCount(without: faults)
        for fault in faults {
            let record = rows.records[fault.row]
            let place = FlawPlace(
                start: record.start, stop: nil, limit: record.end, context: .value, isLenient: isLenient,
                window: pass.window, windowColumn: column)
            try report(fault.reason, record.start, record.end, shown: record.end, place, &pass, receivers)
        }
        rows.removeAll()
    }
}
