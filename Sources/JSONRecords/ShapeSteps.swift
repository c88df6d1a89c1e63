//  The shape of one record that the complete reader accepted.
//
//      {"id":"a","n":-1.5,"x":[true,null]}      becomes
//
//      {"id":" string     ","n": number     ,"x":[true,null]      }end
//
//  Strings and numbers are what differs from record to record. true, false and null are few and stay literal, and so do
//  spaces between tokens.

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

    /// Levels that are followed; deeper records are rare and their shapes are not worth the stack.
    private static let depthLimit = 32

    /// The steps of the record in `start ..< end`, or nil when it is not one to learn.
    ///
    /// - Precondition: the complete reader accepted this object.
    static func of(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ storage: borrowing FieldStorage
    ) -> [ShapeTree.Step]? {
        var walk = ShapeSteps(start, end, storage)
        do throws(ScanFailure) { try walk.members(of: 0, depth: 1) } catch { return nil }
        guard !walk.isTooLong else { return nil }
        walk.emit(WF_SHAPE_END)
        return walk.steps.count <= ShapeTree.stepLimit ? walk.steps : nil
    }

    private init(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ storage: borrowing FieldStorage) {
        // Its bytes were all judged before: nothing in it is incomplete, and line feeds are where they may be.
        // What is lenient in it is counted each time it is met, so its shape is not to be learned.
        let scanner = JSONScanner(start, end: end, lineMode: false, isFinal: true, isLenient: false)
        fields = FieldScanner(scanner, storage)
        literalStart = start
    }

    /// Ends the literal at the scanner's position.
    private mutating func emit(_ kind: wf_shape_kind, slot: Int = Int(WF_SHAPE_NONE)) {
        // Before a number the last piece is never whole: then a record that has something else in its place shares all
        // pieces but that one, and the walk can turn to it.
        let isNumber = kind == WF_SHAPE_NUMBER || kind == WF_SHAPE_KEPT_INTEGER
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
}
