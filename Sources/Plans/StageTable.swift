//  A source's rows as a table of DuckDB: which columns, of which types, and rows to try folds with.
//
//      string   integer   decimal(p,s)   double   boolean   date   timestamp   json
//      VARCHAR  BIGINT    DECIMAL(p,s)   DOUBLE   BOOLEAN   DATE   TIMESTAMP   VARCHAR
//
//  then the columns of the files' names (VARCHAR or DATE), and `_file` VARCHAR, `_row` BIGINT, `_date` DATE.

import Configuration
import DuckDB
import FoldSQL
import Records

extension FieldType {
    /// The type of a field's column in DuckDB.
    var duckDBName: String {
        switch self {
        case .string, .json: "VARCHAR"
        case .integer: "BIGINT"
        case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
        case .double: "DOUBLE"
        case .boolean: "BOOLEAN"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP"
        }
    }
}

/// What a fold compares with: rows that have none of it would pass no filter.
struct TrialLiterals {
    /// Without quotes.
    var texts: [String]
    /// As they are written.
    var numbers: [String]

    /// More of them would leave too few rows for each.
    private static let most = 12
    /// Bytes of a text that every row may have.
    private static let longest = 1000

    /// Objects with the members that texts may name: `$.plan`, `plan`, `/plan`.
    var members: [String] {
        let names = texts.map { text in text.drop { "$./".contains($0) } }
        return names.filter { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x80 || $0 == 0x5F || isWordByte($0) } }
            .flatMap { name -> [String] in ["{\"\(name)\":\"a\"}", "{\"\(name)\":2}"] }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    init(_ fold: CheckedFold, _ parameters: [PlanParameter]) {
        var (texts, numbers) = (fold.texts, fold.numbers)
        for parameter in parameters where fold.parameters.contains(parameter.name) {
            switch parameter.value {
            case .integer(let value): numbers.append("\(value)")
            case .decimal(let text): numbers.append(text)
            case .text(let text): texts.append(text)
            case .boolean: break
            }
        }
        self.texts = Array(texts.filter { $0.utf8.count <= Self.longest }.prefix(Self.most))
        self.numbers = Array(numbers.prefix(Self.most))
    }

    /// Those numbers that the type can hold; NULL for the others.
    func numbers(of type: FieldType) -> [String] { numbers.map { Self.tried($0, type) } }

    /// Those texts that are of the type, by their beginning; NULL for those that are not after all.
    func times(of type: FieldType) -> [String] {
        texts.filter { $0.utf8.count >= 8 && $0.utf8.first.map { (0x30...0x39).contains($0) } == true }
            .map { Self.tried($0, type) }
    }

    private static func tried(_ text: String, _ type: FieldType) -> String {
        "TRY_CAST(\(SQLText.literal(text)) AS \(type.duckDBName))"
    }
}

/// Which values the rows of a trial have. An expression that takes not all of them (`CAST(name AS INTEGER)`, `CAST(score AS
/// DECIMAL(18, 3))`) may take those of the next taste.
enum TrialTaste: CaseIterable {
    case all
    /// Doubles that are numbers of a usual size.
    case finite
    /// And texts that are numbers.
    case numbers
    /// Or texts that are days.
    case days
}

/// The columns of a source.
struct StageTable {
    let source: PlanSource
    /// The column that tells the files of a pack apart.
    static let slot = "__w_slot"

    init(_ source: PlanSource) { self.source = source }

    var pathColumns: [PathPattern.Column] { source.pathColumns }

    /// Names and types, in their order.
    var columns: [(name: String, type: FieldType)] {
        source.schema.fields.map { ($0.name, $0.type) }
            + source.pathColumns.map { ($0.name, $0.isDate ? .date : .string) }
            + [("_file", .string), ("_row", .integer), ("_date", .date)]
    }

    /// A SELECT without rows, in one line.
    var empty: String {
        "SELECT "
            + columns.map { "CAST(NULL AS \($0.type.duckDBName)) AS \(SQLText.identifier($0.name))" }
            .joined(separator: ", ") + " WHERE false"
    }

