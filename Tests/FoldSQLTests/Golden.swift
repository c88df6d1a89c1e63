//  Golden texts of folds: each `NAME.sql` is a fold over the source of `Scope.swift`. What becomes of it is next to it:
//
//      NAME.compiled     its queries
//      NAME.errors       its mistakes
//      NAME.types        what DuckDB answered about the types of its expressions; scripts/golden asks for new ones; the tests do not.
//                        A fold without it has mistakes that need no types.
//
//  A test makes the text anew and compares. WATCHFOLD_RENEW_GOLDEN=1 accepts what is different; nothing else writes there.

import FoldSQL
import Foundation

enum Golden {
    static let folder = (#filePath as NSString).deletingLastPathComponent + "/Golden"
    static let isRenewing = ProcessInfo.processInfo.environment["WATCHFOLD_RENEW_GOLDEN"] == "1"

    /// Names of all folds, in order.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".sql") }.map { String($0.dropLast(4)) }.sorted()
    }()

    static func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Answers about types: a line for each, the column's name and its type.
    static func types(_ name: String) -> [String: String]? {
        guard let text = read("\(name).types") else { return nil }
        let pairs = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
    }

    /// What is wrong with a golden text; nil when it is the text, or has been renewed. A text of nil is a file that is not there.
    static func complaint(_ name: String, _ text: String?) throws -> String? {
        let golden = read(name)
        if golden == text { return nil }
        let path = "\(folder)/\(name)"
        if isRenewing {
            if let text {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
            return nil
        }
        return """
            \(name) is not what comes out now.
            golden:
            \(golden ?? "no file")
            now:
            \(text ?? "no file")
            If that is meant, run the tests with WATCHFOLD_RENEW_GOLDEN=1 and commit the change of Tests/FoldSQLTests/Golden.
            """
    }
}

extension Golden {
    /// What becomes of a fold: its queries, or its mistakes.
    static func outcome(_ name: String) throws -> (compiled: String?, errors: String?) {
        guard let text = read("\(name).sql") else { return (nil, nil) }
        do {
            let checked = try CheckedFold(text, name: "fold", file: "\(name).sql", scope: Scope.scope)
            guard let types = types(name) else {
                return ("There are no types; DuckDB must be asked:\n\(checked.typesQuery(over: "ROWS"))\n", nil)
            }
            return (queries(of: try CompiledFold(checked, types: types)), nil)
        } catch {
            return (nil, error.description + "\n")
        }
    }

    private static func queries(of fold: CompiledFold) -> String {
        var parts = [
            "-- identity\n\(fold.checked.identity)",
            "-- columns: \(fold.checked.columns.joined(separator: " "))\n-- keys: \(fold.checked.keyNames.joined(separator: " "))"
                + (fold.checked.isNameBound ? "\n-- bound to the file's name" : "")
                + (fold.checked.parameters.isEmpty
                    ? "" : "\n-- parameters: \(fold.checked.parameters.joined(separator: " "))"),
            "-- types\n\(fold.checked.typesQuery(over: "ROWS"))",
        ]
        for bind in fold.checked.rowBinds(over: "ROWS").each {
            parts.append("-- binds, of \(bind.place.line):\(bind.place.column)\n\(bind.sql)")
        }
        for table in fold.tables {
            parts.append("-- partial \(table.name)\n\(table.partial(over: "ROWS"))")
            parts.append("-- merge \(table.name)\n\(table.merge(over: "PARTIALS"))")
        }
        parts.append("-- finish\n\(fold.finish(over: fold.tables.indices.map { "MERGED_\($0)" }))\n\(fold.order)")
        parts.append("-- direct\n\(fold.direct(over: "ROWS"))\n\(fold.order)")
        return parts.joined(separator: ";\n\n") + ";\n"
    }
}
