//  Which segments a table is merged from.

import Foundation
import Ledgers
import TestSupport
import Testing

@testable import PlanRuns

@Suite("The tree of segments") struct MergeTreeTests {
    /// A pack of one file, that of a version.
    private static func leaf(_ version: Int, rows: Int = 10) -> MergeTree.Leaf {
        MergeTree.Leaf(
            first: Int64(version),
            pack: FoldPack(
                fold: "f", identity: "ab", part: "", path: "folds/f/\(version).parquet", size: 1,
                digest: String(format: "%032x", version), rows: rows, slots: 1), slots: nil)
    }

    private static func tree(
        _ versions: [Int], newest: Int, known: [FoldSegment] = [], _ rule: SegmentRule = SegmentRule(),
        identity: String = "ab", damaged: Set<String> = []
    ) -> MergeTree {
        MergeTree(
            identity: identity, versions.map { leaf($0) }, newest: Int64(newest), known: known, rule,
            isWhole: { !damaged.contains($0.path) })
    }

    /// As text: numbers of versions, and segments with what they are to be made of.
    private static func text(_ nodes: [MergeTree.Node]) -> String {
        nodes.map { node in
            switch node {
            case .pack(let leaf): "\(leaf.first)"
            case .segment(let segment): segment.name
            case .missing(let missing): "[\(missing.name): \(text(missing.children))]"
            }
        }.joined(separator: " ")
    }

    private static func segment(_ missing: MergeTree.Missing, rows: Int) -> FoldSegment {
        FoldSegment(
            fold: "f", part: "", name: missing.name, inputs: missing.inputs, path: "segments/f/\(missing.name)",
            size: 1,
            digest: "cd", rows: rows)
    }

    /// The segments that a tree lacks, as if they were made, from the lowest.
    private static func made(_ tree: MergeTree, rows: Int = 5) -> [FoldSegment] {
        func visit(_ node: MergeTree.Node) -> [FoldSegment] {
            guard case .missing(let missing) = node else { return [] }
            return missing.children.flatMap(visit) + [segment(missing, rows: rows)]
        }
        return tree.nodes.flatMap(visit)
    }

    @Test func neighboursMakeSegmentsOnceThereIsSomethingBehindThem() {
        #expect(Self.text(Self.tree(Array(1...7), newest: 7).nodes) == "1 2 3 4 5 6 7")
        #expect(Self.text(Self.tree(Array(1...8), newest: 8).nodes) == "[1-0: 1 2 3 4 5 6 7 8]")
        #expect(Self.text(Self.tree(Array(1...10), newest: 10).nodes) == "[1-0: 1 2 3 4 5 6 7 8] 9 10")
        // Few that count are not worth a file, here or a level above.
        #expect(Self.text(Self.tree([1, 3, 5, 9], newest: 20).nodes) == "1 3 5 9")
        #expect(Self.text(Self.tree([1, 17, 33, 49, 70], newest: 70).nodes) == "[2-0: 1 17 33 49] 70")
        #expect(Self.tree([], newest: 0).nodes.isEmpty)
    }

    @Test func whatArrivesLeavesSegmentsAsTheyAre() {
        var known: [FoldSegment] = []
        for count in 1...600 {
            let tree = Self.tree(Array(1...count), newest: count, known: known)
            let new = Self.made(tree)
            // A segment is written once, and each level is written now and then.
            #expect(new.isEmpty || count % 8 == 0, "\(count): \(new)")
            #expect(new.count <= 3 && tree.stale.isEmpty)
            known += new
            #expect(Self.tree(Array(1...count), newest: count, known: known).nodes.count <= 3 * 8, "\(count)")
        }
        #expect(known.filter { $0.name.hasPrefix("1-") }.count == 75)
        #expect(known.filter { $0.name.hasPrefix("2-") }.count == 9)
        #expect(known.filter { $0.name.hasPrefix("3-") }.count == 1)
    }

