//  Which fields records have, found out on the way.
//
//  Records that fit a shape are not looked at: they have the keys of the one that the shape was learned from. Of the
//  others, the first ones are looked at and then, as long as they tell nothing new, ever fewer, down to one of 64, which
//  the complete reader is given for it; news begins it afresh. So clean dumps pay for a few dozen records of each range
//  that a thread reads, files without shapes about a hundredth of their reading, and a field in a handful of records
//  among millions may go unseen. Where records become cells, values of other kinds fit a shape, too; there, the last record
//  of each batch is looked at as well.
//
//      tree      root ── "_source" ── "user"        paths    _source  _source.user  _id
//                   └─── "_id"

import Records

/// The keys of records as a tree.
struct FieldCensus {
    private struct Node {
        var key: [UInt8]
        /// Dotted.
        var path: [UInt8]
        var kinds: ValueKinds = []
        /// Indices; -1 for none.
        var firstChild = -1
        var sibling = -1
    }

    /// Node 0 is the record.
    private var nodes = [Node(key: [], path: [])]
    private(set) var hasMore = false

    /// Records that told nothing new since the last that did.
    private var fruitless = 0
    private var gap = 0
    private var left = 0
    /// So many are looked at before gaps begin, and gaps end growing here.
    private static let patience = 32
    private static let longestGap = 63
    /// Whether there are no gaps.
    private let seesAll: Bool

    init(seesAll: Bool = false) { self.seesAll = seesAll }

    /// What was seen so far.
    var fields: FieldPaths {
        var fields = FieldPaths()
        for node in nodes.dropFirst() {
            fields.insert(ByteOrdered(String(decoding: node.path, as: UTF8.self)), node.kinds)
        }
        fields.hasMore = fields.hasMore || hasMore
        return fields
    }

    /// Whether the record at hand is to be looked at.
    @inline(__always)
    mutating func isDue() -> Bool {
        if left > 0 {
            left -= 1
            return false
        }
        return true
    }

    /// Records until the next one is looked at.
    @inline(__always)
    var gapLeft: Int { left }

    /// So many records, no more than are left of the gap, were taken by others.
    @inline(__always)
    mutating func pass(_ records: Int) { left -= records }

    /// Looks at the object in `start ..< end`.
    ///
    /// - Precondition: the complete reader accepted it.
    mutating func note(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        var scanner = JSONScanner(start, end: end, lineMode: false, isFinal: true, isLenient: true)
        var isNews = false
        // What was accepted cannot fail; the walk ends early when there is no more room.
        try? members(of: 0, depth: 1, &scanner, &isNews)
        if isNews {
            (fruitless, gap) = (0, 0)
        } else if seesAll || fruitless < Self.patience {
            fruitless += 1
        } else {
            gap = min(gap * 2 + 1, Self.longestGap)
        }
        left = gap
    }

    private mutating func members(
        of node: Int, depth: Int, _ scanner: inout JSONScanner, _ isNews: inout Bool
    ) throws(ScanFailure) {
        scanner.p += 1
        try scanner.skipSpace()
        if scanner.p.pointee == UInt8(ascii: "}") {
            scanner.p += 1
            return
        }
        repeat {
            if scanner.closesAfterComma(UInt8(ascii: "}")) { return }
            scanner.p += 1
            let key = scanner.p
            let hasEscapes = try scanner.skipString()
            let text = UnsafeBufferPointer(start: key, count: scanner.p - key - 1)
            try scanner.skipColon()
            let child = hasEscapes ? childOfEscaped(of: node, text, &isNews) : child(of: node, text, &isNews)
            // A record can have a million keys that there is no room for.
            if child == nil && nodes.count > FieldPaths.limit { throw .malformed }
            let kind = Self.kind(scanner.p.pointee)
            if let child, !nodes[child].kinds.contains(kind) {
                nodes[child].kinds.formUnion(kind)
                isNews = true
            }
            if let child, kind == .object, depth < FieldPaths.depthLimit {
                try members(of: child, depth: depth + 1, &scanner, &isNews)
            } else {
                try scanner.skipValue(depth: depth)
            }
        } while try scanner.skipComma(closing: UInt8(ascii: "}"))
    }

    private static func kind(_ first: UInt8) -> ValueKinds {
        switch first {
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        // NaN and Infinity are meant as numbers, too.
        default: .number
        }
    }

    /// The node of a key, made when there is room; nil when it is left out.
    private mutating func child(of node: Int, _ key: UnsafeBufferPointer<UInt8>, _ isNews: inout Bool) -> Int? {
        var last = -1
        var child = nodes[node].firstChild
        while child >= 0 {
            if nodes[child].key.withUnsafeBufferPointer({ isSameBytes($0, key) }) { return child }
            last = child
            child = nodes[child].sibling
        }
        let path = Self.path(nodes[node].path, isFirst: node == 0, key)
        guard let path, nodes.count <= FieldPaths.limit else {
            hasMore = true
            return nil
        }
        isNews = true
        nodes.append(Node(key: Array(key), path: path))
        if last >= 0 { nodes[last].sibling = nodes.count - 1 } else { nodes[node].firstChild = nodes.count - 1 }
        return nodes.count - 1
    }

    private mutating func childOfEscaped(
        of node: Int, _ key: UnsafeBufferPointer<UInt8>, _ isNews: inout Bool
    ) -> Int? {
        // A byte of text takes six bytes at most, `\u0041`.
        guard key.count <= FieldPaths.longestPath * 6 else {
            hasMore = true
            return nil
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: key.count) { decoded in
            // A text is never longer than its source.
            let count = decodeString(key, into: decoded.baseAddress!)
            return child(of: node, UnsafeBufferPointer(rebasing: decoded[..<count]), &isNews)
        }
    }

    /// The dotted path of a key; nil when it is too long.
    private static func path(_ above: [UInt8], isFirst: Bool, _ key: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard above.count + key.count < FieldPaths.longestPath else { return nil }
        var path = above
        if !isFirst { path.append(UInt8(ascii: ".")) }
        for byte in key {
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "\\") { path.append(UInt8(ascii: "\\")) }
            path.append(byte)
        }
        return path.count <= FieldPaths.longestPath ? path : nil
    }
}
