//  What DuckDB has to say of a plan: three nets behind the compiler's own checks.
//
//      bind     every expression over rows, and every expression over finished measures, is bound where no aggregate can stand
//      types    the types of expressions decide what is kept, and what is refused
//      proof    rows in three files are folded file by file, merged in two orders, finished, and compared with the statement
//               itself; then one file is taken back, and the rest compared again
//
//  Everything runs in one child that may read and write no file.

import Configuration
import DuckDB
import FoldSQL
import Records

/// Why an accepted fold does not give what its statement gives: the compiler's mistake, never the user's.
package struct ProofDifference: Sendable, Hashable, CustomStringConvertible {
    package var fold: String
    /// What was compared.
    package var what: String
    /// A row that only the folded answer has, and one that only the direct one has; nil where it has no more.
    package var folded: [String?]?
    package var direct: [String?]?

    package var description: String {
        func row(_ row: [String?]?) -> String {
            row.map { "(" + $0.map { $0 ?? "NULL" }.joined(separator: ", ") + ")" } ?? "no other row"
        }
        return "the fold \(fold), \(what): folded file by file it gives \(row(folded)), the statement itself "
            + "\(row(direct)); this is a fault of Watchfold: please report it"
    }
}

/// What became of the proof of a fold.
package enum ProofOutcome: Sendable, Hashable {
    /// With so many rows in the answer.
    case equal(rows: Int)
    /// An expression does not take the trial's rows; in DuckDB's words.
    case notTried(String)
    case different(ProofDifference)
}

/// Checks a plan with a session.
package struct PlanCheck {
    private let plan: PlanFolder
    private let session: DuckDBSession

    /// - Parameter session: without files; nothing was run in it.
    /// - Throws: `DuckDBError`.
    package init(_ plan: PlanFolder, _ session: DuckDBSession) throws(DuckDBError) {
        self.plan = plan
        self.session = session
        for parameter in plan.file.parameters {
            try session.execute("SET VARIABLE \(SQLText.identifier(parameter.name)) = \(parameter.value.sql)")
        }
        for source in plan.file.sources {
            try session.execute("CREATE VIEW \(Self.empty(source.name)) AS \(StageTable(source).empty)")
        }
    }

    private static func empty(_ source: String) -> String { SQLText.identifier("__w_empty_\(source)") }

    // MARK: Bind and types

    /// Compiles the folds.
    ///
    /// - Throws: ``ConfigurationError`` with all mistakes; `DuckDBError`.
    package func compile() throws -> [CompiledFold] {
        var mistakes: [Mistake] = []
        var compiled: [CompiledFold] = []
        for fold in plan.folds {
            do { compiled.append(try compile(fold)) } catch let error as ConfigurationError {
                mistakes += error.mistakes
            } catch let error as FoldTextError { mistakes += error.asMistakes }
        }
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
        return compiled
    }

    private func compile(_ fold: CheckedFold) throws -> CompiledFold {
        let rows = Self.empty(fold.source.name)
        try bind(fold, fold.rowBinds(over: rows))
        let compiled = try CompiledFold(fold, types: try types(of: fold, over: rows))
        try bind(fold, compiled.finishBinds(over: rows))
        return compiled
    }

    /// Types of the fold's expressions, by the names of the question's columns.
    private func types(of fold: CheckedFold, over rows: String) throws -> [String: String] {
        let question = fold.typesQuery(over: rows)
        let answer: [DuckDBColumn]
        do throws(DuckDBError) { answer = try session.describe(question) } catch {
            guard case .statement(let failure) = error else { throw error }
            // The question has no place in the user's text; its parts have.
            try refuse(fold, fold.callBinds(over: rows))
            try refuse(fold, fold.columnBinds(over: rows))
            throw ConfigurationError([mistake(fold, .start, failure)])
        }
        return Dictionary(answer.map { ($0.name, $0.type) }) { first, _ in first }
    }

    private func bind(_ fold: CheckedFold, _ binds: FoldBinds) throws {
        guard let all = binds.all, let failure = try session.check(all) else { return }
        try refuse(fold, binds.each)
        throw ConfigurationError([mistake(fold, .start, failure)])
    }

    /// Throws what is wrong with each of some statements.
    private func refuse(_ fold: CheckedFold, _ binds: [FoldBind]) throws {
        let mistakes = try binds.compactMap { bind in
            try session.check(bind.sql).map { mistake(fold, bind.place, $0) }
        }
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
    }

    private func mistake(_ fold: CheckedFold, _ place: SourcePlace, _ failure: StatementError) -> Mistake {
        // Referenced column "nmae" not found in FROM clause!
        let parts = failure.headline.split(separator: "\"", omittingEmptySubsequences: false)
        var advice = ""
        if parts.count == 3, parts[0] == "Referenced column " {
            let columns = StageTable(plan.source(of: fold)).columns.map(\.name)
            advice = "; "
            advice +=
                nearest(to: String(parts[1]), among: columns).map { "did you mean \($0)?" }
                ?? "the columns are \(columns.joined(separator: ", "))"
        }
        return Mistake(
            origin: .file(name: fold.file, line: place.line, column: place.column),
            text: "DuckDB: \(failure.headline)\(advice)")
    }

    // MARK: Proof

    func trial(_ fold: CompiledFold) -> FoldTrial { FoldTrial(plan, fold, session) }

    /// Compares a fold with its statement.
    ///
    /// - Throws: `DuckDBError`.
    package func prove(_ fold: CompiledFold) throws -> ProofOutcome {
        let trial = trial(fold)
        var first: String?
        for taste in TrialTaste.allCases {
            do throws(DuckDBError) {
                try trial.makeRows(taste)
                return try trial.outcome()
            } catch {
                // Rows of a trial are nobody's; an expression need not take them.
                guard case .statement(let failure) = error, failure.kind != .internal else { throw error }
                if first == nil { first = failure.headline }
            }
        }
        return .notTried(first!)
    }
}

