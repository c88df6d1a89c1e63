/// The file formats of tables.
package enum TableFormat: String, Sendable, CaseIterable {
    /// RFC 4180, with LF at line ends and no byte-order mark.
    case csv
    /// Tab-separated values, special characters escaped by backslash.
    case tsv
    /// A JSON object a line.
    case jsonl
    /// A Parquet file.
    case parquet
    /// A Markdown table.
    case md

    package var fileExtension: String { rawValue }

    /// Whether a terminal or a mail can show it.
    package var isText: Bool { self != .parquet }

    /// - Parameter isGzipped: whether the file is compressed as a whole.
    package func encoder(_ sink: @escaping TableSink, isGzipped: Bool) -> any TableEncoder {
        GzipEncoder.encoder(sink, isGzipped: isGzipped) { encoder($0) }
    }

    package func encoder(_ sink: @escaping TableSink) -> any TableEncoder {
        switch self {
        case .csv: DelimitedEncoder(.csv, sink: sink)
        case .tsv: DelimitedEncoder(.tsv, sink: sink)
        case .jsonl: JSONLinesEncoder(sink)
        case .parquet: ParquetEncoder(sink)
        case .md: MarkdownEncoder(sink)
        }
    }
}
