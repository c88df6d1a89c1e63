//  Numbers as people write them, "1.5" or "0.05", without a detour through binary fractions.

/// A decimal number that is not negative: `digits / 10^decimals`.
struct ExactDecimal {
    var digits: Int
    var decimals: Int

    /// - Returns: nil when the text is not ASCII digits with at most one point between them, or has more than 18 digits.
    init?(_ text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) else {
            return nil
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        guard parts[0].utf8.count + fraction.utf8.count <= 18, let digits = Int(parts[0] + fraction) else { return nil }
        self.digits = digits
        decimals = fraction.utf8.count
    }

    /// The number times `factor`, if that is a whole number that fits.
    func times(_ factor: Int) -> Int? {
        let scale = (0..<decimals).reduce(1 as UInt) { scale, _ in scale * 10 }
        let product = UInt(digits).multipliedFullWidth(by: UInt(factor))
        guard product.high < scale else { return nil }
        let (quotient, remainder) = scale.dividingFullWidth(product)
        return remainder == 0 ? Int(exactly: quotient) : nil
    }
}

/// Whether the byte is one of `0` … `9`.
func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
