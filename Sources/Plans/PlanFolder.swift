//  A plan on disk, read as far as no engine is needed.
//
//      plans/video/
//        plan.yaml                  sources, parameters, how marts are published     Configuration/PlanFile.swift
//        folds/session.sql          a SELECT with GROUP BY, which becomes a table     FoldSQL
//        marts/daily.sql            a SELECT over folds
//
//  All mistakes of all files are collected, so that one look at a plan tells everything that is wrong with it.

import Configuration
import DurableIO
import FoldSQL
import Records

/// A plan without a mistake that its texts show.
package struct PlanFolder: Sendable {
    /// As it was named.
    package let path: String
    package let file: PlanFile
    /// In the order of their names, at least one.
    package let folds: [CheckedFold]
    /// Names of marts, in their order.
    package let marts: [String]
    /// Files that are left out, with the reason.
    package let notes: [String]

    /// The largest file of SQL, in bytes.
    package static let maxSQLBytes = 1_000_000

    /// Reads a plan.
    ///
    /// - Throws: ``ConfigurationError`` with all mistakes; `IOError`.
    package init(_ path: String, in fileSystem: FileSystem) throws {
        var reader = PlanFolderReader(path: path, fileSystem: fileSystem)
        try reader.read()
        if !reader.mistakes.isEmpty { throw ConfigurationError(reader.mistakes) }
        self.path = path
        (file, folds, marts, notes) = (reader.file!, reader.folds, reader.marts, reader.notes)
    }

    /// The source of a fold.
    package func source(of fold: CheckedFold) -> PlanSource {
        // The fold was checked against this plan.
        file.sources.first { $0.name == fold.source.name }!
    }
}

/// Reads the files of one plan.
private struct PlanFolderReader {
    let path: String
    let fileSystem: FileSystem
    private(set) var mistakes: [Mistake] = []
    private(set) var file: PlanFile?
    private(set) var folds: [CheckedFold] = []
    private(set) var marts: [String] = []
    private(set) var notes: [String] = []

    init(path: String, fileSystem: FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    private struct Statement {
        var name: String
        var path: String
        var text: String
    }

    mutating func read() throws {
        let planPath = Path.join(path, "plan.yaml")
        guard try fileSystem.statusIfPresent(planPath)?.kind == .file else {
            throw ConfigurationError([
                mistake(planPath, 1, 1, "there is no such file; a plan is a folder with plan.yaml and folds/NAME.sql")
            ])
        }
        if let bytes = try bytes(planPath, limit: PlanFile.maxBytes, "is it a plan?") {
            do throws(ConfigurationError) {
                file = try PlanFile(bytes, path: planPath, folder: Path.name(fileSystemName))
            } catch { mistakes += error.mistakes }
        }
        let folds = try statements("folds")
        let marts = try statements("marts")
        if folds.isEmpty {
            mistakes.append(
                mistake(Path.join(path, "folds"), 1, 1, "there is no fold; write one as folds/NAME.sql"))
        }
        check(names: folds + marts, planPath)
        self.marts = marts.map(\.name)
        guard let file else { return }
        check(file, folds: folds, marts: marts, planPath)
        let scope = FoldScope(
            sources: file.sources.map {
                FoldSource(name: $0.name, fields: $0.schema, pathColumns: $0.pathColumns.map(\.name))
            }, parameters: file.parameters.map(\.name))
        for fold in folds {
            do throws(FoldTextError) {
                self.folds.append(try CheckedFold(fold.text, name: fold.name, file: fold.path, scope: scope))
            } catch { mistakes += error.asMistakes }
        }
    }

    /// The plan's own name when it is named as `.` or `plans/video/`.
    private var fileSystemName: String { (try? fileSystem.physicalPath(path)) ?? path }

    private func mistake(_ path: String, _ line: Int, _ column: Int, _ text: String) -> Mistake {
        Mistake(origin: .file(name: path, line: line, column: column), text: text)
    }

    /// What a file has; nil when that is too much, which is noted with a question.
    private mutating func bytes(_ path: String, limit: Int, _ question: String) throws -> [UInt8]? {
        let file = try fileSystem.open(path, .read)
        if try file.status().size > limit {
            mistakes.append(mistake(path, 1, 1, "the file has more than \(limit) bytes; \(question)"))
            return nil
        }
        return try file.readToEnd(limit: limit)
    }

    /// The statements of a folder, in the order of their names.
    private mutating func statements(_ folder: String) throws -> [Statement] {
        let folderPath = Path.join(path, folder)
        guard try fileSystem.statusIfPresent(folderPath)?.kind == .folder else { return [] }
        var statements: [Statement] = []
        for entry in try fileSystem.list(folderPath).sorted(by: { Path.precedes($0.displayName, $1.displayName) }) {
            let name = entry.displayName
            if name.hasPrefix(".") || name.hasSuffix("~") { continue }
            let entryPath = Path.join(folderPath, name)
            guard name.hasSuffix(".sql"), entry.name != nil, try fileSystem.statusIfPresent(entryPath)?.kind == .file
            else {
                notes.append("\(entryPath) is not read: statements are files whose names end in .sql")
                continue
            }
            let stem = String(name.dropLast(4))
            if let problem = problemOfName(stem) { mistakes.append(mistake(entryPath, 1, 1, "the name: \(problem)")) }
            guard let bytes = try bytes(entryPath, limit: PlanFolder.maxSQLBytes, "is it a statement?") else {
                continue
            }
            let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
            guard let text = String(validating: body, as: UTF8.self) else {
                mistakes.append(mistake(entryPath, 1, 1, "the file is not UTF-8; save it as UTF-8"))
                continue
            }
            statements.append(Statement(name: stem, path: entryPath, text: text))
        }
        return statements
    }

    /// Sources, folds and marts are tables in one schema, whose names are compared without regard to case.
    private mutating func check(names statements: [Statement], _ planPath: String) {
        var taken: [String: String] = [:]
        for source in file?.sources ?? [] { taken[source.name.lowercased()] = "the source \(source.name)" }
        for statement in statements {
            if let other = taken.updateValue(statement.path, forKey: statement.name.lowercased()) {
                mistakes.append(
                    mistake(statement.path, 1, 1, "\(other) has the same name but for case; give one of them another"))
            }
        }
    }

    private mutating func check(_ file: PlanFile, folds: [Statement], marts: [Statement], _ planPath: String) {
        for (section, named, statements) in [
            ("folds", file.folds.map(\.name), folds), ("marts", file.marts.map(\.name), marts),
        ] {
            for name in named where !statements.contains(where: { $0.name == name }) {
                let advice = nearest(to: name, among: statements.map(\.name)).map { "; did you mean \($0)?" } ?? ""
                mistakes.append(
                    mistake(
                        planPath, 1, 1,
                        "\(section): there is no statement \(Path.join(section, name)).sql\(advice)"))
            }
        }
    }
}

extension FoldTextError {
    /// The mistakes with their file.
    var asMistakes: [Mistake] {
        mistakes.map {
            Mistake(
                origin: .file(name: file, line: $0.place.line, column: $0.place.column), text: "\($0.text); \($0.hint)")
        }
    }
}
