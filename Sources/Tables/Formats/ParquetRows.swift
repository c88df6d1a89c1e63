//  Tables as Parquet: text as UTF-8 strings, numbers as 64-bit integers, no nulls. DuckDB, Spark, Trino, Polars and
//  pandas read it with the columns' types.

import Columns
import ParquetTable
import Records

/// Writes a Parquet file.
final class ParquetEncoder: TableEncoder {
    /// Rows of a row group.
    private static let groupRows = 65_536

    private let sink: TableSink
    private var writer: TableWriterBox?
    private var columns: [ColumnValues] = []
    private var rows = 0
    private(set) var bytesWritten = 0

    /// A place for the writer, which cannot be copied.
    private final class TableWriterBox {
        var writer: TableWriter

        init(_ schema: TableSchema, _ sink: @escaping TableSink) { writer = TableWriter(schema: schema, sink: sink) }
    }

    init(_ sink: @escaping TableSink) { self.sink = sink }

    func begin(_ columns: [TableColumn]) throws {
        let schema = TableSchema(
            columns: columns.map { column in
                switch column.kind {
                case .text, .number: ColumnSchema(column.name, .utf8)
                case .integer: ColumnSchema(column.name, .int64)
                case .decimal, .duration: preconditionFailure("\(column.name) is not a whole number")
                }
            })
        writer = TableWriterBox(schema, sink)
        self.columns = schema.columns.map(Self.empty)
    }

    private static func empty(_ column: ColumnSchema) -> ColumnValues {
        switch column.type {
        case .utf8: .utf8(StringColumn())
        case .int64: .int64([])
        default: preconditionFailure("a column of type \(column.type)")
        }
    }

    func append(_ block: RowBlock) throws {
        var row = 0
        while row < block.count {
            let end = min(block.count, row + Self.groupRows - rows)
            for index in columns.indices { append(block.columns[index], row..<end, to: &columns[index]) }
            rows += end - row
            row = end
            if rows == Self.groupRows { try flush() }
        }
    }

    private func append(_ values: RowBlock.Values, _ range: Range<Int>, to column: inout ColumnValues) {
        switch values {
        case .text(let texts):
            guard case .utf8(var strings, _) = column else { preconditionFailure("text in a column of numbers") }
            column = .int64([])
            for row in range { strings.append(texts[row].buffer) }
            column = .utf8(strings)
        case .integer(let numbers):
            guard case .int64(var integers, _) = column else { preconditionFailure("numbers in a column of text") }
            column = .utf8(StringColumn())
            integers.append(contentsOf: UnsafeBufferPointer(start: numbers + range.lowerBound, count: range.count))
            column = .int64(integers)
        case .decimal, .duration: preconditionFailure("not whole numbers")
        }
    }

    private func flush() throws {
        guard rows > 0, let writer else { return }
        try writer.writer.write(rowGroup: columns)
        columns = writer.writer.schema.columns.map(Self.empty)
        rows = 0
    }

    func finish() throws {
        try flush()
        bytesWritten = try writer!.writer.finish().bytes
    }
}
