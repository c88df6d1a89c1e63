//  Pieces, in the order of the files, into tables.

import ParquetTable
import Records
import Tables

/// Takes pieces and writes tables.
///
/// All are `@unchecked Sendable`: one thread at a time calls them.
protocol RowOutput: AnyObject, Sendable {
    /// The pieces of an input follow.
    func begin(input: Int) throws
    /// - Parameter recordsBefore: of the file, before those by which the piece's rows are numbered.
    func write(_ piece: ConversionPiece, recordsBefore: Int) throws
    /// All pieces of the input were written.
    func end(input: Int) throws
    /// - Returns: the tables, in the order in which they were begun.
    func finish() throws -> [ConvertedTable]
}

/// A table as bytes.
final class TableOutput {
    private let name: String
    private let store: any TableStore
    private let sink: TableSink
    private var parquet: TableWriter?
    /// Encodes the column of the records' numbers.
    private var rowNumbers: RowGroupEncoder?
    private var rows = 0
    private var bytes = 0

    /// - Parameter name: for the store.
    init(_ name: String, _ layout: TableLayout, in store: any TableStore) throws {
        self.name = name
        self.store = store
        let sink = try store.open(name)
        self.sink = sink
        guard let format = layout.format.text else {
            let numbers = layout.rowNumbers
            rowNumbers = numbers.map { RowGroupEncoder(schema: $0, options: layout.options) }
            let schema = TableSchema(columns: layout.schema.columns + (numbers?.columns ?? []))
            parquet = TableWriter(schema: schema, options: layout.options) { try sink($0) }
            return
        }
        let header = TypedText(format, schema: layout.schema, jsonColumns: layout.jsonColumns)
        header.appendHeader(layout.schema)
        try write(header)
    }

    /// - Parameter recordsBefore: what is added to the rows' numbers.
    func write(_ encoded: EncodedRows, _ recordsBefore: Int = 0) throws {
        rows += encoded.rowCount
        if let groups = encoded.groups {
            if let rowNumbers {
                rowNumbers.removeAll()
                for numbers in encoded.rowNumbers {
                    try rowNumbers.encode([.int64(numbers.map { $0 + Int64(recordsBefore) }, validity: nil)])
                }
                try parquet!.write(groups, beside: rowNumbers)
            } else {
                try parquet!.write(groups)
            }
        }
        if let text = encoded.text { try write(text) }
    }

    private func write(_ text: TypedText) throws {
        if text.bytes.isEmpty { return }
        try text.bytes.withUnsafeBytes { try sink($0) }
        bytes += text.bytes.count
    }

    func finish() throws -> ConvertedTable {
        if let size = try parquet?.finish().bytes { bytes = size }
        try store.close(name)
        return ConvertedTable(name: name, rows: rows, bytes: bytes)
    }
}

/// All rows in one table.
final class WholeOutput: RowOutput, @unchecked Sendable {
    private let table: TableOutput

    init(_ layout: TableLayout, in store: any TableStore) throws { table = try TableOutput("", layout, in: store) }

    func begin(input: Int) {}
    func write(_ piece: ConversionPiece, recordsBefore: Int) throws { try table.write(piece.encoded, recordsBefore) }
    func end(input: Int) {}
    func finish() throws -> [ConvertedTable] { [try table.finish()] }
}

/// A table for each input, also for one without rows.
final class FilesOutput: RowOutput, @unchecked Sendable {
    private let names: [String]
    private let layout: TableLayout
    private let store: any TableStore
    private var table: TableOutput?
    private var tables: [ConvertedTable] = []

    init(_ names: [String], _ layout: TableLayout, in store: any TableStore) {
        self.names = names
        self.layout = layout
        self.store = store
    }

    func begin(input: Int) throws { table = try TableOutput(layout.format.fileName(names[input]), layout, in: store) }
    func write(_ piece: ConversionPiece, recordsBefore: Int) throws { try table!.write(piece.encoded, recordsBefore) }
    func end(input: Int) throws { tables.append(try table!.finish()) }
    func finish() -> [ConvertedTable] { tables }
}
