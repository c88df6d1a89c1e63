//  How one cell becomes a value of one type.
//
//  A reading is a type and not a function, so that the loop over a column's cells is compiled for each of them, and what it
//  does for the common form of a value lies in the loop.

import Records

/// What became of a cell that holds something.
struct CellOutcome: OptionSet {
    let rawValue: UInt8

    /// Taken from another type or form than its own.
    static let coerced = CellOutcome(rawValue: 1)
    /// Digits were cut off as the settings say.
    static let rounded = CellOutcome(rawValue: 2)
    /// There is no value.
    static let bad = CellOutcome(rawValue: 4)

    /// A value as it was written.
    static let plain: CellOutcome = []
}

/// A type of field: how its cells are read.
protocol CellReading {
    associatedtype Value: BitwiseCopyable

    /// Whether cells of several kinds are plain.
    static var hasPlainKinds: Bool { get }

    /// Reads a cell that is neither missing nor null.
    ///
    /// - Parameter out: where the value goes, unless the outcome is bad.
    mutating func read(_ cell: Cell, _ out: UnsafeMutablePointer<Value>) -> CellOutcome
}

extension CellReading {
    static var hasPlainKinds: Bool { false }
}

/// Kinds of cells: a bit for each, at the place of the kind's raw value; arrays have one of their own. Plain integers, because
/// they are noted for each cell that is not plain.
typealias CellKinds = UInt8

extension CellKinds {
    static var array: CellKinds { 1 << 6 }

    /// As findings have them.
    var values: ValueKinds {
        let all: [(CellKinds, ValueKinds)] = [
            (Self(Cell.Kind.string.rawValue), .string), (Self(Cell.Kind.number.rawValue), .number),
            (Self(Cell.Kind.boolean.rawValue), .boolean), (Self(Cell.Kind.container.rawValue), .object), (6, .array),
        ]
        return all.reduce(into: []) { kinds, kind in if self & 1 << kind.0 != 0 { kinds.formUnion(kind.1) } }
    }
}

extension Cell {
    /// - Precondition: neither missing nor null.
    @inline(__always)
    var kindBit: CellKinds {
        let isArray = isOf(.container) && base.pointee == UInt8(ascii: "[")
        return isArray ? CellKinds.array : 1 &<< CellKinds(truncatingIfNeeded: kind)
    }

    /// Whether it is of one of the kinds that hold something.
    @inline(__always)
    func isOf(_ wanted: Kind) -> Bool { kind == wanted.rawValue }

    /// - Precondition: neither missing nor null: such a cell has an address.
    @inline(__always)
    var base: UnsafePointer<UInt8> { start.unsafelyUnwrapped }
}

/// Whether numbers in the cell are not coerced.
@inline(__always)
func hasNumbers(_ cell: Cell, _ settings: ConversionSettings) -> Bool {
    cell.isOf(.number) || cell.isOf(.string) && settings.isUntyped
}

/// What is counted for a number that is written as a string.
@inline(__always)
func coercion(of cell: Cell, _ settings: ConversionSettings) -> CellOutcome {
    cell.isOf(.string) && !settings.isUntyped ? .coerced : .plain
}
