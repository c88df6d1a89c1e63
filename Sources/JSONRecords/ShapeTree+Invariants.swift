//  What is true of a tree of shapes after one was learned.
//
//  The walk in C compares nothing with the number of nodes and slots, and it looks for no closing quote. That it stays in
//  the tree and takes only whole records rests on what is checked here.

import CByteScan

extension ShapeTree {
    /// Traps when the nodes are not a tree that the walk may follow.
    ///
    /// - Complexity: linear in the nodes and their literals.
    func checkInvariants() {
        precondition(
            nodeCount <= Self.nodeLimit && shapeCount <= Self.shapeLimit, "\(nodeCount) nodes of \(shapeCount) shapes")
        precondition((nodeCount == 0) == (shapeCount == 0), "\(nodeCount) nodes of \(shapeCount) shapes")
        // Links go to later nodes, and each node but the first has one to it: so there are no circles, and no walk is
        // longer than there are nodes.
        var isLinked = [Bool](repeating: false, count: nodeCount)
        for index in 0..<nodeCount {
            for link in [nodes[index].next, nodes[index].sibling] where link != UInt16(WF_SHAPE_NONE) {
                precondition(
                    Int(link) > index && Int(link) < nodeCount, "node \(index) of \(nodeCount) leads to \(link)")
                precondition(!isLinked[Int(link)], "a second node, \(index), leads to node \(link)")
                isLinked[Int(link)] = true
            }
            check(index)
        }
        precondition(
            isLinked.dropFirst().allSatisfy { $0 } && isLinked.first != true,
            "nodes that nothing leads to: \(isLinked.indices.dropFirst().filter { !isLinked[$0] })")
        let ends = (0..<nodeCount).count { nodes[$0].kind == UInt16(WF_SHAPE_END.rawValue) }
        precondition(ends == shapeCount, "\(ends) ends of \(shapeCount) shapes")
    }

    private func check(_ index: Int) {
        let node = nodes[index]
        let literal = withUnsafeBytes(of: node.literal) { Array($0.prefix(Int(node.length))) }
        precondition(
            node.length <= UInt16(WF_SHAPE_LITERAL) && Int(node.wanted) == (1 << Int(node.length)) - 1,
            "node \(index) has a literal of \(node.length) bytes and compares those of \(node.wanted)")
        // The NUL behind a window ends every walk.
        precondition(!literal.contains(0), "the literal of node \(index) holds a NUL: \(literal)")
        let isEnd = node.kind == UInt16(WF_SHAPE_END.rawValue)
        precondition(isEnd == (node.next == UInt16(WF_SHAPE_NONE)), "node \(index) of kind \(node.kind) has no end")
        switch wf_shape_kind(rawValue: UInt32(node.kind)) {
        case WF_SHAPE_MORE:
            precondition(literal.count == Int(WF_SHAPE_LITERAL), "node \(index) goes on behind \(literal.count) bytes")
        case WF_SHAPE_STRING: checkFollowing(index) { $0 == UInt8(ascii: "\"") }
        case WF_SHAPE_KEPT_STRING:
            precondition(Int(node.slot) < slotCount, "node \(index) fills slot \(node.slot) of \(slotCount)")
            checkFollowing(index) { $0 == UInt8(ascii: "\"") }
        case WF_SHAPE_NUMBER: checkFollowing(index, Self.endsNumber)
        case WF_SHAPE_KEPT_INTEGER:
            precondition(Int(node.slot) < slotCount, "node \(index) fills slot \(node.slot) of \(slotCount)")
            checkFollowing(index, Self.endsNumber)
        case WF_SHAPE_VALUE, WF_SHAPE_SCALAR:
            precondition(makesCells, "node \(index) makes a cell")
            // The slot after the last is where values go that nobody reads.
            precondition(Int(node.slot) <= slotCount, "node \(index) fills slot \(node.slot) of \(slotCount)")
            checkFollowing(index, Self.endsNumber)
        case WF_SHAPE_END:
            let (shape, role) = Int(node.slot).quotientAndRemainder(dividingBy: roleCount)
            precondition(role == 0 && shape < shapeCount, "node \(index) ends shape \(shape) of \(shapeCount)")
            let slots = (0..<roleCount).map { Int(roles[Int(node.slot) + $0]) }
            precondition(slots.allSatisfy { $0 < slotCount }, "shape \(shape) is in slots \(slots) of \(slotCount)")
            precondition(literal.last == UInt8(ascii: "}"), "the last literal of shape \(shape) is \(literal)")
        default: preconditionFailure("node \(index) is of kind \(node.kind)")
        }
    }

    /// The bytes that may stand behind a number; all others that end the walk over one are part of another number.
    private static func endsNumber(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }

    /// What follows a value begins with a byte that ends it: the walk looks for no other proof that the value is whole.
    private func checkFollowing(_ index: Int, _ ends: (UInt8) -> Bool) {
        var child = nodes[index].next
        while child != UInt16(WF_SHAPE_NONE) {
            let first = nodes[Int(child)].literal.0
            precondition(
                nodes[Int(child)].length > 0 && ends(first), "node \(child) goes on with \(first) behind node \(index)")
            child = nodes[Int(child)].sibling
        }
    }
}
