//  Records that look like the ones before.
//
//  A dump repeats a handful of shapes: the same keys in the same order, record after record, and only the values
//  differ. So a shape is learned from a record that the complete reader accepted, and the records behind it are first
//  compared with the shapes that are known. One that fits none goes to the complete reader.
//
//  A shape is a chain of nodes. A node is up to 16 literal bytes, which one load compares, and what follows them: a
//  string, a number, more of the literal, or the end. Shapes that begin alike share their first nodes. Of
//
//      {"id":"a","_source":{"user":"X","value":7,"event":"play"}}
//      {"id":"b","_source":{"user":"Y","event":"play","value":12}}
//
//  this tree is learned (· is the rest of a string or number; its closing quote begins the next literal):
//
//      {"id":" ·
//      └ ","_source":{"us
//        └ er":" · slot 0
//          ├ ","value": · slot 4
//          │ └ ,"event":" · slot 2
//          │   └ "}} end
//          └ ","event":" · slot 2
//            └ ","value": · slot 4
//              └ }} end
//
//  A walk goes from a node to its first child; when that child's literal is another, to the child's sibling. So no
//  record starts over, and what is not known costs one compare for each sibling.
//
//  **Why a match is a proof.** All bytes outside of strings and numbers are those of a record that was accepted, in the
//  same order. A string matches if it is plain ASCII without quotes, backslashes and control characters, so it is valid
//  and its bytes are its text. A number matches by the grammar, one that the plan sums only as plain digits. Nothing else
//  in JSON depends on anything else, but for equal keys: keys are literal bytes, so the same keys come twice in the same
//  places. Which key or value of the plan a slot holds was decided by the complete reader for these keys and these
//  kinds of values; the last value of a slot is the one that counts there, and here. So the outcome is the same: folded, or
//  ignored for the text of the first key. All that may end otherwise (a value of another kind, an escape, a
//  negative number, a coerced one) fits no shape.
//
//  **Shapes of cells.** Where records become rows of cells, one kind of node takes any value, so records that differ in
//  their nulls and types are of one shape. There, a field may be missing: it is missing in all records of a shape, and is in
//  the same place in all that have it. What a match proves is that the record is valid and has the same keys. Two things that
//  this leaves open are kept out. Of equal keys the last counts: a record that has a key of the plan twice in one object is
//  not learned. And where fields are looked for in objects of a key, a node takes any value but those and arrays.
//
//  **What it costs when it does not help.** The tree is bounded, and a balance is kept: when records that miss outweigh
//  those that match, the tree is forgotten and the complete reader goes on alone for a while.
//
//  The walk itself is in CByteScan/ShapeMatch.c.

import CByteScan
import Records

/// Shapes that were learned, and the balance of what they save.
struct ShapeTree: ~Copyable {
    /// 32 KB of nodes: what the first cache holds, many times what one dump needs.
    static let nodeLimit = 1024
    /// Nodes of one record; what is longer is not learned.
    static let stepLimit = 256
    /// Shapes, each with one slot for every field.
    static let shapeLimit = 64
    /// The balance counts in misses: a match saves one of them against walking by fields, learning costs several.
    private static let gain = 1
    private static let learningCost = 8
    private static let highestBalance = 192
    /// Records that are left to the complete reader alone after the balance was used up: the first time, and at most.
    private static let pauseRange = 8000...256_000

    let nodes: UnsafeMutablePointer<wf_shape_node>
    let roles: UnsafeMutablePointer<UInt16>
    private let slots: UnsafeMutablePointer<wf_shape_slot>
    let slotCount: Int
    /// Everything about the tree that the walk needs; the batch is filled in for each run.
    private var run = wf_shape_run()
    let roleCount: Int
    /// Whether nodes take values of any kind, for cells.
    let makesCells: Bool
    private(set) var nodeCount = 0
    private(set) var shapeCount = 0
    private var balance = ShapeTree.highestBalance
    /// Records until the next try; 0 when records are matched.
    private var pause = 0
    private var nextPause = ShapeTree.pauseRange.lowerBound
    /// Records that are not learned because the last ones told nothing new, and how many are still to come.
    private var learningGap = (length: 0, left: 0)
    /// How often all shapes were forgotten because too few records fitted them.
    private(set) var timesForgotten = 0
    /// Whether records are matched at all. Tests turn it off to compare.
    var isOn = true

