//  What a repair brings back.
//
//  Reports after a repair and one more run are those of before, whatever was lost of ledger, manifest and partials, as
//  long as the raw files are there. What cannot be had again is said in numbers. What a person or the reject ratio kept
//  out stays out.

import Checkpoints
import DurableIO
import FaultInjection
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Face
@testable import Operations

@Suite("Repair") struct RepairTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// What is lost of the checkpoints.
    enum Loss: String, CaseIterable, Sendable {
        case ledger, ledgerWentBack, manifest, ledgerAndManifest, partial, partialAndLedger, total, everyPartial
    }

    private struct Scene {
        var world: World
        /// Ledger files before the last run.
        var older: [String: Data]
    }

    private static let ledgerFiles = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"]

    /// Two days, one of them replaced, and a duplicate; a third day in a second run.
    private func scene(_ yaml: String = "") throws -> Scene {
        var world = try World.make()
        world.yaml = yaml
        try world.put("20220401.json", day(1))
        try world.put("20220402.json", day(2))
        _ = try world.processor().run()
        let checkpoints = world.root + "/checkpoints/"
        var older: [String: Data] = [:]
        for name in Self.ledgerFiles { older[name] = FileManager.default.contents(atPath: checkpoints + name) }
        try world.put("20220401.json", day(5))
        try world.put("20220402-copy.json", day(2))
        try world.put("20220403.json", day(3))
        _ = try world.processor().run()
        return Scene(world: world, older: older)
    }

    private func lose(_ loss: Loss, _ world: World, _ older: [String: Data]) throws {
        let root = world.root + "/checkpoints/"
        func remove(_ names: [String]) throws {
            for name in names where FileManager.default.fileExists(atPath: root + name) {
                try FileManager.default.removeItem(atPath: root + name)
            }
        }
        func counting() throws -> [String] {
            try #require(try Manifest.read(world.root + "/checkpoints", in: .real)).counting.map(\.partial)
        }
        switch loss {
        case .ledger: try remove(Self.ledgerFiles)
        case .ledgerWentBack:
            try remove(Self.ledgerFiles)
            for (name, bytes) in older { try bytes.write(to: URL(fileURLWithPath: root + name)) }
        case .manifest: try remove(["manifest"])
        case .ledgerAndManifest: try remove(Self.ledgerFiles + ["manifest"])
        case .partial: try remove([try counting()[0]])
        case .partialAndLedger: try remove([try counting()[0]] + Self.ledgerFiles)
        case .total: try remove(["total.parquet"])
        case .everyPartial: try remove(try counting())
        }
    }

    /// Whether commands other than a repair have to refuse.
    private func isRefused(_ loss: Loss) -> Bool {
        switch loss {
        case .ledger, .ledgerWentBack, .ledgerAndManifest, .partialAndLedger: true
        case .manifest, .partial, .total, .everyPartial: false
        }
    }

    private func expectWhole(
        _ world: World, _ outputs: [String: Data], _ place: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        _ = try world.processor().run()
        #expect(world.outputs() == outputs, place, sourceLocation: sourceLocation)
        #expect(try world.export() == outputs["engagement.csv"], place, sourceLocation: sourceLocation)
        let report = try world.verify()
        #expect(
            report.damages == [] && report.stale == [] && report.behind == [], place, sourceLocation: sourceLocation)
    }

    @Test(arguments: Loss.allCases, ["", "duplicates: count\n"])
    func bringsBackWhatWasLost(loss: Loss, yaml: String) throws {
        let scene = try scene(yaml)
        let world = scene.world
        defer { world.remove() }
        let (outputs, states) = (world.outputs(), try world.states())
        let place: Comment = "\(loss.rawValue), \(yaml)"
        try lose(loss, world, scene.older)
        if isRefused(loss) {
            for command: (World) throws -> Void in [
                { _ = try $0.export() }, { _ = try $0.processor().run() }, { _ = try $0.states() },
                { _ = try $0.verify() },
            ] {
                do {
                    try command(world)
                    Issue.record("\(place): a command went on")
                } catch { #expect(CommandFailure(error)?.code == .damaged, "\(place): \(error)") }
            }
            #expect(world.outputs() == outputs, place)
        }
        let repair = try world.repair()
        let after = try world.verify()
        #expect((repair.partials, repair.rows) == (after.partials, after.rows), place)
        try expectWhole(world, outputs, place)
        #expect(try world.states() == states, place)
    }

    @Test(arguments: [Loss.partial, .partialAndLedger, .everyPartial])
    func saysWhatCannotBeHadAgain(loss: Loss) throws {
        let scene = try scene()
        let world = scene.world
        defer { world.remove() }
        let outputs = world.outputs()
        // Away, and back later.
        try FileManager.default.moveItem(atPath: world.root + "/inbox", toPath: world.root + "/elsewhere")
        try FileManager.default.createDirectory(atPath: world.root + "/inbox", withIntermediateDirectories: true)
        try lose(loss, world, scene.older)
        let report = try world.repair()
        #expect(report.repairs.contains { $0.contains("12 records") && $0.contains("seconds") }, "\(report.repairs)")
        #expect(try world.verify().isSound)
        #expect(world.outputs() != outputs)
        let less = world.outputs()
        _ = try world.processor().run()
        #expect(world.outputs() == less)
        try FileManager.default.removeItem(atPath: world.root + "/inbox")
        try FileManager.default.moveItem(atPath: world.root + "/elsewhere", toPath: world.root + "/inbox")
        try expectWhole(world, outputs, "\(loss.rawValue), the files are back")
    }

    @Test(arguments: [Loss.ledger, .ledgerAndManifest, .ledgerWentBack])
    func whatWasKeptOutStaysOut(loss: Loss) throws {
        let world = try World.make()
        defer { world.remove() }
        try world.put("20220401.json", day(1))
        try world.put("20220402.json", day(2))
        _ = try world.processor().run()
        let root = world.root + "/checkpoints/"
        var older: [String: Data] = [:]
        for name in Self.ledgerFiles { older[name] = FileManager.default.contents(atPath: root + name) }
        try world.put("20220403-bad.json", day(3) + String(repeating: "broken\n", count: 9))
        _ = try world.processor().run()
        let isManifestThere = loss != .ledgerAndManifest
        if isManifestThere { _ = try world.processor().decide(.retract, "20220402.json") }
        let (outputs, states) = (world.outputs(), try world.states())
        #expect(states["20220403-bad.json"] == .held)
        try lose(loss, world, older)
        _ = try world.repair()
        #expect(world.outputs() == outputs, "\(loss.rawValue), before the run")
        try expectWhole(world, outputs, "\(loss.rawValue)")
        #expect(try world.states() == states, "\(loss.rawValue)")
    }

    /// A name of which an earlier content was retracted gives the later one after the ledger was rebuilt, too.
    @Test func whatCountsBesideARetractionSurvivesTheLossOfTheLedger() throws {
        let world = try World.make()
        defer { world.remove() }
        try world.put("20220401.json", day(9))
        try world.put("20220402.json", day(2))
        _ = try world.processor().run()
        _ = try world.processor().decide(.retract, "20220401.json")
        try world.put("20220401.json", day(5))
        _ = try world.processor().run()
        let before = world.outputs()
        try FileManager.default.removeItem(atPath: world.root + "/inbox/20220401.json")
        try lose(.ledger, world, [:])
        #expect(try world.repair().isSound)
        _ = try world.processor().run()
        #expect(world.outputs() == before)
        #expect(try world.states()["20220401.json"] == .folded)
    }

    /// A decision that changes no sum leaves the generation as it is; an old ledger is refused all the same.
    @Test func anOldLedgerThatForgotADecisionIsRefused() throws {
        let world = try World.make()
        defer { world.remove() }
        try world.put("20220401.json", day(1))
        try world.put("20220401-copy.json", day(1))
        _ = try world.processor().run()
        var old: [String: Data] = [:]
        let root = world.root + "/checkpoints/"
        for name in Self.ledgerFiles { old[name] = FileManager.default.contents(atPath: root + name) }
        _ = try world.processor().decide(.retract, "20220401-copy.json")
        try lose(.ledgerWentBack, world, old)
        #expect(throws: CheckpointError.self) { try world.processor() }
        #expect(throws: CheckpointError.self) { try world.verify() }
        #expect(try world.repair().hasLost)
        try world.put("20220401.json", day(2))
        _ = try world.processor().run()
        #expect(try world.states() == ["20220401.json": .folded, "20220401-copy.json": .retracted])
    }

    /// What was accepted, retracted, held and copied is known after the ledger was rebuilt from partials and manifest, also
    /// when nothing of it is in the inbox any more.
    @Test func decisionsSurviveTheLossOfTheLedger() throws {
        let world = try World.make()
        defer { world.remove() }
        func decide(_ decision: Decision, _ name: String) throws { _ = try world.processor().decide(decision, name) }
        try world.put("20220401.json", day(1))
        try world.put("20220401-copy.json", day(1))
        try world.put("20220402.json", day(2) + "bad\n{\n")
        try world.put("20220403.json", day(3))
        try world.put("20220404.json", day(4))
        try world.put("20220405.json", day(5) + "bad\n{\n")
        _ = try world.processor().run()
        try decide(.accept, "20220402.json")
        try decide(.retract, "20220403.json")
        try world.put("20220404.json", day(14) + "bad\n{\n")
        _ = try world.processor().run()
        let before = try (world.states(), world.outputs())
        #expect(
            before.0 == [
                "20220401.json": .folded, "20220401-copy.json": .duplicate, "20220402.json": .folded,
                "20220403.json": .retracted, "20220404.json": .held, "20220405.json": .held,
            ])
        for name in before.0.keys { try FileManager.default.removeItem(atPath: world.root + "/inbox/" + name) }
        try lose(.ledger, world, [:])
        let report = try world.repair()
        #expect(report.isSound && report.hasLost)
        _ = try world.processor().run()
        #expect(try world.states() == before.0)
        #expect(world.outputs() == before.1)
        // What was accepted stays so under any name, what was retracted comes back when it is restored.
        try world.put("again.json", day(2) + "bad\n{\n")
        try world.put("20220401.json", day(21))
        _ = try world.processor().run()
        #expect(try world.states()["again.json"] == .duplicate)
        #expect(try world.states()["20220401-copy.json"] == .folded)
        try decide(.restore, "20220403.json")
        try decide(.accept, "20220405.json")
        try decide(.accept, "20220404.json")
        #expect(try world.states()["20220403.json"] == .folded && world.states()["20220404.json"] == .folded)
        let report2 = try world.verify()
        #expect(report2.damages == [] && report2.stale == [] && report2.behind == [])
    }

    @Test(arguments: [Loss.ledger, .ledgerAndManifest, .partial, .partialAndLedger], Surviving.allCases)
    func canBeInterruptedAnywhere(loss: Loss, surviving: Surviving) throws {
        let scene = try scene()
        defer { scene.world.remove() }
        let outputs = scene.world.outputs()
        try lose(loss, scene.world, scene.older)
        let whole = try scene.world.copy()
        defer { whole.remove() }
        let recorder = FaultScript()
        _ = try whole.watched(by: recorder).repair()
        let calls = recorder.calls.count(where: \.changesDisk)
        #expect(calls > 10)
        let stride = Self.isExhaustive ? 1 : 29
        var dice = TestSeed.dice(#function, "\(loss) \(surviving)")
        var call = Int.random(in: 1...stride, using: &dice)
        var points = 0
        while call <= calls {
            points += 1
            let world = try scene.world.copy()
            defer { world.remove() }
            let model = try CrashModel(watching: world.root)
            let script = FaultScript([.crash(atChange: call)], then: model)
            // The crash; anything else shows in what is left.
            _ = try? world.watched(by: script).repair()
            let after = world.at(World.temporary())
            try model.materialise(into: after.root, surviving)
            defer { after.remove() }
            let place: Comment = "\(loss.rawValue), call \(call), surviving \(surviving), \(TestSeed.text)"
            do {
                _ = try after.repair()
                try expectWhole(after, outputs, place)
            } catch { Issue.record("\(place): \(error)") }
            call += stride
        }
        print("\(points) of \(calls) points of a repair, \(loss.rawValue), \(surviving)")
    }
}
