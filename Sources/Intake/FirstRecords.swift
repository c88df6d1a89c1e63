//  The first records of a file, as trees of values: for finding out what its fields are.

import CSVRecords
import DurableIO
import JSONRecords
import Records

/// Reads the beginning of files.
package struct FirstRecords {
    private let fileSystem: FileSystem
    private let settings: ReadSettings

    /// - Parameter settings: of which the form does not matter.
    package init(fileSystem: FileSystem, settings: ReadSettings) {
        self.fileSystem = fileSystem
        self.settings = settings
    }

    /// The records of JSON that lie in the first `bytes` of the text as a whole; those that are no objects are left out.
    ///
    /// - Throws: `IOError`, `CodecError`, `UnreadableContent`.
    package func read(_ path: String, _ plan: ReadingPlan, bytes: Int) throws -> [SampleValue] {
        var reader = RecordReader(plan, maxRecordBytes: settings.maxRecordBytes)
        var records: [SampleValue] = []
        // A record that is refused is shown as it stands.
        try withBeginning(of: path, bytes: bytes) { window, count, isFinal in
            _ = try reader.read(
                window, count: count, isFinal: isFinal,
                onCells: { batch in (0..<batch.count).map { RowFault(row: $0, reason: .notAnObject) } },
                onRejection: { rejection in
                    if let value = SampleValue(rejection.raw), case .object = value { records.append(value) }
                })
        }
        return records
    }

    /// The names of the columns of a file of CSV; empty for a file without a record.
    ///
    /// - Throws: `CSVError`, `IOError`, `CodecError`, `UnreadableContent`.
    package func columns(_ path: String, _ csv: CSVSettings, bytes: Int) throws -> [String] {
        // Whatever the columns are, none is required.
        let nothing = RowSchema([RowField("_", .string, isRequired: false)])
        var header: CSVHeader?
        try withBeginning(of: path, bytes: bytes) { window, count, isFinal in
            header = try CSVReader.header(
                of: window, count: count, isFinal: isFinal, schema: nothing, settings: csv,
                maxRecordBytes: settings.maxRecordBytes)
        }
        return header?.columns ?? []
    }

    /// Rows of a file of CSV that lie in the first `bytes` of the text as a whole.
    ///
    /// - Throws: `CSVError`, `IOError`, `CodecError`, `UnreadableContent`; what the sink throws.
    package func rows(
        _ path: String, _ schema: RowSchema, _ csv: CSVSettings, bytes: Int, into sink: any CellSink
    ) throws {
        var reader = CSVReader(schema: schema, settings: csv, maxRecordBytes: settings.maxRecordBytes)
        try withBeginning(of: path, bytes: bytes) { window, count, isFinal in
            _ = try reader.read(
                window, count: count, isFinal: isFinal, onBatch: { try sink.add($0) }, onRejection: { _ in }
            )
        }
    }

    private func withBeginning(
        of path: String, bytes: Int, _ body: (UnsafeMutablePointer<UInt8>, _ count: Int, _ isFinal: Bool) throws -> Void
    ) throws {
        let file = try fileSystem.open(path, .read)
        let stream = ByteStream(file, size: nil, encoding: settings.encoding, onStoredBytes: { _ in })
        defer { stream.close() }
        var window = Window(capacity: bytes + ByteStream.chunk)
        var text = StreamText(stream)
        let isFinal = try text.read(bytes, into: &window)
        // More may have been read than was asked for.
        try body(window.base, min(window.count, bytes), isFinal && window.count <= bytes)
    }
}
