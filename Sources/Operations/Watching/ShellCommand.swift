//  Commands that a watch runs for its user. Their standard output goes to standard error, since standard output carries data
//  only.

import Subprocess
import SystemPackage

enum ShellCommand {
    /// How long a command may run before somebody is told. Uploads take minutes; one that waits for ever would keep all
    /// further ones from being run.
    static let patience = Duration.seconds(600)

    /// Runs a command with `/bin/sh -c`, with more variables than the environment has.
    ///
    /// - Parameter onOverdue: called once when it runs longer than `patience`, and never after this has returned.
    /// - Returns: how it failed; nil when it did not.
    static func problem(
        of command: String, _ variables: [String: String], patience: Duration, onOverdue: @escaping @Sendable () -> Void
    ) async -> String? {
        let reminder = Task {
            do { try await Task.sleep(for: patience) } catch { return }
            onOverdue()
        }
        let problem = await problem(of: command, variables)
        reminder.cancel()
        await reminder.value
        return problem
    }

    private static func problem(of command: String, _ variables: [String: String]) async -> String? {
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in variables { changes[Environment.Key(rawValue: name)!] = value }
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command],
                environment: .inherit.updating(changes),
                input: .none,
                output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
            return switch result.terminationStatus {
            case .exited(0): nil
            case .exited(let code): "ended with code \(code)"
            case .signaled(let signal): "was ended by signal \(signal)"
            }
        } catch {
            return "could not be started (\(error))"
        }
    }
}
