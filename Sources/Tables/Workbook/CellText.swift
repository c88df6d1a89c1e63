//  Text as the cells of a workbook hold it.
//
//  XML 1.0 (section 2.2) has no control characters but tab, LF and CR, no U+FFFE and no U+FFFF, and its readers take CR
//  for LF (section 2.11). Office Open XML writes such a character as _xHHHH_ (ECMA-376 part 1, 22.9.2.19, ST_Xstring),
//  and a text that looks like that by chance with its first underscore written so:
//
//      text      a<b       tab, LF       CR           U+0001       _x0041_            (a space)
//      in XML    a&lt;b    as they are   _x000D_      _x0001_      _x005F_x0041_      with xml:space="preserve"
//
//  A cell holds at most 32,767 units of UTF-16 (ECMA-376 does not say so, but "Excel specifications and limits" does, and
//  Excel takes a longer one for damage). A longer text is cut and ends in an ellipsis.

import Records

/// Escapes texts for cells.
enum CellText {
    /// The longest text of a cell, in units of UTF-16, escapes counted as they are written.
    static let longest = 32_767
    private static let ellipsis = Array("…".utf8)

    /// For each byte, whether a text with it may have to be written otherwise than it is.
    private static let needsCare: [Bool] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 0..<0x20, UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "_"), 0xEF: true
        default: false
        }
    }

    /// Whether a text stands in XML as it is.
    static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.count > longest { return false }
        return needsCare.withUnsafeBufferPointer { needsCare in
            for byte in text where needsCare[Int(byte)] { return false }
            return true
        }
    }

    /// Whether blanks at an end would be lost.
    static func hasOuterSpace(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        return first <= 0x20 || last <= 0x20
    }

    /// Whether a text is a number as JSON and XML have it.
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ bytes: String.UTF8View) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("-".utf8)
        let isLong = rest.count > 1 && rest.first == UInt8(ascii: "0")
        let whole = digits()
        if whole == 0 || isLong && whole > 1 { return false }
        if take(".".utf8), digits() == 0 { return false }
        if take("eE".utf8) {
            _ = take("+-".utf8)
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    /// A text as a cell holds it, for those who write the XML themselves.
    static func escaped(_ text: String) -> String {
        var text = text
        return text.withUTF8 { String(decoding: escaped($0, asXML: false), as: UTF8.self) }
    }

    /// - Parameters:
    ///   - text: UTF-8.
    ///   - asXML: whether markup is escaped, too.
    static func escaped(_ text: UnsafeBufferPointer<UInt8>, asXML: Bool) -> [UInt8] {
        var result: [UInt8] = []
        var units = 0
        /// Where to cut: behind the last character that leaves room for the ellipsis.
        var cut = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let end = min(index + length, text.count)
            if let code = escape(text, index, byte) {
                result += Array("_x\(code)_".utf8)
                units += 7
            } else {
                switch byte {
                case UInt8(ascii: "&") where asXML: result += Array("&amp;".utf8)
                case UInt8(ascii: "<") where asXML: result += Array("&lt;".utf8)
                case UInt8(ascii: ">") where asXML: result += Array("&gt;".utf8)
                default: result += text[index..<end]
                }
                units += length == 4 ? 2 : 1
            }
            index = end
            if units < longest { cut = result.count }
            if units > longest { return result[..<cut] + ellipsis }
        }
        return result
    }

    /// The four digits behind which a character hides; nil when it may stand as it is.
    private static func escape(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ byte: UInt8) -> String? {
        func next(_ offset: Int) -> UInt8 { index + offset < text.count ? text[index + offset] : 0 }
        switch byte {
        case UInt8(ascii: "\t"), UInt8(ascii: "\n"): return nil
        case 0..<0x20:
            let digits = String(byte, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - digits.count) + digits
        case UInt8(ascii: "_"):
            let looksEscaped =
                next(1) == UInt8(ascii: "x") && (2...5).allSatisfy { isHexadecimal(next($0)) } && next(6) == byte
            return looksEscaped ? "005F" : nil
        // U+FFFE and U+FFFF.
        case 0xEF where next(1) == 0xBF && next(2) >= 0xBE: return next(2) == 0xBE ? "FFFE" : "FFFF"
        default: return nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
