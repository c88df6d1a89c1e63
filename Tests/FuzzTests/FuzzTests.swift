//  What was once found by fuzzing stays found: every kept input goes through its target again.

import Foundation
import FuzzTargets
import ReaderReference
import Testing

@Suite struct FuzzTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz")

    private static func files(in path: String) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: path), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }.map { ($0.lastPathComponent, [UInt8](try Data(contentsOf: $0))) }
    }

    @Test(arguments: FuzzTarget.allCases) func inputsThatOnceFailedAreFine(target: FuzzTarget) throws {
        // A target that has not failed has no folder.
        guard FileManager.default.fileExists(atPath: Self.folder.appending(path: "failures/\(target.rawValue)").path)
        else { return }
        for (name, bytes) in try Self.files(in: "failures/\(target.rawValue)") {
            #expect(throws: Never.self, "\(name)") { try target.check(bytes) }
        }
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
        var random = RandomSource(seed: 9)
        let seeds = target.seeds(from: try Self.files(in: "seeds/parquet").map(\.bytes)).filter { !$0.isEmpty }
        for _ in 0..<100 {
            var input = random.pick(seeds)
            for _ in 0...random.below(3) { input[random.below(input.count)] = UInt8(random.below(256)) }
            if random.once(in: 2) { input.removeLast(random.below(input.count)) }
            #expect(throws: Never.self, "\(input)") { try target.check(input) }
        }
    }
}
