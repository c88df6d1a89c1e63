//  The seam between the pivot and the file formats.
//
//  The pivot makes rows as blocks of columns; an encoder turns blocks into a file. Neither knows the other: a format
//  that needs types (Parquet, workbooks) or names (JSON lines) gets both from the report's columns, and a call is made
//  for a block of rows, not for a cell, so that the seam costs nothing.
//
//      pivot ──RowBlock──▶ TableEncoder ──bytes──▶ sink

import Records

/// The reports that a total is turned into.
package enum Report: String, Sendable, CaseIterable {
    case engagement, profile, daily, apps

    /// The report's columns, in order.
    package func columns(_ map: CategoryMap) -> [ReportColumn] {
        let categories = map.columnNames.map { ReportColumn($0, .integer, isSeconds: true) }
        let total = ReportColumn("TotalDuration", .integer, isSeconds: true)
        switch self {
        case .engagement:
            return [ReportColumn("Contract", .text)] + categories
        case .profile:
            return [ReportColumn("Contract", .text)] + categories + [
                total, ReportColumn("MostWatch", .text), ReportColumn("Taste", .text),
                ReportColumn("ActiveDays", .integer),
            ]
        case .daily:
            return [ReportColumn("Date", .text, isDate: true), ReportColumn("Contracts", .integer)] + categories + [
                total
            ]
        case .apps:
            return [
                ReportColumn("AppName", .text), ReportColumn("Category", .text), ReportColumn("Records", .integer),
                ReportColumn("Contracts", .integer), total,
            ]
        }
    }
}

/// A column of a report.
package struct ReportColumn: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case text
        case integer
        /// A number with so many digits behind the point.
        case decimal(places: Int)
        /// Seconds, to be shown as hours, minutes and seconds.
        case duration
    }

    package var name: String
    package var kind: Kind
    /// Whether the numbers are seconds, which can be turned into other units.
    package var isSeconds: Bool
    /// Whether the text is a date, `2022-04-01`, or empty.
    package var isDate: Bool

    package init(_ name: String, _ kind: Kind, isSeconds: Bool = false, isDate: Bool = false) {
        self.name = name
        self.kind = kind
        self.isSeconds = isSeconds
        self.isDate = isDate
    }
}

/// Rows of a report, as columns that somebody else owns. Good only until the call that lends it returns.
package struct RowBlock {
    package enum Values {
        case text(UnsafePointer<ByteSlice>)
        case integer(UnsafePointer<Int64>)
        /// Numbers of units of the last place: 150 with two places is 1.50.
        case decimal(UnsafePointer<Int64>, places: Int)
        /// Seconds.
        case duration(UnsafePointer<Int64>)
    }

    /// One entry for each column of the report, of the column's kind; `count` values each.
    package var columns: [Values]
    package var count: Int

    package init(columns: [Values], count: Int) {
        self.columns = columns
        self.count = count
    }
}

/// Takes the bytes of a report, in order, in pieces of any size. The bytes are good only during the call.
package typealias ReportSink = (UnsafeRawBufferPointer) throws -> Void

/// Turns the rows of one report into the bytes of a file.
package protocol TableEncoder: AnyObject {
    /// Called once, before all others.
    func begin(_ columns: [ReportColumn]) throws
    func append(_ block: RowBlock) throws
    /// Called once, after all others: what is buffered goes out.
    func finish() throws
    /// Bytes handed to the sink so far.
    var bytesWritten: Int { get }
}

/// An encoder whose table can be made in parts: the bytes of a row do not depend on the rows before it.
package protocol SplittableEncoder: TableEncoder {
    /// An encoder for some rows; its bytes are for this one's `append(encoded:)`.
    func makePart() -> any PartEncoder
    func append(encoded: UnsafeRawBufferPointer) throws
}

/// Encodes rows and keeps the bytes.
package protocol PartEncoder: AnyObject {
    func append(_ block: RowBlock)
    /// Appends rows that begin with the fields of those that `other` took last; the block has the columns that follow.
    /// Returns false, and appends nothing, if `other` is of another kind.
    func append(_ block: RowBlock, behind other: any PartEncoder) -> Bool
    /// All bytes since the last `removeAll`. Good until the next call.
    var encoded: UnsafeRawBufferPointer { get }
    /// Forgets the bytes, but not the memory that they took.
    func removeAll()
}

/// The file formats of reports.
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
    package func encoder(_ sink: @escaping ReportSink, isGzipped: Bool) -> any TableEncoder {
        GzipEncoder.encoder(sink, isGzipped: isGzipped) { encoder($0) }
    }

    package func encoder(_ sink: @escaping ReportSink) -> any TableEncoder {
        switch self {
        case .csv: DelimitedEncoder(.csv, sink: sink)
        case .tsv: DelimitedEncoder(.tsv, sink: sink)
        case .jsonl: JSONLinesEncoder(sink)
        case .parquet: ParquetEncoder(sink)
        case .md: MarkdownEncoder(sink)
        }
    }
}

/// A report that is asked for, and where it goes.
package struct ReportOutput {
    package let report: Report
    package let encoder: any TableEncoder

    package init(_ report: Report, encoder: any TableEncoder) {
        self.report = report
        self.encoder = encoder
    }

    package init(_ report: Report, format: TableFormat, isGzipped: Bool = false, sink: @escaping ReportSink) {
        self.init(report, encoder: format.encoder(sink, isGzipped: isGzipped))
    }
}
