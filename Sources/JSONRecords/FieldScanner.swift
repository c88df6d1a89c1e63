//  Walks over a record and picks out its fields on the way.
//
//  The scanner validates every byte of the record; what the tree of fields names is remembered as a slice, the rest is
//  only checked. Slices are judged later, when the record is known to be whole and valid.

import Glibc
import Records

/// Storage for the fields of one record, used again for each.
struct FieldStorage: ~Copyable {
    struct Node {
        var key: UnsafeMutablePointer<UInt8>
        var keyCount: Int
        /// -1 when the key only leads on.
        var slot: Int
        /// Range in `children`.
        var firstChild: Int
        var childCount: Int
    }

    let tree: FieldTree
    let nodes: UnsafeMutablePointer<Node>
    /// Node numbers, grouped by parent.
    let children: UnsafeMutablePointer<Int>
    let slots: UnsafeMutablePointer<FieldSlot>
    /// Whether the key of each node was in the record.
    let seen: UnsafeMutablePointer<Bool>

    init(tree: FieldTree) {
        self.tree = tree
        nodes = .allocate(capacity: tree.nodes.count)
        children = .allocate(capacity: tree.nodes.count)
        slots = .allocate(capacity: tree.slotCount)
        seen = .allocate(capacity: tree.nodes.count)
        var nextChild = 0
        for (index, node) in tree.nodes.enumerated() {
            let key = UnsafeMutablePointer<UInt8>.allocate(capacity: node.key.count + 1)
            for (i, byte) in node.key.enumerated() { key[i] = byte }
            nodes[index] = Node(
                key: key, keyCount: node.key.count, slot: node.slot ?? -1, firstChild: nextChild,
                childCount: node.children.count)
            for child in node.children {
                children[nextChild] = child
                nextChild += 1
            }
        }
        reset()
    }

    deinit {
        for index in tree.nodes.indices { nodes[index].key.deallocate() }
        nodes.deallocate()
        children.deallocate()
        slots.deallocate()
        seen.deallocate()
    }

    /// Forgets the last record.
    @inline(__always)
    func reset() {
        for slot in 0..<tree.slotCount { slots[slot].kind = .missing }
        seen.update(repeating: false, count: tree.nodes.count)
        seen[0] = true
    }

    /// Forgets what an earlier member of the same key held.
    func resetBelow(_ node: Int) {
        for slot in tree.nodes[node].slotsBelow { slots[slot].kind = .missing }
        for below in tree.nodes[node].nodesBelow { seen[below] = false }
    }

    /// Whether nothing was found at any path.
    var isEmpty: Bool { (0..<tree.slotCount).allSatisfy { slots[$0].kind == .missing } }

    /// Whether something was found for each required field, and for any.
    var isComplete: Bool { !isEmpty && tree.required.allSatisfy { slot(of: tree.choices[$0]).kind != .missing } }

    /// What the record held for a field: its first alternative, unless the object around that one is not there at all.
    @inline(__always)
    func slot(of choice: FieldChoice) -> FieldSlot { slots[slotNumber(of: choice)] }

    /// Which slot that is.
    @inline(__always)
    func slotNumber(of choice: FieldChoice) -> Int {
        for (slot, parent) in choice.alternatives where seen[parent] { return slot }
        return choice.alternatives[0].slot
    }
}

/// One walk over one record.
struct FieldScanner {
    var scanner: JSONScanner
    let nodes: UnsafeMutablePointer<FieldStorage.Node>
    let children: UnsafeMutablePointer<Int>
    let slots: UnsafeMutablePointer<FieldSlot>
    let seen: UnsafeMutablePointer<Bool>

    @inline(__always)
    init(_ scanner: JSONScanner, _ storage: borrowing FieldStorage) {
        self.scanner = scanner
        nodes = storage.nodes
        children = storage.children
        slots = storage.slots
        seen = storage.seen
    }

    /// The members of the object of `node`; the scanner stands behind its brace and will stand behind the closing one.
    mutating func members(of node: Int, depth: Int, storage: borrowing FieldStorage) throws(ScanFailure) {
        if depth > JSONScanner.depthLimit { throw .malformed }
        try scanner.skipSpace()
        if scanner.p.pointee == UInt8(ascii: "}") {
            scanner.p += 1
            return
        }
        while true {
            if scanner.p.pointee != UInt8(ascii: "\"") {
                if scanner.closesAfterComma(UInt8(ascii: "}")) { return }
                throw scanner.unexpected(at: scanner.p)
            }
            scanner.p += 1
            let key = scanner.p
            let hasEscapes = try scanner.skipString()
            let child = child(of: node, key: UnsafeBufferPointer(start: key, count: scanner.p - key - 1), hasEscapes)
            try scanner.skipColon()
            if child < 0 {
                try scanner.skipValue(depth: depth)
            } else {
                try value(of: child, depth: depth, storage: storage)
            }
            if try !scanner.skipComma(closing: UInt8(ascii: "}")) { return }
        }
    }

    /// The node of a key, or -1.
    @inline(__always)
    func child(of node: Int, key: UnsafeBufferPointer<UInt8>, _ hasEscapes: Bool) -> Int {
        if hasEscapes { return childOfEscaped(of: node, key: key) }
        return child(of: node, key.baseAddress!, key.count)
    }

    @inline(__always)
    private func child(of node: Int, _ key: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let list = children + nodes[node].firstChild
        for i in 0..<nodes[node].childCount {
            let child = list[i]
            // As many bytes as both keys have.
            if nodes[child].keyCount == count && memcmp(nodes[child].key, key, count) == 0 { return child }
        }
        return -1
    }

    private func childOfEscaped(of node: Int, key: UnsafeBufferPointer<UInt8>) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: key.count) { decoded in
            // A text is never longer than its source.
            child(of: node, decoded.baseAddress!, decodeString(key, into: decoded.baseAddress!))
        }
    }

    /// The value at a node of the tree.
    @inline(__always)
    mutating func value(of node: Int, depth: Int, storage: borrowing FieldStorage) throws(ScanFailure) {
        if seen[node] { storage.resetBelow(node) }
        seen[node] = true
        let start = scanner.p
        var slot = FieldSlot(kind: .other, start: start, count: 0)
        switch start.pointee {
        case UInt8(ascii: "\""):
            scanner.p += 1
            slot.kind = try scanner.skipString() ? .escapedString : .string
            slot.start = start + 1
            slot.count = scanner.p - start - 2
        case UInt8(ascii: "{") where nodes[node].childCount > 0:
            scanner.p += 1
            try members(of: node, depth: depth + 1, storage: storage)
            slot.count = scanner.p - start
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanner.skipNumber()
            slot.count = scanner.p - start
            // -Infinity is not a number. What was walked over has a byte or more, so the one before is its own.
            if isDigit(scanner.p[-1]) { slot.kind = .number }
        case UInt8(ascii: "n"):
            try scanner.skipLiteral("null")
            slot.kind = .null
        default:
            try scanner.skipValue(depth: depth)
            slot.count = scanner.p - start
        }
        if nodes[node].slot >= 0 { slots[nodes[node].slot] = slot }
    }
}
