//  What `fold --plan` is asked for, and what its files are to the plan.

import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Inbox
import Intake
import Plans
import Publishing
import Records
import Wording

/// What `fold --plan` is asked for, as it was written.
package struct PlanFoldOptions {
    package var plan: String
    package var fold: String?
    /// Whose files all are.
    package var source: String?
    package var out: String?
    package var format: String?
    package var rejects: String?
    package var duckDB: String?
    /// Whether the statement itself is run instead.
    package var isDirect = false
    package var isJSON = false

    package init(plan: String) { self.plan = plan }
}

/// A file that is to be folded.
struct PlanInput {
    var input: FoldInput
    var source: PlanSource
    /// The file's name for SQL.
    var name: String
    var day: CalendarDay?
    var pathValues: [String]
}

/// Finds out which source each file belongs to.
struct PlanInputs {
    private(set) var inputs: [PlanInput] = []
    /// Files in folders that belong to no source.
    private(set) var others = UnreadNames()
    /// Why files in folders are left out that seem to belong to one.
    private(set) var problems: [String] = []

    private let session: Session
    private let plan: PlanFolder
    /// Whose files all are; nil to find out.
    private let source: PlanSource?

    /// - Parameter source: a name that was given.
    init(_ session: Session, _ plan: PlanFolder, source: String?) throws(CommandFailure) {
        (self.session, self.plan) = (session, plan)
        guard let source else {
            self.source = nil
            return
        }
        self.source = plan.file.sources.first { $0.name == source }
        if self.source == nil {
            throw CommandFailure(
                .usage, "--source: \(noSuch("source", source, among: plan.file.sources.map(\.name)))")
        }
    }

    /// Adds the files that paths lead to.
    ///
    /// - Parameters:
    ///   - found: of the paths.
    ///   - arguments: the paths themselves.
    /// - Throws: `CommandFailure` for a file that was named and belongs to no source.
    mutating func add(_ found: FoundInputs, below arguments: [String]) throws(CommandFailure) {
        let named = Set(found.named)
        for path in found.files { try add(path, isNamed: named.contains(path), below: arguments) }
    }

    private mutating func add(_ path: String, isNamed: Bool, below arguments: [String]) throws(CommandFailure) {
        let input = FoldInput(named: path)
        guard input.path != nil else {
            guard let source = source ?? (plan.file.sources.count == 1 ? plan.file.sources[0] : nil) else {
                throw CommandFailure(
                    .usage, "say with --source which source standard input is of: \(sourceNames)")
            }
            guard source.pathColumns.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "standard input has no path, and the files of \(source.name) have \(columns(of: source)) in theirs")
            }
            return append(input, source, name: "stdin", path: "", [])
        }
        let name = PlanFolder.logicalPath(session.nameInFolder(path, below: arguments))
        if let source {
            switch PlanFolder.match(path, source, isWhole: false) {
            case .match(let values): return append(input, source, name: name, path: path, values)
            case .other where source.pathColumns.isEmpty:
                return append(input, source, name: name, path: path, [])
            case .other:
                return try refuse(
                    path, isNamed,
                    "its path has no \(columns(of: source)), which the source \(source.name) reads from it")
            case .notADate(let column, let text): return try refuse(path, isNamed, notADate(column, text))
            }
        }
        switch plan.match(path, isWhole: false) {
        case .source(let source, let values): append(input, source, name: name, path: path, values)
        case .several(let names):
            try refuse(path, isNamed, "it belongs to several sources: \(names.joined(separator: ", "))")
        case .notADate(_, let column, let text): try refuse(path, isNamed, notADate(column, text))
        case .none:
            if isNamed { try refuse(path, true, "it belongs to no source; say with --source which: \(sourceNames)") }
            others.add(path)
        }
    }

    /// Those that DuckDB reads itself, by absolute paths.
    func parquetFiles(_ fileSystem: FileSystem) throws -> [String] {
        try Set(inputs.filter { $0.source.format == .parquet }.compactMap(\.input.path))
            .map { try fileSystem.physicalPath($0) }.filter { !DuckDBFiles.isPattern($0) }.sorted()
    }

    private mutating func append(
        _ input: FoldInput, _ source: PlanSource, name: String, path: String, _ values: [String]
    ) {
        let rules = Inbox(".", rules: session.settings.inboxRules, in: session.fileSystem)
        inputs.append(
            PlanInput(
                input: input, source: source, name: name,
                day: rules.day(ofPath: PlanFolder.logicalPath(path)), pathValues: values))
    }

    private mutating func refuse(_ path: String, _ isNamed: Bool, _ problem: String) throws(CommandFailure) {
        let text = "\(Show.name(path)): \(problem)"
        if isNamed { throw CommandFailure(.usage, text) }
        problems.append(text)
    }

    private func notADate(_ column: String, _ text: String) -> String {
        "\(column) is \(Show.name(text)), which is no day"
    }

    private func columns(of source: PlanSource) -> String {
        source.pathColumns.map { "{\($0.name)}" }.joined(separator: ", ")
    }

    private var sourceNames: String { plan.file.sources.map(\.name).joined(separator: ", ") }
}

extension PlanFolder {
    /// The name of the fold that is meant; the only one when none was given.
    ///
    /// - Parameter advice: how to say which, when there are several.
    func fold(named name: String?, by advice: String) throws(CommandFailure) -> String {
        let names = folds.map(\.name)
        guard let name else {
            if names.count == 1 { return names[0] }
            throw CommandFailure(.usage, "\(advice): \(names.joined(separator: ", "))")
        }
        guard names.contains(name) else { throw CommandFailure(.usage, noSuch("fold", name, among: names)) }
        return name
    }
}

/// What to say of a name that nothing has.
func noSuch(_ noun: String, _ name: String, among names: [String]) -> String {
    let advice = nearest(to: name, among: names).map { "did you mean \($0)?" }
    return "there is no \(noun) \(Show.name(name)); "
        + (advice ?? (names.count == 1 ? "there is \(names[0])" : "the \(noun)s are \(names.joined(separator: ", "))"))
}
