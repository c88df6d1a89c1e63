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

extension Cell {
    /// - Precondition: neither missing nor null.
    var valueKind: ValueKinds {
        switch Kind(rawValue: kind)! {
        case .missing, .null: preconditionFailure("no value has a kind")
        case .string: .string
        case .number: .number
        case .boolean: .boolean
        case .container: base.pointee == UInt8(ascii: "[") ? .array : .object
        }
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
