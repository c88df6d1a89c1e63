//  Reads plan.yaml strictly: a key that is not known, a name that cannot be one, a value of another kind, a field that is not
//  there. All mistakes are reported at once, in line order:
//
//      plan.yaml:4:5: events: unknown key "field"; did you mean "fields"?
//      plan.yaml:9:13: users: latest names "user", which is no field; did you mean "user_id"?

import Records

extension PlanFile {
    /// The largest plan.yaml, in bytes.
    package static let maxBytes = 1_000_000

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: as messages name it.
    ///   - folder: the plan's name where the file gives none.
    /// - Throws: ``ConfigurationError`` with all mistakes in line order.
    package init(_ bytes: [UInt8], path: String, folder: String) throws(ConfigurationError) {
        var reader = PlanFileReader(path: path)
        let plan = reader.read(bytes, folder: folder)
        if !reader.file.isEmpty { throw ConfigurationError(reader.file.sorted) }
        self = plan!
    }
}

/// Reads one plan.yaml, and notes what is wrong with it.
struct PlanFileReader {
    var file: MistakeList

    init(path: String) { file = MistakeList(path: path) }

    mutating func read(_ bytes: [UInt8], folder: String) -> PlanFile? {
        if bytes.count > PlanFile.maxBytes {
            file.note(
                Position(1, 1), "the file has \(bytes.count) bytes, more than \(PlanFile.maxBytes); is it a plan?")
            return nil
        }
        guard let text = file.text(of: bytes) else { return nil }
        let document = YAMLDocument(text)
        for mistake in document.mistakes { file.note(mistake.position, mistake.text) }
        guard let root = document.root, !root.isNull else {
            if document.mistakes.isEmpty { file.note(Position(1, 1), Self.expected("nothing")) }
            return nil
        }
        guard case .map(let entries) = root.content else {
            file.note(root.position, Self.expected(root.found))
            return nil
        }
        return plan(root.position, entries, folder: folder)
    }

    private static func expected(_ found: String) -> String {
        "expected sources, found \(found); write for example sources: {events: {files: \"*.json\", fields: {user_id: string}}}"
    }

    private mutating func plan(_ position: Position, _ entries: [YAMLValue.Entry], folder: String) -> PlanFile? {
        var plan = PlanFile(name: folder, sources: [], parameters: [], marts: [])
        noteUnknown(entries, among: ["name", "sources", "parameters", "folds", "marts"])
        if !entries.contains(where: { $0.key == "sources" }) { file.note(position, Self.expected("other keys")) }
        for entry in entries {
            switch entry.key {
            case "name": plan.name = name("name", entry.value) ?? folder
            case "sources": plan.sources = named(entry, "sources") { $0.source($1) }
            case "parameters": plan.parameters = named(entry, "parameters") { $0.parameter($1) }
            case "folds": plan.folds = named(entry, "folds") { $0.fold($1) }
            case "marts": plan.marts = named(entry, "marts") { $0.mart($1) }
            default: break
            }
            if entry.key == "sources", case .map(let sources) = entry.value.content, sources.isEmpty {
                file.note(entry.value.position, Self.expected("none"))
            }
        }
        return file.isEmpty ? plan : nil
    }

    /// The entries of a mapping whose keys are names that differ in more than case.
    private mutating func named<Value>(
        _ entry: YAMLValue.Entry, _ what: String, _ read: (inout Self, YAMLValue.Entry) -> Value?
    ) -> [Value] {
        guard case .map(let entries) = entry.value.content else {
            if !entry.value.isNull || what == "sources" {
                file.note(entry.value.position, "\(what): expected a mapping, found \(entry.value.found)")
            }
            return []
        }
        var seen: [String: String] = [:]
        return entries.compactMap { entry in
            if let problem = problemOfName(entry.key) ?? reservedProblem(entry.key) {
                file.note(entry.position, "\(what): \(quoted(entry.key)): \(problem)")
            } else if let other = seen.updateValue(entry.key, forKey: entry.key.lowercased()) {
                file.note(entry.position, "\(what): \(quoted(entry.key)) differs from \(quoted(other)) in case only")
            }
            return read(&self, entry)
        }
    }

    private func reservedProblem(_ name: String) -> String? {
        ["watchfold", "stage"].contains(name.lowercased()) ? "the name is Watchfold's own" : nil
    }

    // MARK: Values

    mutating func noteUnknown(_ entries: [YAMLValue.Entry], among keys: [String], _ place: String = "") {
        for entry in entries where !keys.contains(entry.key) {
            let advice =
                nearest(to: entry.key, among: keys).map { "did you mean \(quoted($0))?" }
                ?? "the keys are \(keys.dropLast().joined(separator: ", ")) and \(keys[keys.count - 1])"
            file.note(entry.position, "\(place)unknown key \(quoted(entry.key)); \(advice)")
        }
    }

    /// A text that is not empty, and where it stands.
    mutating func text(_ place: String, _ value: YAMLValue, _ expected: String) -> String? {
        if case .text(let text, _) = value.content, !value.isNull { return text }
        file.noteWrong(place, value, expected)
        return nil
    }

    mutating func name(_ place: String, _ value: YAMLValue) -> String? {
        guard let text = text(place, value, "a name") else { return nil }
        if let problem = problemOfName(text) {
            file.noteWrong(place, value, "a name", problem)
            return nil
        }
        return text
    }

    /// One text or a list of them, each with its position.
    mutating func texts(
        _ place: String, _ value: YAMLValue, _ expected: String
    ) -> [(text: String, value: YAMLValue)] {
        let values: [YAMLValue] = if case .list(let items) = value.content { items } else { [value] }
        if values.isEmpty { file.noteWrong(place, value, expected) }
        return values.compactMap { value in text(place, value, expected).map { ($0, value) } }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ place: String, _ value: YAMLValue, _ type: Choice.Type
    ) -> Choice? {
        let names = Choice.allCases.map(\.rawValue)
        let expected = "one of \(names.joined(separator: ", "))"
        guard let text = text(place, value, expected) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        file.noteWrong(place, value, expected, nearest(to: text, among: names).map { "did you mean \($0)?" } ?? "")
        return nil
    }
}
