//  A second walk over a record that was accepted, to cut it into literals and values.

/// The pieces of one record.
struct ShapeWalk {
    /// The bytes before a value, or before the end.
    struct Piece {
        var literal: UnsafeBufferPointer<UInt8>
        var slot = 0
        var depth = 0
    }

    /// Records with more values are not worth a shape.
    private static let pieceLimit = 128

    private(set) var pieces: [Piece] = []
    private var fields: FieldScanner
    private let unused: Int
    private let nodeCount: Int
    /// The first byte that is in no piece yet.
    private var begun: UnsafePointer<UInt8>
    private var met: [Bool]

    init(_ scanner: JSONScanner, _ storage: borrowing FieldStorage) {
        fields = FieldScanner(scanner, storage)
        begun = scanner.p
        unused = storage.unused
        nodeCount = storage.tree.nodes.count
        met = Array(repeating: false, count: nodeCount)
    }

    /// Cuts the object where the scanner stands. Returns whether it may be learned.
    mutating func run() -> Bool {
        fields.scanner.p += 1
        guard let isFit = try? members(of: 0, depth: 1), isFit else { return false }
        pieces.append(Piece(literal: UnsafeBufferPointer(start: begun, count: fields.scanner.p - begun)))
        return true
    }

    private mutating func members(of node: Int, depth: Int) throws(ScanFailure) -> Bool {
        try fields.scanner.skipSpace()
        if fields.scanner.p.pointee == UInt8(ascii: "}") {
            fields.scanner.p += 1
            return true
        }
        repeat {
            let child = try fields.member(of: node)
            if child >= 0 {
                if met[child] { return false }
                met[child] = true
            }
            if child >= 0 && fields.nodes[child].childCount > 0 {
                // An object on the way to a field: its keys are literals, too.
                let isField = fields.nodes[child].slot >= 0
                if isField || fields.scanner.p.pointee != UInt8(ascii: "{") { return false }
                fields.scanner.p += 1
                if try !members(of: child, depth: depth + 1) { return false }
            } else {
                if pieces.count == Self.pieceLimit { return false }
                let literal = UnsafeBufferPointer(start: begun, count: fields.scanner.p - begun)
                let slot = child >= 0 ? fields.nodes[child].slot : unused
                pieces.append(Piece(literal: literal, slot: slot, depth: depth))
                try fields.scanner.skipValue(depth: depth)
                begun = fields.scanner.p
            }
        } while try fields.scanner.skipComma(closing: UInt8(ascii: "}"))
        return true
    }
}
