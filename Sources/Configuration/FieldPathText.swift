//  Dotted paths. `_source.User` is the key User inside the object under the key _source. A backslash takes the
//  meaning from a dot or a backslash after it: `a\.b.c` is the key c inside the object under the key "a.b".

/// The keys of a dotted path, from the outside in.
/// - Throws: ``ValueRefusal`` for an empty key, an escape of anything else, or too many keys.
package func fieldKeys(parsing text: String) throws(ValueRefusal) -> [String] {
    var keys: [String] = []
    var key = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in text.unicodeScalars {
        switch (isEscaped, scalar) {
        case (false, "\\"): isEscaped = true
        case (false, "."):
            keys.append(String(key))
            key.removeAll()
        case (true, let other) where other != "." && other != "\\":
            throw ValueRefusal("a backslash may only precede a dot or a backslash")
        default:
            key.append(scalar)
            isEscaped = false
        }
    }
    if isEscaped { throw ValueRefusal("a backslash may only precede a dot or a backslash") }
    keys.append(String(key))
    if keys.contains("") { throw ValueRefusal(text.isEmpty ? "an empty path" : "an empty key next to a dot") }
    if keys.count > SettingLimits.fieldDepth { throw ValueRefusal("more than \(SettingLimits.fieldDepth) keys deep") }
    return keys
}

/// The path as it is written in the file; `fieldKeys(parsing:)` gives the keys again.
package func fieldText(_ keys: [String]) -> String {
    keys.map { key in
        var text = ""
        for scalar in key.unicodeScalars {
            if scalar == "." || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
    .joined(separator: ".")
}
