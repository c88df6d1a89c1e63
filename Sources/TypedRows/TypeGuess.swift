//  The narrowest type that holds all values of a field, found value by value.
//
//                      json
//                     /    \
//                string     (objects, arrays)
//              /  |   |  \
//       boolean   |   |   timestamp
//                 |   |       |
//            decimal  double  date
//                 \   /
//                integer
//
//  Values of two kinds go to the lowest type above both, so the order of records decides nothing. A number that is whole
//  but beyond 64 bits makes a decimal of 38 digits. A double must not change a whole number: numbers of which one has a
//  fraction, and a double would change another, make a string. Null says nothing.

import Records

/// What the values of one field have been so far.
package struct TypeGuess: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    static let boolean = TypeGuess(rawValue: 1)
    /// Within 64 bits, and a double is the same number.
    static let integer = TypeGuess(rawValue: 2)
    /// Within 64 bits, and a double would be another number.
    static let exactInteger = TypeGuess(rawValue: 512)
    /// Whole, and beyond 64 bits; up to 38 digits.
    static let longInteger = TypeGuess(rawValue: 4)
    static let double = TypeGuess(rawValue: 8)
    /// A number that a double would change or cannot hold.
    static let otherNumber = TypeGuess(rawValue: 16)
    static let date = TypeGuess(rawValue: 32)
    static let timestamp = TypeGuess(rawValue: 64)
    static let string = TypeGuess(rawValue: 128)
    static let container = TypeGuess(rawValue: 256)

    private static let integers: TypeGuess = [.integer, .exactInteger]
    private static let times: TypeGuess = [.date, .timestamp]

    /// The lowest type above all that was seen; nil when there was no value.
    package var type: FieldType? {
        if isEmpty { return nil }
        if contains(.container) { return .json }
        if self == .boolean { return .boolean }
        if isSubset(of: Self.integers) { return .integer }
        if isSubset(of: Self.integers.union(.longInteger)) { return .decimal(precision: 38, scale: 0) }
        if isSubset(of: [.integer, .double]) { return .double }
        if self == .date { return .date }
        if isSubset(of: Self.times) { return .timestamp(.iso8601) }
        return .string
    }
}

/// Tells what values are, by the readings that would take them.
package struct CellClassifier {
    private let integers: IntegerReading
    private let doubles: DoubleReading
    private let booleans: BooleanReading
    private var dates = DateReading()
    private var timestamps: CivilTimestampReading
    private let isUntyped: Bool

    package init(_ settings: ConversionSettings) {
        integers = IntegerReading(settings: settings)
        doubles = DoubleReading(settings)
        booleans = BooleanReading(settings: settings)
        timestamps = CivilTimestampReading(settings)
        isUntyped = settings.isUntyped
    }

    package mutating func guess(_ cell: Cell) -> TypeGuess {
        switch Cell.Kind(rawValue: cell.kind)! {
        case .missing, .null: []
        case .boolean: .boolean
        case .container: .container
        case .number: number(cell)
        case .string: isUntyped ? untyped(cell) : string(cell)
        }
    }

    private func number(_ cell: Cell) -> TypeGuess {
        let digits = cell.text.drop { $0 == UInt8(ascii: "-") }
        guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            var value = 0.0
            return doubles.read(cell, &value) == .plain ? .double : .otherNumber
        }
        var value = 0 as Int64
        if integers.read(cell, &value) == .plain {
            return Int64(exactly: Double(value)) == value ? .integer : .exactInteger
        }
        return digits.count <= 38 ? .longInteger : .otherNumber
    }

    private mutating func string(_ cell: Cell) -> TypeGuess {
        // No date is shorter.
        if cell.byteCount < 10 { return .string }
        var day = 0 as Int32
        if dates.read(cell, &day) == .plain { return .date }
        var moment = 0 as Int64
        return timestamps.read(cell, &moment) == .plain ? .timestamp : .string
    }

    /// Of text that has no types, what reads as one has it; `1` and `0` are numbers.
    private mutating func untyped(_ cell: Cell) -> TypeGuess {
        guard let first = cell.text.first else { return .string }
        if first == UInt8(ascii: "-") || first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9") {
            // Zeros in front are part of a number of some other kind: of a telephone, a postcode.
            var value = 0.0
            let isNumber = !hasZerosInFront(cell.text) && !doubles.read(cell, &value).contains(.bad)
            if isNumber { return number(cell) }
            return string(cell)
        }
        var isTrue = false
        return cell.byteCount > 1 && booleans.read(cell, &isTrue) == .plain ? .boolean : .string
    }

    private func hasZerosInFront(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let digits = text.drop { $0 == UInt8(ascii: "-") }
        return digits.count > 1 && digits.first == UInt8(ascii: "0")
            && digits.dropFirst().first.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } == true
    }
}

/// What the values of all fields have been, over many records.
package struct TypeSurvey {
    /// By field.
    package private(set) var guesses: [TypeGuess]
    private var classifier: CellClassifier

    package init(fieldCount: Int, _ settings: ConversionSettings) {
        guesses = Array(repeating: [], count: fieldCount)
        classifier = CellClassifier(settings)
    }

    /// Adds the values of a batch.
    package mutating func add(_ batch: borrowing CellBatch) {
        precondition(batch.fieldCount == guesses.count, "\(batch.fieldCount) cells for \(guesses.count) fields")
        for field in guesses.indices {
            var guess = guesses[field].rawValue
            for row in 0..<batch.count {
                guess |= classifier.guess(batch.cells[row * batch.fieldCount + field]).rawValue
            }
            guesses[field] = TypeGuess(rawValue: guess)
        }
    }

    /// Adds what another survey found.
    package mutating func add(_ other: [TypeGuess]) {
        precondition(other.count == guesses.count, "\(other.count) guesses for \(guesses.count) fields")
        for field in guesses.indices { guesses[field].formUnion(other[field]) }
    }
}
