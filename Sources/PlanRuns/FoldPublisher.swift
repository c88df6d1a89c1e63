//  From partials that count to tables of folds.
//
//      ledger ─▶ packs and slots that count ─▶ merged and finished by DuckDB ─▶ files beside the reports ─▶ folds.json
//
//  All tables of a run are made from what counts at one generation, and get their names together. A fold that some counting
//  file has no partial of keeps the table that it had, and says so: there is no mix of two folds.

import Checkpoints
import Codecs
import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Ledgers
import Operations
import Plans
import Publishing
import Records
import RunSettings
import Tables
import Wording

/// Why a table of a fold cannot be made now.
package struct FoldIncomplete: Trouble, CustomStringConvertible {
    package var kind: TroubleKind { .request }
    package var description: String
}

extension FoldState {
    /// What is said of files without a partial; nil when every file has one.
    var complaint: String? {
        guard let first = lacking.first else { return nil }
        let others = lacking.count > 1 ? " and \(Show.number(lacking.count - 1)) more" : ""
        return
            "the fold \(fold) lacks \(Show.count(lacking.count, "file")) that \(lacking.count == 1 ? "counts" : "count"): "
            + "\(Show.name(first.facts.name))\(others) \(lacking.count == 1 ? "was" : "were") folded by an earlier form of it, "
            + "and `watchfold run` folds again what it has kept rows of, or finds in the inbox"
    }

    /// Identifies what is merged.
    var inputs: String {
        var digest = StreamingXXH128()
        for path in packs.keys.sorted() {
            let chosen = (slots[path] ?? nil).map { $0.sorted().map(String.init).joined(separator: ",") } ?? "all"
            var line = "\(packs[path]!.digest) \(chosen)\n"
            line.withUTF8 { digest.update(UnsafeRawBufferPointer($0)) }
        }
        return digest.finish().hex
    }
}

/// Answers of folds from what counts.
package struct FoldAnswers {
    private let session: DuckDBSession
    private let folding: PackFolding
    private let states: [String: FoldState]
    private let fileSystem: FileSystem
    private let store: PackStore

    /// - Parameter states: of the folds that will be asked for.
    /// - Throws: `DamagedTable` for a pack that is not what was written; `IOError`, `DuckDBProgramError`, `DuckDBError`.
    init(
        _ planTables: PlanTables, _ checkpoints: CheckpointFolder, _ states: [FoldState], scratch: String?,
        in fileSystem: FileSystem
    )
        throws
    {
        let packs = Set(states.flatMap { $0.packs.values })
        // Parquet has no checksums that DuckDB looks at: what the disk changed would become a wrong number.
        for pack in packs { try checkpoints.packs.verify(pack) }
        let paths = try Set(packs.map { try fileSystem.physicalPath(checkpoints.packs.path($0)) })
        session = try planTables.engine(checkpoints, scratch: scratch, fileSystem).foldingSession(
            reading: paths.sorted(), in: fileSystem)
        folding = try planTables.folding(session)
        self.states = Dictionary(uniqueKeysWithValues: states.map { ($0.fold, $0) })
        self.fileSystem = fileSystem
        store = checkpoints.packs
    }

    package func close() { try? session.close() }

    func answer(_ name: String) throws -> (answer: FoldAnswer, table: AnswerTable) {
        let fold = folding.folds.first { $0.checked.name == name }!
        let state = states[name]!
        let packs = try fold.tables.map { try state.rows(part: $0.part(of: fold), store) }
        let answer = try folding.answer(fold, packs)
        return (answer, AnswerTable(answer, session, in: fileSystem))
    }
}

/// Keeps the tables of folds up to date.
struct FoldPublisher {
    private let planTables: PlanTables
    private let place: WorkPlace
    private var output: String { place.settings.configuration.output }
    private var fileSystem: FileSystem { place.fileSystem }

    init(_ planTables: PlanTables, _ place: WorkPlace) { (self.planTables, self.place) = (planTables, place) }

    private struct Wanted {
        var rule: FoldRule
        var state: FoldState
        var identity: String

        func fileName(_ format: MartRule.Format) -> String { "\(rule.name).\(format.rawValue)" }
    }

    func publish() throws -> [PublishedTable] {
        let rules = planTables.plan.file.folds.filter { !$0.formats.isEmpty }
        // As with the reports: before anything counts there is nothing to write.
        if try rules.isEmpty || place.checkpoints.ledger.generation == 0 { return [] }
        try fileSystem.createFolders(output)
        // Also when nothing is due: who crashed had written before, and may have been the last to have anything to write.
        try UnfinishedOutputs.remove(names(of: rules), in: output, fileSystem)
        let before = record()
        var result: [PublishedTable] = []
        var due: [Wanted] = []
        var kept: [FoldsRecord.Table] = []
        for rule in rules {
            let fold = planTables.plan.folds.first { $0.name == rule.name }!
            let table = planTables.plan.keptTable(of: fold)
            let wanted = Wanted(
                rule: rule, state: try planTables.state(of: table, place.checkpoints), identity: table.identity)
            let known = before.tables.filter { $0.fold == rule.name }
            if let complaint = wanted.state.complaint {
                kept += known
                result += rule.formats.map { PublishedTable(name: wanted.fileName($0), rows: 0, problem: complaint) }
            } else if try isCurrent(wanted, known) {
                kept += known
                result += known.map { PublishedTable(name: $0.file, rows: $0.rows) }
            } else {
                due.append(wanted)
            }
        }
        if due.isEmpty { return result }
        let made = try write(due)
        result += made.map { PublishedTable(name: $0.file, rows: $0.rows) }
        try write(FoldsRecord((kept + made).sorted { $0.file < $1.file }))
        return result.sorted { $0.name < $1.name }
    }

