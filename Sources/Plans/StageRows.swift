//  Typed rows of one file, and what DuckDB reads of them.
//
//      file ─▶ records ─▶ rows of the declared fields and `_row` ─▶ Parquet        what others call the stage
//
//  What is the same for all rows of a file (its name, its day, what its path says) is not written but added by the view.

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

    package init(path: String, name: String, day: CalendarDay?, pathValues: [String]) {
        (self.path, self.name, self.day, self.pathValues) = (path, name, day, pathValues)
    }
}

extension PlanSource {
    /// How the source's files become rows.
    ///
    /// - Parameters:
    ///   - input: one file.
    ///   - settings: whose limits, encoding and leniency hold.
    package func conversion(of input: FoldInput, _ settings: FoldSettings, jobs: Int) -> ConversionRequest {
        precondition(format != .parquet, "DuckDB reads files of Parquet")
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
    /// - Parameter path: of the Parquet file; an `IOError` about it is of the disk, and not of the input.
    /// - Throws: `InputFailure`, `FileChanged`, `IOError`.
    package func stage(
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

    private func rows(of file: StagedFile) -> String {
        var constants = zip(pathColumns, file.pathValues).map { column, value in
            (column.name, column.isDate ? "DATE \(SQLText.literal(value))" : SQLText.literal(value))
        }
        constants.append(("_file", SQLText.literal(file.name)))
        constants.append(("_date", file.day.map { "DATE \(SQLText.literal($0.description))" } ?? "CAST(NULL AS DATE)"))
        let columns = constants.map { "\($1) AS \(SQLText.identifier($0))" }.joined(separator: ", ")
        return "SELECT *, \(columns) FROM read_parquet(\(SQLText.literal(file.path)), hive_partitioning = false)"
    }
}
