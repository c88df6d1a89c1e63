//  The shape of one record that the complete reader accepted.
//
//      {"id":"a","n":-1.5,"x":[true,null]}      becomes
//
//      {"id":" string     ","n": number     ,"x":[true,null]      }end
//
//  Strings and numbers are what differs from record to record. true, false and null are few and stay literal, and so do
//  spaces between tokens. For rows of cells, all values are of one kind, quotes and brackets included; only objects in
//  which fields are looked for are followed:
//
//      {"id": value     ,"n": value     ,"x": value     }end

import CByteScan
import Glibc

/// Cuts a record into steps.
struct ShapeSteps {
    private(set) var steps: [ShapeTree.Step] = []
    private var fields: FieldScanner
    /// Where the literal that is being gathered begins.
    private var literalStart: UnsafePointer<UInt8>
    /// Set when the record has more steps than are learned.
    private var isTooLong = false
    /// The slot of values that nobody reads, where cells are made; nil for a fold.
    private let otherSlot: Int?
    /// For cells: of each node of the plan's tree, whether its key was met.
    private var isMet: [Bool]

    /// Levels that are followed; deeper records are rare and their shapes are not worth the stack.
    private static let depthLimit = 32

    /// The steps of the record in `start ..< end`, or nil when it is not one to learn.
    ///
    /// - Parameter asCells: whether values become cells.
    /// - Precondition: the complete reader accepted this object.
    static func of(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ storage: borrowing FieldStorage, asCells: Bool
    ) -> [ShapeTree.Step]? {
        var walk = ShapeSteps(start, end, storage, asCells: asCells)
        do throws(ScanFailure) { try walk.members(of: 0, depth: 1) } catch { return nil }
        guard !walk.isTooLong else { return nil }
        walk.emit(WF_SHAPE_END)
        return walk.steps.count <= ShapeTree.stepLimit ? walk.steps : nil
    }

    private init(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ storage: borrowing FieldStorage, asCells: Bool
    ) {
        // Its bytes were all judged before: nothing in it is incomplete, and line feeds are where they may be.
        // What is lenient in it is counted each time it is met, so its shape is not to be learned.
        let scanner = JSONScanner(start, end: end, lineMode: false, isFinal: true, isLenient: false)
        fields = FieldScanner(scanner, storage)
        literalStart = start
        otherSlot = asCells ? storage.tree.slotCount : nil
        isMet = [Bool](repeating: false, count: asCells ? storage.tree.nodes.count : 0)
    }

    /// Ends the literal at the scanner's position.
    private mutating func emit(_ kind: wf_shape_kind, slot: Int = Int(WF_SHAPE_NONE)) {
        // Before a number the last piece is never whole: then a record that has something else in its place shares all
        // pieces but that one, and the walk can turn to it.
        let isNumber = kind == WF_SHAPE_NUMBER || kind == WF_SHAPE_KEPT_INTEGER || kind == WF_SHAPE_SCALAR
        let longest = Int(WF_SHAPE_LITERAL) - (isNumber ? 1 : 0)
        while fields.scanner.p - literalStart > longest {
            append(Int(WF_SHAPE_LITERAL), WF_SHAPE_MORE, slot: Int(WF_SHAPE_NONE))
        }
        append(fields.scanner.p - literalStart, kind, slot: slot)
    }

    private mutating func append(_ count: Int, _ kind: wf_shape_kind, slot: Int) {
        isTooLong = isTooLong || steps.count == ShapeTree.stepLimit
        if !isTooLong {
            let literal = Array(UnsafeBufferPointer(start: literalStart, count: count))
            steps.append(ShapeTree.Step(literal: literal, kind: kind, slot: UInt16(slot)))
        }
        literalStart += count
    }

    /// The members of an object whose brace is the next byte; `node` is -1 where the plan reads nothing.
    private mutating func members(of node: Int, depth: Int) throws(ScanFailure) {
        if depth > Self.depthLimit { throw .malformed }
        fields.scanner.p += 1
        try fields.scanner.skipSpace()
        if fields.scanner.p.pointee == UInt8(ascii: "}") {
            fields.scanner.p += 1
            return
        }
        repeat {
            let key = fields.scanner.p + 1
            fields.scanner.p = key
            let hasEscapes = try fields.scanner.skipString()
            let text = UnsafeBufferPointer(start: key, count: fields.scanner.p - key - 1)
            try fields.scanner.skipColon()
            try value(of: node < 0 ? -1 : fields.child(of: node, key: text, hasEscapes), depth: depth)
        } while try fields.scanner.skipComma(closing: UInt8(ascii: "}"))
    }

    private mutating func elements(depth: Int) throws(ScanFailure) {
        if depth > Self.depthLimit { throw .malformed }
        fields.scanner.p += 1
        try fields.scanner.skipSpace()
        if fields.scanner.p.pointee == UInt8(ascii: "]") {
            fields.scanner.p += 1
            return
        }
        repeat { try value(of: -1, depth: depth) } while try fields.scanner.skipComma(closing: UInt8(ascii: "]"))
    }

    private mutating func value(of node: Int, depth: Int) throws(ScanFailure) {
        let slot = node < 0 ? -1 : fields.nodes[node].slot
        if let otherSlot { return try cell(of: node, slot: slot, otherSlot: otherSlot, depth: depth) }
        switch fields.scanner.p.pointee {
        case UInt8(ascii: "{"): try members(of: node, depth: depth + 1)
        case UInt8(ascii: "["): try elements(depth: depth + 1)
        case UInt8(ascii: "\""):
            fields.scanner.p += 1
            if slot < 0 { emit(WF_SHAPE_STRING) } else { emit(WF_SHAPE_KEPT_STRING, slot: slot) }
            _ = try fields.scanner.skipString()
            // The closing quote begins the next literal.
            literalStart = fields.scanner.p - 1
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if slot < 0 { emit(WF_SHAPE_NUMBER) } else { emit(WF_SHAPE_KEPT_INTEGER, slot: slot) }
            try fields.scanner.skipNumber()
            literalStart = fields.scanner.p
        default: try fields.scanner.skipValue(depth: depth)
        }
    }

    /// A value where cells are made.
    private mutating func cell(of node: Int, slot: Int, otherSlot: Int, depth: Int) throws(ScanFailure) {
        if node >= 0 {
            // Of equal keys the last counts, with all that is below: a shape cannot tell.
            if isMet[node] { throw .malformed }
            isMet[node] = true
        }
        let looksInside = node >= 0 && fields.nodes[node].childCount > 0
        switch fields.scanner.p.pointee {
        case UInt8(ascii: "{") where looksInside && slot < 0: return try members(of: node, depth: depth + 1)
        // An object with fields that is itself one, or an array in place of an object with fields: too rare for a kind of
        // node.
        case UInt8(ascii: "{") where looksInside, UInt8(ascii: "[") where looksInside: throw .malformed
        default: break
        }
        emit(looksInside ? WF_SHAPE_SCALAR : WF_SHAPE_VALUE, slot: slot < 0 ? otherSlot : slot)
        try fields.scanner.skipValue(depth: depth)
        literalStart = fields.scanner.p
    }
}
