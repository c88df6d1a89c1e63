//  Ledgers to test with, and all that one says, in one value.

import Engagement
import Foundation
import Records

@testable import Ledgers

/// A folder of its own, in memory where the system has such a place, removed at the end.
final class TestFolder {
    let path: String

    init() throws {
        let base = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = base + "/watchfold-ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var ledger: String { path + "/ledger.sqlite" }

    func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))) }

    func write(_ bytes: [UInt8], to file: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
}

/// A content digest of 32 hexadecimal digits.
func digest(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
}

func location(_ name: String, date: String? = nil, inode: UInt64 = 7) -> FileLocation {
    FileLocation(
        path: name + ".gz", date: date,
        hint: FileHint(device: .max, inode: inode, size: 100, modified: 1_650_000_000_000_000_001, changed: -5))
}

/// A version that is conserved: what it holds follows from its content.
func newVersion(
    _ name: String, content: Int, partial: String, date: String? = nil, absolute: Int64? = nil
) -> NewVersion {
    var outcomes = OutcomeCounts()
    outcomes.folded = 10 + content
    outcomes.ignored = content % 3
    outcomes.rejected = content % 2 == 0 ? [:] : [.badDuration: 1, .malformedJSON: content]
    outcomes.coerced = content % 5
    let odd = "It's \"ünïcode\"\n📺"
    let breakdown = [
        BreakdownSum(label: "CHANNEL", records: 4, sum: Int64(content) * 1000),
        BreakdownSum(label: content % 2 == 0 ? "VOD" : odd, records: 6 + content, sum: -Int64(content)),
    ]
    let sum = breakdown.reduce(0) { $0 + $1.sum }
    var observations = FileObservations()
    observations.coercions.valueAsFloat = outcomes.coerced
    for reason in outcomes.rejected.keys {
        observations.examples[reason] = RejectionExample(line: 1, offset: content, excerpt: "{x")
    }
    observations.fields.insert(ByteOrdered("Contract"), .string)
    return NewVersion(
        facts: VersionFacts(
            name: name, digest: digest(content), date: date, size: 1000, storedSize: 100, compression: "gzip",
            container: "lines", partial: partial, partialSize: 500, partialDigest: digest(content + 1000),
            settings: "engagement/1", rows: 5, sum: sum, magnitude: absolute ?? Int64(content) * 1001),
        outcomes: outcomes, breakdown: breakdown, observations: observations)
}

/// Everything that a ledger says.
struct LedgerDump: Equatable {
    var generation: Int
    var files: [FileRecord]
    var versions: [VersionRecord]
    var rejections: [[RejectReason: Int]]
    var breakdowns: [[BreakdownSum]]
    var observations: [FileObservations?]
    var counting: [[VersionID]]
    var sums: [DatedBreakdownSum]
    var histories: [FileHistory]
    var runs: [RunRecord]
    var plans: [String?]
    var findings: [String]

    init(_ ledger: Ledger) throws {
        self = try ledger.snapshot { try LedgerDump(reading: ledger) }
    }

    private init(reading ledger: Ledger) throws {
        generation = try ledger.generation
        files = try ledger.files()
        versions = try ledger.versions()
        rejections = try versions.map { try ledger.rejections(of: $0.id) }
        breakdowns = try versions.map { try ledger.breakdown(of: $0.id) }
        observations = try versions.map { try ledger.observations(of: $0.id) }
        counting = try (0...generation).map { try ledger.countingVersions(at: $0).map(\.id) }
        sums = try ledger.datedBreakdown()
        histories = try files.map { try ledger.history(of: $0.name) }
        runs = try ledger.runs(last: 1000)
        plans = try (0...generation).map { try ledger.plan(at: $0) }
        findings = try ledger.check()
    }
}

extension LedgerPlan {
    static let test = LedgerPlan(name: "engagement", measure: "TotalDuration")
}

extension Ledger {
    /// Opens a ledger whose clock is a counter, so that two that are told the same say the same.
    static func test(_ path: String, _ mode: Mode) throws(LedgerError) -> Ledger {
        try Ledger.open(path, mode: mode, plan: .test, busyTimeout: 50, now: { 1_650_000_000_000 })
    }

    func testRun() throws -> RunID { try beginRun(command: "run", tool: "0.1", pid: 42) }

    /// Folds a content under a name; returns its version.
    @discardableResult
    func fold(_ name: String, content: Int, run: RunID, date: String? = nil, absolute: Int64? = nil) throws -> VersionID
    {
        var change = CommitChange(run: run)
        let partial = "partials/\(try versions().count).parquet"
        let added = change.add(newVersion(name, content: content, partial: partial, date: date, absolute: absolute))
        change.files = [FileChange(name, .folded(added), at: location(name, date: date))]
        try commit(change)
        return try file(named: name)!.counting!
    }
}
