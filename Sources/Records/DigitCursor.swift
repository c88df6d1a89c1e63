//  Texts that are read digit by digit: numbers, durations.

@inlinable @inline(__always)
package func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

/// A place in a text that is read digit by digit.
package struct DigitCursor {
    package let text: UnsafeBufferPointer<UInt8>
    /// At most `text.count`; a byte is read only before that.
    @usableFromInline package internal(set) var i = 0

    @inlinable package init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    @inlinable package var isAtEnd: Bool { i == text.count }

    /// Goes over one byte if it is this one.
    @inlinable package mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard i < text.count, text[i] == UInt8(ascii: byte) else { return false }
        i += 1
        return true
    }

    /// The places of the digits from here on; nil when there is none.
    @inlinable package mutating func digits() -> Range<Int>? {
        let start = i
        while i < text.count, isDigit(text[i]) { i += 1 }
        return i > start ? start..<i : nil
    }
}
