//  What is fuzzed.
//
//  A target is a function of any bytes whatever that checks promises: a broken one is thrown, and a trap or a read out of
//  bounds ends the process. libFuzzer calls it for the bytes that it invents (Fuzz/Fuzzer, scripts/fuzz); the ordinary
//  tests call it for the seeds and for every input that once failed (Tests/FuzzTests, Fuzz/failures).

import ReaderReference

/// One function to be fuzzed.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// Records by the complete path: any windows, against the plain reference.
    case reader
    /// Records by shapes against the complete path.
    case shapes
    /// Records as rows of cells, both ways.
    case rows
    /// gzip and LZ4, and the digest of what is in them.
    case codecs
    /// Whole Parquet files: footers.
    case parquet
    /// One column of one row group, behind a good footer: page headers, levels, encodings.
    case pages
    /// The same for columns of every type, read into buffers.
    case columns
    /// The configuration file, and single values.
    case configuration
    /// Files of CSV through any windows, against the plain reader.
    case csv
    /// Cells of one type, against the plain reference.
    case cells

    /// Longest input that is worth a try, in bytes.
    package var longestInput: Int {
        switch self {
        case .reader, .shapes, .rows, .csv: 2048
        case .codecs, .parquet, .pages, .columns, .configuration, .cells: 4096
        }
    }

    /// Checks what is promised for these bytes.
    ///
    /// - Returns: whether they were good: a record was folded, content came out, a table was read, the settings hold.
    /// - Throws: `BrokenPromise`, which says what does not hold.
    @discardableResult
    package func check(_ input: [UInt8]) throws -> Bool {
        switch self {
        case .reader: try checkReader(input)
        case .shapes: try checkShapes(input)
        case .rows: try checkRows(input)
        case .codecs: try checkCodecs(input)
        case .parquet: try checkParquetFile(input)
        case .pages: try checkPages(input)
        case .columns: try checkColumn(input)
        case .configuration: try checkConfiguration(input)
        case .csv: try checkCSV(input)
        case .cells: try checkCells(input)
        }
    }
}
