//  The frame of a small file that a program writes for itself and reads back: an object whose first member says in which
//  form the rest is.
//
//      {
//        "format": 1,
//        …
//      }

/// What is kept as a small file of JSON.
package protocol VersionedRecord {
    /// The version of the text's form; another one is not read.
    static var format: Int { get }

    /// Writes the members that follow the version.
    func write(to text: inout JSONText)

    /// - Parameter members: the object, the version included.
    /// - Returns: nil when a member is missing or of the wrong type.
    init?(members: JSONValue)
}

extension VersionedRecord {
    /// The text, which ends in LF; the same for equal records.
    package var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.member("format", Self.format)
            write(to: &text)
        }
        return text.finished()
    }

    /// Reads what `json` wrote; nil for anything else.
    package init?(json: [UInt8]) {
        guard let value = try? JSONValue(json), value["format"]?.integer == Self.format else { return nil }
        self.init(members: value)
    }
}
