//  The question that DuckDB answers between the two steps: what type does each expression of a fold have?
//
//      SELECT
//          lower(k) AS "key:1",
//          value AS "argument:1",
//          sum(value) AS "call:1",
//          sum(value) * 2 AS "column:2"
//      FROM (SELECT "k", "value" FROM RELATION) AS "events"
//      GROUP BY 1, 2
//
//  DESCRIBE of this statement over an empty relation gives one row for each: `key:1 VARCHAR`, `argument:1 INTEGER`, `call:1
//  HUGEINT`, `column:2 HUGEINT`. Grouped by keys and arguments, these and aggregates can be asked for side by side.

import Records

/// What a column of the question is about.
enum TypeSubject: Hashable, Sendable {
    /// An item that is a key.
    case key(Int)
    /// An expression over rows: an argument or a term of an order.
    case operand([ByteOrdered])
    /// A call of a measure.
    case call(MeasureCall)
    /// An item.
    case column(Int)

    /// Whether it has a value for each row, and not only for each key.
    var isOfRows: Bool {
        switch self {
        case .key, .operand: true
        case .call, .column: false
        }
    }
}

extension CheckedFold {
    /// A SELECT of which DESCRIBE tells the types. Over rows of the source, which may be none.
    package func typesQuery(over relation: String) -> String {
        let questions = typeQuestions
        let columns = questions.map { "    \($0.text) AS \($0.name.quotedName)" }
        let groups = questions.indices.filter { questions[$0].subject.isOfRows }.map { "\($0 + 1)" }
        return "SELECT\n" + columns.joined(separator: ",\n") + "\n" + from(relation) + whereClause + "\nGROUP BY "
            + groups.joined(separator: ", ")
    }

    /// What is asked, in the order of the question's columns.
    var typeQuestions: [(name: String, subject: TypeSubject, text: String)] {
        var questions: [(name: String, subject: TypeSubject, text: String)] = []
        var seen = Set<TypeSubject>()
        var counts: [String: Int] = [:]
        func ask(_ kind: String, _ subject: TypeSubject, _ text: String) {
            guard seen.insert(subject).inserted else { return }
            counts[kind, default: 0] += 1
            questions.append(("\(kind):\(counts[kind] ?? 0)", subject, text))
        }
        for key in keys { ask("key", .key(key), text(items[key].expression)) }
        for item in items {
            for call in item.measures {
                for range in call.operands { ask("argument", .operand(canonical(range)), text(range)) }
                ask("call", .call(call), text(call.range))
            }
        }
        for (index, item) in items.enumerated() where !keys.contains(index) {
            ask("column", .column(index), text(item.expression))
        }
        return questions
    }
}

extension MeasureCall {
    /// Arguments and terms whose type matters, in the order of the text.
    var operands: [Range<Int>] {
        switch kind {
        case .count, .countIf: []
        case .joinedText: [arguments[0]] + order.map(\.expression)
        default: arguments + order.map(\.expression)
        }
    }
}

/// Types of a fold's expressions, as DuckDB answered.
struct FoldTypes: Sendable {
    private let types: [TypeSubject: SQLType]

    /// - Parameter answers: the rows of DESCRIBE: names of columns, and their types.
    /// - Throws: ``FoldTextError`` when an answer is missing, or is no type: then it is of another question.
    init(_ fold: CheckedFold, _ answers: [String: String]) throws(FoldTextError) {
        var types: [TypeSubject: SQLType] = [:]
        var mistakes = FoldMistakes()
        for question in fold.typeQuestions {
            if let answer = answers[question.name], let type = SQLType(parsing: answer) {
                types[question.subject] = type
            } else {
                mistakes.note(
                    .start,
                    "DuckDB gave no type that is known for \(question.text): \(answers[question.name] ?? "nothing")",
                    "cast it to a type of DuckDB")
            }
        }
        try mistakes.check(file: fold.file)
        self.types = types
    }

    subscript(_ subject: TypeSubject) -> SQLType {
        guard let type = types[subject] else { preconditionFailure("no question about \(subject)") }
        return type
    }
}
