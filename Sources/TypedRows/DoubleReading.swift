//  Doubles, correctly rounded: the double nearest to the number as it is written, of two equally near the even one.
//
//  Three ways, each taken where it is exact:
//
//      up to 2^53 × 10^±22          one multiplication or division of two doubles that are exact (William Clinger, "How to
//                                   Read Floating Point Numbers Accurately", 1990, section 4)
//      up to 19 digits × 10^±27     the same in the 64 bits of x87: the digits and 10^27 = 5^27 × 2^27 are exact there, and
//                                   the result is rounded once. Rounding it to 53 bits rounds a second time, which is
//                                   right unless the first result lies in the middle between two doubles: rounding is
//                                   monotone and every middle has 54 bits, so a number on one side of it stays there
//      everything else              Swift's `Double(_:)`, which rounds correctly and depends on no locale
//
//  The second way is what numbers with 16 and 17 digits take, which is how programs print doubles. Neither result of the
//  first two can be infinite or subnormal.
//
//  A double stands for the numbers around it, so nobody counts that 0.1 is none. What is counted as rounded is what people
//  would miss: a whole number that became another one, and a number that became zero.

import Records

/// Double.
struct DoubleReading: CellReading {
    let settings: ConversionSettings
    /// Powers of ten that are exact, 10^k at k.
    private let powers: [Double] = (0...22).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
    #if arch(x86_64)
        private let longPowers: [Float80] = (0...27).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
    #endif

    init(_ settings: ConversionSettings) { self.settings = settings }

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<Double>) -> CellOutcome {
        if hasNumbers(cell, settings), let number = ShortNumber(cell.base, Int(cell.byteCount)),
            let magnitude = magnitude(number)
        {
            out.pointee = number.isNegative ? -magnitude : magnitude
            return .plain
        }
        return readOther(cell, out)
    }

    /// What the number is without its sign, where it can be computed; nil elsewhere.
    @inline(__always)
    private func magnitude(_ number: ShortNumber) -> Double? {
        let exponent = number.exponent
        if number.digits <= 1 << 53 && exponent >= -22 && exponent <= 22 {
            let digits = Double(number.digits)
            return exponent < 0 ? digits / powers[0 &- exponent] : digits * powers[exponent]
        }
        return longMagnitude(number)
    }

    private func longMagnitude(_ number: ShortNumber) -> Double? {
        #if arch(x86_64)
            let exponent = number.exponent
            // Beyond 2^53 a whole number may become another one.
            guard !number.isPlain, exponent >= -27 && exponent <= 27 else { return nil }
            let digits = Float80(number.digits)
            let value = exponent < 0 ? digits / longPowers[0 &- exponent] : digits * longPowers[exponent]
            // The eleven bits that a double does not have: half of its last one.
            return value.significandBitPattern & 0x7FF == 0x400 ? nil : Double(value)
        #else
            return nil
        #endif
    }

    private func readOther(_ cell: Cell, _ out: UnsafeMutablePointer<Double>) -> CellOutcome {
        guard cell.isOf(.number) || cell.isOf(.string) else { return .bad }
        guard let number = NumberParts(cell.text) else {
            guard settings.acceptsNonFinite, let value = Self.nonFinite(cell.text) else { return .bad }
            out.pointee = value
            return coercion(of: cell, settings)
        }
        // The grammar of numbers in JSON is a part of Swift's.
        guard let value = Double(String(decoding: cell.text, as: UTF8.self)), value.isFinite else { return .bad }
        out.pointee = value
        let outcome = coercion(of: cell, settings)
        return Self.isAnother(value, number) ? outcome.union(.rounded) : outcome
    }

    /// Whether a double is not what people take the number for that it was made of.
    private static func isAnother(_ value: Double, _ number: NumberParts) -> Bool {
        if value == 0 { return number.digitCount > 0 }
        guard number.isPlain else { return false }
        // One of more digits than that is a double by chance only.
        guard let (whole, _) = number.magnitude() else { return true }
        return UInt128(exactly: value.magnitude) != whole
    }

    /// NaN and Infinity as JavaScript, Python and C write them, in any case; nil for every other text.
    private static func nonFinite(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard text.count <= 9 else { return nil }
        switch String(decoding: text, as: UTF8.self).lowercased() {
        case "nan": return .nan
        case "infinity", "+infinity", "inf", "+inf": return .infinity
        case "-infinity", "-inf": return -.infinity
        default: return nil
        }
    }
}
