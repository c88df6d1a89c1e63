//  What may happen to a plan at work, one thing at a time.

import Admission
import Checkpoints
import DuckDB
import DurableIO
import Foundation
import Glibc
import Ledgers
import Operations
import TestSupport
import Testing

@testable import FaultInjection
@testable import PlanRuns
@testable import Plans

@Suite("Stories of plans", .needsDuckDB) struct PlanStoryTests {
    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(DISTINCT kind) AS kinds, arg_max(kind, \"at\") AS last "
            + "FROM events GROUP BY user",
        "by_day": "SELECT CAST(\"at\" AS DATE) AS day, sum(amount) AS amount FROM events GROUP BY ALL"
            .replacingOccurrences(
                of: "GROUP BY ALL", with: "GROUP BY 1"),
    ]

    /// With some files that were folded.
    private func started(_ test: StaticString = #function, files: Int = 3) throws -> (PlanWorld, Dice) {
        var dice = TestSeed.dice(test)
        let world = try PlanWorld.started(Self.folds, &dice, days: files)
        return (world, dice)
    }

    @Test func anotherStatementIsFoldedAgainAndNothingIsMixed() throws {
        var (world, dice) = try started()
        let before = try world.table("by_user")
        // One file is gone, so the new statement cannot be answered, and the old answer stays.
        let gone = try Data(contentsOf: URL(fileURLWithPath: world.inbox + "/events-2022-04-02.json"))
        try world.remove("events-2022-04-02.json")
        var folds = Self.folds
        folds["by_user"] = "SELECT user, max(n) AS most FROM events GROUP BY user"
        try world.set(folds)
        let result = try world.run()
        #expect(try world.table("by_user") == before)
        #expect(
            result.tables.first { $0.name == "by_user.csv" }?.problem?.contains(
                "the fold by_user lacks 1 file that counts: events-2022-04-02.json") == true, "\(result.tables)")
        #expect(result.isIncomplete)
        #expect(result.notes.contains { $0.contains("cannot be folded as the plan says now") }, "\(result.notes)")
        #expect(throws: FoldIncomplete.self) { try world.export("by_user") }
        // New files are folded meanwhile, and the other fold goes on.
        try world.put("events-2022-04-04.json", Content(&dice, count: 40))
        try world.run()
        #expect(try world.table("by_user") == before)
        #expect(try world.table("by_day") == world.expected()["by_day"])
        // It comes back.
        try gone.write(to: URL(fileURLWithPath: world.inbox + "/events-2022-04-02.json"))
        try world.run()
        try world.expectLaw()
        #expect(try world.table("by_user") != before)
        #expect(try world.export("by_user") == world.table("by_user"))
    }

    /// What a parameter means is a part of what a fold means, if the fold names it.
    @Test func aParameterIsPartOfAFold() throws {
        var dice = TestSeed.dice()
        let folds = [
            "large": "SELECT user, count(*) FILTER (WHERE n > getvariable('least')) AS large FROM events GROUP BY user"
        ]
        let world = try PlanWorld(folds)
        try world.set(folds, parameters: "{least: 20, other: 1}")
        try world.put("events-2022-04-01.json", Content(&dice, count: 60))
        try world.run()
        let packs = try world.ledger().foldPacks().count
        try world.expectLaw()
        try world.set(folds, parameters: "{least: 20, other: 2}")
        try world.run()
        #expect(try world.ledger().foldPacks().count == packs)
        try world.set(folds, parameters: "{least: 50, other: 2}")
        try world.run()
        #expect(try world.ledger().foldPacks().count == packs + 1)
        try world.expectLaw()
    }

    @Test func rowsThatAnExpressionDoesNotTakeFailTheFileAndNoOther() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld([
            "numbers": "SELECT CAST(user AS INTEGER) AS number, count(*) AS events FROM events GROUP BY 1",
            "by_kind": "SELECT kind, count(*) AS events FROM events GROUP BY kind",
        ])
        func content(_ users: [String]) -> Content {
            let rows = users.map { "\"user\":\"\($0)\",\"n\":1,\"at\":\"2022-04-01\"}" }
            return Content(
                text: rows.map { "{\($0)\n" }.joined(), rows: rows.enumerated().map { "{\"_row\":\($0 + 1),\($1)" })
        }
        try world.put("events-2022-04-01.json", content(["1", "2", "1"]))
        try world.put("events-2022-04-02.json", content(["1", "2", "three", "4"]))
        try world.put("events-2022-04-03.json", content(["7"]))
        _ = dice.next()
        let result = try world.run()
        #expect(result.files.map(\.state) == [.folded, .failed, .folded])
        let reason = result.files[1].reason
        #expect(
            reason.contains(
                "numbers.sql:1:8: the fold numbers does not take events-2022-04-02.json, record 3: DuckDB: "),
            "\(reason)")
        // No fold has it, so folds agree on which files count.
        try world.expectLaw()
        #expect(try world.table("by_kind") == "kind,events\n,4\n")
        // As it is, it would fail again; once the fold is another, it is read again, once.
        #expect(try world.run().files.isEmpty)
        var folds = [
            "numbers": "SELECT CAST(user AS SMALLINT) AS number, count(*) AS events FROM events GROUP BY 1",
            "by_kind": "SELECT kind, count(*) AS events FROM events GROUP BY kind",
        ]
        try world.set(folds)
        do {
            let other = try world.processor()
            #expect(try other.run().files.first { $0.name == "events-2022-04-02.json" }?.state == .failed)
            #expect(try other.run().files.isEmpty)
        }
        // Also where the fold is gone, and where one comes back that others were folded by.
        try world.set(["by_kind": folds["by_kind"]!])
        #expect(try world.run().files.first { $0.name == "events-2022-04-02.json" }?.state == .folded)
        try world.expectLaw()
        try world.put("events-2022-04-02.json", content(["1", "two", "4", "4"]))
        folds["numbers"] = "SELECT CAST(user AS INTEGER) AS number, count(*) AS events FROM events GROUP BY 1"
        try world.set(folds)
        #expect(try world.run().files.first { $0.name == "events-2022-04-02.json" }?.state == .failed)
        folds["numbers"] = "SELECT TRY_CAST(user AS INTEGER) AS number, count(*) AS events FROM events GROUP BY 1"
        try world.set(folds)
        #expect(try world.run().files.first { $0.name == "events-2022-04-02.json" }?.state == .folded)
        try world.expectLaw()
        #expect(try world.table("by_kind") == "kind,events\n,8\n")
    }

    /// A run that ends between tables and their record, and then what counted before counts again.
    @Test func aRecordNeverSpeaksOfOtherTables() throws {
        var (world, dice) = try started()
        let before = world.contents.values.first { content in
            (try? Data(contentsOf: URL(fileURLWithPath: world.inbox + "/events-2022-04-03.json"))).map(Array.init)
                == content.bytes
        }!
        try world.put("events-2022-04-03.json", Content(&dice, count: 40))
        // First the record forgets these tables, then they get their names, then it cannot be told of them.
        let toRecord = Fault(
            matches: { if case .rename(_, let to) = $0 { to.hasSuffix("/folds.json") } else { false } }, nth: 2,
            forEver: false, verdict: .fail(errno: EIO))
        world.fileSystem = FileSystem(interposer: FaultScript([toRecord]))
        #expect(throws: (any Error).self) { try world.run() }
        world.fileSystem = .real
        try world.put("events-2022-04-03.json", before)
        try world.run()
        try world.expectLaw()
    }

    /// What is beside the reports is verified as they are.
    @Test func aTableThatWasWrittenToIsFoundAndMadeAnew() throws {
        var (world, dice) = try started()
        let wanted = try world.table("by_user")
        try world.folder.write("output/by_user.csv", wanted.replacingOccurrences(of: "u1", with: "v1"))
        let found = try world.verifier().verify()
        #expect(
            found.damages.isEmpty && found.stale.count == 1 && found.stale[0].contains("by_user.csv"), "\(found.stale)")
        #expect(found.stale[0].contains("folds.json says"), "\(found.stale)")
        #expect(try world.verifier().repair().isRepaired)
        #expect(try world.table("by_user") == wanted)
        try FileManager.default.removeItem(atPath: world.output + "/by_day.csv")
        #expect(try world.verifier().verify().stale.map { $0.hasSuffix("by_day.csv is missing") } == [true])
        try world.run()
        // What was made of less is only behind.
        try world.put("events-2022-04-04.json", Content(&dice, count: 40))
        let old = try world.table("by_user")
        let record = try world.folder.read("output/folds.json")
        try world.run()
        try world.folder.write("output/by_user.csv", old)
        try world.folder.write("output/folds.json", record)
        let behind = try world.verifier().verify()
        #expect(behind.behind.contains { $0.contains("by_user.csv is of an earlier state") }, "\(behind.behind)")
    }

    @Test func aSumBeyondItsRangeNamesTheKey() throws {
        let world = try PlanWorld(["sums": "SELECT user, sum(n) AS total FROM events GROUP BY user"])
        func content(_ n: String) -> Content {
            let row = "\"user\":\"u\",\"n\":\(n),\"at\":\"2022-04-01\"}"
            return Content(text: "{\(row)\n", rows: ["{\"_row\":1,\(row)"])
        }
        try world.put("events-2022-04-01.json", content("9000000000000000000"))
        try world.run()
        try world.expectLaw()
        try world.put("events-2022-04-02.json", content("900000000000000000"))
        let error = #expect(throws: DuckDBError.self) { try world.run() }
        #expect("\(error.map { "\($0)" } ?? "")".contains("user = u"), "\(error.map { "\($0)" } ?? "")")
        // What was published stays, and goes on when the file is taken back.
        #expect(try world.table("sums") == "user,total\nu,9000000000000000000\n")
        _ = try world.processor().decide(.retract, "events-2022-04-02.json")
        try world.expectLaw()
    }

    @Test func earlierGenerationsCanBeHad() throws {
        var (world, dice) = try started(files: 2)
        let before = try world.table("by_user")
        let generation = try world.ledger().generation
        try world.put("events-2022-04-01.json", Content(&dice, count: 50))
        try world.run()
        #expect(try world.table("by_user") != before)
        #expect(try world.export("by_user", at: generation) == before)
        #expect(throws: FoldIncomplete.self) { try world.export("by_user", at: 99) }
    }

    @Test func aDamagedOrLostPackIsFoundAndFoldedAgain() throws {
        for isLost in [false, true] {
            let (world, _) = try started()
            let before = try world.table("by_user")
            let pack = try #require(
                world.left(in: "folds").first { $0.hasPrefix("by_user/") && $0.hasSuffix(".parquet") })
            let path = world.checkpoints + "/folds/" + pack
            if isLost {
                try FileManager.default.removeItem(atPath: path)
            } else {
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                bytes[bytes.count / 2] ^= 1
                try bytes.write(to: URL(fileURLWithPath: path))
            }
            let found = try world.verifier().verify()
            #expect(!found.isSound && found.damages.count == 3, "\(found.damages)")
            let repaired = try world.verifier().repair()
            #expect(repaired.isSound && !repaired.hasLost, "\(repaired.damages) \(repaired.repairs)")
            #expect(try world.table("by_user") == before)
            try world.run()
            try world.expectLaw()
            #expect(try world.verifier().verify().damages.isEmpty)
        }
    }

    @Test func aLostLedgerIsRebuiltFromPartialsAndPacks() throws {
        var (world, dice) = try started()
        try world.put("events-2022-04-01.json", Content(&dice, count: 50))
        try world.run()
        _ = try world.processor().decide(.retract, "events-2022-04-03.json")
        let before = try world.table("by_user")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: world.checkpoints + "/ledger.sqlite" + suffix)
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: world.inbox) { try world.remove(file) }
        let repaired = try world.verifier().repair()
        #expect(repaired.isSound, "\(repaired.damages)")
        #expect(try world.export("by_user") == before)
        try world.expectLaw()
        _ = try world.processor().decide(.restore, "events-2022-04-03.json")
        try world.expectLaw()
    }

    /// What counts lacks a partial, and under its name lies something else, which is held: it is not read again and again.
    @Test func whatCannotBeFoldedAgainIsLeftAlone() throws {
        var (world, dice) = try started(files: 2)
        try world.put("events-2022-04-01.json", Content(&dice, count: 20, bad: 10))
        try world.run()
        var folds = Self.folds
        folds["by_user"] = "SELECT user, max(n) AS most FROM events GROUP BY user"
        try world.set(folds)
        try world.run()
        let versions = try world.ledger().versions().count
        for _ in 0..<2 {
            let result = try world.run()
            #expect(result.files.isEmpty && result.isIncomplete, "\(result.files)")
        }
        #expect(try world.ledger().versions().count == versions)
        _ = try world.processor().decide(.accept, "events-2022-04-01.json")
        try world.run()
        try world.expectLaw()
        #expect(try world.ledger().versions().count <= versions + 1)
    }

    /// The same content read under other settings has other records; a pack of the one is never taken for the other's.
    @Test func aRebuildTellsPacksOfOtherSettingsApart() throws {
        let world = try PlanWorld(["all": "SELECT user, sum(n) AS total FROM events GROUP BY user"])
        let long = String(repeating: "x", count: 2000)
        let rows = [
            "\"user\":\"a\",\"n\":1,\"at\":\"2022-04-01\"}", "\"user\":\"\(long)\",\"n\":2,\"at\":\"2022-04-01\"}",
        ]
        try world.put(
            "events-2022-04-01.json",
            Content(text: rows.map { "{\($0)\n" }.joined(), rows: rows.enumerated().map { "{\"_row\":\($0 + 1),\($1)" })
        )
        world.flags[.maxRecordBytes] = "1000"
        try world.run()
        _ = try world.processor().decide(.accept, "events-2022-04-01.json")
        #expect(try world.table("all") == "user,total\na,1\n")
        world.flags[.maxRecordBytes] = nil
        _ = try world.processor().reprocess([])
        try world.expectLaw()
        let table = try world.table("all")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: world.checkpoints + "/ledger.sqlite" + suffix)
        }
        #expect(try world.verifier().repair().isSound)
        #expect(try world.export("all") == table)
    }

    @Test func filesThatNoSourceHasAnyMoreAreSaid() throws {
        let (world, _) = try started()
        let text = try world.folder.read("plan/plan.yaml").replacingOccurrences(
            of: "events*.json", with: "events-2022-04-0[12]*")
        try world.folder.write(
            "plan/plan.yaml", text.replacingOccurrences(of: "events-2022-04-0[12]*", with: "events-2022-04-01*.json"))
        let result = try world.run()
        #expect(
            result.notes.contains { $0.hasPrefix("2 files that count are of no source of the plan any more") },
            "\(result.notes)")
        let first = try world.judged([
            ("events-2022-04-01.json", "2022-04-01", world.contents[world.ledger().versions()[0].facts.digest]!)
        ])
        #expect(try world.table("by_user") == first["by_user"])
    }

    @Test func whatNeverCountedIsSweptAndWhatIsForeignStays() throws {
        let (world, _) = try started()
        let other = try PlanWorld(Self.folds)
        var dice = TestSeed.dice()
        try other.put("events-2022-05-01.json", Content(&dice, count: 10))
        try other.run()
        let orphan = try #require(
            other.left(in: "folds").first { $0.hasPrefix("by_user/") && $0.hasSuffix(".parquet") })
        func place(_ name: String) -> String { world.checkpoints + "/folds/" + name }
        try FileManager.default.createDirectory(
            atPath: (place(orphan) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: other.checkpoints + "/folds/" + orphan, toPath: place(orphan))
        let unfinished = "by_user/dt=2022-05-01/.events-1.parquet.99999999-1.tmp"
        let foreign = ["notes.txt", "by_user/readme", "by_user/dt=2022-05-01/mine.parquet"]
        for name in [unfinished] + foreign { try Data("mine".utf8).write(to: URL(fileURLWithPath: place(name))) }
        let result = try world.run()
        #expect(!FileManager.default.fileExists(atPath: place(orphan)))
        #expect(!FileManager.default.fileExists(atPath: place(unfinished)))
        for name in foreign {
            #expect(FileManager.default.fileExists(atPath: place(name)))
            #expect(result.notes.contains { $0.hasPrefix("folds/\(name) ") }, "\(name): \(result.notes)")
        }
        try world.expectLaw()
    }

    @Test func filesOfNoSourceAreSaid() throws {
        let (world, _) = try started()
        try world.put("other.json", bytes: Array("{}\n".utf8))
        let result = try world.run()
        #expect(
            result.notes.contains { $0.contains("1 file in the inbox belongs to no source of the plan") },
            "\(result.notes)")
        #expect(result.files.isEmpty)
    }

    /// Small files share packs; what one of them gives is taken out of its pack alone.
    @Test func manyFilesShareAPack() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld(Self.folds)
        for number in 0..<80 { try world.put("events-\(number).json", Content(&dice, count: 3)) }
        try world.run()
        #expect(try world.ledger().foldPacks().count == 6)
        try world.expectLaw()
        for number in [0, 40, 79] { _ = try world.processor().decide(.retract, "events-\(number).json") }
        try world.expectLaw()
        try world.put("events-1.json", Content(&dice, count: 5))
        try world.run()
        try world.expectLaw()
    }
}
