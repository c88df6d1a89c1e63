//  Every call that changes the disk is a place to crash.
//
//  A script is run once without faults; after each of its steps the world is copied. Then, for every step and every call
//  that DurableIO and SQLite make in it and that changes the disk or makes a change last, the step is run again from the
//  copy before it, up to that call. Whatever the model says survives is put into a new folder, and there the program
//  starts again, repeats the step and goes on to the end. The reports must then be those of the uninterrupted run, byte
//  by byte, and `verify` must find nothing.
//
//  Crashing before call n + 1 is crashing after call n, so counting up to one more than there are covers both sides.

import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@testable import Operations

@Suite("A crash at every call") struct ExhaustiveCrashTests {
    /// All points take minutes; ordinary runs take one in so many, and another set each time.
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil
    private static let stride = isExhaustive ? 1 : 36

    static let script: [Step] = [
        Step(
            name: "first run",
            prepare: { world in
                try world.put("20220401.json", day(1))
                try world.put("20220402.json", day(2))
            }, command: { try _ = $0.processor().run() }),
        Step(
            name: "replace, copy and add",
            prepare: { world in
                try world.put("20220401.json", day(3))
                try world.put("20220401-copy.json", day(2))
                try world.put("20220403.json", day(4) + "broken\n")
            }, command: { try _ = $0.processor().run() }),
        Step(
            name: "retract",
            command: { world in
                let processor = try world.processor()
                // After a crash behind the commit the file is retracted already.
                do { _ = try processor.decide(.retract, "20220401.json") } catch is DecisionRefused {
                    _ = try processor.run()
                }
            }),
        Step(
            name: "reprocess",
            command: { try _ = $0.processor().reprocess([]) }),
        Step(
            name: "last run",
            prepare: { try $0.put("20220405.json", day(5)) },
            command: { try _ = $0.processor().run() }),
        // So few that engagement is made and named alone, before the other reports.
        Step(
            name: "a few records",
            prepare: { try $0.put("20220406.json", #"{"Contract":"late","AppName":"VOD","TotalDuration":5}"# + "\n") },
            command: { try _ = $0.processor().run() }),
    ]

    /// The world before each step, the reports after the last, and how many calls each step makes.
    private struct Reference {
        var before: [World]
        var outputs: [String: Data]
        var calls: [Int]
    }

    private static func reference() throws -> Reference {
        let world = try World.make()
        defer { world.remove() }
        var before: [World] = []
        var calls: [Int] = []
        for step in script {
            try step.prepare(world)
            before.append(try world.copy())
            let recorder = FaultScript()
            try step.command(
                World(world.root, FileSystem(interposer: recorder, sqliteVFS: FaultVFS.register(over: recorder))))
            calls.append(recorder.calls.count(where: \.changesDisk))
        }
        let report = try world.verify()
        #expect(report.damages == [] && report.stale == [])
        return Reference(before: before, outputs: world.outputs(), calls: calls)
    }

    /// With several threads, the call of that number is another one each time; what is left must be as good.
    @Test(arguments: Surviving.allCases, [1, 3])
    func leavesNothingLostAndNothingCountedTwice(surviving: Surviving, jobs: Int) throws {
        let reference = try Self.reference()
        defer { for world in reference.before { world.remove() } }
        #expect(reference.outputs.count == World.reports.count)
        var points = 0
        var dice = TestSeed.dice(#function, "\(surviving) \(jobs)")
        let first = Int.random(in: 0..<Self.stride, using: &dice)
        for (index, step) in Self.script.enumerated() {
            #expect(reference.calls[index] > 10, "step \(step.name) hardly touches the disk")
            for call in 1...reference.calls[index] + 1 where (call + first) % Self.stride == 0 {
                points += 1
                try crash(reference, index, atCall: call, surviving, jobs: jobs)
            }
        }
        print("\(points) crash points with \(surviving) and \(jobs) threads, \(TestSeed.text)")
    }

    private func crash(
        _ reference: Reference, _ index: Int, atCall call: Int, _ surviving: Surviving, jobs: Int
    ) throws {
        var world = try reference.before[index].copy()
        world.jobs = jobs
        defer { world.remove() }
        let model = try CrashModel(watching: world.root)
        let script = FaultScript([.crash(atChange: call)], then: model)
        do {
            try Self.script[index].command(world.watched(by: script))
        } catch {
            // The crash. Anything else shows in what is left.
        }

        let after = World(World.temporary())
        try model.materialise(into: after.root, surviving)
        defer { after.remove() }
        let place: Comment =
            "step \"\(Self.script[index].name)\", call \(call), \(jobs) threads, surviving \(surviving), \(TestSeed.text)"
        do {
            try Self.script[index].command(after)
            for step in Self.script[(index + 1)...] {
                try step.prepare(after)
                try step.command(after)
            }
            #expect(after.outputs() == reference.outputs, place)
            let report = try after.verify()
            #expect(report.damages == [] && report.stale == [], place)
        } catch {
            Issue.record("\(place): \(error)")
        }
    }
}
