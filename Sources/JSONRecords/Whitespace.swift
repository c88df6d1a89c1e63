//  Bytes that mean nothing between values: spaces, and byte order marks, which also appear within a file that was put
//  together from several. A column does not count the marks at the beginning of its line:
//
//      EF BB BF {"user" …        the brace is in the first column

import CByteScan

@inline(__always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

/// Bytes of a byte order mark: 3, or 0 when there is none; what there is of it, below 0, when the window ends within it.
func markLength(_ p: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> Int {
    guard p < end, p[0] == 0xEF else { return 0 }
    if end - p == 1 { return -1 }
    guard p[1] == 0xBB else { return 0 }
    if end - p == 2 { return -2 }
    return p[2] == 0xBF ? 3 : 0
}

/// Bytes between the last line feed before `q` and `q`, but for byte order marks at the line's beginning.
///
/// - Parameter windowColumn: the same for the window's first byte.
func lineColumn(of q: UnsafePointer<UInt8>, window: UnsafePointer<UInt8>, windowColumn: Int) -> Int {
    var line = wf_last_line(window, q)!
    let before = line == window ? windowColumn : 0
    while before == 0, q - line >= 3, markLength(line, end: q) == 3 { line += 3 }
    return before + (q - line)
}
