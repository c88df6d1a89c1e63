//  A plan at work in a folder of its own, with files of which the test knows every record, and the judge of its folds: the
//  statement itself, run by DuckDB over the records of those contents that count. Nothing of the judge's rows has gone through
//  the program's reader.

import Admission
import Checkpoints
import Codecs
import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Foundation
import Ledgers
import Logging
import Operations
import Publishing
import Records
import RunSettings
import Synchronization
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

extension Trait where Self == ConditionTrait {
    static var needsDuckDB: Self {
        .enabled(if: RealDuckDB.path != nil, "DuckDB 1.5 is not here; scripts/setup duckdb installs it")
    }
}

/// The real program, where there is one.
enum RealDuckDB {
    static let path: String? = {
        if let program = try? DuckDBProgram(Tools.duckDB, .real) { return program.path }
        return try? DuckDBProgram.find(
            option: nil, environment: ProcessInfo.processInfo.environment, beside: nil, in: .real
        ).path
    }()
}

/// Watches nothing.
struct Silence: RunObserver {
    func begin(files: Int, storedBytes: Int) {}
    func advance(storedBytes: Int) {}
    func finish(_ file: FileResult) {}
    func publishing() {}
}

/// What may lie in a file.
struct Content: Sendable {
    var bytes: [UInt8]
    /// The good records, each with its number in the file.
    var rows: [String]

    /// - Parameter bad: lines that are no record, in the middle.
    init(_ dice: inout Dice, count: Int, bad: Int = 0) {
        var text = ""
        rows = []
        for number in 1...count + bad {
            if number > count / 2, number <= count / 2 + bad {
                text +=
                    dice.pick([
                        "{\"user\":", "{\"kind\":\"a\"}", "{\"user\":\"x\",\"n\":\"many\",\"at\":\"2022-04-01\"}",
                    ]) + "\n"
                continue
            }
            var members = ["\"user\":\"u\(dice.below(5))\"", "\"n\":\(dice.below(100) - 20)"]
            let minute = dice.below(60)
            members.append(
                "\"at\":\"2022-04-0\(1 + dice.below(3))T1\(dice.below(3)):\(minute < 10 ? "0" : "")\(minute):00\"")
            if !dice.once(in: 4) { members.append("\"kind\":\"\(dice.pick(["a", "b", "", "Zo\u{EB}"]))\"") }
            if !dice.once(in: 3) {
                members.append("\"amount\":\(dice.below(1000)).\(dice.below(10))\(dice.below(10))5")
            }
            let record = "{" + members.joined(separator: ",") + "}"
            text += record + "\n"
            rows.append("{\"_row\":\(number)," + record.dropFirst())
        }
        bytes = Array(text.utf8)
    }

    init(text: String, rows: [String]) { (bytes, self.rows) = (Array(text.utf8), rows) }

    var digest: String {
        bytes.withUnsafeBytes { ContentDigest(of: $0).hex }
    }
}

final class PlanWorld {
    let folder: TemporaryFolder
    var jobs: Int
    /// Whether the plan says so of the rows of its source; as of the next ``set(_:parameters:)``.
    var keepsRows = false
    /// By digest: all that ever lay in the inbox.
    var contents: [String: Content] = [:]
    var fileSystem: FileSystem
    /// Segments of two files each, and of two of those, so that a few files have several levels.
    var segmentRule = SegmentRule(width: 2, fewest: 2, mostKept: 2)
    /// Settings.
    var flags: [Setting: String] = [:]
    /// The tables at the last comparison.
    private var last: [String: String] = [:]
    /// Tables that were compared with their statements, and that stayed what they were.
    private(set) var compared = 0
    private(set) var kept = 0

    static let fields = """
        fields:
              user: string
              n: integer
              at: timestamp
              kind: {type: string, required: no}
              amount: {type: "decimal(18,3)", required: no}
        """

