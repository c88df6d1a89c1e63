//  Which fields files have, and of which types: of a sample of their records, or of all.
//
//      {"user":{"id":7,"name":"Zoë"},"tags":["a"],"at":"2022-04-01"}
//
//      user.id   integer        user.name   string        tags   json        at   date
//
//  Objects become fields with dotted names. An array, and what is an object here and something else there, becomes one field
//  of type json. No inferred field is required: the next file may lack it.

import Configuration
import Intake
import JSONRecords
import Records
import TypedRows

/// What is known of the fields of some records.
struct FieldSurvey {
    /// By path, keys from the outside in.
    private var kinds: [[String]: ValueKinds] = [:]
    /// Paths in the order in which they were met.
    private var order: [[String]] = []
    /// Of what is neither object nor array.
    private var types: [[String]: TypeGuess] = [:]
    private var classifier: CellClassifier
    /// Whether a path of several keys leads through objects; of a column's name nothing is a level.
    private let hasLevels: Bool

    init(_ settings: ConversionSettings) {
        classifier = CellClassifier(settings)
        hasLevels = !settings.isUntyped
    }

    // MARK: What was met

    /// Adds a record.
    mutating func add(_ record: SampleValue) { add(members: record, below: []) }

    /// Adds the columns of a file, whose values are texts.
    mutating func add(columns: [String]) { for column in columns { _ = note([column], .string) } }

    private mutating func add(members value: SampleValue, below path: [String]) {
        guard case .object(let members) = value else { return }
        for member in members {
            let keys = path + [member.key]
            let kind = Self.kind(member.value)
            _ = note(keys, kind)
            if kind == .object && keys.count < FieldPaths.depthLimit {
                add(members: member.value, below: keys)
            } else {
                types[keys, default: []].formUnion(guess(member.value))
            }
        }
    }

