//  Plans: what is wrong with one, and what its folds become.

import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Foundation
import Intake
import Plans
import Records
import RunSettings
import SmallJSON
import Wording

/// The commands about plans.
package struct PlanCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Checks a plan, and proves its folds unless that is not wanted.
    package func check(_ path: String, duckDB: String?, proves: Bool) throws {
        try explaining {
            let plan = try read(path)
            let engine = try open(duckDB)
            defer { try? engine.close() }
            let check = try PlanCheck(plan, engine)
            let folds = try check.compile()
            var lines = [Self.heading(plan)]
            var differences: [ProofDifference] = []
            for fold in folds {
                var line = Self.line(fold)
                if proves {
                    let outcome = try check.prove(fold)
                    line += "; " + Self.text(outcome)
                    if case .different(let difference) = outcome { differences.append(difference) }
                }
                lines.append(line)
            }
            try session.print(Array((lines.joined(separator: "\n") + "\n").utf8))
            if let first = differences.first { throw CommandFailure(.system, Self.text(first)) }
        }
    }

    /// Prints the queries of a fold.
    package func sql(_ name: String, plan path: String, duckDB: String?, isDirect: Bool, asJSON: Bool) throws {
        try explaining(asJSON: asJSON) {
            let plan = try read(path)
            guard plan.folds.contains(where: { $0.name == name }) else {
                let names = plan.folds.map(\.name)
                let advice = nearest(to: name, among: names).map { "did you mean \($0)?" }
                throw CommandFailure(
                    .usage,
                    "there is no fold \(Show.name(name)); \(advice ?? "the folds are \(names.joined(separator: ", "))")"
                )
            }
            let engine = try open(duckDB)
            defer { try? engine.close() }
            let fold = try PlanCheck(plan, engine).compile().first { $0.checked.name == name }!
            let text = asJSON ? FoldText(fold).json : Array(FoldText(fold).text(isDirect: isDirect).utf8)
            try session.print(text)
        }
    }

    // MARK: Parts

    private func read(_ path: String) throws -> PlanFolder {
        let plan = try PlanFolder(path, in: fileSystem)
        for note in plan.notes { session.logger.notice(.note, Show.name(note)) }
        return plan
    }

    private func open(_ duckDB: String?) throws -> DuckDBSession {
        try session.beginWriting { DuckDBSession.endUnfinished() }
        let own = try? fileSystem.physicalPath("/proc/self/exe")
        let engine = PlanEngine(
            duckDB: duckDB, environment: ProcessInfo.processInfo.environment, ownFolder: own.map { Path.parent($0) },
            threads: settings.jobs, memory: settings.fold.memory / 2,
            scratch: try fileSystem.physicalPath(ScratchFolder.path))
        return try engine.checkingSession(in: fileSystem)
    }

    /// Gives errors of plans and of DuckDB their codes.
    private func explaining(asJSON: Bool = false, _ body: () throws -> Void) throws {
        do { try body() } catch let error as ConfigurationError {
            if asJSON { try writeMistakes(error.mistakes) }
            throw CommandFailure(.usage, error.description)
        } catch let error as DuckDBProgramError {
            throw CommandFailure(.usage, Show.name("\(error)"))
        } catch let error as DuckDBError {
            throw CommandFailure(.system, Show.name("\(error)"))
        }
    }

    private func writeMistakes(_ mistakes: [Mistake]) throws {
        var text = JSONText()
        text.object { text in
            text.array("mistakes") { text in
                for mistake in mistakes {
                    text.object { text in
                        if case .file(let name, let line, let column) = mistake.origin {
                            text.member("file", name)
                            text.member("line", line)
                            text.member("column", column)
                        }
                        text.member("text", mistake.text)
                    }
                }
            }
        }
        let bytes = text.finished()
        try session.print(bytes)
    }

    // MARK: Words

    private static func heading(_ plan: PlanFolder) -> String {
        var text = "\(Show.name(plan.file.name)): \(Show.count(plan.file.sources.count, "source")), "
        text += Show.count(plan.folds.count, "fold")
        if !plan.marts.isEmpty { text += ", \(Show.count(plan.marts.count, "mart"))" }
        return text
    }

    private static func line(_ fold: CompiledFold) -> String {
        let keys = fold.checked.keyNames.map { Show.name($0) }.joined(separator: ", ")
        var text =
            "\(Show.name(fold.checked.name)): by \(keys); \(Show.count(fold.checked.columnNames.count, "column")), "
        text += "\(Show.count(fold.tables.count, "table")) of states"
        if fold.checked.isNameBound { text += "; depends on the names of files" }
        return text
    }

    private static func text(_ outcome: ProofOutcome) -> String {
        switch outcome {
        case .equal(rows: 0): "not proved: no row of the proof passes its filters"
        case .equal(let rows): "proved on \(Show.count(rows, "row"))"
        case .notTried(let words): "not proved: the rows of the proof do not fit an expression: \(Show.name(words))"
        case .different: "WRONG"
        }
    }

    private static func text(_ difference: ProofDifference) -> String {
        func row(_ row: [String?]?) -> String {
            row.map { "(" + $0.map { $0 ?? "NULL" }.joined(separator: ", ") + ")" } ?? "no other row"
        }
        return Show.name(
            "the fold \(difference.fold), \(difference.what): folded file by file it gives \(row(difference.folded)), "
                + "the statement itself \(row(difference.direct)); this is a fault of Watchfold: please report it")
    }
}

/// A fold's queries, for people and for programs.
private struct FoldText {
    private let fold: CompiledFold

    init(_ fold: CompiledFold) { self.fold = fold }

    func text(isDirect: Bool) -> String {
        let source = SQLText.identifier(fold.checked.source.name)
        if isDirect { return fold.direct(over: source) + "\n" + fold.order + ";\n" }
        var parts: [String] = []
        for table in fold.tables {
            parts.append("-- \(table.name): of one file's rows\n" + table.partial(over: source) + ";\n")
            parts.append(
                "-- \(table.name): of several partials\n"
                    + table.merge(over: SQLText.identifier(table.name + " partials")) + ";\n")
        }
        let merged = fold.tables.map { SQLText.identifier($0.name + " merged") }
        parts.append("-- \(fold.checked.name): the answer\n" + fold.finish(over: merged) + "\n" + fold.order + ";\n")
        return parts.joined(separator: "\n")
    }

    /// `{{rows}}` stands for what follows FROM; `{{0}}`, `{{1}}` … for the merged tables, in their order.
    var json: [UInt8] {
        let rows = "{{rows}}"
        var text = JSONText()
        text.object { text in
            text.array("mistakes") { _ in }
            text.member("types", fold.checked.typesQuery(over: rows))
            text.array("binds") { text in
                for bind in fold.checked.rowBinds(over: rows).each + fold.finishBinds(over: rows).each {
                    text.object { text in
                        text.member("line", bind.place.line)
                        text.member("column", bind.place.column)
                        text.member("sql", bind.sql)
                    }
                }
            }
            text.array("names", fold.checked.columnNames)
            text.array("keys", fold.checked.keyNames)
            text.array("tables") { text in
                for table in fold.tables {
                    text.object { text in
                        text.member("name", table.name)
                        text.array("keys", table.keyColumns)
                        text.array("columns", table.columns)
                        text.member("partial", table.partial(over: rows))
                        text.member("merge", table.merge(over: rows))
                    }
                }
            }
            text.member("finish", fold.finish(over: fold.tables.indices.map { "{{\($0)}}" }))
            text.member("direct", fold.direct(over: rows))
        }
        return text.finished()
    }
}