    /// - Parameter folds: by name, each published as CSV.
    init(_ folds: [String: String], jobs: Int = 2, keepsRows: Bool = false, fileSystem: FileSystem = .real) throws {
        folder = try TemporaryFolder()
        self.jobs = jobs
        self.keepsRows = keepsRows
        self.fileSystem = fileSystem
        try FileManager.default.createDirectory(atPath: folder.file("inbox"), withIntermediateDirectories: true)
        try set(folds)
    }

    /// The same as it lies in a folder, which is its own from now on.
    init(_ folder: TemporaryFolder, like other: PlanWorld, fileSystem: FileSystem = .real) {
        self.folder = folder
        (jobs, keepsRows, contents, flags) = (other.jobs, other.keepsRows, other.contents, other.flags)
        segmentRule = other.segmentRule
        self.fileSystem = fileSystem
    }

    /// With some days that were folded.
    ///
    /// - Parameter bad: lines of each day that are no record.
    static func started(
        _ folds: [String: String], _ dice: inout Dice, days: Int = 3, bad: Int = 0, keepsRows: Bool = false
    ) throws -> PlanWorld {
        let world = try PlanWorld(folds, keepsRows: keepsRows)
        for day in 1...days { try world.put("events-2022-04-0\(day).json", Content(&dice, count: 40, bad: bad)) }
        try world.run()
        try world.expectLaw()
        return world
    }

    var inbox: String { folder.file("inbox") }
    var output: String { folder.file("output") }
    var checkpoints: String { folder.file("checkpoints") }

    /// Writes the plan, in place of the one that was there.
    func set(_ folds: [String: String], parameters: String = "{}") throws {
        try? FileManager.default.removeItem(atPath: folder.file("plan"))
        let rules = folds.keys.sorted().map { "\($0): {formats: [csv]}" }.joined(separator: ", ")
        try folder.add(
            "plan/plan.yaml",
            """
            name: world
            sources:
              events:
                files: "events*.json"
                keep_stage: \(keepsRows ? "yes" : "no")
                \(Self.fields)
            parameters: \(parameters)
            folds: {\(rules)}

            """)
        for (name, text) in folds { try folder.add("plan/folds/\(name).sql", text) }
    }

    func plan() throws -> PlanFolder { try PlanFolder(folder.file("plan"), in: .real) }

    func settings() throws -> Settings {
        let plan = try plan()
        let sources = SourcesPlan(plan)
        let places: [Setting: String] = [
            .inbox: inbox, .checkpoints: checkpoints, .output: output, .jobs: "\(jobs)",
        ]
        let flags = try Overlay.flags(places.merging(flags) { $1 })
        return try Settings(
            Configuration.resolve(sources.settings, flags: flags), plan: sources, inputNames: plan.inputNames)
    }

    static func engine(_ scratch: String, jobs: Int) -> PlanEngine {
        PlanEngine(
            duckDB: RealDuckDB.path, environment: [:], ownFolder: nil, threads: jobs, memory: 256 << 20,
            scratch: scratch)
    }

    func work() throws -> SQLWork {
        let jobs = jobs
        return SQLWork(try plan(), segmentRule) { Self.engine($0, jobs: jobs) }
    }

    func processor() throws -> Processor {
        try Processor(
            settings(), work: work(), fileSystem: fileSystem,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            observer: Silence())
    }

    @discardableResult
    func run() throws -> RunResult { try processor().run() }

