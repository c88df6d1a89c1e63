//  Numbers and names for people.

import Records

/// Text for the summary, the progress bar and the status.
package enum Show {
    /// `1,600,000`
    package static func number(_ value: some BinaryInteger) -> String {
        (value < 0 ? "-" : "") + grouped(String(value.magnitude))
    }

    /// Puts a comma before every three digits.
    package static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.utf8.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1.66 GB`; decimal units.
    package static func bytes(_ count: Int) -> String { scaled(Double(count)) + "B" }

    /// `1.60 M`, `853`; nothing behind the point below a thousand.
    package static func short(_ value: Double) -> String {
        let text = value < 0 ? "-" + scaled(-value) : scaled(value)
        return text.hasSuffix(" ") ? String(text.dropLast()) : text
    }

    /// `2.1 %`; what is less than a tenth has two decimals.
    package static func percent(_ share: Double) -> String {
        let percent = share * 100
        return decimals(percent, percent >= 9.95 ? 0 : percent >= 0.095 ? 1 : 2) + " %"
    }

    /// `1.37 GB/s`
    package static func rate(_ bytes: Int, _ seconds: Double) -> String {
        seconds > 0 ? scaled(Double(bytes) / seconds) + "B/s" : "-"
    }

    private static func scaled(_ value: Double) -> String {
        let units = ["", "k", "M", "G", "T", "P", "E"]
        var value = value
        var unit = 0
        while value >= 999.5 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return (unit == 0 ? String(Int(value)) : decimals(value, value < 10 ? 2 : value < 100 ? 1 : 0)) + " "
            + units[unit]
    }

    /// `0.43 s`, `12.1 s`, `3:05 min`
    package static func duration(_ seconds: Double) -> String {
        if seconds >= 60 { return clock(seconds) + " min" }
        return decimals(seconds, seconds < 10 ? 2 : 1) + " s"
    }

    /// `0.427`: for programs that read it.
    package static func seconds(_ seconds: Double) -> String { decimals(seconds, 3) }

    /// `3:05`
    package static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func decimals(_ value: Double, _ places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let rounded = Int((value * Double(scale)).rounded())
        guard places > 0 else { return String(rounded) }
        let fraction = String(rounded % scale)
        return "\(rounded / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// `1 file`, `6 files`
    package static func count(_ value: Int, _ noun: String) -> String {
        "\(number(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// `1 user`, `6 users`, in a plan's words.
    package static func count(_ value: Int, _ words: FieldWords) -> String {
        "\(number(value)) \(value == 1 ? words.noun : words.plural)"
    }

    /// A name on one line: what a terminal would not just show is escaped.
    package static func name(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !$0.isFitForTerminals }) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.isFitForTerminals
                ? String(scalar) : scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
        }.joined()
    }

    /// The name that `name` shows so, if it has escapes: what somebody copied from a terminal. Nil when there is none.
    package static func unescaped(_ shown: String) -> String? {
        var name = String.UnicodeScalarView()
        var rest = shown.unicodeScalars[...]
        var hasEscape = false
        while let scalar = rest.popFirst() {
            if scalar == "\\", rest.first == "n" {
                rest.removeFirst()
                name.append("\n")
                hasEscape = true
            } else if scalar == "\\", rest.starts(with: "u{".unicodeScalars), let end = rest.firstIndex(of: "}"),
                let value = UInt32(String(rest[..<end].dropFirst(2)), radix: 16), let escaped = Unicode.Scalar(value)
            {
                rest = rest[rest.index(after: end)...]
                name.append(escaped)
                hasEscape = true
            } else {
                name.append(scalar)
            }
        }
        return hasEscape ? String(name) : nil
    }

    /// The beginning of a text that has more characters than there are columns for.
    package static func cut(_ text: String, to columns: Int) -> String {
        text.count <= columns ? text : String(text.prefix(max(columns - 1, 0))) + "…"
    }

    /// The first of some names, and that there are more.
    package static func some(_ names: [String], of count: Int) -> String {
        names.map { Show.name($0) }.joined(separator: ", ") + (count > names.count ? ", …" : "")
    }

    /// The first of some texts, and how many there are beside them.
    package static func list(_ texts: [String], most: Int = 8) -> String {
        let rest = texts.count - most
        return texts.prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(number(rest)) more" : "")
    }
}
