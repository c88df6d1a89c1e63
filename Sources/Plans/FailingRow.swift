//  Which row of a file an expression does not take.
//
//  DuckDB says what is wrong with a value, and not where it stands. So the rows are halved until one is left that fails by itself,
//  and then the expressions of the fold are tried on it, one by one:
//
//      rows 1 … 1,600,000 fail     1 … 800,000 do not     800,001 … 1,600,000 do     …     row 1,234,567 does     CAST(v AS INTEGER)
//
//  Some twenty tables of half as many rows each: about as much work as reading the rows twice.

import DuckDB
import FoldSQL

/// Looks for the row that makes a partial fail.
struct FailingRow {
    private let fold: CompiledFold
    private let table: StateTable
    private let session: DuckDBSession
    private static let probe = SQLText.identifier("__w_probe")
    private static let probed = SQLText.identifier("__w_probed")

    init(_ fold: CompiledFold, _ table: StateTable, _ session: DuckDBSession) {
        (self.fold, self.table, self.session) = (fold, table, session)
    }

    /// - Parameters:
    ///   - error: what the partial of all rows failed with.
    ///   - rows: their table.
    /// - Throws: what ends the session.
    func failure(
        _ file: StagedFile, _ error: StatementError, _ rows: String
    ) throws(DuckDBError) -> FoldFailure {
        var failure = FoldFailure(
            fold: fold.checked.name, file: fold.checked.file, place: nil, input: file.name, row: nil, error: error)
        guard let (row, ofRow) = try search(rows) else { return failure }
        (failure.row, failure.error) = (row, ofRow)
        failure.place = try place(ofRow)
        return failure
    }

    /// The first row that fails by itself, which is in the probe then; nil when only several together do.
    private func search(_ rows: String) throws(DuckDBError) -> (Int, StatementError)? {
        let bounds = try session.rows("SELECT min(_row) AS a, max(_row) AS b FROM \(rows)").rows
        guard let ends = bounds.first?.compactMap({ $0.flatMap { Int($0) } }), ends.count == 2 else { return nil }
        var (first, last) = (ends[0], ends[1])
        while first < last {
            let middle = first + (last - first) / 2
            if try error(rows, first...middle) != nil {
                last = middle
            } else if try error(rows, middle + 1...last) != nil {
                first = middle + 1
            } else {
                return nil
            }
        }
        return try error(rows, first...first).map { (first, $0) }
    }

    /// What the partial of some rows fails with.
    private func error(_ rows: String, _ range: ClosedRange<Int>) throws(DuckDBError) -> StatementError? {
        // A table, so that no expression is tried on other rows.
        try session.execute(
            "CREATE OR REPLACE TEMP TABLE \(Self.probe) AS SELECT * FROM \(rows) "
                + "WHERE _row BETWEEN \(range.lowerBound) AND \(range.upperBound)")
        do throws(DuckDBError) { try session.keep(table.partial(over: Self.probe), as: Self.probed) } catch {
            if case .statement(let failure) = error { return failure }
            throw error
        }
        return nil
    }

    /// Where the expression stands that fails on the row of the probe.
    private func place(_ wanted: StatementError) throws(DuckDBError) -> SourcePlace? {
        var first: SourcePlace?
        for bind in fold.checked.rowBinds(over: Self.probe).values {
            do throws(DuckDBError) { _ = try session.rows(bind.sql) } catch {
                guard case .statement(let failure) = error else { throw error }
                // An argument may fail where its FILTER keeps it from being looked at.
                if failure.headline == wanted.headline { return bind.place }
                if first == nil { first = bind.place }
            }
        }
        return first
    }
}
