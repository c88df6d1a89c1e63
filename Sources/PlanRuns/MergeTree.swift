//  What a table of a fold is merged from, so that one more file costs a few small merges however many there are.
//
//      packs, by the first version in each     1 2 3 4 5 6 7 8 │ 9 10 11 12 13 14 15 16 │ 17 18
//      segments of eight                             1-0       │          1-1           │ 17 18     merged: two segments, two packs
//      segments of eight of those, and so on, once there are so many
//
//  Versions are numbered as they are committed, so whatever arrives comes last and leaves the segments before it as they are.
//  A file that no longer counts changes one segment of each level. A segment is known by its name, and by a digest of what is to
//  be in it: what lies on disk is used when it is of the same digest, and else merged anew. Merged are packs and other segments,
//  never a segment with something taken from it.

import Checkpoints
import Codecs
import Ledgers
import Plans

/// When partials are merged into segments.
package struct SegmentRule: Sendable, Hashable {
    /// How many neighbours make one.
    package var width: Int
    /// Those of fewer are not worth a file.
    package var fewest: Int
    /// A table whose segments have more than this part of the rows that they were merged from gets no more of them: most of its
    /// keys are in one file only, and merging them only copies them.
    package var mostKept: Double

    package init(width: Int = 8, fewest: Int = 4, mostKept: Double = 0.7) {
        precondition(width >= 2 && fewest >= 2)
        (self.width, self.fewest, self.mostKept) = (width, fewest, mostKept)
    }

    /// Whether it is worth while to have merged some rows into others.
    func paysOff(_ rows: Int, of merged: Int) -> Bool { Double(rows) <= Double(merged) * mostKept }
}

/// The segments and packs of one table of a fold.
struct MergeTree {
    /// A pack that counts.
    struct Leaf {
        /// The first version in it, whether it counts or not: the pack keeps its place.
        var first: Int64
        var pack: FoldPack
        /// Nil: all.
        var slots: Set<Int>?
    }

    /// A segment that has to be merged.
    struct Missing {
        var name: String
        /// Identifies what is to be in it.
        var inputs: String
        /// Of all that is merged; nil when some of that has to be merged itself.
        var rows: Int?
        var children: [Node]
    }

    indirect enum Node {
        case pack(Leaf)
        case segment(FoldSegment)
        case missing(Missing)
    }

    /// What is merged into the table, in the order of versions.
    private(set) var nodes: [Node]
    /// Paths of segments that are not to be used any more.
    private(set) var stale: [String]

    /// - Parameters:
    ///   - identity: of the partials.
    ///   - leaves: what counts.
    ///   - newest: the first version of the table's last pack; segments end before it, since more may come behind it.
    ///   - known: segments of the table that the ledger knows.
    ///   - isWhole: whether a segment's file is what the ledger says.
    init(
        identity: String, _ leaves: [Leaf], newest: Int64, known: [FoldSegment], _ rule: SegmentRule,
        isWhole: (FoldSegment) throws -> Bool
    ) rethrows {
        var known = Dictionary(known.map { ($0.name, $0) }) { $1 }
        var paysOff = true
        var items = leaves.sorted { ($0.first, $0.pack.path) < ($1.first, $1.pack.path) }.map(Item.init)
        var level = 1
        var width = Int64(rule.width)
        while width <= newest {
            var next: [Item] = []
            var start = 0
            while start < items.count {
                let number = (items[start].first - 1) / width
                let end = items[start...].firstIndex { ($0.first - 1) / width != number } ?? items.count
                let group = items[start..<end]
                start = end
                guard group.count >= rule.fewest, (number + 1) * width <= newest else {
                    next += group
                    continue
                }
                let name = "\(level)-\(number)"
                let inputs = Self.digest(identity, group)
                var item = Item(
                    first: group.first!.first,
                    node: .missing(
                        Missing(name: name, inputs: inputs, rows: Self.rows(group), children: group.map(\.node))),
                    line: "segment \(inputs)", rows: nil)
                if let segment = known[name], segment.inputs == inputs, try isWhole(segment) {
                    known[name] = nil
                    (item.node, item.rows) = (.segment(segment), segment.rows)
                    if let rows = Self.rows(group), !rule.paysOff(segment.rows, of: rows) { paysOff = false }
                }
                next.append(item)
            }
            items = next
            level += 1
            width *= Int64(rule.width)
        }
        nodes = items.map(\.node)
        // Those that were found, and those below them, which an answer about an earlier state may use, stay.
        stale = known.values.map(\.path).sorted()
        if !paysOff { nodes = nodes.flatMap(Self.withoutMissing) }
    }

    private struct Item {
        var first: Int64
        var node: Node
        /// Says what is in it.
        var line: String
        /// Nil: nobody knows yet.
        var rows: Int?

        init(first: Int64, node: Node, line: String, rows: Int?) {
            (self.first, self.node, self.line, self.rows) = (first, node, line, rows)
        }

        init(_ leaf: Leaf) {
            let slots = leaf.slots.map { $0.sorted().map(String.init).joined(separator: ",") } ?? "all"
            self.init(first: leaf.first, node: .pack(leaf), line: "\(leaf.pack.digest) \(slots)", rows: leaf.pack.rows)
        }
    }

    private static func digest(_ identity: String, _ group: ArraySlice<Item>) -> String {
        var text = ([identity] + group.map(\.line)).map { $0 + "\n" }.joined()
        return text.withUTF8 { XXH128(of: UnsafeRawBufferPointer($0)).hex }
    }

    private static func rows(_ group: ArraySlice<Item>) -> Int? {
        group.reduce(0) { sum, item in sum.flatMap { sum in item.rows.map { sum + $0 } } }
    }

    private static func withoutMissing(_ node: Node) -> [Node] {
        if case .missing(let missing) = node { missing.children.flatMap(withoutMissing) } else { [node] }
    }

    // MARK: Use

    var hasMissing: Bool {
        nodes.contains { if case .missing = $0 { true } else { false } }
    }

    /// All files that are read, with those for segments that have to be merged.
    var files: (packs: [FoldPack], segments: [FoldSegment]) {
        var files: (packs: [FoldPack], segments: [FoldSegment]) = ([], [])
        func visit(_ node: Node) {
            switch node {
            case .pack(let leaf): files.packs.append(leaf.pack)
            case .segment(let segment): files.segments.append(segment)
            case .missing(let missing): missing.children.forEach(visit)
            }
        }
        nodes.forEach(visit)
        return files
    }

    /// What is merged into the table.
    ///
    /// - Parameters:
    ///   - make: merges a segment and says where it is now; nil when its inputs are to be taken instead.
    ///   - path: of a file of the checkpoints, absolute.
    func inputs(
        making make: (Missing, [PackRows]) throws -> PackRows? = { _, _ in nil },
        at path: (_ relativePath: String) throws -> String
    ) rethrows -> [PackRows] {
        func visit(_ node: Node) throws -> [PackRows] {
            switch node {
            case .pack(let leaf): return [PackRows(path: try path(leaf.pack.path), slots: leaf.slots)]
            case .segment(let segment): return [PackRows(path: try path(segment.path), slots: nil)]
            case .missing(let missing):
                let children = try missing.children.flatMap(visit)
                return try make(missing, children).map { [$0] } ?? children
            }
        }
        return try nodes.flatMap(visit)
    }
}
