//  Spans of time, as people write them.

/// A span of time, written as `2s`, `500ms`, `10m`, `1h`, or as a number of seconds: `2`, `0.5`.
package struct TimeSpan: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Never negative.
    package var milliseconds: Int

    /// The units, largest first.
    private static let units: [(name: String, milliseconds: Int)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    package init(milliseconds: Int) {
        precondition(milliseconds >= 0, "a span is not negative: \(milliseconds)")
        self.milliseconds = milliseconds
    }

    package static func seconds(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }

    /// Reads a number, whole or with a decimal point, and a unit: `ms`, `s` (or none), `m` or `h`. A blank may stand
    /// between the two.
    /// - Throws: ``ValueRefusal`` when it is none of these, or not a whole number of milliseconds.
    package init(parsing text: String) throws(ValueRefusal) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text[number.endIndex...]
        if unit.first == " " { unit.removeFirst() }
        guard !number.isEmpty else { throw ValueRefusal("no number") }
        let name = unit.isEmpty ? "s" : unit.lowercased()
        guard let factor = Self.units.first(where: { $0.name == name })?.milliseconds else {
            throw ValueRefusal("\(quoted(unit)) is not a unit; ms, s, m and h are")
        }
        guard let decimal = ExactDecimal(number) else { throw ValueRefusal("\(quoted(number)) is not a number") }
        guard let milliseconds = decimal.times(factor) else {
            throw ValueRefusal(decimal.decimals == 0 ? "too long" : "not a whole number of milliseconds")
        }
        self.milliseconds = milliseconds
    }

    /// In the largest unit that divides it: `2s`, `1500ms`, `10m`. Reading it again gives the same span.
    package var description: String {
        guard milliseconds > 0, let unit = Self.units.first(where: { milliseconds % $0.milliseconds == 0 }) else {
            return "0s"
        }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    package static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.milliseconds < b.milliseconds }
}
