//  Rows of cells by the rules of the design, without any of the speed; and what a reader gives, in the same form.
//
//  The text of an object or an array, and that of a field of type json, is compared by what it says: it is parsed again and
//  printed plainly. That it is the same byte for byte is compared between the ways of reading.

import JSONRecords
import Records
import TestSupport

/// What is read of records as rows, and how.
package struct RowReading: Sendable {
    package var schema: RowSchema
    package var isLenient = false
    package var recordPaths: [[String]] = []

    package init(_ schema: RowSchema, isLenient: Bool = false, recordPaths: [[String]] = []) {
        (self.schema, self.isLenient, self.recordPaths) = (schema, isLenient, recordPaths)
    }

    package var plan: ReadingPlan { ReadingPlan(schema, isLenient: isLenient, recordPaths: recordPaths) }
}

/// A value of a row.
package struct ReadCell: Hashable, CustomStringConvertible {
    package var kind: Cell.Kind
    package var text: [UInt8]

    package init(_ kind: Cell.Kind, _ text: [UInt8]) { (self.kind, self.text) = (kind, text) }

    package var description: String { "\(kind) \(String(decoding: text, as: UTF8.self).debugDescription)" }
}

/// An accepted record as a row.
package struct ReadRow: Hashable {
    /// Of the record in its file, from 1.
    package var number: Int
    package var cells: [ReadCell]

    package init(number: Int, cells: [ReadCell]) { (self.number, self.cells) = (number, cells) }
}

extension RowReading {
    /// What does not fit, as one who takes rows might judge it: fields that are required and not there, and integers that are
    /// no numbers.
    package func fault(_ cells: [ReadCell]) -> RejectReason? {
        for (field, cell) in zip(schema.fields, cells) {
            let isThere = cell.kind != .missing && cell.kind != .null
            if field.isRequired && !isThere { return .missing(field.name) }
            if field.type == .integer && isThere && cell.kind != .number { return .bad(field.name) }
        }
        return nil
    }

    /// The text of a cell that a reader gave, as the reference has it.
    package func plain(_ text: [UInt8], _ kind: Cell.Kind, of field: RowField) throws(BrokenPromise) -> [UInt8] {
        if kind == .missing || kind == .null { return [] }
        if kind != .container && field.type != .json { return text }
        var parser = ReferenceParser(text, isLenient: isLenient)
        guard let value = try? parser.value(), parser.next == nil else {
            throw BrokenPromise("a cell is no JSON: \(String(decoding: text, as: UTF8.self).debugDescription)")
        }
        return Self.text(value)
    }

    private static func text(_ value: JSON) -> [UInt8] {
        var unused = Dice(seed: 0)
        return value.printed(.compact, &unused)
    }
}

extension RowReading: ReferencePlan {
    package var paths: [FieldPath] { schema.fields.map(\.path) }
    package var requiredPaths: [FieldPath] { schema.fields.filter(\.isRequired).map(\.path) }
    package var lackingLabel: String { (schema.fields.first(where: \.isRequired) ?? schema.fields[0]).name }

    package func judgeFields(_ record: JSON) -> Judgement {
        let cells = schema.fields.map { Self.cell(find($0.path, in: record), isText: $0.type == .json) }
        return fault(cells).map { .rejected($0) } ?? .row(cells)
    }

    private static func cell(_ value: JSON?, isText: Bool) -> ReadCell {
        switch value {
        case nil: ReadCell(.missing, [])
        case .null: ReadCell(.null, [])
        case .bool(let value): ReadCell(.boolean, Array((value ? "true" : "false").utf8))
        case .number(let text): ReadCell(text.contains("N") || text.contains("I") ? .string : .number, Array(text.utf8))
        case .string(let bytes): ReadCell(.string, isText ? text(.string(bytes)) : bytes)
        case .array(_)?, .object(_)?: ReadCell(.container, text(value!))
        }
    }
}
