//  Rows that are kept: folds that come later are made of them, whatever became of the files.

import Checkpoints
import DuckDB
import Foundation
import Ledgers
import Operations
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

@Suite("Kept rows", .needsDuckDB) struct KeptRowsTests {
    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(DISTINCT kind) AS kinds FROM events GROUP BY user"
    ]
    private static let others = [
        "by_user": "SELECT user, max(n) AS most, list(kind ORDER BY \"at\", _row) AS kinds FROM events GROUP BY user",
        "by_day":
            "SELECT _date AS day, _file AS file, sum(amount) AS amount, max(_row) AS last FROM events GROUP BY 1, 2",
    ]

    private func started(_ dice: inout Dice) throws -> PlanWorld {
        try PlanWorld.started(Self.folds, &dice, bad: 1, keepsRows: true)
    }

    private func empty(_ world: PlanWorld) throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: world.inbox) { try world.remove(file) }
    }

    @Test func aFoldThatIsNewIsMadeOfThemWithoutAFile() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        try empty(world)
        try world.set(Self.others)
        let versions = try world.ledger().versions().count
        let cost = try PlanCost(world.work().tables, world.settings(), in: .real)
        #expect(cost.tables.map(\.name) == ["by_day", "by_user"] && cost.tables.allSatisfy { $0.files == 3 })
        #expect(cost.fromRows.files == 3 && cost.fromInbox.files == 0 && cost.gone == [])
        let result = try world.run()
        #expect(result.foldedFromRows == 3 && result.files.isEmpty && !result.isIncomplete, "\(result.notes)")
        #expect(try world.ledger().versions().count == versions)
        try world.expectLaw()
        #expect(try world.run().foldedFromRows == 0)
        #expect(try PlanCost(world.work().tables, world.settings(), in: .real).tables.isEmpty)
        // What came of rows can be taken back like anything else.
        _ = try world.processor().decide(.retract, "events-2022-04-02.json")
        try world.expectLaw()
        #expect(try world.verifier().verify().isSound)
        #expect(world.left(in: "tmp").isEmpty)
    }

    /// What did not count when a fold came lacks it, and is made of rows when it counts again.
    @Test func whatIsRestoredIsFoldedAtOnce() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        _ = try world.processor().decide(.retract, "events-2022-04-02.json")
        try empty(world)
        try world.set(Self.others)
        try world.run()
        try world.expectLaw()
        let before = try world.table("by_day")
        let result = try world.processor().decide(.restore, "events-2022-04-02.json")
        #expect(result.notes.isEmpty, "\(result.notes)")
        #expect(try world.table("by_day") != before)
        try world.expectLaw()
    }

    /// Rows that lack change no table, so that they do is said in other words.
    @Test func rowsThatCannotBeKeptAreNamed() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld.started(Self.folds, &dice)
        try world.remove("events-2022-04-02.json")
        world.keepsRows = true
        try world.set(Self.folds)
        let result = try world.run()
        #expect(
            result.notes.contains {
                $0.hasPrefix(
                    "1 file that counts has no kept rows: events-2022-04-02.json; nothing in the inbox is as it was")
            } && !result.notes.contains { $0.contains("cannot be folded") }, "\(result.notes)")
        try world.expectLaw()
    }

    /// Many files of a pack, of which some do not count.
    @Test func manyFilesShareThem() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld(Self.folds, keepsRows: true)
        for number in 0..<70 { try world.put("events-\(number).json", Content(&dice, count: 3)) }
        try world.run()
        try world.put("events-7.json", Content(&dice, count: 4))
        try world.run()
        _ = try world.processor().decide(.retract, "events-30.json")
        try world.set(Self.others)
        try empty(world)
        #expect(try world.run().foldedFromRows == 69)
        try world.expectLaw()
        _ = try world.processor().decide(.restore, "events-30.json")
        // It was left out of the new folds.
        try world.expectLaw()
        #expect(try world.run().foldedFromRows == 0)
    }

    /// Only other fields make other rows.
    @Test func theyBelongToTheFieldsThatTheyHave() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let text = try world.folder.read("plan/plan.yaml")
        try world.folder.write("plan/plan.yaml", text.replacingOccurrences(of: "decimal(18,3)", with: "decimal(18,4)"))
        let cost = try PlanCost(world.work().tables, world.settings(), in: .real)
        #expect(cost.fromRows.files == 0 && cost.fromInbox.files == 3)
        #expect(cost.tables.map(\.name) == ["by_user", "stage.events"])
        try world.remove("events-2022-04-03.json")
        #expect(try PlanCost(world.work().tables, world.settings(), in: .real).gone == ["events-2022-04-03.json"])
        let result = try world.run()
        #expect(result.foldedFromRows == 0 && result.files.count == 2 && result.isIncomplete)
    }

    @Test func theyAreKeptOfFilesThatCountOnceThePlanSaysSo() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld(Self.folds)
        for day in 1...3 { try world.put("events-2022-04-0\(day).json", Content(&dice, count: 20)) }
        try world.run()
        world.keepsRows = true
        try world.set(Self.folds)
        #expect(try world.run().files.count == 3)
        try empty(world)
        try world.set(Self.others)
        #expect(try world.run().foldedFromRows == 3)
        try world.expectLaw()
        // And those that are there are used when it does not say so any more.
        world.keepsRows = false
        try world.set(Self.folds.merging(["more": "SELECT kind, count(*) AS c FROM events GROUP BY kind"]) { $1 })
        #expect(try world.run().foldedFromRows == 3)
        try world.expectLaw()
    }

    @Test func rowsThatAnExpressionDoesNotTakeLeaveTheFileWhatItIs() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let before = try world.table("by_user")
        try empty(world)
        var folds = Self.folds
        folds["numbers"] = "SELECT CAST(user AS INTEGER) AS number, count(*) AS events FROM events GROUP BY 1"
        try world.set(folds)
        let result = try world.run()
        #expect(
            result.notes.contains {
                $0.contains(
                    "numbers.sql:1:8: the fold numbers does not take events-2022-04-01.json, record 1: DuckDB: ")
            }, "\(result.notes)")
        #expect(result.isIncomplete && result.foldedFromRows == 0)
        #expect(try world.table("by_user") == before)
        #expect(try world.ledger().countingVersions().count == 3)
        try world.set(Self.folds)
        let again = try world.run()
        #expect(!again.isIncomplete)
        try world.expectLaw()
    }

    private func damage(_ world: PlanWorld, _ table: String, isLost: Bool) throws {
        for pack in world.left(in: "folds") where pack.hasPrefix(table + "/") && pack.hasSuffix(".parquet") {
            let path = world.checkpoints + "/folds/" + pack
            if isLost {
                try FileManager.default.removeItem(atPath: path)
            } else {
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                bytes[bytes.count / 2] ^= 1
                try bytes.write(to: URL(fileURLWithPath: path))
            }
        }
    }

    /// Nothing that counts is made of them, so nothing stops counting.
    @Test(arguments: [false, true]) func damagedRowsAreSaidAndNotFolded(isLost: Bool) throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        try damage(world, "stage.events", isLost: isLost)
        let found = try world.verifier().verify()
        #expect(
            found.isSound && found.keptRows.count == 1 && found.keptRows[0].contains("folds/stage.events/"), "\(found)")
        // Made anew from files that are there, but not from those that are gone.
        let copy = try world.folder.read("inbox/events-2022-04-02.json")
        try world.remove("events-2022-04-02.json")
        let repaired = try world.verifier().repair()
        #expect(repaired.isSound && !repaired.hasLost && repaired.keptRows.count == 1, "\(repaired)")
        #expect(repaired.repairs.count == 2, "\(repaired.repairs)")
        try world.expectLaw()
        #expect(try world.verifier().verify(recomputes: true).leftOut.count == 1)
        try world.put("events-2022-04-02.json", bytes: Array(copy.utf8))
        #expect(try world.verifier().repair().keptRows.isEmpty)
        let sound = try world.verifier().verify(recomputes: true)
        #expect(sound.isSound && sound.leftOut.isEmpty && sound.keptRows.isEmpty)
        try world.expectLaw()
        try damage(world, "stage.events", isLost: isLost)
        try empty(world)
        try world.set(Self.others)
        let result = try world.run()
        #expect(result.foldedFromRows == 0 && result.isIncomplete)
        #expect(result.notes.contains { $0.hasPrefix("rows that are kept cannot be folded: ") }, "\(result.notes)")
        try world.set(Self.folds)
        try world.run()
        try world.expectLaw()
    }

    /// A damaged pack is never read into a number; its partials come of the rows when the files are gone.
    @Test(arguments: [false, true]) func aDamagedPackIsMadeGoodForByThem(isLost: Bool) throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let before = try world.table("by_user")
        try empty(world)
        try damage(world, "by_user", isLost: isLost)
        #expect(throws: (any Error).self) { try world.export("by_user") }
        #expect(try world.verifier().verify().damages.count == 3)
        let repaired = try world.verifier().repair()
        #expect(repaired.isSound && !repaired.hasLost, "\(repaired.damages) \(repaired.repairs)")
        #expect(repaired.repairs.contains("3 files were folded again from kept rows"), "\(repaired.repairs)")
        #expect(try world.table("by_user") == before)
        #expect(try world.export("by_user") == before)
        let after = try world.verifier().verify()
        #expect(after.isSound && after.damages.isEmpty, "\(after.damages)")
        try world.expectLaw()
    }

    /// What a path says of the rows is not in them: with other patterns they are other rows.
    @Test func otherPatternsMakeOtherColumns() throws {
        let world = try PlanWorld(["names": "SELECT name, sum(n) AS total FROM events GROUP BY name"], keepsRows: true)
        func set(_ pattern: String) throws {
            let text = try world.folder.read("plan/plan.yaml")
            let line = text.split(separator: "\n").first { $0.contains("files:") }!
            try world.folder.write(
                "plan/plan.yaml", text.replacingOccurrences(of: line, with: "    files: \"\(pattern)\""))
        }
        try set("a{name}.json")
        for name in ["ab", "ac"] {
            try world.put(
                "\(name).json",
                bytes: Array("{\"user\":\"u\",\"n\":1,\"at\":\"2022-04-01\"}\n".utf8) + name.utf8.map { _ in 10 })
        }
        world.flags[.duplicates] = "count"
        try world.run()
        #expect(try world.table("names") == "name,total\nb,1\nc,1\n")
        try set("{name}.json")
        try world.run()
        #expect(try world.table("names") == "name,total\nab,1\nac,1\n")
        #expect(try world.verifier().verify(recomputes: true).damages.isEmpty)
    }
}
