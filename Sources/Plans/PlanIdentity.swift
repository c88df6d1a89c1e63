//  What a fold's partials depend on beside the records, as text and as a digest.
//
//      watchfold fold 1                    the version of our compiler
//      duckdb 1.5
//      source events json                  what every row of the source depends on
//      field "user_id" string required at ["user_id"]
//      parameter reach_seconds = 30        those that the fold names
//      select count ( * ) …                the fold's tokens
//
//  Partials of different identities are never merged. Rows that are kept depend on their source alone.

import Codecs
import Configuration
import FoldSQL
import Records

extension PlanSource {
    /// What its rows depend on, a line each; equal for two sources exactly if their files give the same rows.
    package var rowLines: [String] {
        var head = "source \(name) \(format.rawValue)"
        if format == .csv {
            head += " delimiter \(delimiter.map { "\($0)" } ?? "found") null \(Self.quoted(null))"
        }
        let fields = schema.fields.map { field in
            "field \(Self.quoted(field.name)) \(Self.text(field.type)) \(field.isRequired ? "required" : "optional") at "
                + field.path.alternatives.map { "[" + $0.map(Self.quoted).joined(separator: " ") + "]" }
                .joined(separator: " ")
        }
        let columns = pathColumns.map { "path \(Self.quoted($0.name)) \($0.isDate ? "date" : "string")" }
        // Which values these have is said by the patterns, the first that matches.
        let patterns = columns.isEmpty ? [] : files.map { "files \(Self.quoted($0.text))" }
        return [head] + fields + columns + patterns
    }

    /// A type as it is declared, with a timestamp's unit.
    private static func text(_ type: FieldType) -> String {
        if case .timestamp(let form) = type { "\(type.name) \(form.rawValue)" } else { type.name }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}

extension PlanSource {
    /// The name of the table of its rows; that of a fold has no point.
    package var stageTable: String { "stage.\(name)" }
}

/// What is kept of every file of a source: its partials of a fold, or its typed rows.
package struct KeptTable: Sendable, Hashable {
    /// The fold's name, or ``PlanSource/stageTable``.
    package var name: String
    package var identity: String
    /// The source's name.
    package var source: String
    /// Whether it has rows, and no partials.
    package var isStage: Bool
}

extension PlanFolder {
    package func keptTable(of fold: CheckedFold) -> KeptTable {
        KeptTable(name: fold.name, identity: identity(of: fold), source: fold.source.name, isStage: false)
    }

    /// Of a source's rows, whether they are to be kept or were once.
    package func keptTable(ofRowsOf source: PlanSource) -> KeptTable {
        KeptTable(
            name: source.stageTable, identity: Self.digest(["watchfold stage 1"] + source.rowLines),
            source: source.name, isStage: true)
    }

    /// All that a file of a source has to have.
    package func keptTables(of source: PlanSource) -> [KeptTable] {
        folds.filter { $0.source.name == source.name }.map { keptTable(of: $0) }
            + (source.keepsStage ? [keptTable(ofRowsOf: source)] : [])
    }

    /// All that files have to have.
    package var keptTables: [KeptTable] { file.sources.flatMap { keptTables(of: $0) } }

    /// The identity of a fold, 32 hexadecimal digits.
    package func identity(of fold: CheckedFold) -> String {
        let named = Set(fold.parameters)
        let parameters = file.parameters.filter { named.contains($0.name) }.map {
            "parameter \($0.name) = \($0.value.sql)"
        }
        return Self.digest(
            ["watchfold fold \(CompiledFold.version)", "duckdb \(Self.series)"] + source(of: fold).rowLines + parameters
                + [fold.identity])
    }

    private static func digest(_ lines: [String]) -> String {
        var text = lines.map { $0 + "\n" }.joined()
        var digest = StreamingXXH128()
        text.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
        return digest.finish().hex
    }

    /// The only one that is accepted; another may evaluate an expression otherwise.
    private static let series = "1.5"
}
