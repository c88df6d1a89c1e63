//  A small world that can crash: an inbox, checkpoints and output in one folder, the program on it through an
//  interposer, and a model of what is left of the folder afterwards.

import Configuration
import DurableIO
import Engagement
import FaultInjection
import Foundation
import Ledgers
import Logging
import Records
import Reports
import Testing

@testable import Operations
@testable import Publishing
@testable import RunSettings

/// Watches nothing.
struct Silence: RunObserver {
    func begin(files: Int, storedBytes: Int) {}
    func advance(storedBytes: Int) {}
    func finish(_ file: FileResult) {}
    func publishing() {}
}

/// A folder with an inbox, and the program on it.
struct World {
    let root: String
    let fileSystem: FileSystem
    /// Lines of the configuration file.
    var yaml = ""
    /// Threads; with several, calls come in another order each time.
    var jobs = 1

    init(_ root: String, _ fileSystem: FileSystem = .real) {
        self.root = root
        self.fileSystem = fileSystem
    }

    static func temporary() -> String { NSTemporaryDirectory() + "watchfold-crash-" + UUID().uuidString }

    /// Makes an empty world.
    static func make() throws -> World {
        let root = temporary()
        try FileManager.default.createDirectory(atPath: root + "/inbox", withIntermediateDirectories: true)
        return World(root)
    }

    /// A copy of all that is in the folder.
    func copy() throws -> World {
        let other = Self.temporary()
        try FileManager.default.copyItem(atPath: root, toPath: other)
        return at(other)
    }

    /// The same program on another folder, or through another file system.
    func at(_ root: String, _ fileSystem: FileSystem = .real) -> World {
        var world = World(root, fileSystem)
        (world.yaml, world.jobs) = (yaml, jobs)
        return world
    }

    /// The same world, every call of DurableIO and SQLite shown to a script.
    func watched(by script: FaultScript) -> World {
        at(root, FileSystem(interposer: script, sqliteVFS: FaultVFS.register(over: script)))
    }

    func remove() { try? FileManager.default.removeItem(atPath: root) }

    private var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    func settings() throws -> Settings {
        let flags = try Overlay.flags([
            .inbox: root + "/inbox", .checkpoints: root + "/checkpoints", .output: root + "/output", .jobs: "\(jobs)",
        ])
        let file = try Overlay.file(Array(yaml.utf8), path: "watchfold.yaml", plan: .engagement)
        return try Settings(Configuration.resolve(.engagement, file: file, flags: flags), plan: .engagement)
    }

    func processor() throws -> Processor {
        try Processor(settings(), fileSystem: fileSystem, logger: logger, observer: Silence())
    }

    private func verifier() throws -> Verifier {
        try Verifier(settings(), fileSystem: fileSystem, logger: logger, observer: Silence())
    }

    func verify() throws -> VerifyResult { try verifier().verify() }
    func repair() throws -> VerifyResult { try verifier().repair() }

    func export(_ report: Report = .engagement) throws -> Data {
        var bytes: [UInt8] = []
        try Exporter(settings(), fileSystem: fileSystem).export(ExportRequest(report), format: .csv) {
            bytes += Array($0)
        }
        return Data(bytes)
    }

    func states() throws -> [String: FileState] {
        let files = try CheckpointsStatus(settings(), fileSystem: fileSystem).files
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.state) })
    }

    /// Writes a file of the inbox, durably, as the rest of the world does.
    func put(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/inbox/" + name), options: .atomic)
        // A hint of yesterday: nothing waits for the clock to tick.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86_400)], ofItemAtPath: root + "/inbox/" + name)
    }

    /// The same of something that ends inside a record, and that nobody writes to any more.
    func putCut(_ name: String) throws {
        try put(name, #"{"Contract":"C1","App"#)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: root + "/inbox/" + name)
    }

    static let reports = ["engagement.csv", "profile.csv", "daily.csv", "apps.csv"]

    /// The reports, by name.
    func outputs() -> [String: Data] {
        var result: [String: Data] = [:]
        for name in Self.reports { result[name] = FileManager.default.contents(atPath: root + "/output/" + name) }
        return result
    }
}

/// One step of a script: something that a person does to the inbox, then a command.
struct Step: Sendable {
    var name: String
    /// Prepares the inbox; happens outside of the program and is not interrupted.
    var prepare: @Sendable (World) throws -> Void = { _ in }
    var command: @Sendable (World) throws -> Void
}

/// A day of a few records.
func day(_ seed: Int, records: Int = 12) -> String {
    let apps = ["CHANNEL", "VOD", "CHILD", "RELAX", "SPORT", "OTHER"]
    return (0..<records).map { i in
        let n = seed * 31 + i * 7
        return
            #"{"_source":{"Contract":"C\#(n % 9)","AppName":"\#(apps[n % apps.count])","TotalDuration":\#(n * 13 % 5000)}}"#
            + "\n"
    }.joined()
}
