//  Segments on disk: tables are the same with them and without, whatever became of their files.

import Checkpoints
import DuckDB
import Foundation
import Ledgers
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

@Suite("Segments", .needsDuckDB) struct SegmentTests {
    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(DISTINCT kind) AS kinds FROM events GROUP BY user",
        "by_day":
            "SELECT _date AS day, sum(amount) AS amount, list(n ORDER BY \"at\", _row) AS ns FROM events GROUP BY 1",
    ]

    /// With seven days, each folded by a run of its own: small files of one run share a pack.
    private func started(_ dice: inout Dice) throws -> PlanWorld {
        let world = try PlanWorld(Self.folds)
        for day in 1...7 {
            try world.put("events-2022-04-0\(day).json", Content(&dice, count: 40))
            try world.run()
        }
        try world.expectLaw()
        return world
    }

    private func segments(_ world: PlanWorld) throws -> [String] {
        try world.ledger().segments().map { "\($0.fold).\($0.part) \($0.name)" }
    }

    @Test func theyAreMadeUsedAndReplaced() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let tables = ["by_day.", "by_day.ns", "by_user.", "by_user.kinds"]
        let names = ["1-0", "1-1", "1-2", "2-0"]
        #expect(try segments(world) == tables.flatMap { table in names.map { "\(table) \($0)" } })
        // All files are there, and no others.
        #expect(
            try world.left(in: "segments").filter { $0.hasSuffix(".parquet") }.map { "segments/\($0)" }
                == world.ledger().segments().map(\.path).sorted())
        let before = try world.ledger().segments()
        try world.run()
        #expect(try world.ledger().segments() == before)
        // One is taken out: one of each level is another.
        _ = try world.processor().decide(.retract, "events-2022-04-03.json")
        try world.expectLaw()
        let after = try world.ledger().segments()
        #expect(Set(after.map(\.path)).subtracting(before.map(\.path)).count == 4)
        #expect(try !segments(world).contains("by_user. 1-1"))
        #expect(world.left(in: "segments").filter { $0.hasSuffix(".parquet") }.count == after.count)
        _ = try world.processor().decide(.restore, "events-2022-04-03.json")
        try world.expectLaw()
        #expect(try world.verifier().verify(recomputes: true).isSound)
        // An earlier state is merged of what there is of it.
        #expect(try world.export("by_user", at: 8) != world.export("by_user"))
        // A fold that is gone leaves nothing.
        try world.set(["by_day": Self.folds["by_day"]!])
        try world.run()
        #expect(try world.ledger().segments().allSatisfy { $0.fold == "by_day" })
        #expect(world.left(in: "tmp").isEmpty)
    }

    /// Damaged, gone, of another fold: what is wrong is found, not used, and made anew when a table is.
    @Test(arguments: ["flipped", "cut", "gone", "swapped"]) func whatIsNotWholeIsNotUsed(_ damage: String) throws {
        var dice = TestSeed.dice(#function, damage)
        let world = try started(&dice)
        let wanted = try world.table("by_user")
        let paths = try world.ledger().segments().map { world.checkpoints + "/" + $0.path }
        let contents = try paths.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
        for (number, path) in paths.enumerated() {
            var bytes = contents[number]
            switch damage {
            case "flipped": bytes[bytes.count / 2] ^= 1
            case "cut": bytes.removeLast(9)
            case "gone":
                try FileManager.default.removeItem(atPath: path)
                continue
            // That of another fold.
            default: bytes = contents[(number + paths.count / 2) % paths.count]
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        #expect(try world.export("by_user") == wanted)
        let found = try world.verifier().verify()
        #expect(!found.isSound && found.damages.isEmpty && found.stale.count == 16, "\(found.stale)")
        #expect(try world.verifier().verify(recomputes: true).damages.isEmpty)
        #expect(try world.verifier().repair().isRepaired)
        #expect(try world.verifier().verify().isSound)
        try world.put("events-2022-04-08.json", Content(&dice, count: 40))
        try world.run()
        try world.expectLaw()
    }

    /// Sums of some files that are larger than a sum may be, while that of all is not.
    @Test func aSumThatOnlySomeFilesOverflowIsTheTables() throws {
        let large = "CAST(n AS DECIMAL(38,0)) * CAST('10000000000000000000' AS DECIMAL(38,0))"
        let fold = ["sums": "SELECT kind, sum(\(large)) AS s FROM events GROUP BY kind"]
        let world = try PlanWorld(fold)
        for (day, n) in [-5, -4, 5, 5, 0].enumerated() {
            let members =
                "\"user\":\"u\(day)\",\"n\":\(n * 1_000_000_000_000_000_000 + 1),\"at\":\"2022-04-01T00:00:00\",\"kind\":\"a\"}"
            try world.put(
                "events-2022-04-0\(day + 1).json",
                Content(text: "{" + members + "\n", rows: ["{\"_row\":1," + members]))
            if day < 4 { try world.run() }
        }
        let result = try world.run()
        let table = try? world.table("sums")
        // With segments or without, the answer is the same.
        let plain = try PlanWorld(TemporaryFolder(), like: world)
        plain.segmentRule = SegmentRule(width: 1000, fewest: 1000)
        try FileManager.default.createDirectory(atPath: plain.inbox, withIntermediateDirectories: true)
        try plain.set(fold)
        for (digest, content) in world.contents.sorted(by: { $0.key < $1.key }) {
            try plain.put("events-\(digest).json", content)
        }
        let other = try plain.run()
        #expect(table == (try? plain.table("sums")), "\(result.tables) \(other.tables)")
        #expect(result.tables.map(\.rows) == [1] && other.tables.map(\.rows) == [1], "\(result.tables) \(other.tables)")
        #expect(try world.ledger().segments().map(\.name) == ["1-0", "2-0"])
        try world.expectLaw()
    }

    /// A writer that merges again removes what it does not need, while somebody reads.
    @Test func aReaderGoesOnWhenASegmentGoes() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let wanted = try world.table("by_user")
        let opened = try world.opened()
        let tables = try world.work().tables
        let state = try tables.state(
            of: tables.plan.keptTable(of: tables.plan.folds.first { $0.name == "by_user" }!), opened)
        let merges = try FoldMerges(tables, opened, [state], read: ["by_user"])
        #expect(!merges.lostSegments())
        for segment in try world.ledger().segments() {
            try FileManager.default.removeItem(atPath: world.checkpoints + "/" + segment.path)
        }
        #expect(merges.lostSegments())
        #expect(try world.export("by_user") == wanted)
    }

    /// Where a segment cannot have its place, tables are made all the same, and nothing waits for ever.
    @Test(arguments: ["folder", "loop", "pipe", "file", "all"]) func whatIsInTheWayKeepsNobodyFromATable(_ what: String)
        throws
    {
        var dice = TestSeed.dice(#function, what)
        let world = try started(&dice)
        let manager = FileManager.default
        let root = world.checkpoints + "/segments"
        let segment = try #require(world.ledger().segments().first { $0.fold == "by_user" })
        let path = world.checkpoints + "/" + segment.path
        switch what {
        case "folder":
            try manager.removeItem(atPath: path)
            try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        case "loop":
            try manager.removeItem(atPath: path)
            try manager.createSymbolicLink(atPath: path, withDestinationPath: path)
            try manager.createSymbolicLink(atPath: root + "/loop", withDestinationPath: root + "/loop")
        case "pipe":
            try manager.removeItem(atPath: path)
            #expect(mkfifo(path, 0o600) == 0 && mkfifo(root + "/by_user/x.parquet", 0o600) == 0)
        case "file":
            try manager.removeItem(atPath: root + "/by_user")
            try Data("x".utf8).write(to: URL(fileURLWithPath: root + "/by_user"))
        default:
            try manager.removeItem(atPath: root)
            try Data("x".utf8).write(to: URL(fileURLWithPath: root))
        }
        #expect(try world.verifier().verify().damages.isEmpty)
        #expect(try world.export("by_user") == world.table("by_user"))
        try world.put("events-2022-04-08.json", Content(&dice, count: 40))
        try world.run()
        try world.expectLaw()
        _ = try world.verifier().repair()
        _ = try world.processor().decide(.retract, "events-2022-04-01.json")
        try world.expectLaw()
    }

    /// What a crash leaves between a segment's place and the ledger goes; what is not ours stays and is named.
    @Test func strangersAreToldFromRemains() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let known = try #require(world.ledger().segments().first)
        let folder = world.checkpoints + "/segments/by_day"
        try FileManager.default.copyItem(
            atPath: world.checkpoints + "/" + known.path, toPath: folder + "/9-9-0123456789abcdef.parquet")
        try Data("notes".utf8).write(to: URL(fileURLWithPath: folder + "/notes.txt"))
        let result = try world.run()
        #expect(
            result.remarks.map(\.text).contains {
                $0.hasPrefix("segments/by_day/9-9-0123456789abcdef.parquet") && $0.contains("is removed")
            }, "\(result.remarks)")
        #expect(result.remarks.map(\.text).contains { $0.hasPrefix("segments/by_day/notes.txt") })
        #expect(FileManager.default.fileExists(atPath: folder + "/notes.txt"))
        #expect(!FileManager.default.fileExists(atPath: folder + "/9-9-0123456789abcdef.parquet"))
        #expect(try world.ledger().segments().contains(known))
    }
}
