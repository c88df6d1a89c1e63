//  The law: after any history of files, every fold equals the statement itself over the files whose content counts.
//
//  Random plans, random histories. Everything that can happen to a file happens: it comes, is replaced, copied, cut, compressed,
//  goes, is retracted, restored, accepted, reprocessed; a run in between or not; folds are changed. Which files count is asked of
//  the ledger, whose rules have tests of their own; what they hold the test knows by itself.

import DuckDB
import Foundation
import Ledgers
import Operations
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

@Suite("The law of plans", .needsDuckDB) struct PlanLawTests {
    private static let keys = [
        "user", "kind", "user, kind", "date_trunc('hour', \"at\") AS hour", "n % 3 AS third", "_date AS day",
        "_file AS name",
        "coalesce(kind, 'none') AS kind, n > 50 AS large", "_row % 4 AS quarter",
    ]

    private static let measures = [
        "count(*)", "count(kind)", "sum(n)", "sum(amount)", "min(\"at\")", "max(amount)", "avg(n)",
        "arg_max(kind, \"at\")",
        "arg_min(user, amount)", "first(user ORDER BY \"at\")", "last(kind ORDER BY n)", "count(DISTINCT kind)",
        "count(DISTINCT user) FILTER (WHERE n > 30)", "list(n ORDER BY \"at\", user)",
        "string_agg(kind, ',' ORDER BY n)", "bool_or(n > 70)", "sum(n) FILTER (WHERE kind = 'a')",
        "sum(amount) / nullif(count(amount), 0)", "max(\"at\") - min(\"at\") > INTERVAL 1 HOUR",
        "count(DISTINCT \"at\")",
        "sum(n) * 2 + count(*)", "max(user || coalesce(kind, '?'))",
    ]

    private static let conditions = [
        "", "", "WHERE n >= 0", "WHERE kind IS NOT NULL", "WHERE \"at\" < TIMESTAMP '2022-04-03'",
    ]

    private static func fold(_ dice: inout Dice) -> String {
        let keys = dice.pick(keys)
        let wanted = (0..<1 + dice.below(4)).map { "\(dice.pick(measures)) AS m\($0)" }
        let columns = keys.split(separator: ",").map { $0.split(separator: " AS ").last! }
        let groups = (1...columns.count).map(String.init).joined(separator: ", ")
        // A comma within brackets is none between keys.
        let list = keys.contains("(") ? "\(keys.contains("large") ? "1, 2" : "1")" : groups
        return "SELECT \(keys), \(wanted.joined(separator: ", ")) FROM events \(dice.pick(conditions)) GROUP BY \(list)"
    }

    private static func folds(_ dice: inout Dice) -> [String: String] {
        var folds: [String: String] = [:]
        for number in 0..<1 + dice.below(3) { folds["fold\(number)"] = fold(&dice) }
        return folds
    }

    private static let names = ["events-2022-04-01.json", "events-2022-04-02.json", "events.json", "events-copy.json"]

    /// A campaign has more (`scripts/campaign plans`).
    private static let histories =
        ProcessInfo.processInfo.environment["WATCHFOLD_TEST_HISTORIES"].flatMap { Int($0) } ?? 5

    @Test(arguments: 0..<histories) func everyHistoryEndsAsTheStatementSays(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let world = try PlanWorld(Self.folds(&dice), jobs: 1 + dice.below(3), keepsRows: dice.once(in: 2))
        var story: [String] = []
        for _ in 0..<14 {
            let name = dice.pick(Self.names)
            story.append(try step(world, name, &dice))
            // Decisions publish, too.
            let isQuiet = story.last!.hasPrefix("put") || story.last!.hasPrefix("files")
            if isQuiet, !dice.once(in: 3) {
                try world.run()
                story.append("run")
            }
            if story.last == "run" { try world.expectLaw("\(TestSeed.text) \(seed): \(story)") }
        }
        try world.run()
        try world.expectLaw("\(TestSeed.text) \(seed): \(story), run")
        let found = try world.verifier().verify()
        #expect(found.isSound && found.damages.isEmpty, "\(found.damages) \(found.stale)")
        #expect(world.left(in: "tmp").isEmpty)
        // Now and then nothing ever counts.
        #expect(try world.compared + world.kept > 0 || world.ledger().generation == 0)
        print("\(world.compared) tables compared, \(world.kept) kept")
    }

    private func step(
        _ world: PlanWorld, _ name: String, _ dice: inout Dice
    ) throws -> String {
        switch dice.below(12) {
        case 0...3:
            let bad = dice.once(in: 5) ? 8 : 0
            let content = Content(&dice, count: 20 + dice.below(60), bad: bad)
            try world.put(name, content, stored: dice.once(in: 4) ? gzip(content.bytes) : nil)
            return "put \(name), \(content.rows.count) and \(bad) bad"
        case 4:
            guard let digest = world.contents.keys.sorted().first else { return "nothing" }
            try world.put(name, world.contents[digest]!)
            return "put \(name), a copy"
        case 5:
            let content = Content(&dice, count: 30)
            try world.put(name, bytes: Array(content.bytes.dropLast(10)))
            return "put \(name), cut"
        case 6:
            guard FileManager.default.fileExists(atPath: world.inbox + "/" + name) else { return "nothing" }
            try world.remove(name)
            return "files: \(name) goes"
        case 7: return try decide(.retract, name, world)
        case 8: return try decide(.restore, name, world)
        case 9: return try decide(.accept, name, world)
        case 10:
            _ = try world.processor().reprocess([])
            return "run"
        default:
            if dice.once(in: 6) { world.keepsRows.toggle() }
            let changed = Self.folds(&dice)
            try world.set(changed)
            return "files: other folds \(changed)"
        }
    }

    private func decide(_ decision: Decision, _ name: String, _ world: PlanWorld) throws -> String {
        do {
            _ = try world.processor().decide(decision, name)
            return "run"
        } catch is DecisionRefused { return "nothing" }
    }
}
