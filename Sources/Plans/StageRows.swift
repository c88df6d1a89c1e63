//  Typed rows of one file, and what DuckDB reads of them.
//
//      file ─▶ records ─▶ rows of the declared fields and `_row` ─▶ Parquet        what others call the stage
//
//  What is the same for all rows of a file (its name, its day, what its path says) is not written but added by the view. A
//  source that keeps its rows has them in packs, as partials are kept.

import CSVRecords
import Configuration
import Conversion
import DuckDB
import DurableIO
import Intake
import Records

/// The rows of a file that were taken.
package struct StagedFile: Sendable, Hashable {
    /// Of the Parquet file.
    package var path: String
    /// The file's logical name.
    package var name: String
    package var day: CalendarDay?
    package var pathValues: [String]
    /// In a pack of rows that are kept: which of them are the file's. Nil: all, and there is no such column.
    package var slot: Int?

    package init(path: String, slot: Int? = nil, name: String, day: CalendarDay?, pathValues: [String]) {
        (self.path, self.slot, self.name, self.day, self.pathValues) = (path, slot, name, day, pathValues)
    }
}

extension PlanSource {
    /// How the source's files become rows.
    ///
    /// - Parameters:
    ///   - input: one file.
    ///   - settings: whose limits, encoding and leniency hold.
    package func conversion(of input: FoldInput, _ settings: FoldSettings, jobs: Int) -> ConversionRequest {
        precondition(format != .parquet, "a file of Parquet becomes text first")
        var request = ConversionRequest([input], schema: schema, format: .parquet)
        if format == .csv {
            request.csv = CSVSettings(delimiter: delimiter, null: null)
            request.values.isUntyped = true
        }
        request.jobs = jobs
        request.numbersRows = true
        request.take(settings)
        return request
    }

    /// Writes the rows of a file.
    ///
    /// - Parameters:
    ///   - path: of the Parquet file that is written; an `IOError` about it is of the disk, and not of the input.
    ///   - session: with a folder of its own, which may read the input; asked for if that is Parquet.
    /// - Throws: `InputFailure`, `FileChanged`, `IOError`, `DuckDBError`.
    package func stage(
        _ input: FoldInput, to path: String, _ settings: FoldSettings, jobs: Int, in fileSystem: FileSystem,
        by session: () throws -> DuckDBSession, onStoredBytes: @escaping @Sendable (Int) -> Void
    ) throws -> FileSummary {
        if format == .parquet {
            return try ParquetRows(self, session(), in: fileSystem).stage(
                input, to: path, settings, jobs: jobs, onStoredBytes: onStoredBytes)
        }
        return try stageText(input, to: path, settings, jobs: jobs, in: fileSystem, onStoredBytes: onStoredBytes)
    }

    func stageText(
        _ input: FoldInput, to path: String, _ settings: FoldSettings, jobs: Int, in fileSystem: FileSystem,
        onStoredBytes: @escaping @Sendable (Int) -> Void
    ) throws -> FileSummary {
        let conversion = Conversion(
            conversion(of: input, settings, jobs: jobs), fileSystem: fileSystem, onStoredBytes: onStoredBytes)
        let store = SinkStore {
            let rows = try fileSystem.open(path, .readWrite)
            // There is something when the file turned out to be one that cannot be cut.
            try rows.truncate(to: 0)
            return { try rows.write($0) }
        }
        return try conversion.run(into: store).files[0]
    }
}

extension StageTable {
    /// The rows of staged files as a SELECT in one line.
    ///
    /// - Parameter files: at least one.
    func rows(of files: [StagedFile]) -> String {
        precondition(!files.isEmpty, "rows of no file")
        return files.map(rows).joined(separator: " UNION ALL ")
    }

    /// The same, each file's rows with its place in a column.
    func rows(of files: [StagedFile], slot: String) -> String {
        precondition(!files.isEmpty, "rows of no file")
        return files.enumerated().map {
            "SELECT *, CAST(\($0) AS BIGINT) AS \(SQLText.identifier(slot)) FROM (\(rows(of: $1)))"
        }
        .joined(separator: " UNION ALL ")
    }

    /// What is kept of rows: not what is the same for all of a file, which may change with its name.
    func kept(from rows: String, slot: String) -> String {
        let fields = source.schema.fields.map(\.name) + ["_row"]
        return "SELECT \(([slot] + fields).map(SQLText.identifier).joined(separator: ", ")) FROM \(rows)"
    }

    private func rows(of file: StagedFile) -> String {
        var constants = zip(pathColumns, file.pathValues).map { column, value in
            (column.name, column.isDate ? "DATE \(SQLText.literal(value))" : SQLText.literal(value))
        }
        constants.append(("_file", SQLText.literal(file.name)))
        constants.append(("_date", file.day.map { "DATE \(SQLText.literal($0.description))" } ?? "CAST(NULL AS DATE)"))
        let columns = constants.map { "\($1) AS \(SQLText.identifier($0))" }.joined(separator: ", ")
        let rows = "read_parquet(\(SQLText.literal(file.path)), hive_partitioning = false)"
        guard let slot = file.slot else { return "SELECT *, \(columns) FROM \(rows)" }
        let name = SQLText.identifier(Self.slot)
        return "SELECT * EXCLUDE (\(name)), \(columns) FROM \(rows) WHERE \(name) = \(slot)"
    }
}