    init(slotCount: Int, _ target: RowTarget) {
        nodes = .allocate(capacity: Self.nodeLimit)
        roleCount = target.roleCount
        makesCells = if case .cells = target { true } else { false }
        roles = .allocate(capacity: Self.shapeLimit * roleCount)
        slots = .allocate(capacity: slotCount)
        self.slotCount = slotCount
        slots.initialize(repeating: wf_shape_slot(), count: slotCount)
        // Slots have numbers of 16 bits in nodes, and so have the lists of roles.
        isOn =
            slotCount < Int(WF_SHAPE_NONE) && Self.shapeLimit * roleCount < Int(WF_SHAPE_NONE) && target.hasKeys
        run.nodes = UnsafePointer(nodes)
        run.roles = UnsafePointer(roles)
        run.slots = slots
        run.rows = target.rows
        run.cells = target.cells
    }

    deinit {
        nodes.deallocate()
        roles.deallocate()
        slots.deallocate()
    }

    /// Whether matching is worth a try.
    @inline(__always)
    var isReady: Bool { isOn && nodeCount > 0 && pause == 0 }

    /// Whether there is room for what a record that did not match could tell.
    @inline(__always)
    var mayLearn: Bool { isOn && pause == 0 && shapeCount < Self.shapeLimit }

    // MARK: Matching

    /// Fills the batch with the records that stand at `p`, one a line, and leaves `p` behind the last one.
    mutating func matchLines(_ p: inout UnsafePointer<UInt8>, into batch: inout RecordBatch) -> MatchResult {
        run.rows.begin(batch)
        var at: UnsafePointer<UInt8>? = p
        let stop = wf_shape_match_lines(&run, &at)
        p = at!
        return finish(run.rows.result(stop, &batch))
    }

    /// Takes the one record at `p`, and leaves `p` behind it.
    mutating func matchRecord(_ p: inout UnsafePointer<UInt8>, into batch: inout RecordBatch) -> MatchResult {
        run.rows.begin(batch)
        var at: UnsafePointer<UInt8>? = p
        let stop = wf_shape_match_record(&run, &at)
        p = at!
        return finish(run.rows.result(stop, &batch))
    }

    /// Fills rows of cells with the records that are at `p`, one a line, and leaves `p` after the last one.
    mutating func matchLines(_ p: inout UnsafePointer<UInt8>, into rows: inout HeldRows) -> MatchResult {
        run.cells.begin(rows)
        var at: UnsafePointer<UInt8>? = p
        let stop = wf_shape_lines_to_cells(&run, &at)
        p = at!
        return finish(run.cells.result(stop, &rows))
    }

    /// Takes the one record at `p` as a row of cells, and leaves `p` after it.
    mutating func matchRecord(_ p: inout UnsafePointer<UInt8>, into rows: inout HeldRows) -> MatchResult {
        run.cells.begin(rows)
        var at: UnsafePointer<UInt8>? = p
        let stop = wf_shape_record_to_cells(&run, &at)
        p = at!
        return finish(run.cells.result(stop, &rows))
    }

    @inline(__always)
    private mutating func finish(_ result: MatchResult) -> MatchResult {
        balance = min(balance + result.matched * Self.gain, Self.highestBalance)
        if result.missed {
            balance -= 1
            if balance < 0 {
                forget()
                pause = nextPause
                nextPause = min(nextPause * 2, Self.pauseRange.upperBound)
            }
        }
        return result
    }

    /// Records were read in another way.
    @inline(__always)
    mutating func countRecords(_ count: Int) {
        pause = max(0, pause - count)
    }

    /// Whether the complete reader is to read the next record that misses, so that it can be learned.
    @inline(__always)
    var wantsToLearn: Bool { mayLearn && learningGap.left == 0 }

