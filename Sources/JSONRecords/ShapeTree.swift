//  The short way through records that look like the ones before them.
//
//  Dumps repeat a handful of shapes: the same keys in the same order, line after line. Only the values differ. So the
//  text of a record is a row of *literals*, which are compared by words of eight bytes, with a value of any kind behind
//  each:
//
//      {"_id":"A1","_source":{"Contract":"X","TotalDuration":72}}
//      =======    =======================   =================  ==      literals; values between them
//
//  Some objects keep no order of keys. Shapes that part late share what comes before, as a tree, so that no record
//  starts over. Nodes hold a literal; siblings are tried in turn, the one used last first:
//
//      {"_id":  ──▶  ,"_source":{"Contract":  ──▶  ,"TotalDuration":  ──▶  }}   end
//               └─▶  ,"_source":{"TotalDuration":  ──▶  ,"Contract":  ──▶  }}   end
//
//  A shape is learned from a record that the complete reader accepted. That a match is as good as the complete reader's
//  word follows step by step. Suppose both stand at the same byte, in the same object. The bytes of a literal are those
//  that the complete reader once walked over from here, and what it does depends on nothing but the bytes: it walks over
//  them again, and meets the same keys. A value is walked over by the same functions of `JSONScanner`, or by a shorter
//  form of them that gives up where it cannot tell. So both stand at the same byte again, up to the last brace. A record
//  that fits no shape, and any record with a flaw, is given to the complete reader from its first byte.
//
//  A file without shapes must not pay for them: when misses outnumber hits by `patience`, the tree is emptied and the
//  complete reader goes on alone for a while, each time for longer.
//
//  Three things of a record depend on more than one place in it, and such records are not learned: a key of the plan
//  that comes twice, an object of the plan's paths that is no object, and a field that is also an object on a path.
//
//  Reading too far: a literal holds no NUL, and the window ends with one. A literal that is equal lies in the window.
//  The last word of a literal is compared before those in the middle, so it may lie behind the window's end, by less
//  than the literal's length: literals are at most as long as the padding.

import CByteScan

/// The shapes that a reader learned.
struct ShapeTree: ~Copyable {
    /// One literal, and the value or the end behind it.
    private struct Node {
        /// The literal's first bytes (little-endian), and which of them count.
        var firstWord: UInt64 = 0
        var firstMask: UInt64 = 0
        /// The literal's last eight bytes, when it has more than eight.
        var lastWord: UInt64 = 0
        /// The whole literal, followed by zeros up to a multiple of eight.
        var literal: UnsafePointer<UInt8>
        var count = 0
        /// Where the value is kept; `FieldStorage.unused` for one that no field wants.
        var slot: Int32 = 0
        /// How deep the object around the value lies.
        var depth: Int32 = 0
        /// Nodes, or -1.
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
        /// When the record ends behind the literal: where each field was found, an index in `fields`; else -1.
        var fields: Int32 = -1
    }

    /// A file with more than this is none of a handful of shapes. A permutation of four keys takes 65 nodes.
    private static let nodeLimit = 512
    private static let literalLimit = 1 << 15
    /// Misses beyond hits after which the shapes are thought to be of no use.
    private static let patience = 128
    /// How many records then go to the complete reader alone; doubled each time, up to the second.
    private static let firstPause = 4096
    private static let longestPause = 1 << 18

    private let nodes: UnsafeMutablePointer<Node>
    private var nodeCount = 1
    private let literals: UnsafeMutablePointer<UInt8>
    private var literalCount = 0
    private let fields: UnsafeMutablePointer<Int32>
    private var fieldTables = 0
    private let fieldCount: Int

    /// Misses that are still borne; at zero comes a pause.
    private var credit = Self.patience
    private var pause = Self.firstPause
    /// Records that are not looked at any more.
    private var skip = 0

    /// - Parameter fieldCount: how many fields a record is judged by.
    init(fieldCount: Int) {
        self.fieldCount = fieldCount
        nodes = .allocate(capacity: Self.nodeLimit)
        literals = .allocate(capacity: Self.literalLimit)
        fields = .allocate(capacity: Self.nodeLimit * fieldCount)
        // Node 0 stands before the first literal.
        nodes[0] = Node(literal: UnsafePointer(literals))
    }

    deinit {
        nodes.deallocate()
        literals.deallocate()
        fields.deallocate()
    }

    // MARK: Matching

    /// Whether the next record should be matched, and learned when it does not fit.
    @inline(__always)
    mutating func isWorthTrying() -> Bool {
        if skip == 0 { return true }
        skip -= 1
        return false
    }

