//  Readers of records in windows, whatever their form: JSON and CSV.

import CSVRecords
import JSONRecords
import Records

/// Reads the records of an input that comes in windows.
protocol WindowReader: ~Copyable {
    /// Takes what is whole in a window, and drops it.
    ///
    /// - Throws: what the sink throws; `CSVError`.
    mutating func take(
        _ window: inout Window, isFinal: Bool, into sink: UnitSink, onRejection: (Rejection) throws -> Void) throws

    /// What is known of the unit when all was taken.
    func gather(into result: inout UnitResult)
}

extension RecordReader: WindowReader {
    mutating func take(
        _ window: inout Window, isFinal: Bool, into sink: UnitSink, onRejection: (Rejection) throws -> Void
    ) throws {
        let done =
            switch sink {
            case .fold(let table):
                try read(
                    window.base, count: window.count, isFinal: isFinal, onBatch: { try table.add($0) },
                    onRejection: onRejection)
            case .rows(let rows):
                try read(
                    window.base, count: window.count, isFinal: isFinal, onCells: { try rows.add($0) },
                    onRejection: onRejection)
            }
        window.drop(done)
    }

    func gather(into result: inout UnitResult) {
        result.container = container
        result.counts = counts
        result.recordsRead = recordsRead
        result.lines = lines
        result.rejectedBytes = rejectedBytes
        result.rejections.finish(rejectedBytes: rejectedBytes)
        result.coercions = coercions
        result.actionLines = actionLines
        result.answers = answers
        result.fields = fields
        result.unread = unread
        result.recordsReadCompletely = recordsReadCompletely
        result.timesShapesForgotten = timesShapesForgotten
        result.end = inputEnd
    }
}

extension CSVReader: WindowReader {
    mutating func take(
        _ window: inout Window, isFinal: Bool, into sink: UnitSink, onRejection: (Rejection) throws -> Void
    ) throws {
        guard case .rows(let rows) = sink else { preconditionFailure("a fold of viewing records reads JSON") }
        window.drop(
            try read(
                window.base, count: window.count, isFinal: isFinal, onBatch: { try rows.add($0) },
                onRejection: onRejection))
    }

    func gather(into result: inout UnitResult) {
        // A unit without records has none, and says nothing of the file's end.
        result.container = .lines
        result.counts = counts
        result.recordsRead = recordsRead
        result.lines = lines
        result.rejectedBytes = rejectedBytes
        result.rejections.finish(rejectedBytes: rejectedBytes)
        result.fields = fieldPaths
        result.recordsReadCompletely = recordsReadCompletely
        result.end = inputEnd
    }
}
