//  Every byte of what is on disk, flipped in turn.
//
//  A damaged file is refused or it is harmless: reports that do come out are the right ones, and a repair brings
//  everything back as long as the raw files are there.

import Checkpoints
import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@testable import Face
@testable import ParquetTable

@Suite("Flipped bytes") struct DamageTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// Files of the checkpoints folder that are flipped; the partial is the first one.
    enum Target: String, CaseIterable, Sendable { case partial, total, manifest, ledger, log }

    private static func path(_ target: Target, in world: World) throws -> String {
        let root = world.root + "/checkpoints/"
        switch target {
        case .total: return root + "total.parquet"
        case .manifest: return root + "manifest"
        case .ledger: return root + "ledger.sqlite"
        case .log: return root + "ledger.sqlite-wal"
        case .partial:
            return root + (try CheckpointFolder.partialPaths(root, in: .real)[0])
        }
    }

    /// The ledger is the largest, and what opening it says of every byte is in `LedgerDamageTests`.
    private static func stride(_ target: Target, _ size: Int) -> Int {
        let isLedger = target == .ledger || target == .log
        if isExhaustive { return isLedger ? 29 : 1 }
        return max(size / (isLedger ? 60 : 40), 1)
    }

    @Test(arguments: Target.allCases)
    func areRefusedOrHarmless(target: Target) throws {
        let world = try World.make()
        defer { world.remove() }
        try world.put("20220401.json", day(1))
        try world.put("20220402.json", day(2))
        if target == .log {
            // A first run that is settled, and a second one whose log is left behind as by a killed process.
            _ = try world.processor().run()
            try world.put("20220401.json", day(5))
            try world.put("20220403.json", day(3))
        }
        let processor = try world.processor()
        _ = try processor.run()
        let outputs = world.outputs()
        let left = try world.copy()
        defer { left.remove() }
        if target == .log { withExtendedLifetime(processor) {} }
        try areRefusedOrHarmless(target, left, outputs)
    }

    private func areRefusedOrHarmless(_ target: Target, _ world: World, _ outputs: [String: Data]) throws {
        if target != .log {
            // Settled: opening and closing folds the log into the ledger.
            _ = try world.processor().run()
            #expect(!FileManager.default.fileExists(atPath: world.root + "/checkpoints/ledger.sqlite-wal"))
        }
        let path = try Self.path(target, in: world)
        let size = try FileSystem.real.status(path).size
        let step = Self.stride(target, size)
        var tried = 0
        var refused = 0
        var dice = TestSeed.dice(#function, target.rawValue)
        var offset = Int.random(in: 0..<step, using: &dice)
        while offset < size {
            let copy = try world.copy()
            defer { copy.remove() }
            let bit = UInt8.random(in: 0..<8, using: &dice)
            let place: Comment = "bit \(bit) of byte \(offset) of the \(target.rawValue), \(TestSeed.text)"
            let damaged = try Self.path(target, in: copy)
            var bytes = [UInt8](FileManager.default.contents(atPath: damaged)!)
            bytes[offset] ^= 1 << bit
            try Data(bytes).write(to: URL(fileURLWithPath: damaged))
            tried += 1
            offset += step

            do {
                let exported = try copy.export()
                #expect(exported == outputs["engagement.csv"], "\(place): export")
            } catch {
                refused += 1
                #expect(CommandFailure(error)?.code == .damaged, "\(place): export: \(error)")
            }
            do {
                let report = try copy.verify()
                if report.isSound { #expect(copy.outputs() == outputs, "\(place): verify") }
            } catch { #expect(CommandFailure(error)?.code == .damaged, "\(place): verify: \(error)") }
            do {
                _ = try copy.processor().run()
                #expect(copy.outputs() == outputs, "\(place): run")
            } catch { #expect(CommandFailure(error)?.code == .damaged, "\(place): run: \(error)") }
            do {
                _ = try copy.repair()
                _ = try copy.processor().run()
                #expect(copy.outputs() == outputs, "\(place): after the repair")
                let report = try copy.verify()
                #expect(report.damages == [] && report.stale == [], "\(place): after the repair")
            } catch { Issue.record("\(place): after the repair: \(error)") }
        }
        #expect(tried > 20)
        print("\(tried) of \(size) bytes of the \(target.rawValue) flipped, \(refused) refused by export")
    }

    /// A partial or a total of a later program is neither read nor replaced, and the message says what is needed.
    @Test(arguments: [Target.partial, .total]) func laterFormatsAreRefusedAndLeftAlone(target: Target) throws {
        let world = try World.make()
        defer { world.remove() }
        try world.put("20220401.json", day(1))
        _ = try world.processor().run()
        let path = try Self.path(target, in: world)
        var bytes = [UInt8](FileManager.default.contents(atPath: path)!)
        // The value follows the key, a field header and its length; the checksum is docs/checkpoint-format.md's.
        func end(of key: String) throws -> Int { try #require(bytes.firstRange(of: Array(key.utf8))).upperBound }
        bytes[try end(of: "watchfold.format") + 2] = UInt8(ascii: "2")
        let stored = try end(of: "footer.crc32") + 2..<end(of: "footer.crc32") + 10
        bytes.replaceSubrange(stored, with: Array(repeating: UInt8(ascii: "0"), count: 8))
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let checksum = StoredBlocks.crc32(bytes.suffix(8 + length).dropLast(8))
        let digits = String(checksum, radix: 16)
        bytes.replaceSubrange(stored, with: Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8))
        try Data(bytes).write(to: URL(fileURLWithPath: path))

        func isRefused(_ what: Comment, _ body: () throws -> Void) {
            do {
                try body()
                Issue.record("not refused: \(what)")
            } catch {
                let failure = CommandFailure(error)
                #expect(failure?.code == .damaged, "\(what): \(error)")
                #expect("\(error)".contains("has format 2, this program reads up to 1"), "\(what): \(error)")
            }
        }
        if target == .partial {
            // Beside its ledger it would be damaged: the ledger knows its digest.
            try FileManager.default.removeItem(atPath: world.root + "/checkpoints/ledger.sqlite")
        } else {
            isRefused("verify") { _ = try world.verify() }
            isRefused("export") { _ = try world.export() }
            try world.put("20220402.json", day(2))
            isRefused("run") { _ = try world.processor().run() }
        }
        isRefused("repair") { _ = try world.repair() }
        #expect(FileManager.default.contents(atPath: path) == Data(bytes))
    }

    @Test func truncatedCompressedFilesAreNeverFoldedAsWhole() throws {
        let text = #"{"Contract":"A1","AppName":"CHANNEL","TotalDuration":5}"# + "\n"
        for (name, whole) in [
            ("a.json.gz", StoredBlocks.gzip(Array(text.utf8))), ("a.json.lz4", StoredBlocks.lz4(Array(text.utf8))),
        ] {
            let world = try World.make()
            defer { world.remove() }
            for length in 1..<whole.count {
                try whole.prefix(length).write(to: URL(fileURLWithPath: world.root + "/inbox/" + name))
                let report = try world.processor().run()
                #expect(report.files.map(\.state) == [.waiting], "\(name) of \(length) bytes")
                #expect(world.outputs().isEmpty)
            }
            try whole.write(to: URL(fileURLWithPath: world.root + "/inbox/" + name))
            #expect(try world.processor().run().files.map(\.state) == [.folded])
            let expected = "Contract,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration\nA1,5,0,0,0,0\n"
            #expect(world.outputs()["engagement.csv"] == Data(expected.utf8))
        }
    }
}
