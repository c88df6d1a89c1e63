//  A type of DuckDB, read from the text that DESCRIBE gives.
//
//      INTEGER   DECIMAL(18,3)   TIMESTAMP WITH TIME ZONE   STRUCT(a INTEGER, "b c" VARCHAR[])   MAP(VARCHAR, INTEGER)
//      INTEGER[3]   ENUM('a', 'b')   UNION(a INTEGER)   TUPLE(INTEGER, VARCHAR)
//
//  A type is kept only if the equality of its values is that of their bytes, and Parquet gives it back as it was. The list of
//  those is closed: a type that a later series adds is refused until it was looked at.

/// A type.
struct SQLType: Hashable, Sendable {
    /// In capital letters, without what is in brackets: `DECIMAL`, `STRUCT`, `TIMESTAMP WITH TIME ZONE`, `LIST`, `ARRAY`.
    var name: String
    /// Of lists, structs and maps: the types inside.
    var inner: [SQLType] = []
    /// Of a decimal: digits behind the point.
    var scale = 0
    /// Whether each inner type has a name (STRUCT).
    var isNamed = true
    /// As DuckDB spells it.
    var text: String

    static let integers: Set<String> = [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    ]

    /// Types that are kept as they are.
    private static let plain: Set<String> = integers.union([
        "BOOLEAN", "DECIMAL", "VARCHAR", "BLOB", "UUID", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_NS",
        "TIMESTAMP WITH TIME ZONE",
        "JSON",
    ])

    var isFloat: Bool { name == "FLOAT" || name == "DOUBLE" }

    var isInteger: Bool { Self.integers.contains(name) }

    /// Whether it is, or holds, integers that Parquet has no type for.
    var holdsHugeIntegers: Bool {
        name == "HUGEINT" || name == "UHUGEINT" || inner.contains(where: \.holdsHugeIntegers)
    }

    /// The part that cannot be kept, and what to write instead; nil when all of it can.
    var refusal: (text: String, hint: String)? {
        if Self.plain.contains(name) || isFloat { return nil }
        switch name {
        case "LIST", "STRUCT", "MAP":
            if !isNamed { return (text, "name the parts: {'a': a, 'b': b}") }
            for type in inner {
                if type.isFloat {
                    return (
                        "\(type.name) in \(text)", "cast to DECIMAL(18, 3); -0.0 and 0.0 are equal and have other bytes"
                    )
                }
                if let refusal = type.refusal { return refusal }
            }
            return nil
        default: return (text, Self.hints[name] ?? "cast to VARCHAR")
        }
    }

    private static let hints: [String: String] = [
        "HUGEINT": "cast to BIGINT or DECIMAL(38, 0)", "UHUGEINT": "cast to DECIMAL(38, 0)",
        "BIGNUM": "cast to DECIMAL(38, 0)",
        "INTERVAL": "cast to BIGINT: epoch_us(x)", "TIME WITH TIME ZONE": "cast to TIME", "TIME_NS": "cast to TIME",
        "TIMESTAMP_S": "cast to TIMESTAMP", "TIMESTAMP_MS": "cast to TIMESTAMP",
        "ARRAY": "cast to a list without a length",
        "TUPLE": "name the parts: {'a': a, 'b': b}", "\"NULL\"": "cast to the type that it shall have",
        "NULL": "cast to the type that it shall have",
    ]
}

extension SQLType {
    /// Reads a type as DESCRIBE gives it; nil for a text that is no type.
    init?(parsing text: String) {
        guard let list = try? SQLLexer.read(text, file: ""), list.count > 0 else { return nil }
        var reader = TypeReader(list: list)
        guard let type = reader.type(), reader.index == list.count else { return nil }
        self = type
    }
}

/// Reads the tokens of a type.
private struct TypeReader {
    let list: TokenList
    var index = 0

    mutating func type() -> SQLType? {
        let start = index
        guard let first = list.token(index), first.isName else { return nil }
        index += 1
        var type = SQLType(name: first.text.uppercased(), text: "")
        while let next = list.token(index), next.isWord(in: ["with", "time", "zone", "without"]) {
            type.name += " \(next.text.uppercased())"
            index += 1
        }
        if list.isSymbol(index, "("), !parameters(&type) { return nil }
        type.text = list.spelled(start..<index)
        while list.isSymbol(index, "[") {
            let close = list.partner[index]
            let isList = close == index + 1
            index = close + 1
            type = SQLType(name: isList ? "LIST" : "ARRAY", inner: [type], text: list.spelled(start..<index))
        }
        return type
    }

    /// What is in the brackets of a type.
    private mutating func parameters(_ type: inout SQLType) -> Bool {
        let close = list.partner[index]
        let parts = list.parts(index + 1..<close)
        switch type.name {
        case "DECIMAL":
            type.scale = parts.count == 2 ? list.token(parts[1].lowerBound).flatMap { Int($0.text) } ?? 0 : 0
        case "STRUCT", "MAP":
            for part in parts {
                index = part.lowerBound
                let hasName =
                    type.name == "STRUCT" && part.count > 1 && list[index].isName && list[index + 1].isName
                    && !list[index + 1].isWord(in: ["with", "without"])
                if type.name == "STRUCT" && !hasName { type.isNamed = false }
                if hasName { index += 1 }
                guard let inner = self.type(), index == part.upperBound else { return false }
                type.inner.append(inner)
            }
        default: break
        }
        index = close + 1
        return true
    }
}
