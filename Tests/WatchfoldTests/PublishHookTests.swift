//  The command after publishing: a failure is a problem, and so is one that does not end.

import Foundation
import Logging
import Synchronization
import Testing

@testable import Operations

@Suite struct PublishHookTests {
    /// Keeps what is logged.
    private final class Log: LogHandler, Sendable {
        private let kept = Mutex<[String]>([])
        var messages: [String] { kept.withLock { $0 } }

        func log(event: LogEvent) { kept.withLock { $0.append("\(event.level): \(event.message)") } }

        subscript(metadataKey _: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .trace }
            set {}
        }
    }

    /// A hook on a folder of its own. Its commands run until there is a file `go`.
    private final class Scene {
        let root = NSTemporaryDirectory() + "watchfold-hook-" + UUID().uuidString
        let facts = WatchFactsBox()
        let log = Log()
        let hook: PublishHook

        init(patience: Duration) throws {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            hook = PublishHook(facts: facts, logger: Logger(label: "test") { [log] _ in log }, patience: patience)
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }

        func command(_ word: String) -> String {
            "cd '\(root)' && until test -e go; do sleep 0.02; done; echo \(word) $WATCHFOLD_GENERATION >> told"
        }

        func publish(_ generation: Int) {
            hook.run(PublishHook.Event(receipt: root + "/receipt.json", generation: generation))
        }

        func release() { #expect(FileManager.default.createFile(atPath: root + "/go", contents: nil)) }

        var told: String { (try? String(contentsOfFile: root + "/told", encoding: .utf8)) ?? "" }
        var problems: [String] { facts.value.problems.all.map(\.text) }

        func wait(sourceLocation: SourceLocation = #_sourceLocation, until holds: () -> Bool) async throws {
            for _ in 0..<10_000 {
                if holds() { return }
                try await Task.sleep(for: .milliseconds(3))
            }
            try #require(holds(), "waited in vain", sourceLocation: sourceLocation)
        }
    }

    @Test func aCommandThatDoesNotEndIsLoggedAndAProblemUntilItDoes() async throws {
        let scene = try Scene(patience: .milliseconds(100))
        let command = scene.command("one")
        scene.hook.follow(command)
        scene.publish(1)
        let text =
            "the command after publishing is still running after 0.10 s, and no other is started "
            + "until it ends: \(command)"
        try await scene.wait { scene.problems == ["hook watch.on_publish: \(text)"] }
        #expect(scene.facts.value.problems.isDegraded)
        // What is published meanwhile waits, and nothing is said again.
        scene.publish(2)
        scene.publish(3)
        try await Task.sleep(for: .milliseconds(300))
        #expect(scene.log.messages == ["warning: \(text)"] && scene.told.isEmpty)
        scene.release()
        try await scene.wait { scene.hook.wait(seconds: 0) }
        #expect(scene.problems.isEmpty && scene.facts.value.hookFailures == 0)
        #expect(scene.told == "one 1\none 3\n")
    }

    @Test func anotherCommandWaitsForItAndSaysSo() async throws {
        let scene = try Scene(patience: .milliseconds(100))
        scene.hook.follow(scene.command("one"))
        scene.publish(1)
        try await scene.wait { scene.problems.count == 1 }
        scene.hook.follow(scene.command("two"))
        scene.publish(2)
        #expect(scene.problems.count == 1 && scene.problems[0].contains("echo one"))
        // Without any command, nobody waits for it.
        scene.hook.follow(nil)
        #expect(scene.problems.isEmpty)
        scene.hook.follow(scene.command("two"))
        #expect(scene.problems.count == 1)
        scene.publish(2)
        scene.release()
        try await scene.wait { scene.hook.wait(seconds: 0) }
        #expect(scene.problems.isEmpty && scene.told == "one 1\ntwo 2\n")
    }

    @Test func aCommandThatEndsInTimeIsNoProblem() async throws {
        let scene = try Scene(patience: .seconds(3600))
        scene.release()
        scene.hook.follow(scene.command("one"))
        scene.publish(1)
        try await scene.wait { scene.hook.wait(seconds: 0) }
        #expect(scene.problems.isEmpty && scene.log.messages.isEmpty && scene.told == "one 1\n")
    }
}
