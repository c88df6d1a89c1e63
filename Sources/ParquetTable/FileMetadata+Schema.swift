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
        /// Bytes of FIXED_LEN_BYTE_ARRAY.
        var length: Int32?
        var repetition: Int32?
        var name: String
        var childCount = 0
        var convertedType: Int32?
        var scale: Int32?
        var precision: Int32?
        /// The field of the union LogicalType that is set.
        var logicalType: Int16?
        /// For the logical type INTEGER.
        var isSigned64 = false
        /// For the logical type TIMESTAMP.
        var isLocalMicros = false
        /// For the logical type DECIMAL.
        var logicalScale: Int32?
        var logicalPrecision: Int32?
    }

    private mutating func schemaElement() throws(ParquetError) -> SchemaElement {
        var element = SchemaElement(name: "")
        var name: String?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: element.type = try i32(field)
            case 2: element.length = try i32(field)
            case 3: element.repetition = try i32(field)
            case 4: name = try text(field)
            case 5: element.childCount = try size(field)
            case 6: element.convertedType = try i32(field)
            case 7: element.scale = try i32(field)
            case 8: element.precision = try i32(field)
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
            switch field.id {
            case ParquetFormat.LogicalType.integer: element.isSigned64 = try isSigned64(field)
            case ParquetFormat.LogicalType.timestamp: element.isLocalMicros = try isLocalMicros(field)
            case ParquetFormat.LogicalType.decimal: try decimal(field, &element)
            default: try skip(field)
            }
        }
    }

    /// Whether an INTEGER is a signed one of 64 bits.
    private mutating func isSigned64(_ field: ThriftField) throws(ParquetError) -> Bool {
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
        return width == 64 && isSigned
    }

    /// Whether a TIMESTAMP has no time zone and counts microseconds.
    private mutating func isLocalMicros(_ field: ThriftField) throws(ParquetError) -> Bool {
        try enter(field)
        var last: Int16 = 0
        var isUTC = true
        var unit: Int16?
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: isUTC = try bool(field)
            case 2:
                try enter(field)
                var last: Int16 = 0
                while let field = try nextField(after: &last) {
                    unit = field.id
                    try skip(field)
                }
            default: try skip(field)
            }
        }
        return !isUTC && unit == ParquetFormat.TimeUnit.micros
    }

    private mutating func decimal(_ field: ThriftField, _ element: inout SchemaElement) throws(ParquetError) {
        try enter(field)
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: element.logicalScale = try i32(field)
            case 2: element.logicalPrecision = try i32(field)
            default: try skip(field)
            }
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
        return ColumnSchema(element.name, try columnType(element, type), isNullable: isNullable)
    }

    /// What the column holds, by its annotations: those that the writer makes, and older or fewer ones that mean the same.
    private func columnType(
        _ element: SchemaElement, _ type: ParquetFormat.PhysicalType
    ) throws(ParquetError) -> ColumnType {
        func unsupported(_ feature: String) -> ParquetError { error(.unsupported, feature) }
        let (logical, converted) = (element.logicalType, element.convertedType)
        if logical == ParquetFormat.LogicalType.decimal || converted == ParquetFormat.ConvertedType.decimal {
            return try decimalType(element, type)
        }
        switch type {
        case .int64:
            if logical == ParquetFormat.LogicalType.timestamp {
                guard element.isLocalMicros else {
                    throw unsupported("timestamps with a time zone, or not in microseconds")
                }
                return .timestamp
            }
            let isPlain = logical == nil || (logical == ParquetFormat.LogicalType.integer && element.isSigned64)
            let isConverted = converted == nil || converted == ParquetFormat.ConvertedType.int64
            guard isPlain, isConverted else { throw unsupported("INT64 that stands for something else than a number") }
            return .int64
        case .byteArray:
            let isString = logical.map { $0 == ParquetFormat.LogicalType.string }
            guard isString ?? (converted == ParquetFormat.ConvertedType.utf8) else {
                throw unsupported("BYTE_ARRAY that is not a string")
            }
            return .utf8
        case .int32:
            let isDate = logical.map { $0 == ParquetFormat.LogicalType.date }
            guard isDate ?? (converted == ParquetFormat.ConvertedType.date) else {
                throw unsupported("INT32 that is neither a date nor a decimal")
            }
            return .date
        case .boolean, .double:
            guard logical == nil, converted == nil else { throw unsupported("annotated columns of type \(type)") }
            return type == .boolean ? .boolean : .double
        case .int96, .float, .fixedLengthByteArray: throw unsupported("columns of type \(type)")
        }
    }

    private func decimalType(
        _ element: SchemaElement, _ type: ParquetFormat.PhysicalType
    ) throws(ParquetError) -> ColumnType {
        let (precision, scale) = (element.logicalPrecision ?? element.precision, element.logicalScale ?? element.scale)
        guard let precision, precision == element.precision ?? precision, scale == element.scale ?? scale else {
            throw damaged("a decimal whose annotations differ")
        }
        let decimal = ColumnType.decimal(precision: Int(precision), scale: Int(scale ?? 0))
        guard decimal.isValid else { throw error(.unsupported, "columns of type \(decimal)") }
        // Others keep decimals of few digits in more bytes, or of many in as few as possible.
        guard type == decimal.physicalType,
            type != .fixedLengthByteArray || element.length == Int32(ParquetFormat.decimalBytes)
        else { throw error(.unsupported, "decimals of \(precision) digits as \(type)") }
        return decimal
    }
}
