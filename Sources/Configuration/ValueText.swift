//  The texts of values, as a file, a variable or a flag has them: what is read from each, and what is said of one that is
//  of the wrong kind.

import Records

/// The line that says what a setting takes, what was found, and what to write.
func wrong(_ setting: SettingWords, found: String, _ reason: String, _ origin: Origin) -> String {
    let because = reason.isEmpty ? "" : " (\(reason))"
    return switch origin {
    case .builtIn: preconditionFailure("a built-in value of \(setting.name) is wrong: \(found)")
    case .file:
        "\(setting.name): expected \(setting.expectation), found \(found)\(because); "
            + "write for example \(setting.key): \(setting.example)"
    case .environment(let name):
        "expected \(setting.expectation), found \(found)\(because); write for example \(name)=\(setting.example)"
    case .flag(let name):
        "expected \(setting.expectation), found \(found)\(because); write for example \(name) \(setting.example)"
    }
}

// MARK: - Readings

func pathText(_ text: String) throws(ValueRefusal) -> String {
    if text.isEmpty { throw ValueRefusal("an empty path") }
    if text.utf8.contains(0) { throw ValueRefusal("a path cannot contain a NUL") }
    if text == "~" || text.hasPrefix("~/") { throw ValueRefusal("~ is not expanded here") }
    return text
}

func commandText(_ text: String) throws(ValueRefusal) -> String {
    if text.isEmpty || text.utf8.contains(0) { throw ValueRefusal() }
    return text
}

func wholeNumber(_ text: String, in range: ClosedRange<Int>) throws(ValueRefusal) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy(isDigit), let number = Int(text), range.contains(number) else {
        throw ValueRefusal()
    }
    return number
}

func sizeText(_ text: String, in range: ClosedRange<ByteSize>) throws(ValueRefusal) -> ByteSize {
    let size = try ByteSize(parsing: text)
    if size < range.lowerBound { throw ValueRefusal("too small") }
    if size > range.upperBound { throw ValueRefusal("too large") }
    return size
}

func timeText(_ text: String, from shortest: TimeSpan) throws(ValueRefusal) -> TimeSpan {
    let time = try TimeSpan(parsing: text)
    if time < shortest { throw ValueRefusal("too short") }
    if time > SettingLimits.longest { throw ValueRefusal("too long") }
    return time
}

func choice<Words: RawRepresentable<String> & CaseIterable>(_ text: String) throws(ValueRefusal) -> Words {
    if let word = Words(rawValue: text) { return word }
    let meant = nearest(to: text, among: Words.allCases.map(\.rawValue))
    throw ValueRefusal(meant.map { "did you mean \($0)?" } ?? "")
}

func yesOrNo(_ text: String) throws(ValueRefusal) -> Bool {
    switch text.lowercased() {
    case "yes", "true", "on", "1": true
    case "no", "false", "off", "0": false
    default: throw ValueRefusal()
    }
}

/// A path seen from a folder; an absolute one stays what it is.
func joined(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
}