    private func names(of rules: [FoldRule]) -> [String] {
        rules.flatMap { rule in rule.formats.map { "\(rule.name).\($0.rawValue)" } } + [FoldsRecord.fileName]
    }

    private func record() -> FoldsRecord {
        let bytes = try? fileSystem.open(Path.join(output, FoldsRecord.fileName), .read).readAll(limit: 1 << 24)
        return bytes.flatMap { FoldsRecord(json: $0) } ?? FoldsRecord()
    }

    private func isCurrent(_ wanted: Wanted, _ known: [FoldsRecord.Table]) throws -> Bool {
        guard Set(known.map(\.file)) == Set(wanted.rule.formats.map { wanted.fileName($0) }) else { return false }
        return try known.allSatisfy { table in
            try table.identity == wanted.identity && table.inputs == wanted.state.inputs && table.tool == Tool.name
                && fileSystem.statusIfPresent(Path.join(output, table.file))?.size == table.bytes
        }
    }

    private func write(_ due: [Wanted]) throws -> [FoldsRecord.Table] {
        let answers = try FoldAnswers(
            planTables, place.checkpoints, due.map(\.state), scratch: nil, in: fileSystem)
        defer { answers.close() }
        var files: [AtomicFile] = []
        var tables: [FoldsRecord.Table] = []
        for wanted in due {
            let (answer, table) = try answers.answer(wanted.rule.name)
            for format in wanted.rule.formats {
                let file = try AtomicFile(Path.join(output, wanted.fileName(format)), in: fileSystem)
                var digest = StreamingXXH128()
                try AnswerWriting(table, title: wanted.rule.name, in: fileSystem).write(
                    format.exported, isGzipped: false, scratch: output, isConcurrent: place.settings.jobs > 1
                ) { bytes in
                    digest.update(bytes)
                    try file.write(bytes)
                }
                tables.append(
                    FoldsRecord.Table(
                        file: wanted.fileName(format), fold: wanted.rule.name, identity: wanted.identity,
                        tool: Tool.name, generation: wanted.state.generation, inputs: wanted.state.inputs,
                        digest: digest.finish().hex, bytes: file.count, rows: answer.rowCount))
                files.append(file)
            }
        }
        for file in files { try file.seal() }
        for file in files { try file.place(syncingFolder: false) }
        return tables
    }

    private func write(_ record: FoldsRecord) throws {
        let file = try AtomicFile(Path.join(output, FoldsRecord.fileName), in: fileSystem)
        try record.json.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}

extension MartRule.Format {
    var exported: ExportFormat {
        switch self {
        case .csv: .table(.csv)
        case .parquet: .table(.parquet)
        case .jsonl: .table(.jsonl)
        case .xlsx: .workbook
        }
    }
}

/// Writes the table of a fold for those who ask.
package struct FoldExporter {
    private let planTables: PlanTables
    private let checkpoints: CheckpointFolder
    private let fileSystem: FileSystem

    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package init(_ planTables: PlanTables, _ settings: Settings, in fileSystem: FileSystem) throws {
        self.planTables = planTables
        self.fileSystem = fileSystem
        checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
    }

    /// - Parameters:
    ///   - generation: nil: what counts now.
    ///   - scratch: an absolute path of a folder for temporary files: the checkpoints may be for reading alone.
    /// - Returns: rows.
    /// - Throws: `FoldIncomplete`; `DuckDBProgramError`, `DuckDBError`; what the sink throws.
    package func export(
        _ name: String, at generation: Int?, _ format: ExportFormat, isGzipped: Bool, scratch: String,
        isConcurrent: Bool, to sink: @escaping TableSink
    ) throws -> Int {
        let fold = planTables.plan.folds.first { $0.name == name }!
        if let generation {
            let current = try checkpoints.ledger.generation
            guard (0...current).contains(generation) else {
                throw FoldIncomplete(description: "there is no generation \(generation) yet; the newest is \(current)")
            }
        }
        let state = try planTables.state(of: planTables.plan.keptTable(of: fold), checkpoints, at: generation)
        if let complaint = state.complaint { throw FoldIncomplete(description: complaint) }
        let answers = try FoldAnswers(planTables, checkpoints, [state], scratch: scratch, in: fileSystem)
        defer { answers.close() }
        let (answer, table) = try answers.answer(name)
        try AnswerWriting(table, title: name, in: fileSystem).write(
            format, isGzipped: isGzipped, scratch: scratch, isConcurrent: isConcurrent, to: sink)
        return answer.rowCount
    }
}
