//  A place of its own for each test: an inbox, checkpoints and output in a temporary folder, and the program on them.

import Checkpoints
import Configuration
import DurableIO
import Engagement
import Foundation
import Ledgers
import Logging
import Records
import Reports
import Synchronization
import Tables
import Testing

@testable import Admission
@testable import Intake
@testable import Operations
@testable import Publishing
@testable import RunSettings

/// A log that nobody reads.
let noLog = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Watches nothing.
struct Silence: RunObserver {
    func begin(files: Int, storedBytes: Int) {}
    func advance(storedBytes: Int) {}
    func finish(_ file: FileResult) {}
    func publishing() {}
}

/// Notes every call of the file system and bends those that it is told to.
final class Watcher: Interposer {
    private let calls = Mutex<[SystemCall]>([])
    /// In a structure: a function itself would be wrapped once more at each look into the mutex, and each call would go
    /// through all the wrappers.
    private struct Rule {
        var verdict: @Sendable (SystemCall) -> Interposition
    }

    private let rule = Mutex(Rule { _ in .proceed })

    func willPerform(_ call: SystemCall) -> Interposition {
        calls.withLock { $0.append(call) }
        return rule.withLock { $0 }.verdict(call)
    }

    func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?) {}

    /// From now on, what is answered to each call.
    func bend(_ rule: @escaping @Sendable (SystemCall) -> Interposition) { self.rule.withLock { $0.verdict = rule } }

    func forget() { calls.withLock { $0 = [] } }

    /// Paths of files that were opened, below a folder.
    func opened(below folder: String) -> Set<String> {
        Set(
            calls.withLock { $0 }.compactMap { call in
                guard case .open(let path, let flags) = call, path.hasPrefix(folder + "/"), flags & O_DIRECTORY == 0
                else {
                    return nil
                }
                return String(path.dropFirst(folder.count + 1))
            })
    }
}

final class Workbench {
    let root: String
    let watcher = Watcher()
    let fileSystem: FileSystem
    /// Lines of the configuration file.
    var yaml = ""
    var jobs = 2
    var unitSize = FoldSettings.defaultUnitSize

    init() {
        root = NSTemporaryDirectory() + "watchfold-test-" + UUID().uuidString
        fileSystem = FileSystem(interposer: watcher)
        try! FileManager.default.createDirectory(atPath: root + "/inbox", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var inbox: String { root + "/inbox" }
    var checkpoints: String { root + "/checkpoints" }
    var output: String { root + "/output" }
    var totalPath: String { checkpoints + "/total.parquet" }

    // MARK: The inbox

    /// Puts a file into the inbox, or replaces it.
    func put(_ name: String, _ content: [UInt8]) {
        let path = inbox + "/" + name
        try! FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try! Data(content).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func put(_ name: String, _ text: String) { put(name, Array(text.utf8)) }

    func remove(_ name: String) { try! FileManager.default.removeItem(atPath: inbox + "/" + name) }

    /// Makes a file look as if nobody had written to it for an hour.
    func age(_ name: String) { utime(name, Date(timeIntervalSinceNow: -3600)) }

    func utime(_ name: String, _ date: Date) {
        try! FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: inbox + "/" + name)
    }

    // MARK: The program

    func settings() throws -> Settings {
        let flags = try Overlay.flags([
            .inbox: inbox, .checkpoints: checkpoints, .output: output, .jobs: "\(jobs)",
        ])
        let file = try Overlay.file(Array(yaml.utf8), path: "watchfold.yaml", plan: .engagement)
        return try Settings(
            Configuration.resolve(.engagement, file: file, flags: flags), plan: .engagement, unitSize: unitSize)
    }

    func processor() throws -> Processor {
        try Processor(settings(), fileSystem: fileSystem, logger: logger, observer: Silence())
    }

    /// Where its commands log.
    var logger = noLog

    @discardableResult
    func run() throws -> RunResult { try processor().run() }

    func reprocess(_ files: [String] = []) throws -> RunResult { try processor().reprocess(files) }

    func status() throws -> CheckpointsStatus { try CheckpointsStatus(settings(), fileSystem: fileSystem) }

    func verify(repairing: Bool = false) throws -> VerifyResult {
        let verifier = try Verifier(settings(), fileSystem: fileSystem, logger: logger, observer: Silence())
        return try repairing ? verifier.repair() : verifier.verify()
    }

    func export(_ report: Report, from: String? = nil, to: String? = nil) throws -> String {
        let days = DayRange(first: from.flatMap { CalendarDay($0) }, last: to.flatMap { CalendarDay($0) })
        return try export(ExportRequest(report, days: days))
    }

    func export(_ request: ExportRequest, format: TableFormat = .csv) throws -> String {
        String(decoding: try bytes(request, format), as: UTF8.self)
    }

    func bytes(_ request: ExportRequest, _ format: TableFormat) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let exporter = try Exporter(settings(), fileSystem: fileSystem)
        try exporter.check(request)
        try exporter.export(request, format: format) { bytes += Array($0) }
        return bytes
    }

    // MARK: What came of it

    static let reports = ["engagement.csv", "profile.csv", "daily.csv", "apps.csv"]

    /// The reports on disk, by file name.
    func outputs() -> [String: String] {
        var result: [String: String] = [:]
        for name in Self.reports {
            if let bytes = FileManager.default.contents(atPath: output + "/" + name) {
                result[name] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return result
    }

    func state(_ name: String) throws -> FileState? {
        try status().files.first { $0.name.utf8.elementsEqual(name.utf8) }?.state
    }
}

/// Compares reports byte for byte and shows the first line that differs.
func expectSame(
    _ found: [String: String], _ expected: [String: String], _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for name in Workbench.reports {
        let (a, b) = (found[name] ?? "(missing)", expected[name] ?? "(missing)")
        if a.utf8.elementsEqual(b.utf8) { continue }
        let lines = (
            a.split(separator: "\n", omittingEmptySubsequences: false),
            b.split(separator: "\n", omittingEmptySubsequences: false)
        )
        let line = zip(lines.0, lines.1).prefix { $0.utf8.elementsEqual($1.utf8) }.count
        let shown = [lines.0, lines.1].map { line < $0.count ? String($0[line]) : "(end)" }
        Issue.record(
            "\(name), line \(line + 1): found \(shown[0].debugDescription), expected \(shown[1].debugDescription) \(comment)",
            sourceLocation: sourceLocation)
    }
}

func expectReference(
    _ bench: Workbench, _ files: [ReferenceFile], _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectSame(bench.outputs(), ReferenceFold(files).reports(), comment, sourceLocation: sourceLocation)
}
