//  A `watchfold watch` at work in a shell's folder.

import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A watch that runs beside the test.
final class WatchProcess {
    private let process = Process()
    private let shell: Shell
    private let logPath: String

    /// - Parameters:
    ///   - log: the name of the file of its standard error; it grows from watch to watch.
    ///   - waits: until the watch says that it is at work.
    init(
        _ shell: Shell, _ arguments: [String] = [], _ variables: [String: String] = [:], log: String = "log",
        waits: Bool = true
    ) throws {
        self.shell = shell
        logPath = shell.root + "/" + log
        if !shell.exists(log) { _ = FileManager.default.createFile(atPath: logPath, contents: nil) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
        let start = try handle.seekToEnd()
        process.executableURL = URL(fileURLWithPath: shell.program)
        process.arguments = ["watch", "--jobs", "2"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: shell.root)
        process.environment = ["PATH": "/usr/bin:/bin"].merging(variables) { _, new in new }
        process.standardError = handle
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        if waits {
            try wait("the watch to begin") {
                guard let text = shell.read(log) else { return false }
                return text.utf8.dropFirst(Int(start)).split(separator: UInt8(ascii: "\n")).contains {
                    String(decoding: $0, as: UTF8.self).contains("watching ")
                }
            }
        }
    }

    deinit { if process.isRunning { kill(SIGKILL) } }

    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    var processID: Int32 { process.processIdentifier }

    /// Sends a signal, to this process alone.
    func kill(_ signal: Int32) { _ = Glibc.kill(process.processIdentifier, signal) }

    /// Waits until the process has ended.
    ///
    /// - Returns: its exit code; the signal that ended it as a negative number.
    func end(seconds: Double = 30) throws -> Int {
        try wait("the watch to end", seconds: seconds) { !process.isRunning }
        return Int(process.terminationStatus) * (process.terminationReason == .exit ? 1 : -1)
    }

    func stop() throws -> Int {
        kill(SIGTERM)
        return try end()
    }

    struct Timeout: Error, CustomStringConvertible {
        var description: String
    }

    /// Waits until something holds.
    ///
    /// - Throws: `Timeout`, with the log.
    func wait(_ what: String, seconds: Double = 30, until holds: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !holds() {
            if Date() > end { throw Timeout(description: "waited in vain for \(what); the log:\n\(log)") }
            usleep(2000)
        }
    }

    func waitForReport(_ text: String, seconds: Double = 30) throws {
        try wait("the report \(text)", seconds: seconds) { shell.read("output/engagement.csv") == header + text }
    }

    func waitForLog(_ text: String, seconds: Double = 30) throws {
        try wait("the line \(text)", seconds: seconds) { log.contains(text) }
    }
}
