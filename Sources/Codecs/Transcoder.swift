//  Text in other encodings than UTF-8, made UTF-8 on its way to the reader.
//
//      encoding       a byte order mark      what a byte means
//      UTF-8          ef bb bf, or none      handed through as it is, the mark too: JSON readers know it
//      UTF-16LE, BE   ff fe, fe ff           RFC 2781; a surrogate without its other half becomes the three bytes that
//                                            UTF-8 would have for it (ed a0 80 to ed bf bf), which are not valid UTF-8: its
//                                            record is rejected, and the others are not
//      Latin-1                               ISO 8859-1: the byte is the code point
//      Windows-1252                          the same but for 80…9f (https://encoding.spec.whatwg.org/index-windows-1252.txt);
//                                            81, 8d, 8f, 90 and 9d are the control characters of Latin-1, as in browsers
//
//  A mark goes before what is set: no JSON text begins with the characters that its bytes would be otherwise.
//
//  Example: {"é":1} in UTF-16LE with a mark
//      ff fe  7b 00  22 00  e9 00  22 00  3a 00  31 00  7d 00
//             7b     22     c3 a9  22     3a     31     7d

import Records

extension TextEncoding {
    /// The encoding that a byte order mark at the beginning says; nil when there is none.
    package static func marked(_ prefix: UnsafeRawBufferPointer) -> TextEncoding? {
        if prefix.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if prefix.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        if prefix.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        return nil
    }
}

/// Why a content cannot be read that may be because its writer is not done.
package protocol UnfinishedContent: Error {
    var isUnfinished: Bool { get }
}

/// The text ended between the two bytes of a character: its writer may not be done.
package struct TornCharacter: UnfinishedContent, Equatable, Sendable, CustomStringConvertible {
    package var isUnfinished: Bool { true }
    /// Bytes of content.
    package var size: Int

    package init(size: Int) { self.size = size }

    package var description: String {
        "the text in UTF-16 has \(size) bytes, an odd number: it ends in the middle of a character"
    }
}

/// Makes UTF-8 of text that comes in pieces.
package struct Transcoder: Sendable {
    private let encoding: TextEncoding
    /// Whether a byte order mark may come.
    private var isAtStart = true
    /// The first byte of a code unit whose second is to come.
    private var half: UInt8?
    /// The first half of a surrogate pair whose second is to come.
    private var lead: UInt16?
    /// Bytes taken.
    private var size = 0

    /// UTF-8 bytes that one byte of text can become, at most; a lead that was kept may add three to a piece.
    package static let growth = 3

    /// - Parameter encoding: anything but UTF-8, which needs none of this.
    package init(_ encoding: TextEncoding) {
        precondition(encoding != .utf8, "UTF-8 is not made UTF-8")
        self.encoding = encoding
    }

    /// Takes the next bytes.
    ///
    /// - Parameter output: room for `growth` bytes for each one, and as many more.
    /// - Returns: how many bytes of it were filled.
    package mutating func convert(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        precondition(output.count >= (input.count + 1) * Self.growth, "\(output.count) bytes for \(input.count)")
        size += input.count
        guard var target = output.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        let start = target
        if encoding.isUTF16 {
            var bytes = input
            if let first = half, let second = bytes.first {
                half = nil
                bytes.drop(1)
                take(unit(first, second), &target)
            }
            for index in stride(from: 0, to: bytes.count - 1, by: 2) {
                take(unit(bytes[index], bytes[index + 1]), &target)
            }
            if !bytes.count.isMultiple(of: 2) { half = bytes[bytes.count - 1] }
        } else {
            let isWindows = encoding == .windows1252
            for byte in input {
                if byte < 0x80 {
                    target.pointee = byte
                    target += 1
                } else {
                    put(isWindows && byte < 0xA0 ? Self.windows1252[Int(byte) - 0x80] : UInt32(byte), &target)
                }
            }
        }
        return target - start
    }

    /// Nothing follows.
    ///
    /// - Parameter output: room for `growth` bytes.
    /// - Returns: how many bytes of it were filled.
    /// - Throws: `TornCharacter`.
    package mutating func finish(into output: UnsafeMutableRawBufferPointer) throws(TornCharacter) -> Int {
        if half != nil { throw TornCharacter(size: size) }
        guard let unpaired = lead else { return 0 }
        lead = nil
        precondition(output.count >= Self.growth, "\(output.count) bytes for a surrogate")
        var target = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
        put(UInt32(unpaired), &target)
        return Self.growth
    }

    @inline(__always)
    private func unit(_ first: UInt8, _ second: UInt8) -> UInt16 {
        encoding == .utf16LittleEndian ? UInt16(second) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(second)
    }

    @inline(__always)
    private mutating func take(_ unit: UInt16, _ target: inout UnsafeMutablePointer<UInt8>) {
        if isAtStart {
            isAtStart = false
            if unit == 0xFEFF { return }
        }
        if let lead {
            self.lead = nil
            if unit & 0xFC00 == 0xDC00 {
                return put(0x10000 + (UInt32(lead & 0x3FF) << 10 | UInt32(unit & 0x3FF)), &target)
            }
            put(UInt32(lead), &target)
        }
        if unit & 0xFC00 == 0xD800 {
            lead = unit
        } else {
            put(UInt32(unit), &target)
        }
    }

    /// Writes a code point, a surrogate likewise.
    @inline(__always)
    private func put(_ point: UInt32, _ target: inout UnsafeMutablePointer<UInt8>) {
        func put(_ byte: UInt32) {
            target.pointee = UInt8(truncatingIfNeeded: byte)
            target += 1
        }
        switch point {
        case ..<0x80: put(point)
        case ..<0x800:
            put(0xC0 | point >> 6)
            put(0x80 | point & 0x3F)
        case ..<0x10000:
            put(0xE0 | point >> 12)
            put(0x80 | point >> 6 & 0x3F)
            put(0x80 | point & 0x3F)
        default:
            put(0xF0 | point >> 18)
            put(0x80 | point >> 12 & 0x3F)
            put(0x80 | point >> 6 & 0x3F)
            put(0x80 | point & 0x3F)
        }
    }

    /// Code points of 80 to 9f.
    private static let windows1252: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
