//  What was once found by fuzzing stays found: every kept input goes through its target again.

import Foundation
import FuzzTargets
import ReaderReference
import TestSupport
import Testing

@Suite struct FuzzTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz")

    /// - Parameter isFolder: whether they are folders, which have no bytes.
    private static func files(in path: String, isFolder: Bool = false) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: path), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }.map {
            ($0.lastPathComponent, isFolder ? [] : [UInt8](try Data(contentsOf: $0)))
        }
    }

    /// An input that failed once, by its target and name.
    struct Kept: Sendable, CustomStringConvertible {
        var folder: String
        var name: String
        var description: String { "\(folder)/\(name)" }
    }

    /// A target that has not failed has no folder.
    static let kept: [Kept] = try! files(in: "failures", isFolder: true).flatMap { folder in
        try files(in: "failures/\(folder.name)").map { Kept(folder: folder.name, name: $0.name) }
    }

    @Test func thereAreKeptInputs() { #expect(Self.kept.count >= 2, "\(Self.kept)") }

    @Test(arguments: kept) func inputsThatOnceFailedAreFine(_ kept: Kept) throws {
        let target = try #require(FuzzTarget(rawValue: kept.folder), "there is no target \(kept.folder)")
        let input = try #require(try Self.files(in: "failures/\(kept.folder)").first { $0.name == kept.name })
        #expect(throws: Never.self) { try target.check(input.bytes) }
    }

    /// Seeds that nothing accepts would lead no further than to the first refusal.
    @Test(arguments: FuzzTarget.allCases) func mostSeedsAreGood(target: FuzzTarget) throws {
        let seeds = target.seeds(from: try Self.files(in: "seeds/parquet").map(\.bytes))
        let good = try seeds.count { try target.check($0) }
        #expect(seeds.count >= 10)
        #expect(good * 3 > seeds.count, "\(good) of \(seeds.count)")
        #expect(seeds.allSatisfy { $0.count <= target.longestInput })
        #expect(seeds == target.seeds(from: try Self.files(in: "seeds/parquet").map(\.bytes)))
    }

    /// Seeds, each cut and with bytes changed: a short turn of what scripts/fuzz does for long.
    @Test(arguments: FuzzTarget.allCases) func changedSeedsKeepThePromises(target: FuzzTarget) throws {
        var random = Dice(seed: 9)
        let seeds = target.seeds(from: try Self.files(in: "seeds/parquet").map(\.bytes)).filter { !$0.isEmpty }
        try #require(seeds.count >= 10)
        for _ in 0..<100 {
            var input = random.pick(seeds)
            for _ in 0...random.below(3) { input[random.below(input.count)] = UInt8(random.below(256)) }
            if random.once(in: 2) { input.removeLast(random.below(input.count)) }
            #expect(throws: Never.self, "\(input)") { try target.check(input) }
        }
    }
}