    /// A record that missed was read in another way, which tells no shapes.
    @inline(__always)
    mutating func passOver() {
        if mayLearn && learningGap.left > 0 { learningGap.left -= 1 }
    }

    private mutating func forget() {
        timesForgotten += 1
        (nodeCount, shapeCount) = (0, 0)
        balance = Self.highestBalance
        learningGap = (0, 0)
    }

    // MARK: Learning

    /// One step of a record's shape.
    struct Step {
        var literal: [UInt8]
        var kind: wf_shape_kind
        var slot: UInt16
    }

    /// Whether the record at hand is to be learned. Records of known shapes miss for their values (an escape, a
    /// negative number); when they told nothing new, ever fewer of them are looked at.
    mutating func startsLearning() -> Bool {
        guard mayLearn else { return false }
        if learningGap.left > 0 {
            learningGap.left -= 1
            return false
        }
        learningGap.length = min(learningGap.length * 2 + 1, 1023)
        learningGap.left = learningGap.length
        balance -= Self.learningCost
        return true
    }

    /// Adds the shape of an accepted record.
    ///
    /// - Parameters:
    ///   - steps: literals of at most 16 bytes, the last step the end.
    ///   - slotOfRole: the slot of each field; of a fold the keys, then the value.
    mutating func learn(_ steps: [Step], slotOfRole: [Int]) {
        precondition(slotOfRole.count == roleCount, "\(slotOfRole.count) slots for \(roleCount) roles")
        // `mayLearn` is asked before steps are made.
        precondition(shapeCount < Self.shapeLimit, "\(shapeCount) shapes are known")
        guard nodeCount + steps.count <= Self.nodeLimit else { return }
        /// The node whose children are looked at; nil for the first level.
        var parent: Int?
        for step in steps {
            if let known = child(of: parent, step) {
                parent = known
                continue
            }
            var slot = step.slot
            if step.kind == WF_SHAPE_END {
                slot = UInt16(shapeCount * roleCount)
                for (role, source) in slotOfRole.enumerated() { roles[Int(slot) + role] = UInt16(source) }
                shapeCount += 1
                learningGap = (0, 0)
            }
            parent = append(step, slot: slot, under: parent)
        }
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
    }

    private func firstChild(of parent: Int?) -> Int {
        guard let parent else { return nodeCount == 0 ? Int(WF_SHAPE_NONE) : 0 }
        return Int(nodes[parent].next)
    }

    private func child(of parent: Int?, _ step: Step) -> Int? {
        var index = firstChild(of: parent)
        while index != Int(WF_SHAPE_NONE) {
            let node = nodes[index]
            let isSame =
                node.kind == UInt16(step.kind.rawValue) && Int(node.length) == step.literal.count
                && (step.kind == WF_SHAPE_END || node.slot == step.slot)
                && withUnsafeBytes(of: node.literal) { $0.starts(with: step.literal) }
            if isSame { return index }
            index = Int(node.sibling)
        }
        return nil
    }

    private mutating func append(_ step: Step, slot: UInt16, under parent: Int?) -> Int {
        precondition(step.literal.count <= Int(WF_SHAPE_LITERAL), "a literal of \(step.literal.count) bytes")
        var node = wf_shape_node()
        withUnsafeMutableBytes(of: &node.literal) { $0.copyBytes(from: step.literal) }
        node.length = UInt16(step.literal.count)
        node.wanted = UInt16(truncatingIfNeeded: (1 << step.literal.count) - 1)
        node.kind = UInt16(step.kind.rawValue)
        node.slot = slot
        node.next = UInt16(WF_SHAPE_NONE)
        node.sibling = UInt16(WF_SHAPE_NONE)
        let index = nodeCount
        // The newest is the last to be tried: what is common is met, and learned, first.
        var last = firstChild(of: parent)
        if last == Int(WF_SHAPE_NONE) {
            if let parent { nodes[parent].next = UInt16(index) }
        } else {
            while nodes[last].sibling != UInt16(WF_SHAPE_NONE) { last = Int(nodes[last].sibling) }
            nodes[last].sibling = UInt16(index)
        }
        nodes[index] = node
        nodeCount += 1
        return index
    }
}