    /// A SELECT of rows as three files might have them, in one line: few values of each type, so that keys meet and orders
    /// have ties, NULLs, zeros of both signs, and the texts that the fold itself names. The same for each number of the file.
    ///
    /// - Parameters:
    ///   - file: 1, 2 or 3.
    ///   - literals: that the fold compares with.
    func trial(file: Int, rows: Int, _ literals: TrialLiterals, _ taste: TrialTaste) -> String {
        let files = Set(source.pathColumns.map(\.name))
        let columns = columns.enumerated().map { index, column in
            "\(value(column, index, file, literals, taste, isOfFile: files.contains(column.name))) AS \(SQLText.identifier(column.name))"
        }
        return "SELECT \(columns.joined(separator: ", ")) FROM range(\(rows)) rows(i)"
    }

    private func value(
        _ column: (name: String, type: FieldType), _ index: Int, _ file: Int, _ literals: TrialLiterals,
        _ taste: TrialTaste, isOfFile: Bool
    ) -> String {
        switch column.name {
        case "_file": return SQLText.literal("file-\(file).json")
        case "_row": return "i + 1"
        case "_date": return file == 3 ? "CAST(NULL AS DATE)" : "DATE '2022-04-0\(file)'"
        default: break
        }
        let values = Self.values(column.type, literals, taste)
        let list = "[" + values.joined(separator: ", ") + "]"
        // Of a text: hashes of several numbers have low bits in common, and some combinations would never occur.
        let place =
            isOfFile
            ? "\(file - 1) % \(values.count - 1)" : "CAST(hash(i || ' \(index) \(file)') % \(values.count) AS BIGINT)"
        return "CAST((\(list))[1 + \(place)] AS \(column.type.duckDBName))"
    }

    /// Values of one type as SQL has them. The last one is NULL.
    private static func values(_ type: FieldType, _ literals: TrialLiterals, _ taste: TrialTaste) -> [String] {
        let some: [String] =
            switch type {
            case .string:
                switch taste {
                case .all, .finite: (literals.texts + ["a", "b", "", "Zo\u{EB}"]).map(SQLText.literal)
                case .numbers: ["1", "2", "30", "-7"].map(SQLText.literal)
                case .days: ["2022-04-01", "2022-04-02", "2021-12-31"].map(SQLText.literal)
                }
            case .json:
                ["{\"a\":1}", "{\"a\": 1}", "[1]", "null"].map(SQLText.literal) + literals.members.map(SQLText.literal)
            case .integer: ["0", "1", "2", "3", "-1", "30", "1000000"] + literals.numbers(of: type)
            case .decimal(let precision, let scale): decimals(precision, scale) + literals.numbers(of: type)
            case .double:
                ["0.0::DOUBLE", "'-0.0'::DOUBLE", "1.5", "-1.5", "2"]
                    + (taste == .all ? ["1e300::DOUBLE", "'nan'::DOUBLE"] : []) + literals.numbers(of: type)
            case .boolean: ["true", "false"]
            case .date:
                ["DATE '2022-04-01'", "DATE '2022-04-02'", "DATE '2022-03-31'", "DATE '2021-12-31'"]
                    + literals.times(of: type)
            case .timestamp:
                [
                    "TIMESTAMP '2022-04-01 00:00:00'", "TIMESTAMP '2022-04-01 12:34:56.789012'",
                    "TIMESTAMP '2022-03-31 23:59:59'", "TIMESTAMP '2022-04-02 00:00:00'",
                ] + literals.times(of: type)
            }
        return some + ["NULL"]
    }

    /// Some that fit: zero, one unit of the last digit, and half of the digits.
    private static func decimals(_ precision: Int, _ scale: Int) -> [String] {
        func text(_ units: String) -> String {
            let digits = String(repeating: "0", count: max(0, scale + 1 - units.count)) + units
            return "'" + digits.dropLast(scale) + (scale > 0 ? "." + digits.suffix(scale) : "") + "'"
        }
        let type = "::DECIMAL(\(precision),\(scale))"
        let units = ["0", "1", String("7531".prefix(max(1, precision / 2)))]
        return units.map { text($0) + type } + ["-" + text(units[2]) + type]
    }
}

extension PlanParameter.Value {
    /// The value in SQL, in one line.
    var sql: String {
        switch self {
        case .integer(let value): value == .min ? "(\(value + 1) - 1)" : "\(value)"
        case .decimal(let text): text
        case .boolean(let value): value ? "true" : "false"
        case .text(let text): SQLText.literal(text)
        }
    }
}
