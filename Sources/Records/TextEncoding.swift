//  How text in files is written.

/// An encoding of text. The raw values are those of the setting `encoding`, and part of the fold settings' text.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    case latin1
    case windows1252 = "windows-1252"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"

    package var isUTF16: Bool { self == .utf16LittleEndian || self == .utf16BigEndian }
}
