//  A pattern of file names, as the setting `files` has them:
//
//      *.log             viewing.log, VIEWING.LOG
//      viewing.json*     viewing.json.1, viewing.json-20220401
//      stream-?-*        stream-1-2022-04-01-10-00-00-abcd
//
//  `*` stands for any characters, `?` for one, all else for itself; letters of either case are the same.

/// Why a pattern is none.
package struct PatternMistake: Error, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// A pattern of file names.
package struct NamePattern: Sendable, Hashable {
    /// As it was written.
    package let text: String
    /// In lower case.
    private let bytes: [UInt8]

    package init(_ text: String) throws(PatternMistake) {
        if text.isEmpty { throw PatternMistake(reason: "an empty one") }
        if text.utf8.contains(0) { throw PatternMistake(reason: "a name cannot contain a NUL") }
        if text.utf8.contains(UInt8(ascii: "/")) {
            throw PatternMistake(reason: "it is compared with names, which have no slash")
        }
        self.text = text
        bytes = text.utf8.map(Self.lower)
    }

    /// What every name that matches begins with, when that is one certain byte.
    package var first: UInt8? {
        bytes.first.flatMap { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") ? nil : $0 }
    }

    /// - Complexity: O(name × pattern), without recursion.
    package func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var (at, next) = (0, 0)
        /// Where to go on when what follows the last star does not match: the star takes one more byte.
        var retry: (at: Int, next: Int)?
        while at < name.count {
            if next < bytes.count, bytes[next] == UInt8(ascii: "*") {
                retry = (at, next + 1)
                next += 1
            } else if next < bytes.count, bytes[next] == UInt8(ascii: "?") {
                at += 1
                // All of a character.
                while at < name.count, name[at] & 0xC0 == 0x80 { at += 1 }
                next += 1
            } else if next < bytes.count, bytes[next] == Self.lower(name[at]) {
                (at, next) = (at + 1, next + 1)
            } else if let star = retry {
                retry = (star.at + 1, star.next)
                (at, next) = (star.at + 1, star.next)
            } else {
                return false
            }
        }
        return bytes[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 0x20 : byte
    }
}
