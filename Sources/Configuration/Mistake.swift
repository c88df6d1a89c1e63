//  What is wrong with a configuration, where, and what to write instead. All mistakes are collected before any is reported.

/// Where a value was given.
package enum Origin: Sendable, Hashable, CustomStringConvertible {
    case builtIn
    /// Line and column count from 1; a column is a Unicode scalar.
    case file(name: String, line: Int, column: Int)
    /// The variable's name.
    case environment(String)
    /// The flag with its dashes.
    case flag(String)

    package var description: String {
        switch self {
        case .builtIn: "built in"
        case .file(let name, let line, let column): "\(name):\(line):\(column)"
        case .environment(let variable): variable
        case .flag(let flag): flag
        }
    }
}

/// A value and where it was given.
package struct Given<Value: Sendable & Hashable>: Sendable, Hashable {
    package var value: Value
    package var origin: Origin

    package init(_ value: Value, _ origin: Origin) {
        self.value = value
        self.origin = origin
    }
}

/// One thing that is wrong, as one line of text.
package struct Mistake: Sendable, Hashable, CustomStringConvertible {
    package var origin: Origin
    /// What was found, what is expected, what to write.
    package var text: String

    package init(origin: Origin, text: String) {
        self.origin = origin
        self.text = text
    }

    package var description: String { "\(origin): \(text)" }
}

/// A configuration that cannot be used, with everything that is wrong with it.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Lines reported at most; a file of another kind would fill the screen.
    private static let told = 50

    /// Never empty. Those of a file are in line order.
    package var mistakes: [Mistake]

    package init(_ mistakes: [Mistake]) {
        precondition(!mistakes.isEmpty, "an error without a mistake")
        self.mistakes = mistakes
    }

    /// One line a mistake, without a line feed at the end.
    package var description: String {
        var lines = mistakes.prefix(Self.told).map(\.description)
        if mistakes.count > Self.told { lines.append("… and \(mistakes.count - Self.told) more") }
        return lines.joined(separator: "\n")
    }
}

/// Why a text is not a value of the kind that was asked for; the caller knows where it stands and what is expected.
package struct ValueRefusal: Error, Sendable, Hashable {
    /// Empty when the text is simply something else.
    package var reason: String

    package init(_ reason: String = "") { self.reason = reason }
}

/// The text between quotes, fit for a terminal: control characters escaped, and cut after 60 characters.
func quoted(_ text: some StringProtocol) -> String {
    var result = "\""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == 60 {
            result += "…"
            break
        }
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case _ where isControl(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// Characters that are not seen but act: controls, line and paragraph separators, direction marks: the classes
/// Cc, Cf, Zl and Zp of The Unicode Standard 15.0.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0xAD, 0x600...0x605, 0x61C, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x180E: true
    case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
    case 0x110BD, 0x110CD, 0x13430...0x1343F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A: true
    case 0xE0001, 0xE0020...0xE007F: true
    default: false
    }
}
