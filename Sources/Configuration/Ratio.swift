//  A share of a whole, exact, so that a file is not held on one machine and counted on another.

/// A share from 0 to 1, in millionths; written as `0.05` or `5%`.
package struct Ratio: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `0 ... 1_000_000`.
    package var millionths: Int

    package init(millionths: Int) {
        precondition(0...1_000_000 ~= millionths, "a share is between 0 and 1, not \(millionths) millionths")
        self.millionths = millionths
    }

    /// - Throws: ``ValueRefusal`` when it is not a number, over 1 (100 %), or finer than a millionth.
    package init(parsing text: String) throws(ValueRefusal) {
        var number = Substring(text)
        let isPercent = number.last == "%"
        if isPercent {
            number.removeLast()
            if number.last == " " { number.removeLast() }
        }
        guard let decimal = ExactDecimal(number) else { throw ValueRefusal("\(quoted(number)) is not a number") }
        guard let millionths = decimal.times(isPercent ? 10_000 : 1_000_000) else {
            throw ValueRefusal(decimal.decimals == 0 ? "too large" : "finer than a millionth")
        }
        guard millionths <= 1_000_000 else {
            if !isPercent, millionths <= 100_000_000 { throw ValueRefusal("over 1; \(text) in a hundred is \(text)%") }
            throw ValueRefusal("over \(isPercent ? "100%" : "1")")
        }
        self.millionths = millionths
    }

    /// Whether `part` of `whole` is a larger share than this one. Nothing of nothing is no larger share than any.
    package func isExceeded(by part: Int, of whole: Int) -> Bool {
        let left = part.multipliedFullWidth(by: 1_000_000)
        let right = whole.multipliedFullWidth(by: millionths)
        return (left.high, left.low) > (right.high, right.low)
    }

    /// In percent, with as many decimals as it takes: `5%`, `0.25%`.
    package var description: String {
        let (percent, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
        guard rest > 0 else { return "\(percent)%" }
        var decimals = String(String(10_000 + rest).dropFirst())
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(percent).\(decimals)%"
    }

    package static func < (a: Ratio, b: Ratio) -> Bool { a.millionths < b.millionths }
}
