/// Numbers in another unit: so many units are so many of the other.
package struct NumberScale: Sendable, Equatable {
    let factor: Int64
    let divisor: Int64

    /// - Parameter divisor: more than zero.
    package init(_ factor: Int64, per divisor: Int64) {
        precondition(divisor > 0, "a unit of nothing")
        self.factor = factor
        self.divisor = divisor
    }

    /// The number times `factor / divisor`, rounded half away from zero; the nearest Int64 when it is none.
    ///
    ///     100 per 60: 90 is 150, 1 is 2 (1.66… rounded)
    func value(_ number: Int64) -> Int64 {
        let scaled = Int128(number) * Int128(factor)
        let half = Int128(divisor / 2)
        return Int64(clamping: (scaled + (scaled < 0 ? -half : half)) / Int128(divisor))
    }
}
