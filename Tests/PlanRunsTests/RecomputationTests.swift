//  `verify --recompute`: what is kept against the statement itself.

import Foundation
import TestSupport
import Testing

@testable import Ledgers
@testable import PlanRuns

@Suite("Recomputing", .needsDuckDB) struct RecomputationTests {
    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(DISTINCT kind) AS kinds FROM events GROUP BY user",
        "by_day": "SELECT _date AS day, sum(amount) AS amount FROM events GROUP BY 1",
    ]

    @Test(arguments: [false, true]) func whatIsKeptIsWhatTheStatementGives(keepsRows: Bool) throws {
        var dice = TestSeed.dice(#function, "\(keepsRows)")
        let world = try PlanWorld(Self.folds, keepsRows: keepsRows)
        #expect(throws: (any Error).self) { try world.verifier().verify(recomputes: true) }
        for day in 1...3 { try world.put("events-2022-04-0\(day).json", Content(&dice, count: 40, bad: 1)) }
        try world.run()
        let all = try world.verifier().verify(recomputes: true)
        #expect(all.isSound && all.sampled == 3 && all.leftOut.isEmpty, "\(all)")
        // One is gone, another changed.
        try world.remove("events-2022-04-01.json")
        try world.put("events-2022-04-02.json", Content(&dice, count: 10))
        let rest = try world.verifier().verify(recomputes: true)
        #expect(
            rest.isSound && rest.sampled == (keepsRows ? 3 : 1) && rest.leftOut.count == (keepsRows ? 0 : 2), "\(rest)")
        #expect(world.left(in: "tmp").isEmpty)
    }

    /// A pack that is whole and has other numbers: the ledger is made to believe in it.
    @Test func aWrongNumberIsFound() throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld(Self.folds)
        try world.put("events-2022-04-01.json", Content(&dice, count: 40))
        try world.run()
        let other = try PlanWorld(Self.folds)
        try other.put("events-2022-04-01.json", Content(&dice, count: 41))
        try other.run()
        let (pack, wrong) = try (
            #require(world.ledger().foldPacks().first { $0.fold == "by_user" && $0.part.isEmpty }),
            #require(other.ledger().foldPacks().first { $0.fold == "by_user" && $0.part.isEmpty })
        )
        let path = world.checkpoints + "/" + pack.path
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: other.checkpoints + "/" + wrong.path, toPath: path)
        try forge(world.checkpoints + "/ledger.sqlite", pack, wrong)
        #expect(try world.verifier().verify().isSound)
        let found = try world.verifier().verify(recomputes: true)
        #expect(
            found.damages.count == 1 && found.damages[0].hasPrefix("the fold by_user, from files: "), "\(found.damages)"
        )
    }

    private func forge(_ ledger: String, _ pack: FoldPack, _ wrong: FoldPack) throws {
        let connection = try SQLiteConnection(path: ledger, access: .write, vfs: SQLitePageChecks.vfs(over: nil))
        let trigger = try connection.first("SELECT sql FROM sqlite_schema WHERE name = 'fold_packs_fixed'") {
            (row) throws(SQLiteError) in try row.text(0)
        }
        try connection.run("DROP TRIGGER fold_packs_fixed")
        try connection.run(
            "UPDATE fold_packs SET size = ?, digest = ?, rows = ? WHERE path = ?",
            [wrong.size, wrong.digest, wrong.rows, pack.path])
        try connection.run(#require(trigger))
    }
}
