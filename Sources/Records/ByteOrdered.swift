//  Names as keys.
//
//  Swift's strings are the same when Unicode says that they are: "é" as one scalar or as two. Names of files are the
//  same when their bytes are. So names are never keys of a dictionary or members of a set as strings.

/// A string that is compared, hashed and ordered by its UTF-8 bytes.
package struct ByteOrdered: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let string: String

    package init(_ string: String) { self.string = string }

    package static func == (a: ByteOrdered, b: ByteOrdered) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

    package static func < (a: ByteOrdered, b: ByteOrdered) -> Bool {
        a.string.utf8.lexicographicallyPrecedes(b.string.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }

    package var description: String { string }
}
