//  Tab, LF, CR and backslash in a field between tabs: \t \n \r \\.

/// The letter behind the backslash for a byte that TSV cannot hold; nil for all others.
@inlinable @inline(__always)
package func tabEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\t"): UInt8(ascii: "t")
    case UInt8(ascii: "\n"): UInt8(ascii: "n")
    case UInt8(ascii: "\r"): UInt8(ascii: "r")
    case UInt8(ascii: "\\"): UInt8(ascii: "\\")
    default: nil
    }
}

/// The field that was escaped. A backslash that escapes nothing stays.
package func tabUnescaped(_ field: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var isEscaped = false
    for byte in field {
        if isEscaped {
            isEscaped = false
            if let plain = [UInt8](#"\tnr"#.utf8).firstIndex(of: byte) {
                text[text.count - 1] = [UInt8]("\\\t\n\r".utf8)[plain]
                continue
            }
        }
        text.append(byte)
        isEscaped = byte == UInt8(ascii: "\\")
    }
    return text
}
