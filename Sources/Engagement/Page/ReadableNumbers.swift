//  Numbers for people: on the page, on the terminal, in messages.
//
//      48457499 records       48,457,499
//      1,234,567,890 seconds  342,936 hours       no places behind the point from a thousand hours on,
//      123,456 seconds        34.3 hours          one from ten on,
//      1,234 seconds          0.34 hours          two below
//
//  The numbers of one table have the same places, so that they can be compared by their length. All is whole-number
//  arithmetic: the same sums give the same text on every machine.

import Wording

/// Numbers as text that people read.
package enum Readable {
    /// `1,600,000`, `−5`
    package static func number(_ value: some BinaryInteger) -> String {
        (value < 0 ? "−" : "") + Show.grouped("\(value.magnitude)")
    }

    /// `1 file`, `6 files`
    package static func count(_ value: some BinaryInteger, _ noun: String) -> String {
        "\(number(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// `27.3%`; a dash when there is no whole, or the part is less than nothing.
    package static func share(_ part: Int128, of whole: Int128) -> String {
        guard whole > 0, part >= 0 else { return "–" }
        let tenths = (part * 1000 + whole / 2) / whole
        if tenths == 0 && part > 0 { return "<0.1%" }
        // What rounds to all of it is said to be all of it only if it is.
        if tenths == 1000 && part < whole { return ">99.9%" }
        return "\(number(tenths / 10)).\(tenths % 10)%"
    }

    /// The beginning of a text that has more code points than there is room for. Not characters: one of those may have
    /// any number of code points.
    package static func cut(_ text: String, to count: Int) -> String {
        // Counting takes time; the bytes are at least as many.
        if text.utf8.count <= count { return text }
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: count - 1, limitedBy: scalars.endIndex),
            end < scalars.endIndex, scalars.index(after: end) < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}

/// Seconds as hours, with the same places for all numbers of a table.
package struct HourFormat: Sendable, Equatable {
    /// 0, 1 or 2.
    let places: Int

    init(places: Int) {
        precondition((0...2).contains(places), "hours with \(places) places")
        self.places = places
    }

    /// - Parameter largest: the largest number of seconds that will be shown.
    package init(largest: Int128) {
        let hours = largest.magnitude / 3600
        places = hours >= 1000 ? 0 : hours >= 10 ? 1 : 2
    }

    package init(_ all: some Sequence<Int128>) { self.init(largest: all.map { abs($0) }.max() ?? 0) }

    /// Half a unit is rounded up; what is more than nothing and rounds to nothing is `<1`, `<0.1`, `<0.01`.
    package func text(_ seconds: Int128) -> String {
        let scale: UInt128 = places == 0 ? 1 : places == 1 ? 10 : 100
        let units = (seconds.magnitude * scale + 1800) / 3600
        if units == 0 { return seconds > 0 ? "<" + written(1, scale) : written(0, scale) }
        return (seconds < 0 ? "−" : "") + written(units, scale)
    }

    private func written(_ units: UInt128, _ scale: UInt128) -> String {
        let whole = Show.grouped("\(units / scale)")
        guard places > 0 else { return whole }
        let rest = "\(units % scale)"
        return "\(whole).\(String(repeating: "0", count: places - rest.utf8.count))\(rest)"
    }
}

/// Where the lines of a chart's scale lie.
///
/// Steps are 1, 2 or 5 times a power of ten, and there are five of them at most: up to 48,200 goes a scale of 0, 10,000,
/// … 50,000.
struct ChartScale {
    /// What the top of the chart stands for; more than 0.
    let top: Int128
    /// From 0 up to `top`.
    let ticks: [Int128]
    /// Of the unit that the steps are counted in.
    let step: Int128

    /// - Parameters:
    ///   - largest: what has to fit.
    ///   - unit: the smallest step.
    init(largest: Int128, unit: Int128) {
        let units = max((largest + unit - 1) / unit, 1)
        var step: Int128 = 1
        var factors = [2, 5, 10]
        var power: Int128 = 1
        while (units + step - 1) / step > 5 {
            step = power * Int128(factors.removeFirst())
            if factors.isEmpty {
                power *= 10
                factors = [2, 5, 10]
            }
        }
        let count = (units + step - 1) / step
        self.step = step
        top = count * step * unit
        ticks = (0...Int(count)).map { Int128($0) * step * unit }
    }
}
