//  The writer of JSON (RFC 8259): members in the order in which they are written, two spaces a level, or all in one line.
//
//      {
//        "name": "20220401.json",
//        "rejected": {},
//        "days": [
//          "2022-04-01"
//        ]
//      }
//
//      {"name":"20220401.json","rejected":{},"days":["2022-04-01"]}

/// JSON text that grows.
package struct JSONText {
    package enum Layout {
        /// A member a line.
        case indented
        /// The same with a space before each colon, and an empty line in what is empty.
        case spaced
        /// Without line ends and spaces, but for the one that ends the text.
        case line
    }

    private var text = ""
    private let layout: Layout
    /// How deep the next member is.
    private var depth = 0
    /// Whether the innermost object or array has a member yet.
    private var hasMember = false

    package init(_ layout: Layout = .indented) { self.layout = layout }

    /// An object in one line, which ends in LF.
    package static func line(_ members: (inout JSONText) -> Void) -> String {
        var text = JSONText(.line)
        text.object(nil, members)
        return text.text + "\n"
    }

    /// Writes `{ … }`; as the member `key` when it is inside an object.
    package mutating func object(_ key: String? = nil, _ members: (inout JSONText) -> Void) {
        nested(key, "{", "}", members)
    }

    /// Writes `[ … ]`.
    package mutating func array(_ key: String? = nil, _ members: (inout JSONText) -> Void) {
        nested(key, "[", "]", members)
    }

    package mutating func member(_ key: String? = nil, _ value: String?) {
        member(key, json: value.map(Self.quoted) ?? "null")
    }

    package mutating func member(_ key: String? = nil, _ value: some BinaryInteger) {
        member(key, json: String(value))
    }

    package mutating func member(_ key: String? = nil, _ value: Bool) { member(key, json: value ? "true" : "false") }

    /// Writes the member when there is a value.
    package mutating func memberIfAny(_ key: String, _ value: String?) { if let value { member(key, value) } }

    /// Writes the member when there is a value.
    package mutating func memberIfAny(_ key: String, _ value: (some BinaryInteger)?) {
        if let value { member(key, value) }
    }

    /// Writes an array of strings.
    package mutating func array(_ key: String? = nil, _ strings: [String]) {
        array(key) { text in
            for string in strings { text.member(nil, string) }
        }
    }

    /// Writes a value that is JSON already.
    package mutating func member(_ key: String? = nil, json value: String) {
        begin(key)
        text += value
    }

    /// The text with a line end behind it.
    package func finished() -> [UInt8] {
        precondition(depth == 0, "JSON ends inside an object or array")
        return Array(text.utf8) + [UInt8(ascii: "\n")]
    }

    private mutating func nested(
        _ key: String?, _ open: String, _ close: String, _ members: (inout JSONText) -> Void
    ) {
        begin(key)
        text += open
        depth += 1
        hasMember = false
        members(&self)
        if layout == .spaced, !hasMember { text += "\n" }
        depth -= 1
        if hasMember || layout == .spaced { newLine() }
        text += close
        hasMember = true
    }

    private mutating func begin(_ key: String?) {
        if hasMember { text += "," }
        if depth > 0 { newLine() }
        hasMember = true
        if let key { text += Self.quoted(key) + separator }
    }

    private var separator: String {
        switch layout {
        case .indented: ": "
        case .spaced: " : "
        case .line: ":"
        }
    }

    private mutating func newLine() {
        if layout != .line { text += "\n" + String(repeating: "  ", count: depth) }
    }

    /// A string in quotes. Only what must be escaped is (RFC 8259, section 7): quote, backslash and below U+0020.
    package static func quoted(_ string: String) -> String {
        let hex = Array("0123456789abcdef".utf8)
        var out: [UInt8] = [UInt8(ascii: "\"")]
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x08: out += "\\b".utf8
            case 0x09: out += "\\t".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0D: out += "\\r".utf8
            case 0..<0x20: out += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
        return String(decoding: out, as: UTF8.self)
    }
}
