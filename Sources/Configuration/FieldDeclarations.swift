//  Typed fields as they are declared: in a file of their own, or in the source of a plan.
//
//      fields:
//        event_time: {path: timestamp, type: timestamp}
//        user_id: string
//        value: {type: "decimal(18,3)", required: no}
//        at: {path: [meta.at, at], type: timestamp, unit: milliseconds}
//
//  A field is found by its path, or several, the best first; without one its name is the key. All mistakes are told at once.

import Records

extension RowSchema {
    /// Reads declared fields.
    ///
    /// - Parameters:
    ///   - bytes: the whole file: a mapping `fields`, or a plan with `sources`.
    ///   - path: as messages name it.
    ///   - source: which of several sources of a plan.
    /// - Throws: ``ConfigurationError`` with all mistakes in line order.
    package init(declaredIn bytes: [UInt8], path: String, source: String? = nil) throws(ConfigurationError) {
        var reader = DeclarationReader(path: path)
        let schema = reader.schema(of: bytes, source: source)
        if !reader.file.isEmpty { throw ConfigurationError(reader.file.sorted) }
        self = schema!
    }

    /// The declaration that gives this schema again.
    package var declaration: String {
        var text = "fields:\n"
        for field in fields {
            let name = Self.scalar(field.name)
            let type = Self.scalar(field.type.name)
            var parts = ["type: \(type)"]
            let paths = field.path.alternatives.map { Self.scalar(fieldText($0)) }
            if field.path.alternatives != [[field.name]] {
                parts.insert("path: " + (paths.count == 1 ? paths[0] : "[\(paths.joined(separator: ", "))]"), at: 0)
            }
            if case .timestamp(let form) = field.type, let unit = form.unit { parts.append("unit: \(unit)") }
            if !field.isRequired { parts.append("required: no") }
            text += "  \(name): " + (parts.count == 1 ? type : "{\(parts.joined(separator: ", "))}") + "\n"
        }
        return text
    }

