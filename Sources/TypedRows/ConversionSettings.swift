//  What the caller of a conversion decides: whether texts have types, and what becomes of digits that do not fit.

import Records

/// How cells become values.
package struct ConversionSettings: Sendable, Hashable {
    /// Whether all cells are text, as in CSV: a number in a text is then not counted as coerced, and `1`, `0`, `t` and `f`
    /// are booleans.
    package var isUntyped: Bool
    /// What becomes of digits of a decimal beyond its scale: `down` is towards zero, `up` away from it.
    package var decimalRounding: Rounding
    /// What becomes of a part of a microsecond: `down` is the earlier one, `up` the later one, `nearest` the nearer one, and
    /// of two that are equally near the later.
    package var timestampRounding: Rounding
    /// Whether NaN and Infinity are doubles.
    package var acceptsNonFinite: Bool

    package init(
        isUntyped: Bool = false, decimalRounding: Rounding = .reject, timestampRounding: Rounding = .reject,
        acceptsNonFinite: Bool = false
    ) {
        self.isUntyped = isUntyped
        self.decimalRounding = decimalRounding
        self.timestampRounding = timestampRounding
        self.acceptsNonFinite = acceptsNonFinite
    }
}
