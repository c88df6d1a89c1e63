//  Patterns as shells know them.

/// A pattern for a whole text: `*` is any bytes, `?` one character, `[a-c]` one of these bytes, `[!a-c]` one character
/// that is none of these, and a backslash takes the next byte as it is (POSIX.1, Shell Command Language, 2.13).
package struct GlobPattern: Sendable, Equatable {
    private enum Step: Equatable {
        case byte(UInt8)
        case character
        case anything
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
    }

    private let steps: [Step]

    /// Whether a text has a character that means something in a pattern.
    package static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[\\".utf8.contains($0) } }

    package init(_ text: String) {
        var steps: [Step] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if steps.last != .anything { steps.append(.anything) }
            case UInt8(ascii: "?"): steps.append(.character)
            case UInt8(ascii: "\\"): steps.append(.byte(rest.popFirst() ?? byte))
            case UInt8(ascii: "["): steps.append(Self.set(&rest) ?? .byte(byte))
            default: steps.append(.byte(byte))
            }
        }
        self.steps = steps
    }

    /// A set behind its bracket; nil, and nothing taken, when no bracket closes it.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> Step? {
        var inner = rest
        let isNegated = inner.first == UInt8(ascii: "!")
        if isNegated { inner.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        // A bracket that comes first is one of the set.
        while let first = inner.popFirst() {
            if first == UInt8(ascii: "]"), !ranges.isEmpty {
                rest = inner
                return .oneOf(ranges, isNegated: isNegated)
            }
            if inner.first == UInt8(ascii: "-"), let last = inner.dropFirst().first, last != UInt8(ascii: "]") {
                inner = inner.dropFirst(2)
                if first <= last { ranges.append(first...last) }
            } else {
                ranges.append(first...first)
            }
        }
        return nil
    }

    /// Whether the whole text fits. Takes at most as many steps as the text and the pattern are long, multiplied.
    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (position, step) = (0, 0)
        // Where the last `*` stands, and how much it has taken: when something behind it fails, it takes one byte more.
        var retry: (step: Int, position: Int)?
        while true {
            if step < steps.count, steps[step] == .anything {
                retry = (step, position)
                step += 1
                continue
            }
            if position == text.count, step == steps.count { return true }
            if step < steps.count, position < text.count, let length = length(steps[step], text, position) {
                position += length
                step += 1
                continue
            }
            guard let last = retry, last.position < text.count else { return false }
            retry = (last.step, last.position + 1)
            position = last.position + 1
            step = last.step + 1
        }
    }

    /// How many bytes a step takes; nil when it does not fit.
    private func length(_ step: Step, _ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
        let byte = text[position]
        switch step {
        case .byte(let wanted): return byte == wanted ? 1 : nil
        case .character: return Self.characterLength(text, position)
        case .oneOf(let ranges, let isNegated):
            guard ranges.contains(where: { $0.contains(byte) }) != isNegated else { return nil }
            return isNegated ? Self.characterLength(text, position) : 1
        case .anything: preconditionFailure("a star has no length")
        }
    }

    /// The bytes of the character that begins here; those that continue a character belong to it.
    private static func characterLength(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        var end = position + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end - position
    }
}