    private static func kind(_ value: SampleValue) -> ValueKinds {
        switch value {
        case .null: .null
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    private mutating func guess(_ value: SampleValue) -> TypeGuess {
        let (kind, text): (Cell.Kind, String) =
            switch value {
            case .null: (.null, "")
            case .boolean(let isTrue): (.boolean, isTrue ? "true" : "false")
            case .number(let text): (.number, text)
            case .string(let text): (.string, text)
            case .array, .object: (.container, "")
            }
        // 16 bytes can be read from a cell's first one on.
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return bytes.withUnsafeBufferPointer {
            classifier.guess(Cell(kind, UnsafeBufferPointer(rebasing: $0[..<text.utf8.count])))
        }
    }

    /// Adds what a reader saw.
    ///
    /// - Returns: whether a path was not known, or is of another kind than before.
    mutating func add(_ fields: FieldPaths) -> Bool {
        var isNews = false
        for path in fields.paths where note(keys(of: path), fields.kinds[path]!) { isNews = true }
        return isNews
    }

    /// The keys of a path as readers write it: a backslash takes the meaning from a dot or a backslash.
    private func keys(of path: ByteOrdered) -> [String] {
        var keys = [""]
        var isEscaped = false
        for scalar in path.string.unicodeScalars {
            if scalar == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            if scalar == ".", !isEscaped { keys.append("") } else { keys[keys.count - 1].unicodeScalars.append(scalar) }
            isEscaped = false
        }
        return hasLevels ? keys : [keys.joined(separator: ".")]
    }

    /// Whether all that a reader saw is among these fields or leads to one of them: null in place of an object.
    func covers(_ fields: FieldPaths, _ schema: RowSchema) -> Bool {
        if fields.hasMore { return false }
        let known = Set(schema.fields.map { $0.path.alternatives[0] })
        return fields.leaves.allSatisfy { path in
            let keys = keys(of: path)
            if (1...keys.count).contains(where: { known.contains(Array(keys.prefix($0))) }) { return true }
            return fields.kinds[path]!.isSubset(of: [.object, .null])
                && known.contains { $0.count > keys.count && $0.starts(with: keys) }
        }
    }

    private mutating func note(_ keys: [String], _ kind: ValueKinds) -> Bool {
        guard let known = kinds[keys] else {
            order.append(keys)
            kinds[keys] = kind
            return true
        }
        kinds[keys] = known.union(kind)
        return !known.isSuperset(of: kind)
    }

    // MARK: What follows

    /// Paths of fields, none of which leads to another.
    var paths: [[String]] {
        var closed: Set<[String]> = []
        return order.filter { keys in
            if (1..<keys.count).contains(where: { closed.contains(Array(keys.prefix($0))) }) { return false }
            guard kinds[keys]!.contains(.object) else { return true }
            let leadsOn = kinds[keys]!.isSubset(of: [.object, .null]) && hasMembers(keys)
            if !leadsOn { closed.insert(keys) }
            return !leadsOn
        }
    }

    /// Paths from which a schema reads nothing, neither what they lead to nor what leads to them; as in a declaration.
    func paths(notIn schema: RowSchema) -> [String] {
        let read = schema.fields.flatMap(\.path.alternatives)
        return paths.filter { keys in
            !read.contains { path in
                let path = hasLevels ? path : [path.joined(separator: ".")]
                return path.starts(with: keys) || keys.starts(with: path)
            }
        }.map(name)
    }

    /// A field's name: of nested ones the path, in which dots within keys are told from those between them.
    private func name(_ keys: [String]) -> String { hasLevels ? fieldText(keys) : keys[0] }

    /// Fields that are strings whatever else comes: a value said so.
    var certainStrings: Set<String> {
        Set(paths.filter { types[$0, default: []].type == .string }.map(name))
    }

    private func hasMembers(_ keys: [String]) -> Bool {
        order.contains { $0.count == keys.count + 1 && $0.starts(with: keys) }
    }

    /// Fields of the types that fit all values; a field without any is a string.
    ///
    /// - Throws: `SchemaFailure`.
    func schema() throws -> RowSchema {
        let paths = paths
        if paths.isEmpty { throw SchemaFailure.noRecords }
        if paths.count > FieldPaths.limit { throw SchemaFailure.tooManyFields }
        if paths.contains(where: { $0.contains("") }) { throw SchemaFailure.namelessField }
        return RowSchema(
            paths.map { keys in
                let isContainer = !kinds[keys]!.isDisjoint(with: [.object, .array])
                let type = isContainer ? .json : types[keys, default: []].type ?? .string
                return RowField(name(keys), path: FieldPath([keys]), type, isRequired: false)
            })
    }

    /// All fields as what takes any value: for reading what they hold.
    ///
    /// - Throws: `SchemaFailure`.
    func untypedSchema() throws -> RowSchema {
        RowSchema(try schema().fields.map { RowField($0.name, path: $0.path, .string, isRequired: false) })
    }

    /// Sets what the values of all records were.
    ///
    /// - Parameter guesses: in the order of `paths`.
    mutating func setTypes(_ guesses: [TypeGuess], of paths: [[String]]) {
        for (keys, guess) in zip(paths, guesses) { types[keys] = guess }
    }
}

/// The types of known fields, over all records of a unit.
///
/// `@unchecked Sendable`: one thread has it at a time.
final class SurveyPiece: RowPiece, @unchecked Sendable {
    private let fieldCount: Int
    private let settings: ConversionSettings
    private var survey: TypeSurvey

    init(fieldCount: Int, _ settings: ConversionSettings) {
        self.fieldCount = fieldCount
        self.settings = settings
        survey = TypeSurvey(fieldCount: fieldCount, settings)
    }

    /// By field.
    var guesses: [TypeGuess] { survey.guesses }
    /// A stream has room in one piece.
    var isFull: Bool { false }

    func begin() { survey = TypeSurvey(fieldCount: fieldCount, settings) }

    func finish() {}

    func add(_ batch: borrowing CellBatch) -> [RowFault] {
        survey.add(batch)
        return []
    }
}
