//  The paths of fields as one tree of keys, so that a record is walked once.
//
//  For a plan that sums a value by user and event, each of them below _source or, where there is none, at the top
//  (alternatives of one field share no slot):
//
//      root ── "_source" ── "user"     slot 0
//         │             ├── "event"    slot 2
//         │             └── "value"    slot 4
//         ├── "user"                   slot 1
//         ├── "event"                  slot 3
//         └── "value"                  slot 5

import Records

/// What a record held at a path.
struct FieldSlot {
    enum Kind: UInt8 { case missing, null, string, escapedString, number, other }

    var kind: Kind
    /// The inside of a string, or the text of any other value; meaningless when there is none.
    var start: UnsafePointer<UInt8>
    var count: Int

    var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}

/// One key on the way to a field.
struct FieldNode {
    var key: [UInt8]
    /// Filled when a value is found here; nil for keys that only lead on.
    var slot: Int?
    /// Nodes of the keys within.
    var children: [Int]
    /// All slots from here on down, emptied when the key comes again: of duplicate keys the last wins.
    var slotsBelow: [Int]
    /// All nodes from here on down, without this one.
    var nodesBelow: [Int]
}

/// A field's alternatives, best first; at least one.
struct FieldChoice {
    /// The slot of each alternative, and the node of the object that would hold it (0 is the record itself).
    var alternatives: [(slot: Int, parent: Int)]
}

/// The compiled paths of a reading plan.
struct FieldTree {
    /// Node 0 is the record.
    private(set) var nodes = [FieldNode(key: [], slot: nil, children: [], slotsBelow: [], nodesBelow: [])]
    private(set) var slotCount = 0
    /// Where each field is found, in the plan's order.
    private(set) var choices: [FieldChoice] = []
    /// Numbers of the fields without which an object is not taken for a record by itself; where there are none, any
    /// field makes it one.
    let required: [Int]

    init(_ plan: ReadingPlan) {
        required = plan.isRequired.indices.filter { plan.isRequired[$0] }
        choices = plan.paths.map { choice($0) }
        collect(0)
    }

    /// Whether each field has a slot of its own, in the order of the fields, and none has an alternative.
    var isDirect: Bool {
        slotCount == choices.count && choices.allSatisfy { $0.alternatives.count == 1 }
            && choices.indices.allSatisfy { choices[$0].alternatives[0].slot == $0 }
    }

    private mutating func choice(_ path: FieldPath) -> FieldChoice {
        FieldChoice(
            alternatives: path.alternatives.map { keys in
                var node = 0
                var parent = 0
                for key in keys {
                    parent = node
                    node = child(of: node, key: Array(key.utf8))
                }
                // Two fields may be read from one path.
                let slot = nodes[node].slot ?? slotCount
                if nodes[node].slot == nil {
                    nodes[node].slot = slot
                    slotCount += 1
                }
                return (slot, parent)
            })
    }

    private mutating func child(of node: Int, key: [UInt8]) -> Int {
        if let known = nodes[node].children.first(where: { nodes[$0].key == key }) { return known }
        nodes.append(FieldNode(key: key, slot: nil, children: [], slotsBelow: [], nodesBelow: []))
        nodes[node].children.append(nodes.count - 1)
        return nodes.count - 1
    }

    private mutating func collect(_ node: Int) {
        for child in nodes[node].children {
            collect(child)
            nodes[node].nodesBelow.append(child)
            nodes[node].nodesBelow += nodes[child].nodesBelow
            if let slot = nodes[child].slot { nodes[node].slotsBelow.append(slot) }
            nodes[node].slotsBelow += nodes[child].slotsBelow
        }
    }
}
