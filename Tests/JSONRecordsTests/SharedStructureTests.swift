//  Structures that Swift makes and C walks over, checked after every step of random work, and broken on purpose.

import CByteScan
import Engagement
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

@Suite struct SharedStructureTests {
    /// Trees of shapes grow, are full, are forgotten and grow again; after each record that was learned all holds together.
    @Test(arguments: 0..<8) func treesOfShapesHoldTogetherWhateverIsLearned(seed: Int) throws {
        var random = Dice(seed: 7000 + seed)
        var reader = RecordReader(plan: .engagement, maxRecordBytes: 1 << 20, container: .lines)
        var most = 0
        for _ in 0..<60 {
            let input = ShapedRecords.file(20, layout: 0, damaged: random.pick([2, 30]), &random)
            try Self.read(input, &reader)
            reader.shapes.checkInvariants()
            most = max(most, reader.shapes.shapeCount)
        }
        #expect(most > 3, "seed \(seed)")
    }

    /// All finders of stops, over windows that end anywhere.
    @Test(arguments: (0..<8).prefix { wf_stop_finder_at($0) != nil })
    func stopsAreThoseOfTheBytes(level: UInt32) throws {
        var random = Dice(seed: 7100 + Int(level))
        for _ in 0..<40 {
            var reader = RecordReader(plan: .engagement, maxRecordBytes: 1 << 20, container: .lines)
            let isKnown = reader.walk.useStopFinder(level: level)
            #expect(isKnown)
            reader.leaveOutShapes(keepingWalk: true)
            reader.walk.checkInvariants()
            var input: [UInt8] = []
            for _ in 0..<random.below(120) {
                input += random.record().printed(Printing(isOdd: random.once(in: 6)), &random) + [0x0A]
            }
            for _ in 0..<random.below(3) where !input.isEmpty {
                input[random.below(input.count)] = UInt8(random.below(256))
            }
            try Self.read(Array(input.prefix(random.below(input.count + 1))), &reader)
            reader.walk.checkStops()
        }
    }

    private static func read(_ input: [UInt8], _ reader: inout RecordReader) throws {
        // Padding is whatever was there before.
        var window = input + [UInt8](repeating: UInt8(ascii: "\""), count: RecordReader.padding)
        let count = input.count
        try window.withUnsafeMutableBufferPointer {
            _ = try reader.read(
                $0.baseAddress!, count: count, isFinal: false, onBatch: { _ in }, onRejection: { _ in })
        }
    }
}

/// Structures broken on purpose, each in a process of its own: a check must notice, and name what it found.
@Suite(.enabled(if: _isDebugAssertConfiguration(), "traps have messages in debug builds"))
struct BrokenTreeTests {
    private func said(_ result: ExitTest.Result) -> String {
        String(decoding: result.standardErrorContent, as: UTF8.self)
    }

    private static func tree() -> ShapeTree {
        var tree = ShapeTree(slotCount: 3, .fold(IgnoredKeys([]).rows(keyCount: 2, maxRecordBytes: 100)))
        func step(_ literal: String, _ kind: wf_shape_kind, _ slot: UInt16 = UInt16(WF_SHAPE_NONE)) -> ShapeTree.Step {
            ShapeTree.Step(literal: Array(literal.utf8), kind: kind, slot: slot)
        }
        tree.learn(
            [
                step(#"{"a":""#, WF_SHAPE_KEPT_STRING, 0), step(#"","b":""#, WF_SHAPE_KEPT_STRING, 1),
                step(#"","n":"#, WF_SHAPE_KEPT_INTEGER, 2), step("}", WF_SHAPE_END),
            ], slotOfRole: [0, 1, 2])
        return tree
    }

    @Test func aCircleOfNodesIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let tree = BrokenTreeTests.tree()
            tree.nodes[2].sibling = 1
            tree.checkInvariants()
        }
        #expect(said(result).contains("node 2 of 4 leads to 1"))
    }

    @Test func aStringThatNothingEndsIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let tree = BrokenTreeTests.tree()
            tree.nodes[1].literal.0 = UInt8(ascii: ",")
            tree.checkInvariants()
        }
        #expect(said(result).contains("node 1 goes on with 44 behind node 0"))
    }

    @Test func aSlotThatIsNotThereIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let tree = BrokenTreeTests.tree()
            tree.roles[2] = 3
            tree.checkInvariants()
        }
        #expect(said(result).contains("shape 0 is in slots [0, 1, 3] of 3"))
    }

    @Test func aKeyInNoListIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let reader = RecordReader(plan: .engagement, maxRecordBytes: 100)
            _ = withUnsafeMutableBytes(of: &reader.walk.tables[0].lists) {
                $0.initializeMemory(as: UInt8.self, repeating: 0)
            }
            reader.walk.checkInvariants()
        }
        #expect(said(result).contains("keys in no list"))
    }
}
