//  The system says no: at the n-th call, once or from then on.
//
//  Whatever fails, the command ends with an error of the system or well; nothing half-written is published; and the
//  same command without the fault gives the reports of the undisturbed world.

import DurableIO
import FaultInjection
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Face
@testable import Operations

@Suite("The system says no") struct FaultTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// A world with one run behind it and work to do, and what comes of that.
    private struct Scene {
        var before: World
        var oldOutputs: [String: Data]
        var newOutputs: [String: Data]
        /// Calls of the command, all of them.
        var calls: Int

        init() throws {
            let world = try World.make()
            defer { world.remove() }
            try world.put("20220401.json", day(1))
            try world.put("20220402.json", day(2))
            _ = try world.processor().run()
            oldOutputs = world.outputs()
            try world.put("20220401.json", day(7))
            try world.put("20220403.json", day(3) + "{broken\n")
            before = try world.copy()
            let recorder = FaultScript()
            _ = try World(
                world.root, FileSystem(interposer: recorder, sqliteVFS: FaultVFS.register(over: recorder))
            ).processor().run()
            calls = recorder.calls.count
            newOutputs = world.outputs()
        }
    }

    @Test(arguments: [ENOSPC, EIO, EROFS, EACCES], [false, true])
    func leavesNothingHalfDone(code: Int32, isForEver: Bool) throws {
        let scene = try Scene()
        defer { scene.before.remove() }
        let stride = Self.isExhaustive ? 1 : 23
        var dice = TestSeed.dice(#function, "\(code) \(isForEver)")
        var call = Int.random(in: 1...stride, using: &dice)
        var struck = 0
        while call <= scene.calls {
            let world = try scene.before.copy()
            defer { world.remove() }
            let place: Comment = "error \(code) at call \(call), for ever: \(isForEver), \(TestSeed.text)"
            let script = FaultScript([.fail(nth: call, with: code, forEver: isForEver)])
            do {
                _ = try World(
                    world.root, FileSystem(interposer: script, sqliteVFS: FaultVFS.register(over: script))
                ).processor().run()
            } catch {
                let failure = CommandFailure(error)
                #expect(failure?.code == .system, "\(place): \(error)")
            }
            struck += script.strikes > 0 ? 1 : 0
            // Each report is the old one or the new one, whole.
            for (name, bytes) in world.outputs() {
                #expect(bytes == scene.oldOutputs[name] || bytes == scene.newOutputs[name], "\(place): \(name)")
            }
            do {
                _ = try world.processor().run()
                #expect(world.outputs() == scene.newOutputs, place)
                let report = try world.verify()
                #expect(report.damages == [] && report.stale == [], place)
            } catch { Issue.record("\(place), afterwards: \(error)") }
            call += stride
        }
        #expect(struck > 5)
        print("error \(code), for ever: \(isForEver): struck at \(struck) of \(scene.calls) calls")
    }

    /// Each kind of call that changes the disk, at the first, the last and some in between.
    @Test(arguments: [(SystemCall.Kind.sync, EIO), (.write, ENOSPC), (.rename, EIO), (.sync, ENOSPC), (.read, EIO)])
    func aFailureIsNotForgotten(kind: SystemCall.Kind, code: Int32) throws {
        let scene = try Scene()
        defer { scene.before.remove() }
        let recorder = FaultScript()
        let whole = try scene.before.copy()
        defer { whole.remove() }
        _ = try whole.watched(by: recorder).processor().run()
        let calls = recorder.calls.count { $0.kind == kind }
        #expect(calls > 3)
        let stride = Self.isExhaustive ? 1 : max(calls / 6, 1)
        for nth in Array(Swift.stride(from: 1, through: calls, by: stride)) + [calls] {
            let world = try scene.before.copy()
            defer { world.remove() }
            let place: Comment = "error \(code) at \(kind) \(nth) of \(calls)"
            let script = FaultScript([.fail(kind, nth: nth, with: code)])
            var failure: (any Error)?
            do { _ = try world.watched(by: script).processor().run() } catch { failure = error }
            if let failure { #expect(CommandFailure(failure)?.code == .system, "\(place): \(failure)") }
            for (name, bytes) in world.outputs() {
                #expect(bytes == scene.oldOutputs[name] || bytes == scene.newOutputs[name], "\(place): \(name)")
            }
            do {
                _ = try world.processor().run()
                #expect(world.outputs() == scene.newOutputs, place)
                #expect(try world.verify().isSound, place)
            } catch { Issue.record("\(place), afterwards: \(error)") }
        }
    }

    @Test func interruptedCallsAreMadeAgain() throws {
        let scene = try Scene()
        defer { scene.before.remove() }
        // The n-th call of each kind that the kernel may interrupt, and every later one with an odd number.
        for kind in [SystemCall.Kind.open, .read, .write, .sync, .lock] {
            for nth in [1, 2, 5] {
                let world = try scene.before.copy()
                defer { world.remove() }
                let script = FaultScript((0..<20).map { .fail(kind, nth: nth + 2 * $0, with: EINTR) })
                do {
                    _ = try World(world.root, FileSystem(interposer: script)).processor().run()
                    #expect(world.outputs() == scene.newOutputs, "\(kind) from \(nth) on")
                } catch { Issue.record("\(kind) from \(nth) on: \(error)") }
                #expect(script.strikes > 0 || nth > 1, "\(kind) from \(nth) on")
            }
        }
    }

    @Test func shortTransfersChangeNothing() throws {
        let scene = try Scene()
        defer { scene.before.remove() }
        for count in [1, 7, 1000] {
            let world = try scene.before.copy()
            defer { world.remove() }
            // SQLite's own files take whole pages or fail, so only DurableIO's calls are shortened.
            let script = FaultScript([.shorten(.read, to: count), .shorten(.write, to: count)])
            _ = try World(world.root, FileSystem(interposer: script)).processor().run()
            #expect(script.strikes > 20)
            #expect(world.outputs() == scene.newOutputs, "at most \(count) bytes at a time")
        }
    }

    @Test func vanishedFoldersAreSaidOrMadeAgain() throws {
        let scene = try Scene()
        let world = scene.before
        defer { world.remove() }
        try FileManager.default.removeItem(atPath: world.root + "/output")
        _ = try world.processor().run()
        #expect(world.outputs() == scene.newOutputs)
        try FileManager.default.moveItem(atPath: world.root + "/inbox", toPath: world.root + "/elsewhere")
        #expect(throws: InboxMissing.self) { try world.processor() }
        try FileManager.default.moveItem(atPath: world.root + "/elsewhere", toPath: world.root + "/inbox")
        try FileManager.default.removeItem(atPath: world.root + "/checkpoints")
        _ = try world.processor().run()
        #expect(world.outputs() == scene.newOutputs)
    }
}
