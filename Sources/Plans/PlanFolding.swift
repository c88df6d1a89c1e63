//  Folding the rows of files, merging what they gave, finishing the answer.
//
//      rows of a file ─▶ a partial for each table of each fold of its source        fold
//      partials ─▶ merged ─▶ the answer                                              answer
//      rows of all files ─▶ the answer                                               direct
//
//  Partials are Parquet files in the folder of a session; nothing of them is kept.

import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Records

/// An answer, in a table of the session.
package struct FoldAnswer: Sendable {
    package var columns: [DuckDBColumn]
    package var rowCount: Int
    /// In quotes.
    var table: String
    /// Names of columns, in the order of GROUP BY.
    var keys: [String]
}

/// An expression of a fold that does not take the rows of a file.
package struct FoldFailure: Error, Sendable, CustomStringConvertible {
    package var fold: String
    /// The file of the fold's statement.
    package var file: String
    /// Nil when none of the fold's expressions fails by itself: a sum that all rows make.
    package var place: SourcePlace?
    /// The name of the file with the rows, and the record's number in it, from 1; nil when no single row fails.
    package var input: String
    package var row: Int?
    package var error: StatementError
    /// Of the fold, where partials are kept.
    package var identity: String?

    /// So many digits of an identity tell whether a plan still has the fold.
    private static let digits = 8

    package var description: String {
        let position = place.map { "\(file):\($0.line):\($0.column)" } ?? file
        let record = row.map { ", record \($0)" } ?? ""
        let mark = identity.map { " (fold \($0.prefix(Self.digits)))" } ?? ""
        return "\(position): the fold \(fold) does not take \(input)\(record): DuckDB: \(error.headline)\(mark)"
    }

    /// Whether a file failed because of a fold that is none of these: it may be read again.
    ///
    /// - Parameters:
    ///   - reason: the words that it failed with.
    ///   - identities: of the folds that there are.
    package static func isOfNone(of identities: [String], _ reason: String) -> Bool {
        guard let mark = reason.firstMatch(of: /\ \(fold\ ([0-9a-f]{8})\)$/) else { return false }
        return !identities.contains { $0.hasPrefix(mark.1) }
    }
}

/// Folds files with a session.
package final class PlanFolding {
    private let plan: PlanFolder
    package let folds: [CompiledFold]
    private let session: DuckDBSession
    private let folder: String
    private var files = 0
    /// By fold and table: the files with its partials.
    private var partials: [[[String]]]

    /// - Parameters:
    ///   - folds: compiled in this session by ``PlanCheck``.
    ///   - session: with a folder of its own.
    package init(_ plan: PlanFolder, _ folds: [CompiledFold], _ session: DuckDBSession) {
        guard let folder = session.folder else { preconditionFailure("folding needs a folder") }
        (self.plan, self.folds, self.session, self.folder) = (plan, folds, session, folder)
        partials = folds.map { fold in fold.tables.map { _ in [] } }
    }

    /// Where the rows of the next file are put.
    package func nextPath() -> String {
        files += 1
        return Path.join(folder, "rows-\(files).parquet")
    }

    // MARK: Folding

    private static let rows = SQLText.identifier("__w_rows")

    /// Folds the rows of a file by all folds of its source, or by none.
    ///
    /// - Throws: ``FoldFailure`` for rows that an expression does not take; `DuckDBError`.
    package func fold(_ file: StagedFile, of source: PlanSource) throws {
        try session.execute(
            "CREATE OR REPLACE TEMP VIEW \(Self.rows) AS \(StageTable(source).rows(of: [file]))")
        var made: [(fold: Int, table: Int, path: String)] = []
        for (index, fold) in folds.enumerated() where fold.checked.source.name == source.name {
            for (number, table) in fold.tables.enumerated() {
                let path = Path.join(folder, "partial-\(index)-\(number)-\(files).parquet")
                do throws(DuckDBError) {
                    try session.copy(table.partial(over: Self.rows), to: path, Self.format)
                } catch {
                    guard case .statement(let failure) = error, failure.isOfRows else { throw error }
                    throw try FailingRow(fold, table, session).failure(file, failure, Self.rows)
                }
                made.append((index, number, path))
            }
        }
        for part in made { partials[part.fold][part.table].append(part.path) }
    }

    /// Small files that are read once.
    private static let format = CopyFormat.parquet(compression: "lz4_raw")

    // MARK: Answers

    /// The answer of a fold over all files that were folded.
    ///
    /// - Throws: `DuckDBError`.
    package func answer(_ fold: CompiledFold) throws -> FoldAnswer {
        let index = folds.firstIndex { $0.checked.name == fold.checked.name }!
        let merged = try fold.tables.indices.map { number in
            "(\(fold.tables[number].merge(over: try relation(fold, number, partials[index][number]))))"
        }
        return try FoldAnswer(fold.finish(over: merged), fold, session)
    }

    /// What follows FROM: the rows of a table's partials.
    private func relation(_ fold: CompiledFold, _ table: Int, _ paths: [String]) throws -> String {
        let name = SQLText.identifier("__w_partials_\(table)")
        if paths.isEmpty {
            return try fold.noPartials(of: table, StageTable(plan.source(of: fold.checked)), session)
        }
        try session.execute(
            "CREATE OR REPLACE TEMP VIEW \(name) AS FROM read_parquet(\(SQLText.list(paths)), hive_partitioning = false)"
        )
        return name
    }

    /// The answer of the statement itself over the rows of all files.
    ///
    /// - Throws: `DuckDBError`.
    package func direct(_ fold: CompiledFold, over files: [StagedFile]) throws -> FoldAnswer {
        let source = plan.source(of: fold.checked)
        let rows = files.isEmpty ? StageTable(source).empty : StageTable(source).rows(of: files)
        let view = SQLText.identifier("__w_all_rows")
        try session.execute("CREATE OR REPLACE TEMP VIEW \(view) AS \(rows)")
        return try FoldAnswer(fold.direct(over: view), fold, session)
    }
}

extension FoldAnswer {
    /// Runs a query and keeps its rows in the session.
    ///
    /// - Throws: `DuckDBError`.
    init(_ query: String, _ fold: CompiledFold, _ session: DuckDBSession) throws {
        let table = SQLText.identifier("__w_answer")
        try session.keep(query, as: table)
        let count = try session.rows("SELECT count(*) AS n FROM \(table)").rows[0][0]!
        self.init(
            columns: try session.describe("SELECT * FROM \(table)"), rowCount: Int(count)!, table: table,
            keys: fold.checked.keyNames)
    }
}

extension StatementError {
    /// Whether rows are the reason, and not the machine.
    package var isOfRows: Bool {
        switch kind {
        case .conversion, .outOfRange, .invalidInput, .notImplemented, .other: true
        default: false
        }
    }
}