    func verifier() throws -> Verifier {
        try Verifier(
            settings(), work: work(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            observer: Silence())
    }

    // MARK: Files

    func put(_ name: String, _ content: Content, stored: [UInt8]? = nil) throws {
        contents[content.digest] = content
        try put(name, bytes: stored ?? content.bytes)
    }

    func put(_ name: String, bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: inbox + "/" + name), options: .atomic)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: inbox + "/" + name) }

    func opened() throws -> CheckpointFolder {
        try CheckpointFolder.openForReading(checkpoints, plan: settings().configuration.plan, in: .real)
    }

    func ledger() throws -> Ledger { try opened().ledger }

    // MARK: Tables

    func table(_ fold: String) throws -> String { try folder.read("output/\(fold).csv") }

    func export(_ fold: String, at generation: Int? = nil, _ format: ExportFormat = .table(.csv)) throws -> String {
        var bytes: [UInt8] = []
        _ = try FoldExporter(work().tables, settings(), in: .real).export(
            fold, at: generation, format, isGzipped: false, scratch: scratch(), isConcurrent: false
        ) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func scratch() throws -> String {
        let path = folder.file("scratch")
        try FileSystem.real.createFolders(path)
        return try FileSystem.real.physicalPath(path)
    }

    /// What each fold is over contents, each under a name.
    func judged(_ files: [(name: String, date: String?, content: Content)]) throws -> [String: String] {
        let session = try Self.engine(scratch(), jobs: 1).foldingSession(in: .real)
        defer { try? session.close() }
        let compiled = try PlanCheck(plan(), session).compile()
        var parts: [String] = []
        for (number, file) in files.enumerated() where !file.content.rows.isEmpty {
            let path = session.folder! + "/judge-\(number).json"
            try Data((file.content.rows.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
            let date = file.date.map { "DATE '\($0)'" } ?? "CAST(NULL AS DATE)"
            parts.append(
                "SELECT *, \(SQLText.literal(file.name)) AS _file, \(date) AS _date FROM read_json(\(SQLText.literal(path)), "
                    + "format = 'newline_delimited', columns = {'_row': 'BIGINT', 'user': 'VARCHAR', 'n': 'BIGINT', "
                    + "'at': 'TIMESTAMP', 'kind': 'VARCHAR', 'amount': 'DECIMAL(18,3)'})")
        }
        var answers: [String: String] = [:]
        let source = try plan().file.sources[0]
        try session.execute(
            "CREATE OR REPLACE TEMP VIEW judge AS "
                + (parts.isEmpty ? StageTable(source).empty : parts.joined(separator: " UNION ALL ")))
        for fold in compiled {
            let answer = try FoldAnswer(fold.direct(over: "judge"), fold, session)
            let path = try AnswerTable(answer, session, in: .real).write(.csv(), to: "\(fold.checked.name).csv")
            answers[fold.checked.name] = try String(contentsOfFile: path, encoding: .utf8)
        }
        return answers
    }

    /// What each fold has to be by what counts now.
    func expected() throws -> [String: String] {
        let ledger = try ledger()
        return try judged(
            ledger.countingVersions().map { version in
                (version.facts.name, version.facts.date, try #require(contents[version.facts.digest]))
            })
    }

    /// Compares every table, published and asked for.
    func expectLaw(_ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
        if try ledger().generation == 0 { return }
        let (work, opened) = (try work(), try opened())
        for (fold, text) in try expected() {
            let found = try? table(fold)
            defer { last[fold] = found }
            // Something that counts was folded by another statement, and its file is gone: the table stays what it was.
            if try work.tables.state(of: work.plan.keptTable(of: work.plan.folds.first { $0.name == fold }!), opened)
                .complaint != nil
            {
                kept += 1
                #expect(found == last[fold], "\(fold): \(comment)", sourceLocation: sourceLocation)
                continue
            }
            compared += 1
            if found == text { continue }
            let lines = (found ?? "").split(separator: "\n")
            let wanted = text.split(separator: "\n")
            let statement = try folder.read("plan/folds/\(fold).sql")
            Issue.record(
                """
                \(fold): \(comment)
                \(statement)
                only in the table: \(lines.filter { !wanted.contains($0) }.prefix(3)), of \(lines.count) lines
                only by the statement: \(wanted.filter { !lines.contains($0) }.prefix(3)), of \(wanted.count)
                """, sourceLocation: sourceLocation)
        }
    }

    /// Files below the checkpoints that only a plan has.
    func left(in place: String) -> [String] {
        (FileManager.default.enumerator(atPath: checkpoints + "/" + place)?.allObjects as? [String] ?? []).sorted()
    }
}
