//  A watch under a writer that does everything that writers do, killed and begun again all the while.
//
//  The writer appends slowly, copies, renames into place and replaces, plain and compressed, in folders that come as they
//  are needed, and removes files that were counted. Every content has a contract of its own, so the naive reference is a
//  sum over the last whole content of every name. In the end the report has to be that, byte for byte.
//
//  WATCHFOLD_TEST_SEED repeats a history of the writer and the kills, as far as time allows; WATCHFOLD_STRESS_SECONDS
//  makes it longer.

import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct WatchStressTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let seconds = variables["WATCHFOLD_STRESS_SECONDS"].flatMap { Double($0) } ?? 20

    /// A history with less in it shows nothing, however slow the machine is.
    private static let leastKills = 6
    fileprivate static let leastWrites = 21

    @Test(arguments: [false, true]) func theReportIsThatOfTheLastWholeContents(pollsOnly: Bool) async throws {
        let seed = TestSeed.value
        print("the watch is under stress for \(Self.seconds) s, seed \(seed)")
        let shell = Shell()
        let arguments =
            ["--settle", "250ms", "--poll", "300ms", "--publish-every", "500ms", "--log-level", "debug"]
            + (pollsOnly ? ["--poll-only"] : [])
        let writer = Writer(shell, seed: seed)
        var dice = Dice(seed: seed ^ 0xFFFF)
        let end = Date(timeIntervalSinceNow: Self.seconds)
        var watch = try WatchProcess(shell, arguments)
        var kills = 0
        let thread = Thread { writer.work(until: end) }
        thread.start()
        while Date() < end || kills < Self.leastKills {
            usleep(UInt32.random(in: 20_000...1_500_000, using: &dice))
            watch.kill(SIGKILL)
            #expect(try watch.end() == -Int(SIGKILL), "seed \(seed): \(watch.log)")
            kills += 1
            // Now and then before it is at work.
            watch = try WatchProcess(shell, arguments, waits: Bool.random(using: &dice))
        }
        try watch.wait("the writer to end") { writer.hasEnded }
        let expected = header + writer.expected
        do {
            try watch.wait("the report", seconds: 30) { shell.read("output/engagement.csv") == expected }
        } catch {
            let status = try await shell(
                "$W status; find inbox -type f | sort; diff -u <(echo -n '\(expected)') output/engagement.csv")
            Issue.record("seed \(seed): \(error)\n\(status)")
        }
        #expect(try watch.stop() == 0, "seed \(seed): \(watch.log)")
        try await shell.expect(0, "$W verify")
        print("\(writer.writes) contents, \(writer.removals) files removed, \(kills) kills")
        #expect(!watch.log.contains("error:"), "seed \(seed): \(watch.log)")
    }
}

/// Writes into an inbox, at its own pace.
private final class Writer: @unchecked Sendable {
    private let shell: Shell
    private var dice: Dice
    /// What was last written whole under each name: the contract of its own and its seconds.
    private var contents: [String: (contract: String, seconds: Int)] = [:]
    private var present: Set<String> = []
    private(set) var writes = 0
    private(set) var removals = 0
    private let lock = NSLock()
    private var isDone = false

    private static let names = [
        "20220401.json", "20220402.jsonl", "x.json", "dt=2022-04-03/a.json", "dt=2022-04-03/b.json.gz",
        "deep/er/still/c.ndjson", "20220405.json.gz", "20220406.json.lz4", "dt=2022-04-07/d.json.lz4",
    ]

    init(_ shell: Shell, seed: UInt64) {
        self.shell = shell
        dice = Dice(seed: seed)
    }

    var hasEnded: Bool { lock.withLock { isDone } }

    /// The rows of the report. Call it when the writer has ended.
    var expected: String {
        contents.values.sorted { $0.contract < $1.contract }.map { "\($0.contract),0,\($0.seconds),0,0,0\n" }.joined()
    }

    func work(until end: Date) {
        while Date() < end || writes < WatchStressTests.leastWrites || removals == 0 {
            let name = Self.names.randomElement(using: &dice)!
            if present.contains(name), Int.random(in: 0..<6, using: &dice) == 0 {
                remove(name)
            } else {
                write(name)
            }
            usleep(UInt32.random(in: 0...120_000, using: &dice))
        }
        lock.withLock { isDone = true }
    }

    private func write(_ name: String) {
        writes += 1
        let contract = "N" + String(repeating: "0", count: 6 - String(writes).count) + String(writes)
        let lines = Int.random(in: 1...40, using: &dice)
        let text = records((0..<lines).map { (contract, "VOD", $0 + writes) })
        var bytes = Data(text.utf8)
        if name.hasSuffix(".gz") { bytes = StoredBlocks.gzip(Array(bytes)) }
        if name.hasSuffix(".lz4") { bytes = StoredBlocks.lz4(Array(bytes)) }
        let path = shell.root + "/inbox/" + name
        let folder = (path as NSString).deletingLastPathComponent
        try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        switch Int.random(in: 0..<4, using: &dice) {
        case 0:
            // Slowly, in pieces that end anywhere.
            try! Data().write(to: URL(fileURLWithPath: path))
            let handle = FileHandle(forWritingAtPath: path)!
            var rest = bytes
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...max(1, bytes.count / 3), using: &dice))
                try! handle.write(contentsOf: rest.prefix(count))
                rest = rest.dropFirst(count)
                usleep(UInt32.random(in: 0...60_000, using: &dice))
            }
            try! handle.close()
        case 1: try! bytes.write(to: URL(fileURLWithPath: path))
        default:
            let aside = folder + "/.upload-\(writes)"
            try! bytes.write(to: URL(fileURLWithPath: aside))
            precondition(rename(aside, path) == 0)
        }
        contents[name] = (contract, (0..<lines).reduce(0) { $0 + $1 + writes })
        present.insert(name)
    }

    /// Removes a file that counts; one that nobody read yet would be lost, and rightly so.
    private func remove(_ name: String) {
        let row = contents[name]!.contract + ","
        let end = Date(timeIntervalSinceNow: 20)
        while !(shell.read("output/engagement.csv")?.contains(row) ?? false) {
            precondition(Date() < end, "\(name) was not read within 20 s")
            usleep(5000)
        }
        precondition(unlink(shell.root + "/inbox/" + name) == 0)
        present.remove(name)
        removals += 1
    }
}
