//  The character U+0000 in texts for those who cannot take it (CopyText.swift).

import Records
import Synchronization

/// Texts in which the character U+0000 was replaced. Rows are encoded on several threads.
package final class ZeroBytes: Sendable {
    private struct Found {
        var count = 0
        var first: [UInt8] = []
    }

    private let found = Mutex(Found())

    package init() {}

    /// How many texts there were.
    package var count: Int { found.withLock { $0.count } }

    /// The first of them by bytes; nil when there was none. As it is, with the zero.
    package var first: [UInt8]? { found.withLock { $0.count == 0 ? nil : $0.first } }

    /// Which text is told does not depend on the threads.
    func note(_ text: ByteSlice) {
        found.withLock { found in
            if found.count == 0 || text.buffer.lexicographicallyPrecedes(found.first) {
                found.first = Array(text.buffer)
            }
            found.count += 1
        }
    }

    /// Writes U+2400 and returns its end.
    static func writeReplacement(to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        (out[0], out[1], out[2]) = (0xE2, 0x90, 0x80)
        return out + 3
    }
}
