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
    let session: Session
    var settings: Settings { session.settings }
    var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Checks a plan, and proves its folds unless that is not wanted.
    package func check(_ path: String, duckDB: String?, proves: Bool) throws {
        try explaining {
            let plan = try read(path)
            let engine = try engine(duckDB).checkingSession(in: fileSystem)
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
            if let first = differences.first { throw CommandFailure(.system, Show.name("\(first)")) }
        }
    }

    /// Prints the queries of a fold.
    package func sql(_ name: String, plan path: String, duckDB: String?, isDirect: Bool, asJSON: Bool) throws {
        try explaining(asJSON: asJSON) {
            let plan = try read(path)
            guard plan.folds.contains(where: { $0.name == name }) else {
                throw CommandFailure(.usage, noSuch("fold", name, among: plan.folds.map(\.name)))
            }
            let engine = try engine(duckDB).checkingSession(in: fileSystem)
            defer { try? engine.close() }
            let fold = try PlanCheck(plan, engine).compile().first { $0.checked.name == name }!
            let text = asJSON ? FoldText(fold).json : Array(FoldText(fold).text(isDirect: isDirect).utf8)
            try session.print(text)
        }
    }

    // MARK: Parts

    func read(_ path: String) throws -> PlanFolder {
        let plan = try PlanFolder(path, in: fileSystem)
        for note in plan.notes { session.logger.notice(.note, Show.name(note)) }
        return plan
    }

    func engine(_ duckDB: String?) throws -> PlanEngine {
        try session.beginWriting { DuckDBSession.endUnfinished() }
        return PlanEngine(settings, duckDB: duckDB, scratch: try fileSystem.physicalPath(ScratchFolder.path))
    }

    /// Writes mistakes for programs, if that is wanted.
    func explaining(asJSON: Bool = false, _ body: () throws -> Void) throws {
        do { try body() } catch let error as ConfigurationError {
            if asJSON { try writeMistakes(error.mistakes) }
            throw error
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
}
