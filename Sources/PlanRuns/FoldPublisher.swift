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

        func fileName(_ format: MartRule.Format) -> String { rule.fileName(format) }
    }

    /// - Parameter force: writes all tables whatever there is.
    func publish(force: Bool = false) throws -> [PublishedTable] {
        let rules = planTables.plan.file.folds.filter { !$0.formats.isEmpty }
        // As with the reports: before anything counts there is nothing to write.
        if try place.checkpoints.ledger.generation == 0 { return [] }
        let states = try states()
        var result: [PublishedTable] = []
        var due: [Wanted] = []
        var kept: [FoldsRecord.Table] = []
        if !rules.isEmpty {
            try fileSystem.createFolders(output)
            // Also when nothing is due: who crashed had written before, and may have been the last to have anything to write.
            try UnfinishedOutputs.remove(names(of: rules), in: output, fileSystem)
        }
        let before = record()
        for rule in rules {
            let wanted = Wanted(rule: rule, state: states[rule.name]!)
            let known = before.tables.filter { $0.fold == rule.name }
            if let complaint = wanted.state.complaint {
                kept += known
                result += rule.formats.map { PublishedTable(name: wanted.fileName($0), rows: 0, problem: complaint) }
            } else if try !force && isCurrent(wanted, known) {
                kept += known
                result += known.map { PublishedTable(name: $0.file, rows: $0.rows) }
            } else {
                due.append(wanted)
            }
        }
        // The record forgets them before they are replaced.
        let made = try write(due, states, kept, forgets: kept.count < before.tables.count)
        result += made.map { PublishedTable(name: $0.file, rows: $0.rows) }
        return result.sorted { $0.name < $1.name }
    }

    /// Of all folds, by name, at one generation.
    private func states() throws -> [String: FoldState] {
        let tables = planTables.plan.folds.map { planTables.plan.keptTable(of: $0) }
        return try Dictionary(
            uniqueKeysWithValues: zip(tables.map(\.name), planTables.states(of: tables, place.checkpoints)))
    }

    /// Compares tables and segments with what is written down of them.
    ///
    /// - Throws: `LedgerError`, `IOError`.
    func check() throws -> DerivedFaults {
        var result = DerivedFaults()
        for segment in try place.checkpoints.ledger.segments() {
            if let fault = place.checkpoints.segments.fault(of: segment) { result.wrong.append(fault) }
        }
        if try place.checkpoints.ledger.generation == 0 { return result }
        let (record, states) = (record(), try states())
        for rule in planTables.plan.file.folds {
            let state = states[rule.name]!
            for format in rule.formats {
                let path = Path.join(output, rule.fileName(format))
                guard let table = record.tables.first(where: { $0.file == rule.fileName(format) }) else {
                    result.behind.append("\(path) is not there yet, or \(FoldsRecord.fileName) does not know it")
                    continue
                }
                if let fault = try fileSystem.fault(
                    path, size: table.bytes, digest: table.digest, with: FoldsRecord.fileName)
                {
                    result.wrong.append(fault)
                    continue
                }
                if let complaint = state.complaint {
                    result.behind.append("\(path) is of an earlier state: \(complaint)")
                } else if table.identity != state.identity || table.inputs != state.inputs {
                    result.behind.append("\(path) is of an earlier state (generation \(table.generation))")
                }
            }
        }
        return result
    }

    private func names(of rules: [FoldRule]) -> [String] {
        rules.flatMap { rule in rule.formats.map(rule.fileName) } + [FoldsRecord.fileName]
    }

    private func record() -> FoldsRecord {
        let bytes = try? fileSystem.open(Path.join(output, FoldsRecord.fileName), .read).readAll(limit: 1 << 24)
        return bytes.flatMap { FoldsRecord(json: $0) } ?? FoldsRecord()
    }

    private func isCurrent(_ wanted: Wanted, _ known: [FoldsRecord.Table]) throws -> Bool {
        guard Set(known.map(\.file)) == Set(wanted.rule.formats.map { wanted.fileName($0) }) else { return false }
        return try known.allSatisfy { table in
            try table.identity == wanted.state.identity && table.inputs == wanted.state.inputs
                && table.tool == Tool.name
                && fileSystem.statusIfPresent(Path.join(output, table.file))?.size == table.bytes
        }
    }

    /// - Parameters:
    ///   - states: of all folds; segments of those that lack nothing are brought up to date, too.
    ///   - kept: entries of tables that stay as they are.
    ///   - forgets: whether the record has others.
    private func write(
        _ due: [Wanted], _ states: [String: FoldState], _ kept: [FoldsRecord.Table], forgets: Bool
    ) throws -> [FoldsRecord.Table] {
        let folds = Set(states.keys)
        let merges = try FoldMerges(
            planTables, place.checkpoints, states.values.filter { $0.complaint == nil },
            read: Set(due.map(\.rule.name)))
        if due.isEmpty, !merges.hasMissing {
            try merges.renewSegments([], folds: folds)
            return []
        }
        let answers = try FoldAnswers(planTables, merges, scratch: nil, in: fileSystem)
        defer { answers.close() }
        try answers.makeSegments(place.onEvent)
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
                        file: wanted.fileName(format), fold: wanted.rule.name, identity: wanted.state.identity,
                        tool: Tool.name, generation: wanted.state.generation, inputs: wanted.state.inputs,
                        digest: digest.finish().hex, bytes: file.count, rows: answer.rowCount))
                files.append(file)
            }
        }
        for file in files { try file.seal() }
        if !due.isEmpty {
            // A crash between tables and record must not leave a record that speaks of others: what counted before may count again.
            if forgets { try write(FoldsRecord(kept)) }
            for file in files { try file.place(syncingFolder: false) }
            try write(FoldsRecord((kept + tables).sorted { $0.file < $1.file }))
        }
        // Last: tables do not wait for what is derived, and do not fail with it.
        try merges.renewSegments(answers.placeSegments(place.onEvent), folds: folds)
        return tables
    }

    private func write(_ record: FoldsRecord) throws {
        let file = try AtomicFile(Path.join(output, FoldsRecord.fileName), in: fileSystem)
        try record.json.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}

extension FoldRule {
    func fileName(_ format: MartRule.Format) -> String { "\(name).\(format.rawValue)" }
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
