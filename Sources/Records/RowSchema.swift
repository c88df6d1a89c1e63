//  What a source's records are read as: typed fields, of which every row has each or none.
//
//      event_time: {path: timestamp, type: timestamp}
//      user_id: string
//      value: {type: "decimal(18,3)", required: no}

/// The type of a field of a row.
package enum FieldType: Sendable, Hashable {
    case string
    /// Int64.
    case integer
    /// At most 38 digits, `scale` of them behind the point.
    case decimal(precision: Int, scale: Int)
    case double
    case boolean
    case date
    /// Microseconds since 1970-01-01 00:00:00 UTC.
    case timestamp(TimestampForm)
    /// The value's text as it stood.
    case json
}

/// How a point in time is written.
package enum TimestampForm: String, Sendable, Hashable, CaseIterable {
    /// ISO 8601-1:2019, 5.4: a date, `T` or a space, a time; `Z`, an offset, or nothing, which is UTC.
    case iso8601
    /// Numbers since 1970-01-01 00:00:00 UTC.
    case unixSeconds = "unix_seconds"
    case unixMilliseconds = "unix_milliseconds"
    case unixMicroseconds = "unix_microseconds"
}

/// One field of a row.
package struct RowField: Sendable, Hashable {
    /// The column's name.
    package var name: String
    package var path: FieldPath
    package var type: FieldType
    /// Whether a record without it, or with a null, is rejected.
    package var isRequired: Bool

    package init(_ name: String, path: FieldPath? = nil, _ type: FieldType, isRequired: Bool = true) {
        precondition(!name.isEmpty, "a field has a name")
        self.name = name
        self.path = path ?? FieldPath([[name]])
        self.type = type
        self.isRequired = isRequired
    }
}

/// The fields of a source, in the order of its columns.
package struct RowSchema: Sendable, Hashable {
    package var fields: [RowField]

    /// - Precondition: there is a field, and no two have the same name.
    package init(_ fields: [RowField]) {
        precondition(!fields.isEmpty && Set(fields.map(\.name)).count == fields.count, "fields: \(fields.map(\.name))")
        self.fields = fields
    }
}
