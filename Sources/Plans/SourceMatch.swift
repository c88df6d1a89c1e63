//  Which source a file belongs to.

import Configuration
import DurableIO
import Inbox
import Records

/// What a path is to a plan.
package enum SourceMatch: Sendable, Hashable {
    /// With what the path says of the rows, in the order of the source's columns; dates as `2022-04-01`.
    case source(PlanSource, pathValues: [String])
    case none
    /// Patterns of these sources match.
    case several([String])
    /// It would belong to a source if this were a day.
    case notADate(source: String, column: String, text: String)
}

extension PlanFolder {
    /// The source of a file.
    ///
    /// - Parameters:
    ///   - path: below the inbox. The ending that says how the file is compressed does not matter.
    ///   - isWhole: whether patterns with a slash are compared with the whole path; otherwise with as many of its last
    ///     parts as they have.
    package func match(_ path: String, isWhole: Bool) -> SourceMatch {
        let logical = Self.logicalPath(path)
        var matches: [(PlanSource, [String])] = []
        var wrong: SourceMatch?
        for source in file.sources {
            switch Self.match(logical, source, isWhole) {
            case .match(let values): matches.append((source, values))
            case .notADate(let column, let text):
                if wrong == nil { wrong = .notADate(source: source.name, column: column, text: text) }
            case .other: break
            }
        }
        if matches.count > 1 { return .several(matches.map(\.0.name)) }
        return matches.first.map { .source($0.0, pathValues: $0.1) } ?? wrong ?? .none
    }

    /// Names of files that may be of a source: those that are taken from folders.
    package var inputNames: [NamePattern] {
        file.sources.flatMap(\.files).compactMap { pattern in
            try? NamePattern(Path.name(pattern.text).replacing(/\{[^}]*\}/, with: "*"))
        }
    }

    /// What a path says to one source.
    package static func match(_ path: String, _ source: PlanSource, isWhole: Bool) -> PathPattern.Outcome {
        match(logicalPath(path), source, isWhole)
    }

    private static func match(_ logical: String, _ source: PlanSource, _ isWhole: Bool) -> PathPattern.Outcome {
        var outcome = PathPattern.Outcome.other
        for pattern in source.files {
            switch pattern.match(isWhole ? logical : end(of: logical, as: pattern)) {
            case .match(let values): return .match(values)
            case .notADate(let column, let text): outcome = .notADate(column: column, text: text)
            case .other: break
            }
        }
        return outcome
    }

    /// As many of the last parts of a path as a pattern has.
    private static func end(of path: String, as pattern: PathPattern) -> String {
        let count = pattern.text.utf8.count { $0 == UInt8(ascii: "/") } + 1
        return path.split(separator: "/").suffix(count).joined(separator: "/")
    }

    /// A path without the ending that says how the file is compressed.
    package static func logicalPath(_ path: String) -> String {
        let ending = Inbox.compressionSuffixes.first { path.lowercased().hasSuffix($0) }
        return ending.map { String(path.dropLast($0.count)) } ?? path
    }
}