/// One fold's proof.
struct FoldTrial {
    private let fold: CompiledFold
    private let session: DuckDBSession
    private let stage: StageTable
    private let literals: TrialLiterals
    private static let files = [1, 2, 3]
    private static let rows = 300

    init(_ plan: PlanFolder, _ fold: CompiledFold, _ session: DuckDBSession) {
        self.fold = fold
        self.session = session
        stage = StageTable(plan.source(of: fold.checked))
        literals = TrialLiterals(fold.checked, plan.file.parameters)
    }

    private func rows(_ file: Int) -> String { SQLText.identifier("__w_rows_\(file)") }
    private func partial(_ table: Int, _ file: Int) -> String { SQLText.identifier("__w_partial_\(table)_\(file)") }

    /// Makes the rows of three files.
    func makeRows(_ taste: TrialTaste = .all) throws(DuckDBError) {
        for file in Self.files {
            let text = stage.trial(file: file, rows: Self.rows, literals, taste)
            try session.execute("CREATE OR REPLACE TEMP TABLE \(rows(file)) AS \(text)")
        }
    }

    /// - Throws: `.statement` when an expression of the fold does not take the rows.
    func outcome() throws(DuckDBError) -> ProofOutcome {
        for file in Self.files {
            for (index, table) in fold.tables.enumerated() {
                try session.keep(table.partial(over: rows(file)), as: partial(index, file))
            }
        }
        var count = 0
        for files in [Self.files, [1, 3]] {
            try session.keep(fold.direct(over: union(files.map(rows))), as: Self.direct)
            let direct = "SELECT * FROM \(Self.direct)"
            for (what, order) in [("merged at once", [files]), ("merged one by one", files.map { [$0] }.reversed())] {
                let folded = fold.finish(over: fold.tables.indices.map { merged($0, order) })
                if let difference = try difference(folded, direct, "\(files.count) files, \(what)") {
                    return .different(difference)
                }
            }
            if files == Self.files { count = try answerRows(direct) }
        }
        return .equal(rows: count)
    }

    private static let direct = SQLText.identifier("__w_direct")
    private static let folded = SQLText.identifier("__w_folded")

    /// What follows FROM: all partials of a table, merged group by group and then together.
    private func merged(_ table: Int, _ groups: [[Int]]) -> String {
        let merged = groups.map { files in
            "(\(fold.tables[table].merge(over: union(files.map { partial(table, $0) }))))"
        }
        return groups.count == 1 ? merged[0] : "(\(fold.tables[table].merge(over: union(merged))))"
    }

    private func union(_ relations: [String]) -> String {
        "(" + relations.map { "SELECT * FROM \($0)" }.joined(separator: " UNION ALL ") + ")"
    }

    private func answerRows(_ text: String) throws(DuckDBError) -> Int {
        try session.rows("SELECT count(*) AS n FROM (\(text))").rows.first.flatMap { $0[0] }.flatMap { Int($0) } ?? 0
    }

    /// What two answers do not have in common; nil when they are the same rows of the same types.
    func difference(
        _ folded: String, _ direct: String, _ what: String
    ) throws(DuckDBError) -> ProofDifference? {
        try session.keep(folded, as: Self.folded)
        let kept = "SELECT * FROM \(Self.folded)"
        // Types first: rows are compared as one type that holds both.
        let types = (try session.describe(kept), try session.describe(direct))
        if types.0 != types.1 {
            return ProofDifference(
                fold: fold.checked.name, what: what + ", types", folded: types.0.map { "\($0.name) \($0.type)" },
                direct: types.1.map { "\($0.name) \($0.type)" })
        }
        func extra(_ a: String, _ b: String) throws(DuckDBError) -> [String?]? {
            try session.rows("SELECT * FROM ((\(a)) EXCEPT ALL (\(b))) ORDER BY ALL LIMIT 1").rows.first
        }
        let difference = ProofDifference(
            fold: fold.checked.name, what: what, folded: try extra(kept, direct), direct: try extra(direct, kept))
        return difference.folded == nil && difference.direct == nil ? nil : difference
    }
}
