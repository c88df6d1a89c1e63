//  The mistakes of one file, with their places.

/// Collects what is wrong with a file.
struct MistakeList {
    /// As messages name the file.
    let path: String
    private var mistakes: [(position: Position, text: String)] = []

    init(path: String) { self.path = path }

    var isEmpty: Bool { mistakes.isEmpty }
    var count: Int { mistakes.count }

    mutating func note(_ position: Position, _ text: String) { mistakes.append((position, text)) }

    /// Notes a value that is not what is expected.
    mutating func noteWrong(_ place: String, _ value: YAMLValue, _ expected: String, _ reason: String = "") {
        note(
            value.position,
            "\(place): expected \(expected), found \(value.found)\(reason.isEmpty ? "" : " (\(reason))")")
    }

    /// What a value says of yes and no; nil when it says neither, which is then noted.
    mutating func flag(_ place: String, _ value: YAMLValue) -> Bool? {
        if case .text(let text, isPlain: true) = value.content {
            if ["yes", "true"].contains(text) { return true }
            if ["no", "false"].contains(text) { return false }
        }
        noteWrong(place, value, "yes or no")
        return nil
    }

    /// In line order, each once: an alias repeats the mistakes of its value.
    var sorted: [Mistake] {
        var seen: Set<Mistake> = []
        return mistakes.sorted { ($0.position, $0.text) < ($1.position, $1.text) }
            .map { Mistake(origin: origin($0.position), text: $0.text) }
            .filter { seen.insert($0).inserted }
    }

    func origin(_ position: Position) -> Origin { .file(name: path, line: position.line, column: position.column) }

    /// The text without a byte order mark; nil when it is not UTF-8, which is then noted.
    mutating func text(of bytes: [UInt8]) -> String? {
        let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
        if let text = String(validating: body, as: UTF8.self) { return text }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = body.makeIterator()
        var position = Position(1, 1)
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
            position =
                scalar.elementsEqual([0x0a])
                ? Position(position.line + 1, 1) : Position(position.line, position.column + 1)
        }
        let isUTF16 = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        note(position, "the file is \(isUTF16 ? "UTF-16" : "not UTF-8 from here on"); save it as UTF-8")
        return nil
    }
}
