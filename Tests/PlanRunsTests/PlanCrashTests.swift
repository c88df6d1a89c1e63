//  A plan at work, and a crash at every call that changes the disk: while files are folded and committed, while folds that came
//  later are made of kept rows and of files, while tables are published.
//
//  As in ExhaustiveCrashTests: the world before each step is kept; the step is run again up to a call, what survives is put into
//  a new folder, and there the step is repeated. The tables must then be those of the uninterrupted history, byte by byte,
//  `verify` must find nothing, and nothing may be left of a child. What DuckDB wrote is on the disk only when somebody
//  synced it.

import Checkpoints
import DurableIO
import FaultInjection
import Foundation
import Operations
import TestSupport
import Testing

@testable import PlanRuns

@Suite("A plan and a crash at every call", .needsDuckDB) struct PlanCrashTests {
    private struct Step: Sendable {
        var name: String
        var prepare: @Sendable (PlanWorld, inout Dice) throws -> Void = { _, _ in }
        var command: @Sendable (PlanWorld) throws -> Void = { try $0.run() }
    }

    private static let folds = [
        "by_user":
            "SELECT user, count(*) AS events, sum(n) AS total, count(DISTINCT kind) AS kinds FROM events GROUP BY user"
    ]
    private static let others = [
        "by_user": "SELECT user, max(n) AS most FROM events GROUP BY user",
        "by_day": "SELECT _date AS day, sum(amount) AS amount FROM events GROUP BY 1",
    ]

    private static let steps: [Step] = [
        Step(
            name: "first run",
            prepare: { world, dice in
                for day in 1...3 { try world.put("events-2022-04-0\(day).json", Content(&dice, count: 20, bad: 1)) }
            }),
        Step(
            name: "replace, copy and add",
            prepare: { world, dice in
                let content = Content(&dice, count: 20)
                try world.put("events-2022-04-01.json", content)
                try world.put("events-copy.json", content)
                try world.put("events-2022-04-04.json", Content(&dice, count: 30))
            }),
        Step(
            name: "retract",
            command: { world in
                let processor = try world.processor()
                // After a crash behind the commit the file is retracted already.
                do { _ = try processor.decide(.retract, "events-2022-04-02.json") } catch is DecisionRefused {
                    _ = try processor.run()
                }
            }),
        Step(
            name: "other folds",
            prepare: { world, _ in
                if world.keepsRows { try world.remove("events-2022-04-03.json") }
                try world.set(others)
            }),
        Step(name: "reprocess", command: { try _ = $0.processor().reprocess([]) }),
    ]

    /// The world before each step, the tables after it, and how many calls it makes.
    private struct Reference {
        var before: [PlanWorld] = []
        var tables: [[String: String]] = []
        var calls: [Int] = []
    }

    private static func copy(_ world: PlanWorld, _ fileSystem: FileSystem = .real) throws -> PlanWorld {
        let folder = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: folder.path)
        try FileManager.default.copyItem(atPath: world.folder.path, toPath: folder.path)
        return PlanWorld(folder, like: world, fileSystem: fileSystem)
    }

    private static func tables(_ world: PlanWorld) throws -> [String: String] {
        try Dictionary(uniqueKeysWithValues: world.plan().folds.map { ($0.name, try world.table($0.name)) })
    }

    private static func reference(keepsRows: Bool) throws -> Reference {
        var dice = TestSeed.dice(#function, "\(keepsRows)")
        let world = try PlanWorld(folds, jobs: 1, keepsRows: keepsRows)
        var reference = Reference()
        for step in steps {
            try step.prepare(world, &dice)
            reference.before.append(try copy(world))
            let recorder = FaultScript()
            world.fileSystem = FileSystem(interposer: recorder, sqliteVFS: FaultVFS.register(over: recorder))
            try step.command(world)
            world.fileSystem = .real
            reference.calls.append(recorder.calls.count(where: \.changesDisk))
            try world.expectLaw(step.name)
            reference.tables.append(try tables(world))
        }
        #expect(try world.verifier().verify().isSound)
        return reference
    }

    /// All points take an hour; ordinary runs take some, and others each time. WATCHFOLD_TEST_STRIDE is for campaigns.
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil
    private static let step = ProcessInfo.processInfo.environment["WATCHFOLD_TEST_STRIDE"].flatMap { Int($0) } ?? 1
    private static let ordinaryPoints = 6

    @Test(arguments: [false, true]) func nothingIsLostAndNothingCountsTwice(keepsRows: Bool) throws {
        let reference = try Self.reference(keepsRows: keepsRows)
        var dice = TestSeed.dice(#function, "points \(keepsRows)")
        var points: [(step: Int, call: Int, Surviving)] = []
        for index in Self.steps.indices {
            #expect(reference.calls[index] > 10, "step \(Self.steps[index].name) hardly touches the disk")
            for call in 1...reference.calls[index] + 1 {
                for surviving in Surviving.allCases { points.append((index, call, surviving)) }
            }
        }
        let all = points.count
        if Self.isExhaustive {
            let first = dice.below(Self.step)
            points = stride(from: first, to: points.count, by: Self.step).map { points[$0] }
        } else {
            points = (0..<Self.ordinaryPoints).map { _ in dice.pick(points) }
        }
        for point in points { try crash(reference, point.step, atCall: point.call, point.2) }
        print(
            "\(points.count) of \(all) crash points of a plan that keeps \(keepsRows ? "" : "no ")rows, \(TestSeed.text)"
        )
    }

    private func crash(_ reference: Reference, _ index: Int, atCall call: Int, _ surviving: Surviving) throws {
        let world = try Self.copy(reference.before[index])
        let model = try CrashModel(watching: world.folder.path)
        let script = FaultScript([.crash(atChange: call)], then: model)
        world.fileSystem = FileSystem(interposer: script, sqliteVFS: FaultVFS.register(over: script))
        do {
            try Self.steps[index].command(world)
        } catch {
            // The crash. Anything else shows in what is left.
        }
        let folder = try TemporaryFolder()
        try FileManager.default.removeItem(atPath: folder.path)
        try model.materialise(into: folder.path, surviving)
        let after = PlanWorld(folder, like: world)
        let place: Comment =
            "step \"\(Self.steps[index].name)\", call \(call), surviving \(surviving), \(world.keepsRows), \(TestSeed.text)"
        do {
            try Self.steps[index].command(after)
            #expect(try Self.tables(after) == reference.tables[index], place)
            let found = try after.verifier().verify()
            #expect(found.damages == [] && found.stale == [] && found.history == [], place)
            #expect(after.left(in: "tmp").isEmpty, place)
        } catch {
            Issue.record("\(place): \(error)")
        }
    }
}