    @Test func whatCountsNoMoreChangesOneSegmentOfEachLevel() {
        let all = Array(1...80)
        let known = Self.made(Self.tree(all, newest: 80))
        #expect(known.count == 11)
        let fewer = all.filter { $0 != 12 }
        let tree = Self.tree(fewer, newest: 80, known: known)
        #expect(
            Self.text(tree.nodes)
                == "[2-0: 1-0 [1-1: 9 10 11 13 14 15 16] 1-2 1-3 1-4 1-5 1-6 1-7] 1-8 1-9")
        #expect(tree.stale == ["segments/f/1-1", "segments/f/2-0"])
        // What was counts again: the old segments would do, had they not been replaced.
        #expect(Self.text(Self.tree(all, newest: 80, known: known).nodes) == "2-0 1-8 1-9")
        // One that is damaged is merged again, and what is above it is not touched.
        let damaged = Self.tree(all, newest: 80, known: known, damaged: ["segments/f/1-8"])
        #expect(Self.text(damaged.nodes) == "2-0 [1-8: 65 66 67 68 69 70 71 72] 1-9")
        let below = Self.tree(all, newest: 80, known: known, damaged: ["segments/f/1-1"])
        #expect(Self.text(below.nodes) == "2-0 1-8 1-9")
    }

    /// Which packs, which of their files, and under which statement: all of it is in the digest of what is merged.
    @Test func aSegmentIsOfWhatItWasMergedFrom() {
        let known = Self.made(Self.tree(Array(1...9), newest: 9))
        #expect(Self.tree(Array(1...9), newest: 9, known: known, identity: "cd").hasMissing)
        var leaves = (1...9).map { Self.leaf($0) }
        func hasMissing() -> Bool {
            MergeTree(identity: "ab", leaves, newest: 9, known: known, SegmentRule(), isWhole: { _ in true }).hasMissing
        }
        #expect(!hasMissing())
        leaves[2].slots = [0]
        #expect(hasMissing())
        leaves[2].slots = nil
        leaves[2].pack.digest = "ff"
        #expect(hasMissing())
    }

    /// Keys that are in one file each: merging would only copy them.
    @Test func aTableThatDoesNotShrinkGetsNoMore() {
        let first = Self.made(Self.tree(Array(1...8), newest: 8), rows: 79)
        let tree = Self.tree(Array(1...16), newest: 16, known: first)
        #expect(Self.text(tree.nodes) == "1-0 9 10 11 12 13 14 15 16" && !tree.hasMissing)
        let shrunk = Self.made(Self.tree(Array(1...8), newest: 8), rows: 50)
        #expect(Self.tree(Array(1...16), newest: 16, known: shrunk).hasMissing)
    }

    /// Whatever counts, and whatever there is of segments: what is merged is what counts, each once.
    @Test func everyPackIsMergedOnce() {
        var dice = TestSeed.dice()
        var known: [FoldSegment] = []
        var remembered: [String: [Int64]] = [:]
        for _ in 0..<500 {
            let newest = 1 + dice.below(300)
            let versions = (1...newest).filter { _ in !dice.once(in: 4) }
            let rule = SegmentRule(width: 2 + dice.below(8), fewest: 2 + dice.below(4), mostKept: 2)
            let tree = Self.tree(versions, newest: newest, known: known, rule)
            var contents: [String: [Int64]] = [:]
            func merged(_ nodes: [MergeTree.Node]) -> [Int64] {
                nodes.flatMap { node -> [Int64] in
                    switch node {
                    case .pack(let leaf): return [leaf.first]
                    case .segment(let segment): return remembered[segment.inputs]!
                    case .missing(let missing):
                        contents[missing.inputs] = merged(missing.children)
                        return contents[missing.inputs]!
                    }
                }
            }
            #expect(merged(tree.nodes) == versions.map(Int64.init), "\(TestSeed.text)")
            remembered.merge(contents) { $1 }
            known.removeAll { tree.stale.contains($0.path) || dice.once(in: 10) }
            known += Self.made(tree)
        }
    }
}
