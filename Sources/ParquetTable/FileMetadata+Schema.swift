//  The footer's schema (parquet.thrift, SchemaElement; LogicalTypes.md): which columns can be read, and why others cannot.

extension ThriftReader {
    /// Reads the schema, a list of elements in depth-first order: the root, then the columns.
    mutating func tableSchema(_ field: ThriftField) throws(ParquetError) -> TableSchema {
        let count = try list(field, of: .structure)
        guard count >= 1 else { throw damaged("the schema has no root") }
        let root = try schemaElement()
        guard root.type == nil, root.childCount == count - 1 else {
            throw error(.unsupported, "a schema that is not a list of columns")
        }
        var columns: [ColumnSchema] = []
        for _ in 1..<count {
            let element = try schemaElement()
            do throws(ParquetError) { columns.append(try column(element)) } catch {
                throw error.located(column: element.name)
            }
        }
        return TableSchema(columns: columns)
    }

    private struct SchemaElement {
        var type: Int32?
        var repetition: Int32?
        var name: String
        var childCount = 0
        var convertedType: Int32?
        /// The field of the union LogicalType that is set.
        var logicalType: Int16?
        /// For the logical type INTEGER.
        var isSigned64 = false
    }

    private mutating func schemaElement() throws(ParquetError) -> SchemaElement {
        var element = SchemaElement(name: "")
        var name: String?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: element.type = try i32(field)
            case 3: element.repetition = try i32(field)
            case 4: name = try text(field)
            case 5: element.childCount = try size(field)
            case 6: element.convertedType = try i32(field)
            case 10: try logicalType(field, &element)
            default: try skip(field)
            }
        }
        guard let name else { throw damaged("a schema element without a name") }
        element.name = name
        return element
    }

    private mutating func logicalType(_ field: ThriftField, _ element: inout SchemaElement) throws(ParquetError) {
        try enter(field)
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            element.logicalType = field.id
            guard field.id == 10 else {
                try skip(field)
                continue
            }
            // INTEGER: 1 is the width, a byte as it is; 2 whether it is signed.
            try enter(field)
            var last: Int16 = 0
            var width: UInt8 = 0
            var isSigned = false
            while let field = try nextField(after: &last) {
                switch field.id {
                case 1: width = try i8(field)
                case 2: isSigned = try bool(field)
                default: try skip(field)
                }
            }
            element.isSigned64 = width == 64 && isSigned
        }
    }

    private func column(_ element: SchemaElement) throws(ParquetError) -> ColumnSchema {
        func unsupported(_ feature: String) -> ParquetError { error(.unsupported, feature) }
        guard element.childCount == 0, let rawType = element.type else { throw unsupported("nested columns") }
        let isNullable: Bool
        switch element.repetition {
        case ParquetFormat.Repetition.required: isNullable = false
        case ParquetFormat.Repetition.optional: isNullable = true
        case ParquetFormat.Repetition.repeated: throw unsupported("repeated columns")
        default: throw damaged("a column that is neither required nor optional")
        }
        guard let type = ParquetFormat.PhysicalType(rawValue: rawType) else {
            throw damaged("physical type \(rawType)")
        }
        let logicalString: Int16 = 1
        let logicalInteger: Int16 = 10
        switch type {
        case .int64:
            let isPlain = element.logicalType == nil || (element.logicalType == logicalInteger && element.isSigned64)
            let isConverted =
                element.convertedType == nil || element.convertedType == ParquetFormat.ConvertedType.int64
            guard isPlain, isConverted else { throw unsupported("INT64 that stands for something else than a number") }
            return ColumnSchema(element.name, .int64, isNullable: isNullable)
        case .byteArray:
            let isString = element.logicalType.map { $0 == logicalString }
            guard isString ?? (element.convertedType == ParquetFormat.ConvertedType.utf8) else {
                throw unsupported("BYTE_ARRAY that is not a string")
            }
            return ColumnSchema(element.name, .utf8, isNullable: isNullable)
        default: throw unsupported("columns of type \(type)")
        }
    }
}
