//  The gate for plans: what a file gives to folds is compared with what the days before gave.

import Configuration
import Foundation
import KeyedTables
import Ledgers
import Operations
import Records
import TestSupport
import Testing

@testable import PlanRuns
@testable import Plans

@Suite("The gate of plans", .needsDuckDB) struct PlanGateTests {
    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(*) FILTER (WHERE kind = 'buy') AS bought FROM events "
            + "GROUP BY user"
    ]

    /// A day of so many records of 400 users.
    private static func day(
        _ dice: inout Dice, records: Int = 800, users: String = "u", factor: Int = 1, kinds: [String] = ["buy", "look"]
    ) -> Content {
        var rows: [String] = []
        for _ in 0..<records {
            let members = [
                "\"user\":\"\(users)\(dice.below(400))\"", "\"n\":\(dice.below(100) * factor)",
                "\"at\":\"2022-04-01T10:00:00\"", "\"kind\":\"\(dice.pick(kinds))\"",
            ]
            rows.append(members.joined(separator: ",") + "}")
        }
        return content(rows)
    }

    private static func content(_ rows: [String]) -> Content {
        Content(
            text: rows.map { "{\($0)\n" }.joined(), rows: rows.enumerated().map { "{\"_row\":\($0 + 1),\($1)" })
    }

    private static func name(_ day: Int) -> String { "events-2022-04-\(day < 10 ? "0" : "")\(day).json" }

    /// Nine days that are like each other, none of them unusual.
    private func started(_ dice: inout Dice, _ gate: String = "flag") throws -> PlanWorld {
        let world = try PlanWorld(Self.folds)
        world.flags[.gate] = gate
        for day in 1...9 { try world.put(Self.name(day), Self.day(&dice)) }
        let result = try world.run()
        #expect(result.files.allSatisfy { $0.state == .folded && $0.reason.isEmpty }, "\(result.files.map(\.reason))")
        return world
    }

    private func reason(_ world: PlanWorld, _ day: Int, _ content: Content) throws -> String {
        try world.put(Self.name(day), content)
        return try #require(world.run().files.first { $0.name == Self.name(day) }).reason
    }

    @Test func whatAFoldGetsIsCompared() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        #expect(try reason(world, 10, Self.day(&dice)) == "")
        // The file has as many records and hardly more bytes.
        let factor = try reason(world, 11, Self.day(&dice, factor: 100))
        #expect(factor.contains("sum(n) of by_user is ") && factor.hasSuffix(": another unit?"), "\(factor)")
        let kinds = try reason(world, 12, Self.day(&dice, kinds: ["look", "hear"]))
        #expect(
            kinds.contains("count(*) FILTER (WHERE kind = 'buy') of by_user is 0, usual is")
                && !kinds.contains("sum(n)"), "\(kinds)")
        let users = try reason(world, 13, Self.day(&dice, users: "v"))
        #expect(
            users.contains("0.00 % of its keys in by_user are known from the days before") && !users.contains("sum(n)"),
            "\(users)")
        // Fewer keys follow from fewer records.
        let short = try reason(world, 14, Self.day(&dice, records: 100))
        #expect(short.contains("100 records, usual is 800") && !short.contains("by_user"), "\(short)")
        try world.expectLaw()
    }

    @Test func aDayUnderAnotherDateIsNearlyACopy() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let ninth = try #require(
            world.contents.values.first { content in
                (try? Data(contentsOf: URL(fileURLWithPath: world.inbox + "/" + Self.name(9)))).map {
                    Array($0) == content.bytes
                }
                    ?? false
            })
        let lines = String(decoding: ninth.bytes, as: UTF8.self).split(separator: "\n").map { String($0.dropFirst()) }
        let copy = try reason(world, 10, Self.content(lines.dropLast(3) + Array(lines.prefix(2))))
        #expect(
            copy.contains("of its keys have the same rows as in \(Self.name(9)): the same day under another date?"),
            "\(copy)")
    }

    /// What says nothing about a file: keys with the same values every day.
    @Test(arguments: ["flag", "hold"]) func aSourceOfTheSameRowsEveryDayIsNoCopy(gate: String) throws {
        var dice = TestSeed.dice()
        let world = try PlanWorld(Self.folds)
        world.flags[.gate] = gate
        let rows = (0..<300).map {
            "\"user\":\"u\($0)\",\"n\":600000000000000000,\"at\":\"2022-04-01T10:00:00\",\"kind\":\"buy\"}"
        }
        for day in 1...12 {
            let more = "\"user\":\"v\(day)\",\"n\":\(dice.below(9)),\"at\":\"2022-04-01T10:00:00\",\"kind\":\"buy\"}"
            try world.put(Self.name(day), Self.content(rows + [more]))
            let file = try #require(world.run().files.first { $0.name == Self.name(day) })
            #expect(file.state == .folded && file.reason.isEmpty, "\(day): \(file.reason)")
        }
        try world.expectLaw()
    }

    /// More records, and numbers that are larger by much more.
    @Test func aUnitIsFoundAlsoInALargerFile() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        let reason = try reason(world, 10, Self.day(&dice, records: 1600, factor: 10_000))
        #expect(reason.contains("1,600 records") && reason.contains("sum(n) of by_user is"), "\(reason)")
        #expect(!reason.contains("count(*) of by_user"), "\(reason)")
    }

    @Test func whatIsHeldCountsOnceItIsAccepted() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice, "hold")
        let before = try world.table("by_user")
        let reason = try reason(world, 10, Self.day(&dice, factor: 100))
        #expect(reason.contains("sum(n) of by_user is"), "\(reason)")
        #expect(try world.ledger().file(named: Self.name(10))?.state == .held)
        #expect(try world.table("by_user") == before)
        _ = try world.processor().decide(.accept, Self.name(10))
        try world.expectLaw()
        #expect(try world.table("by_user") != before)
    }

    /// Another statement gives other numbers, and its hashes are of other states.
    @Test func onlyProfilesOfTheSameFoldAreCompared() throws {
        var dice = TestSeed.dice()
        let world = try started(&dice)
        try world.set(["by_user": Self.folds["by_user"]!.replacingOccurrences(of: "sum(n)", with: "sum(n * 1000)")])
        #expect(try reason(world, 10, Self.day(&dice)) == "")
        try world.expectLaw()
    }

    @Test func aProfileIsReadAsItIsWritten() throws {
        let sample = try #require(KeySketch(digits: "00000c8d252074034a6900000c8d252074034a6a0008269af90b80784c00"))
        #expect(sample.text == "1 00000c8d252074034a690008269af90b80784c00")
        let profiles = [
            FoldProfile(
                fold: "a", identity: "ab", keys: 3,
                sums: [
                    .init(name: "sum(n)\n  FILTER (WHERE n > 0)", value: -1.5e30), .init(name: "count(*)", value: 0),
                ],
                sample: sample),
            FoldProfile(fold: "b", identity: "cd", keys: 0, sums: [], sample: try #require(KeySketch(digits: ""))),
        ]
        var read = FoldProfile.profiles(FoldProfile.text(profiles))
        #expect(read.first?.sums.first?.name == "sum(n) FILTER (WHERE n > 0)")
        read[0].sums[0].name = profiles[0].sums[0].name
        #expect(read == profiles)
        for text in ["sum 1 x\n", "fold 2 a ab 3 1 \n", "fold 1 a ab x 1 \n", "x\n"] {
            #expect(FoldProfile.profiles(text).isEmpty, "\(text)")
        }
        #expect(KeySketch(digits: "00") == nil && KeySketch(digits: "zzzzzz8d252074034a69") == nil)
    }
}
