//  A `watchfold watch` at work in a shell's folder.

import Foundation
import Glibc
import Testing

/// A watch that runs beside the test. Waited for by its process id alone: nobody else's child is meant.
final class WatchProcess {
    private let shell: Shell
    private let logPath: String
    let processID: Int32
    /// As `waitpid` gives it; nil while the process runs.
    private var ending: Int32?

    /// - Parameters:
    ///   - log: the name of the file of its standard error; it grows from watch to watch.
    ///   - waits: until the watch says that it is at work.
    init(
        _ shell: Shell, _ arguments: [String] = [], _ variables: [String: String] = [:], log: String = "log",
        waits: Bool = true
    ) throws {
        self.shell = shell
        logPath = shell.root + "/" + log
        let start = shell.read(log)?.utf8.count ?? 0
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        let words =
            (["sh", "-c", #"cd "$0" && exec "$@""#, shell.root, shell.program, "watch", "--jobs", "2"] + arguments).map
        { strdup($0) } + [nil]
        let environment =
            ["PATH": "/usr/bin:/bin"].merging(variables) { _, new in new }
            .map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + environment { free(word) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, "/bin/sh", &actions, nil, words, environment)
        guard code == 0 else {
            throw Timeout(description: "cannot start the watch: \(String(cString: strerror(code)))")
        }
        processID = id
        if waits {
            try wait("the watch to begin") {
                guard let text = shell.read(log) else { return false }
                return text.utf8.dropFirst(start).split(separator: UInt8(ascii: "\n")).contains {
                    String(decoding: $0, as: UTF8.self).contains("watching ")
                }
            }
        }
    }

    deinit {
        if isRunning {
            kill(SIGKILL)
            var status: Int32 = 0
            waitpid(processID, &status, 0)
        }
    }

    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    var isRunning: Bool {
        if ending == nil {
            var status: Int32 = 0
            let answer = waitpid(processID, &status, WNOHANG)
            precondition(answer >= 0 || errno == EINTR, "the watch is not ours to wait for: \(errno)")
            if answer == processID { ending = status }
        }
        return ending == nil
    }

    /// Sends a signal, to this process alone.
    func kill(_ signal: Int32) { if isRunning { _ = Glibc.kill(processID, signal) } }

    /// Waits until the process has ended. One that was killed in the middle of an fsync goes when the disk is done.
    ///
    /// - Returns: its exit code; the signal that ended it as a negative number.
    func end(seconds: Double = 120) throws -> Int {
        try wait("the watch to end", seconds: seconds) { !isRunning }
        let signal = ending! & 0x7F
        return signal == 0 ? Int(ending! >> 8 & 0xFF) : -Int(signal)
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
    func wait(_ what: String, seconds: Double = 240, until holds: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !holds() {
            if Date() > end {
                throw Timeout(description: "waited in vain for \(what); the log:\n\(log)\nthe process:\n\(whereItIs)")
            }
            usleep(2000)
        }
    }

    /// The state of the process and what each of its threads waits for, where the system tells.
    private var whereItIs: String {
        let folder = "/proc/\(processID)/task"
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return tasks.map { task in
            let text = { (name: String) in
                (try? String(contentsOfFile: "\(folder)/\(task)/\(name)", encoding: .utf8)) ?? ""
            }
            let state = text("status").split(separator: "\n").first { $0.hasPrefix("State:") } ?? ""
            return "\(task) \(text("comm").dropLast()) \(state) \(text("wchan")) \(text("stack"))"
        }.joined(separator: "\n")
    }

    /// The port of the status server, as it was said last.
    var servedPort: String {
        log.components(separatedBy: "http://127.0.0.1:").last?.components(separatedBy: "/").first ?? ""
    }

    func waitForReport(_ text: String, seconds: Double = 60) throws {
        try wait("the report \(text)", seconds: seconds) { shell.read("output/engagement.csv") == header + text }
    }

    func waitForLog(_ text: String, seconds: Double = 60) throws {
        try wait("the line \(text)", seconds: seconds) { log.contains(text) }
    }
}
