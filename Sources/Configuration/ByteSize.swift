//  Sizes in memory and on disk, as people write them.

/// A number of bytes, written as `16777216`, `512MB` or `512M` (decimal), or `512MiB` (binary).
package struct ByteSize: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Never negative.
    package var bytes: Int

    /// The units, largest first.
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("KB", 1000),
        ("B", 1),
    ]

    package init(bytes: Int) {
        precondition(bytes >= 0, "a size is not negative: \(bytes)")
        self.bytes = bytes
    }

    package static func megabytes(_ count: Int) -> ByteSize { ByteSize(bytes: count * 1_000_000) }

    /// Reads a number, whole or with a decimal point, and a unit: none or `B` for bytes, KB MB GB or K M G, KiB MiB GiB. Small
    /// and capital letters are alike, and a blank may stand between the two.
    /// - Throws: ``ValueRefusal`` when it is none of these, or not a whole number of bytes, or 8 EiB and more.
    package init(parsing text: String) throws(ValueRefusal) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text[number.endIndex...]
        if unit.first == " " { unit.removeFirst() }
        guard !number.isEmpty else { throw ValueRefusal("no number") }
        var name = unit.lowercased()
        // A letter alone is decimal, as it is in units of measurement.
        if ["k", "m", "g"].contains(name) { name += "b" }
        guard let factor = name.isEmpty ? 1 : Self.units.first(where: { $0.name.lowercased() == name })?.bytes else {
            throw ValueRefusal("\(quoted(unit)) is not a unit")
        }
        guard let decimal = ExactDecimal(number) else { throw ValueRefusal("\(quoted(number)) is not a number") }
        guard let bytes = decimal.times(factor) else {
            throw ValueRefusal(decimal.decimals == 0 ? "too large" : "not a whole number of bytes")
        }
        self.bytes = bytes
    }

    /// The shortest exact way to write it, in the largest unit that divides it: `512MB`, `1536KiB`, `1234B`. Reading it
    /// again gives the same size.
    package var description: String {
        guard bytes > 0, let unit = Self.units.first(where: { bytes % $0.bytes == 0 }) else { return "0B" }
        return "\(bytes / unit.bytes)\(unit.name)"
    }

    package static func < (a: ByteSize, b: ByteSize) -> Bool { a.bytes < b.bytes }
}
