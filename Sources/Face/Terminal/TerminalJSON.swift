//  JSON for programs that a person may look at, too.

import Records
import SmallJSON

/// JSON that a person may look at on a terminal.
enum TerminalJSON {
    /// An object, with a line end after its last brace. Members are written in the order of their names, so that two
    /// answers can be compared line by line.
    static func object(_ members: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText(.spaced)
        text.object(nil, members)
        return escaped(text.finished())
    }

    /// The same JSON with everything beyond ASCII that a terminal would not just show as `\u009b` (RFC 8259, section 7).
    ///
    /// Outside of strings all is ASCII, and inside of them what is below a space is escaped already.
    private static func escaped(_ json: [UInt8]) -> [UInt8] {
        let text = String(decoding: json, as: UTF8.self)
        func isEscaped(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x7F && !scalar.isFitForTerminals }
        guard text.unicodeScalars.contains(where: isEscaped) else { return json }
        var result = ""
        for scalar in text.unicodeScalars {
            guard isEscaped(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar)! {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return Array(result.utf8)
    }
}