    /// Walks over the object at `start` if it has a known shape. The storage holds its fields afterwards.
    ///
    /// - Returns: behind the object, or nil when only the complete reader can tell.
    mutating func match(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, lineMode: Bool, isFinal: Bool,
        storage: borrowing FieldStorage
    ) -> UnsafePointer<UInt8>? {
        let nodes = nodes
        let slots = storage.slots
        var p = start
        var parent = 0
        while true {
            var previous = -1
            var index = Int(nodes[parent].firstChild)
            while index >= 0, !Self.stands(nodes + index, at: p) {
                previous = index
                index = Int(nodes[index].nextSibling)
            }
            if index < 0 { return nil }
            if previous >= 0 {
                nodes[previous].nextSibling = nodes[index].nextSibling
                nodes[index].nextSibling = nodes[parent].firstChild
                nodes[parent].firstChild = Int32(truncatingIfNeeded: index)
            }
            let node = nodes + index
            p += node.pointee.count
            if node.pointee.fields >= 0 {
                storage.use(fields + Int(node.pointee.fields))
                if credit < Self.patience {
                    credit += 1
                    if credit == Self.patience { pause = Self.firstPause }
                }
                return p
            }
            let slot = slots + Int(node.pointee.slot)
            let first = p.pointee
            if first == UInt8(ascii: "\"") {
                let close = wf_find_string_special(p + 1)!
                if close.pointee == UInt8(ascii: "\"") {
                    slot.pointee = FieldSlot(kind: .string, start: p + 1, count: close - p - 1)
                    p = close + 1
                    parent = index
                    continue
                }
            } else if isDigit(first) {
                var q = p + 1
                while isDigit(q.pointee) { q += 1 }
                // A zero stands alone; a fraction or an exponent is for the scanner.
                if first != UInt8(ascii: "0") || q == p + 1, q.pointee != UInt8(ascii: "."),
                    q.pointee | 0x20 != UInt8(ascii: "e"), q < end
                {
                    slot.pointee = FieldSlot(kind: .number, start: p, count: q - p)
                    p = q
                    parent = index
                    continue
                }
            }
            var scanner = JSONScanner(p, end: end, lineMode: lineMode, isFinal: isFinal)
            guard let value = Self.anyValue(&scanner, depth: Int(node.pointee.depth)) else { return nil }
            slot.pointee = value
            p = scanner.p
            parent = index
        }
    }

    @inline(__always)
    private static func stands(_ node: UnsafeMutablePointer<Node>, at p: UnsafePointer<UInt8>) -> Bool {
        if (word(p) ^ node.pointee.firstWord) & node.pointee.firstMask != 0 { return false }
        let count = node.pointee.count
        if count <= 8 { return true }
        // The last word overlaps the one before it.
        let last = count - 8
        if word(p + last) != node.pointee.lastWord { return false }
        var i = 8
        while i < last {
            if word(p + i) != word(node.pointee.literal + i) { return false }
            i += 8
        }
        return true
    }

    @inline(__always)
    private static func word(_ p: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
    }

    /// The first bytes of a word, `1 ... 8` of them.
    @inline(__always)
    private static func mask(_ count: Int) -> UInt64 { UInt64.max >> UInt64(64 - 8 * min(count, 8)) }

    /// Every value that is neither plain text nor digits alone.
    ///
    /// An object is one too: a plan's paths into it are literals, so none leads on from here.
    @inline(never)
    private static func anyValue(_ scanner: inout JSONScanner, depth: Int) -> FieldSlot? {
        try? FieldScanner.plainValue(&scanner, depth: depth)
    }

    // MARK: Learning

    /// Takes the shape of an object that the complete reader has just accepted, and did not fit.
    mutating func learn(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, lineMode: Bool, isFinal: Bool,
        storage: borrowing FieldStorage
    ) {
        credit -= 1
        if credit <= 0 {
            // Another try with what comes then: perhaps the file changes its ways.
            skip = pause
            pause = min(pause * 2, Self.longestPause)
            credit = Self.patience / 2
            forget()
            return
        }
        let scanner = JSONScanner(start, end: end, lineMode: lineMode, isFinal: isFinal)
        var walk = ShapeWalk(scanner, storage)
        guard walk.run() else { return }
        var parent = 0
        for piece in walk.pieces {
            guard let node = child(of: parent, piece) else { return }
            parent = node
        }
        if nodes[parent].fields < 0 {
            let table = fieldTables * fieldCount
            for field in 0..<fieldCount { fields[table + field] = storage.found[field] }
            nodes[parent].fields = Int32(table)
            fieldTables += 1
        }
    }

    private mutating func forget() {
        nodes[0].firstChild = -1
        (nodeCount, literalCount, fieldTables) = (1, 0, 0)
    }

    /// The node of a piece, new or known; nil when there is no room.
    private mutating func child(of parent: Int, _ piece: ShapeWalk.Piece) -> Int? {
        var known = Int(nodes[parent].firstChild)
        while known >= 0 {
            let node = nodes[known]
            if node.count == piece.literal.count,
                piece.literal.elementsEqual(
                    UnsafeBufferPointer(start: node.literal, count: node.count))
            {
                return known
            }
            known = Int(node.nextSibling)
        }
        let count = piece.literal.count
        let padded = (count + 7) & ~7
        guard count <= RecordReader.padding, nodeCount < Self.nodeLimit, literalCount + padded <= Self.literalLimit
        else { return nil }
        let literal = literals + literalCount
        for i in 0..<padded { literal[i] = i < count ? piece.literal[i] : 0 }
        literalCount += padded
        nodes[nodeCount] = Node(
            firstWord: Self.word(literal), firstMask: Self.mask(count),
            lastWord: count > 8 ? Self.word(literal + count - 8) : 0, literal: UnsafePointer(literal), count: count,
            slot: Int32(piece.slot), depth: Int32(piece.depth), nextSibling: nodes[parent].firstChild)
        nodes[parent].firstChild = Int32(nodeCount)
        nodeCount += 1
        return nodeCount - 1
    }
}
