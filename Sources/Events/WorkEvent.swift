//  What a stage decided that costs or changes something, as a value. Stages hand these upwards, in results or to an
//  `EventSink`; they know neither a log nor whether anybody looks. Words are made of them where they are logged
//  (Operations/Logger+Events.swift), and only if the level is on.
//
//  None of them is about a single record: events of reading are given once for each file, or when a table is put aside.

/// Gets events, from any thread.
package typealias EventSink = @Sendable (WorkEvent) -> Void

/// What a stage decided.
package enum WorkEvent: Sendable, Hashable {
    /// A file was read by several threads, in so many ranges.
    case fileCut(file: String, ranges: Int)
    /// A file was read from its beginning to its end by one thread.
    case fileNotCut(file: String, because: WholeReason)
    /// Records that fitted no known shape and were read by the complete reader, of all that were read.
    case slowRecords(file: String, count: Int, of: Int)
    /// So often the shapes that were learned were forgotten, because too few records fitted them.
    case shapesForgotten(file: String, times: Int)
    /// A table of so many rows did not fit into memory and was written to disk.
    case tableSpilled(rows: Int)
    /// So many runs on disk were merged into one.
    case runsMerged(runs: Int, rows: Int)

    /// The content that was read is the one that the ledger has under this name.
    case contentKnown(file: String)
    /// An earlier partial of the same name, content and settings counts again.
    case partialReused(file: String, partial: String)
    /// An earlier partial could have been used, but is damaged or gone.
    case partialDamaged(file: String, partial: String, detail: String)
    case partialWritten(file: String, partial: String, rows: Int, bytes: Int)
    /// So many files were committed together.
    case committed(files: Int, seconds: Double)

    case manifestWritten(generation: Int)
    case reportsDue(ReportsReason)
    /// The total on disk stays as it is, and what changed since is merged with it for the reports.
    case totalKept(generation: Int, changedFiles: Int)
    /// The total on disk and what changed since are merged into a new one.
    case totalRenewed(from: Int, changedFiles: Int)
    /// All partials that count are merged.
    case partialsMerged(files: Int, because: FullMergeReason)
    /// Of very many tables some are merged into files of their own first.
    case mergeStaged(tables: Int, folder: String)
    /// The same was wanted, but there is no place for such files.
    case mergeUnstaged(tables: Int, detail: String)
    case outputDue(output: String, because: OutputReason)
    /// So many partials and segments of a fold's table were merged into a segment.
    case segmentMade(segment: String, inputs: Int, rows: Int)
    /// The same was wanted, but their merge has no value, so they are merged with all others each time.
    case segmentRefused(segment: String, detail: String)
    /// It was made, and cannot get its place.
    case segmentUnplaced(segment: String, detail: String)
}

/// Why one thread reads a whole file.
package enum WholeReason: Sendable, Hashable {
    /// It has no more bytes than a range has.
    case small
    /// Standard input or a pipe: it has no positions.
    case stream
    case compressed
    case otherEncoding
    /// Its records are not one a line.
    case layout(String)
    /// It looked like lines, but a value goes on over several of them; what was read in ranges was read again.
    case valueAcrossLines
    /// A quote of CSV is not closed or a record too long, so quotes do not tell where those behind it begin; what was read in
    /// ranges was read again.
    case openQuote

    package var name: String {
        switch self {
        case .small: "small"
        case .stream: "stream"
        case .compressed: "compressed"
        case .otherEncoding: "other-encoding"
        case .layout: "layout"
        case .valueAcrossLines: "value-across-lines"
        case .openQuote: "open-quote"
        }
    }
}

/// Why all partials that count are merged, and not the total with what changed since.
package enum FullMergeReason: Sendable, Hashable {
    case noTotal
    case damaged(detail: String)
    /// The total was made from another ledger.
    case otherLedger
    /// The total has other columns than the plan.
    case otherColumns
    /// The total is of a later generation than what is reported on.
    case laterGeneration(Int)
    /// More partials changed since than count.
    case manyChanges(changed: Int, counting: Int)
    /// A merge with the total failed.
    case failed(detail: String)

    package var name: String {
        switch self {
        case .noTotal: "no-total"
        case .damaged: "total-damaged"
        case .otherLedger: "total-of-other-ledger"
        case .otherColumns: "total-of-other-columns"
        case .laterGeneration: "total-of-later-generation"
        case .manyChanges: "many-changes"
        case .failed: "merge-failed"
        }
    }
}

/// Why the reports are written although there may be some.
package enum ReportsReason: Sendable, Hashable {
    /// Somebody wants them whatever there is.
    case wanted
    case noReceipt
    case damagedReceipt
    /// Other contents count.
    case contents
    case groups
    case program(String)
    case generation(Int)
    case otherReports
    case reportLost(String)
    /// The total on disk may not be kept any longer.
    case totalDue

    package var name: String {
        switch self {
        case .wanted: "wanted"
        case .noReceipt: "no-receipt"
        case .damagedReceipt: "damaged-receipt"
        case .contents: "contents"
        case .groups: "groups"
        case .program: "program"
        case .generation: "generation"
        case .otherReports: "other-reports"
        case .reportLost: "report-lost"
        case .totalDue: "total-due"
        }
    }
}

/// Why a configured output is made.
package enum OutputReason: String, Sendable, Hashable {
    /// It has no entry, or one of other words of the configuration.
    case unknown = "no-entry"
    case contents
    case groups
    case program
    case generation
    case fileLost = "file-lost"
}