    /// A text as YAML reads it back: plain where it cannot be taken for anything else.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
            && !["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(text.lowercased())
        if isPlain { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension FieldType {
    /// As it is declared; a timestamp's unit stands apart.
    package var name: String {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .double: "double"
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamp"
        case .json: "json"
        }
    }

    static let names = ["string", "integer", "decimal(18,3)", "double", "boolean", "date", "timestamp", "json"]

    /// - Throws: ``ValueRefusal``.
    init(parsing text: String) throws(ValueRefusal) {
        switch text {
        case "string": self = .string
        case "integer": self = .integer
        case "double": self = .double
        case "boolean": self = .boolean
        case "date": self = .date
        case "timestamp": self = .timestamp(.iso8601)
        case "json": self = .json
        default: self = try Self.decimal(text)
        }
    }

    private static func decimal(_ text: String) throws(ValueRefusal) -> FieldType {
        guard text.hasPrefix("decimal") else {
            throw ValueRefusal(nearest(to: text, among: names).map { "did you mean \($0)?" } ?? "")
        }
        let inside = text.dropFirst("decimal".count).trimmed
        let numbers = inside.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { Int($0.trimmed) }
        guard inside.first == "(", inside.last == ")", numbers.count == 2, let precision = numbers[0],
            let scale = numbers[1]
        else { throw ValueRefusal("decimals have digits, and how many of them behind the point: decimal(18,3)") }
        guard (1...38).contains(precision) else { throw ValueRefusal("decimals have 1 to 38 digits") }
        guard (0...precision).contains(scale) else {
            throw ValueRefusal("of \(precision) digits no more can stand behind the point")
        }
        return .decimal(precision: precision, scale: scale)
    }
}

extension TimestampForm {
    /// The unit of a number since 1970; nil for text.
    var unit: String? {
        switch self {
        case .iso8601: nil
        case .unixSeconds: "seconds"
        case .unixMilliseconds: "milliseconds"
        case .unixMicroseconds: "microseconds"
        }
    }

    static let units = allCases.compactMap(\.unit)
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Reads declarations, and notes what is wrong with them.
struct DeclarationReader {
    var file: MistakeList

    init(path: String) { file = MistakeList(path: path) }

    /// Goes on with the mistakes of a larger file.
    init(file: MistakeList) { self.file = file }

    mutating func schema(of bytes: [UInt8], source: String?) -> RowSchema? {
        guard let text = file.text(of: bytes) else { return nil }
        let document = YAMLDocument(text)
        for mistake in document.mistakes { file.note(mistake.position, mistake.text) }
        guard let root = document.root else {
            if document.mistakes.isEmpty { file.note(Position(1, 1), Self.expected("nothing")) }
            return nil
        }
        guard let fields = fields(in: root, source: source) else { return nil }
        return schema(fields)
    }

    private static func expected(_ found: String) -> String {
        "expected fields, found \(found); write for example fields: {user_id: string}"
    }

    private mutating func fields(in root: YAMLValue, source: String?) -> YAMLValue? {
        guard case .map(let entries) = root.content else {
            file.note(root.position, Self.expected(root.found))
            return nil
        }
        if let entry = entries.first(where: { $0.key == "sources" }) { return fields(of: entry, source: source) }
        for entry in entries where entry.key != "fields" {
            let advice = nearest(to: entry.key, among: ["fields", "sources"]).map { "; did you mean \(quoted($0))?" }
            file.note(entry.position, "unknown key \(quoted(entry.key))\(advice ?? "; the key is fields")")
        }
        if let fields = entries.first(where: { $0.key == "fields" }) { return fields.value }
        file.note(root.position, Self.expected("other keys"))
        return nil
    }

    private mutating func fields(of sources: YAMLValue.Entry, source: String?) -> YAMLValue? {
        guard case .map(let entries) = sources.value.content, !entries.isEmpty else {
            file.note(sources.value.position, "sources: expected sources with fields, found \(sources.value.found)")
            return nil
        }
        let names = entries.map(\.key).joined(separator: ", ")
        guard
            let entry = source.map({ name in entries.first { $0.key == name } })
                ?? (entries.count == 1 ? entries[0] : nil)
        else {
            let wanted = source.map { "there is no source \(quoted($0))" } ?? "there are several sources"
            file.note(sources.position, "\(wanted); --source names one of \(names)")
            return nil
        }
        guard case .map(let keys) = entry.value.content, let fields = keys.first(where: { $0.key == "fields" }) else {
            file.note(entry.value.position, "the source \(quoted(entry.key)) has no fields")
            return nil
        }
        return fields.value
    }

    /// - Returns: nil when a field is wrong.
    mutating func schema(_ value: YAMLValue) -> RowSchema? {
        guard case .map(let entries) = value.content, !entries.isEmpty else {
            file.note(value.position, Self.expected(value.found))
            return nil
        }
        let before = file.count
        var fields: [RowField] = []
        var seen: [String: String] = [:]
        for entry in entries {
            if let other = seen.updateValue(entry.key, forKey: entry.key.lowercased()) {
                file.note(entry.position, "\(quoted(entry.key)) is \(quoted(other)) but for capital letters")
            }
            if entry.key.isEmpty { file.note(entry.position, "a field without a name") }
            if let field = field(entry) { fields.append(field) }
        }
        return file.count == before ? RowSchema(fields) : nil
    }

    private static let keys = ["path", "type", "unit", "required"]

    private mutating func field(_ entry: YAMLValue.Entry) -> RowField? {
        switch entry.value.content {
        case .text where !entry.value.isNull:
            return type(of: entry.key, entry.value).map { RowField(entry.key, $0) }
        case .map(let parts): return field(entry.key, entry.value.position, parts)
        default:
            file.note(
                entry.value.position,
                "\(entry.key): expected a type or a mapping, found \(entry.value.found); "
                    + "write for example \(entry.key): string")
            return nil
        }
    }

    private mutating func field(_ name: String, _ position: Position, _ parts: [YAMLValue.Entry]) -> RowField? {
        var type: FieldType?
        var path = FieldPath([[name]])
        var isRequired = true
        var unit: (form: TimestampForm, position: Position)?
        for part in parts {
            switch part.key {
            case "type": type = self.type(of: name, part.value)
            case "path": path = paths(of: name, part.value) ?? path
            case "required": isRequired = file.flag(name, part.value) ?? true
            case "unit": unit = self.unit(of: name, part.value).map { ($0, part.position) }
            default:
                let advice = nearest(to: part.key, among: Self.keys).map { "did you mean \(quoted($0))?" }
                file.note(
                    part.position,
                    "\(name): unknown key \(quoted(part.key)); \(advice ?? "the keys are path, type, unit and required")"
                )
            }
        }
        if !parts.contains(where: { $0.key == "type" }) {
            file.note(position, "\(name): the type is missing; it is one of \(FieldType.names.joined(separator: ", "))")
        }
        if let unit {
            if let type, type != .timestamp(.iso8601) {
                file.note(unit.position, "\(name): only a timestamp has a unit")
            }
            type = type.map { _ in .timestamp(unit.form) }
        }
        return type.map { RowField(name, path: path, $0, isRequired: isRequired) }
    }

    private mutating func type(of name: String, _ value: YAMLValue) -> FieldType? {
        let expected = "one of \(FieldType.names.joined(separator: ", "))"
        guard case .text(let text, _) = value.content, !value.isNull else {
            file.noteWrong(name, value, expected)
            return nil
        }
        do throws(ValueRefusal) { return try FieldType(parsing: text) } catch {
            file.noteWrong(name, value, expected, error.reason)
            return nil
        }
    }

    private mutating func unit(of name: String, _ value: YAMLValue) -> TimestampForm? {
        if case .text(let text, _) = value.content, let form = TimestampForm.allCases.first(where: { $0.unit == text })
        {
            return form
        }
        file.noteWrong(name, value, "one of \(TimestampForm.units.joined(separator: ", "))")
        return nil
    }

    private mutating func paths(of name: String, _ value: YAMLValue) -> FieldPath? {
        let values: [YAMLValue] = if case .list(let items) = value.content { items } else { [value] }
        var paths: [[String]] = []
        for value in values {
            guard case .text(let text, _) = value.content, !value.isNull else {
                file.noteWrong(name, value, "a path such as meta.user")
                continue
            }
            do throws(ValueRefusal) { paths.append(try fieldKeys(parsing: text)) } catch {
                file.noteWrong(name, value, "a path such as meta.user", error.reason)
            }
        }
        if values.isEmpty { file.noteWrong(name, value, "a path such as meta.user") }
        return paths.isEmpty ? nil : FieldPath(paths)
    }
}
