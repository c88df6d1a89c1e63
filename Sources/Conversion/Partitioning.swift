//  Rows by the values of some fields, and the names of the folders that stand for these values.
//
//      dt            hour   n                       rows 0, 1     dt=2022-04-01/hour=7       n: 1, 2
//      2022-04-01    7      1                       row  2        dt=2022-04-01/hour=…       n: 3
//      2022-04-01    7      2          ─▶           row  3        dt=2022-04-01/hour=7       n: 4
//      2022-04-01    NULL   3
//      2022-04-01    7      4
//
//  The form of the names is that of Hive, which DuckDB, Spark, Polars and pyarrow read: `field=value`, in which characters
//  that mean something to file systems or to Hive are written as `%` and two digits (Hive, FileUtils.escapePathName), and
//  NULL is `__HIVE_DEFAULT_PARTITION__`.

import Configuration
import ParquetTable
import Records
import Tables

/// Rows of one folder, without the fields that its name tells.
struct RowPart {
    var folder: String
    var rows: RowBuffer
}

/// By which fields rows are divided.
struct Partitioning: Sendable {
    /// Of the folder of rows without a value.
    static let nullName = "__HIVE_DEFAULT_PARTITION__"
    /// Bytes of a name, of all file systems that matter.
    static let nameLimit = 255

    /// From the outside in.
    private let fields: [Int]
    private let names: [String]
    private let kept: [Int]
    private let keptSchema: TableSchema
    /// The columns that are left.
    let table: TableLayout

    /// - Throws: `DivisionFailure`.
    init(_ names: [String], _ schema: RowSchema, _ layout: TableLayout) throws(DivisionFailure) {
        var fields: [Int] = []
        for name in names {
            guard let field = schema.fields.firstIndex(where: { $0.name == name }) else {
                throw .unknownField(name, nearest: nearest(to: name, among: schema.fields.map(\.name)))
            }
            if fields.contains(field) { throw .repeatedField(name) }
            switch schema.fields[field].type {
            case .double, .json: throw .unsuitedType(name, type: schema.fields[field].type.name)
            default: fields.append(field)
            }
        }
        if fields.count == schema.fields.count { throw .allFields }
        for name in names {
            let other = schema.fields.first { $0.name != name && $0.name.lowercased() == name.lowercased() }
            if let other { throw .ambiguousField(name, other: other.name) }
        }
        self.fields = fields
        self.names = names
        kept = schema.fields.indices.filter { !fields.contains($0) }
        table = layout.without(fields)
        keptSchema = table.schema
    }

    /// Divides rows.
    ///
    /// - Returns: the folders in the order in which they were met.
    /// - Throws: `DivisionFailure`.
    func parts(of rows: RowBuffer) throws(DivisionFailure) -> [RowPart] {
        let (runs, folders) = try runs(of: rows)
        let parts = folders.map { RowPart(folder: $0, rows: RowBuffer(schema: keptSchema)) }
        for (column, source) in kept.enumerated() {
            var valuesBefore = 0
            for run in runs {
                valuesBefore += parts[run.folder].rows.columns[column].append(
                    run.rows, of: rows.columns[source], valuesBefore: valuesBefore)
            }
        }
        return parts
    }

    /// Rows behind one another that have the same values.
    private struct Run {
        var rows: Range<Int>
        /// Among the folders.
        var folder: Int
    }

    private func runs(of rows: RowBuffer) throws(DivisionFailure) -> (runs: [Run], folders: [String]) {
        let count = rows.rowCount
        var runs: [Run] = []
        var folders: [String] = []
        var places: [String: Int] = [:]
        var cursors = fields.map { ValueCursor(rows.columns[$0]) }
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, cursors.allSatisfy({ $0.repeats(at: end) }) { end += 1 }
            let folder = try folder(cursors)
            let place = places[folder] ?? folders.count
            if place == folders.count {
                folders.append(folder)
                places[folder] = place
            }
            runs.append(Run(rows: start..<end, folder: place))
            for index in cursors.indices { cursors[index].advance(to: end) }
            start = end
        }
        return (runs, folders)
    }

    private func folder(_ cursors: [ValueCursor]) throws(DivisionFailure) -> String {
        var folders: [String] = []
        for (name, cursor) in zip(names, cursors) {
            let value = cursor.text.map { Self.value($0) } ?? Self.nullName
            let folder = Self.escaped(Array(name.utf8)) + "=" + value
            guard folder.utf8.count <= Self.nameLimit else {
                throw .longName(field: name, bytes: folder.utf8.count, limit: Self.nameLimit)
            }
            folders.append(folder)
        }
        return folders.joined(separator: "/")
    }

    /// A value in a folder's name. One that is spelled like a NULL, in Hive's way or, for DuckDB 1, as a word, begins with an
    /// escaped character, so that it is read as the text that it is.
    private static func value(_ text: [UInt8]) -> String {
        let escaped = escaped(text)
        guard escaped == nullName || escaped.lowercased() == "null" else { return escaped }
        return "%" + String(text[0], radix: 16, uppercase: true) + escaped.dropFirst()
    }

    private static let special = Set("\"#%'*/:=?\\{[]^".utf8)

    /// - Parameter text: UTF-8.
    static func escaped(_ text: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text {
            if byte < 0x20 || byte == 0x7F || special.contains(byte) {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}

/// The first row of a run in a column.
private struct ValueCursor {
    private let column: ColumnBuffer
    private var row = 0
    /// Values of the rows before, which is where its own is.
    private var index = 0
    private var hasValue: Bool

    init(_ column: ColumnBuffer) {
        self.column = column
        hasValue = column.rowCount > 0 && column.hasValue(0)
    }

    /// Whether another row of the run, or the one behind it, has what the first one has.
    func repeats(at other: Int) -> Bool {
        column.hasValue(other) == hasValue && (!hasValue || column.valuesAreEqual(index, index + other - row))
    }

    /// Goes on to the run that begins at `end`, where this one ends.
    mutating func advance(to end: Int) {
        if hasValue { index += end - row }
        row = end
        hasValue = end < column.rowCount && column.hasValue(end)
    }

    /// Nil for NULL.
    var text: [UInt8]? { hasValue ? TypedText.bare(column, index) : nil }
}

extension ColumnBuffer {
    /// Whether two values are the same, of a type that names folders.
    fileprivate func valuesAreEqual(_ a: Int, _ b: Int) -> Bool {
        switch type {
        case .int64, .timestamp: int64s[a] == int64s[b]
        case .date: int32s[a] == int32s[b]
        case .boolean: boolean(a) == boolean(b)
        case .decimal: decimal(a) == decimal(b)
        case .utf8: string(a).elementsEqual(string(b))
        case .double: preconditionFailure("no folder is named by a double")
        }
    }
}
