//  A table as bytes, piece by piece.

import ParquetTable
import Tables

/// Puts pieces together.
///
/// `@unchecked Sendable`: one thread at a time writes to it.
final class TableOutput: @unchecked Sendable {
    private var parquet: TableWriter?
    private let sink: TableSink
    private var rows = 0
    private var bytes = 0

    init(_ layout: PieceLayout, sink: @escaping TableSink) throws {
        self.sink = sink
        let schema = ConversionPiece(layout).tableSchema
        guard let format = layout.format.text else {
            parquet = TableWriter(schema: schema, options: layout.options) { try sink($0) }
            return
        }
        let header = TypedText(format, schema: schema, jsonColumns: schema.columns.map { _ in false })
        header.appendHeader(schema)
        try write(header)
    }

    func write(_ piece: ConversionPiece) throws {
        rows += piece.rowCount
        if let groups = piece.groups { try parquet!.write(groups) }
        if let text = piece.text { try write(text) }
    }

    private func write(_ text: TypedText) throws {
        if text.bytes.isEmpty { return }
        try text.bytes.withUnsafeBytes { try sink($0) }
        bytes += text.bytes.count
    }

    func finish() throws -> (rows: Int, bytes: Int) {
        if let size = try parquet?.finish().bytes { bytes = size }
        return (rows, bytes)
    }
}
