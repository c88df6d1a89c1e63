//  The built program, run by a shell in a folder of its own.

import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What came of a script.
struct Outcome: CustomStringConvertible {
    var script: String
    var code: Int
    var output: String
    var errors: String

    /// Everything there is to know when a test fails.
    var description: String {
        "\n$ \(script)\nexit code \(code)\n--- standard output\n\(output)\n--- standard error\n\(errors)\n---"
    }
}

/// A folder with an empty inbox; scripts run in it and find the program as `$W`.
final class Shell {
    let root: String
    let program: String

    private let base: String

    /// - Parameter depth: folders around the shell's that are its own, too: for what may look outside of it.
    init(depth: Int = 0) {
        base = NSTemporaryDirectory() + "watchfold command test " + UUID().uuidString
        root = base + String(repeating: "/in", count: depth)
        try! FileManager.default.createDirectory(atPath: root + "/inbox", withIntermediateDirectories: true)
        let bundle = try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let beside = (bundle as NSString).deletingLastPathComponent + "/watchfold"
        let source = (#filePath as NSString).deletingLastPathComponent + "/../../.build/debug/watchfold"
        let built = FileManager.default.isExecutableFile(atPath: beside) ? beside : source
        // Another build of the program, for tests that take too long with this one.
        program = ProcessInfo.processInfo.environment["WATCHFOLD_TEST_PROGRAM"] ?? built
        precondition(FileManager.default.isExecutableFile(atPath: program), "the program is not built: \(program)")
    }

    deinit { try? FileManager.default.removeItem(atPath: base) }

    /// Whether this machine has a program.
    static func has(_ program: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Runs a script.
    ///
    /// - Parameter variables: the environment, beside PATH and the program as `W`.
    @discardableResult
    func callAsFunction(_ script: String, _ variables: [String: String] = [:]) async throws -> Outcome {
        var environment: [Environment.Key: String] = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "W": program, "HOME": root,
            "LC_ALL": "C.UTF-8",
        ]
        for (name, value) in variables { environment[Environment.Key(rawValue: name)!] = value }
        let result = try await Subprocess.run(
            .path("/bin/bash"), arguments: ["-c", script], environment: .custom(environment),
            workingDirectory: FilePath(root), output: .bytes(limit: 64 << 20), error: .bytes(limit: 8 << 20))
        let code: Int =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): -Int(signal)
            }
        return Outcome(
            script: script, code: code, output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self))
    }

    /// Runs a script that has to end with a code, and with nothing on standard output unless that is wanted.
    @discardableResult
    func expect(
        _ code: Int, _ script: String, _ variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        let outcome = try await self(script, variables)
        #expect(outcome.code == code, "\(outcome)", sourceLocation: sourceLocation)
        return outcome
    }

    /// What a server on loopback answers, with its head.
    func get(_ path: String, port: String) async throws -> String {
        let request = "GET \(path) HTTP/1.1\\r\\nHost: localhost:\(port)\\r\\nConnection: close\\r\\n\\r\\n"
        return try await expect(0, "exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\(request)' >&3; cat <&3").output
    }

    func put(_ path: String, _ text: String) {
        try! Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + path))
    }

    func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: root + "/" + path).map { String(decoding: $0, as: UTF8.self) }
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }
}

/// Lines of records: `records([("A", "VOD", 5)])`.
func records(_ all: [(String, String, Int)]) -> String {
    all.map { #"{"Contract":"\#($0.0)","AppName":"\#($0.1)","TotalDuration":\#($0.2)}"# + "\n" }.joined()
}

let header = "Contract,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration\n"

extension Trait where Self == ConditionTrait {
    static var needsDuckDB: Self {
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: Tools.duckDB),
            "DuckDB 1.5 is not here; scripts/setup duckdb installs it")
    }
}
