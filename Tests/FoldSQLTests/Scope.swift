import FoldSQL
import Records

/// What the folds of the tests can name.
enum Scope {
    static let events = FoldSource(
        name: "events",
        fields: RowSchema([
            RowField("user_id", .string), RowField("session_id", .string), RowField("k", .string),
            RowField("t", .timestamp(.iso8601)),
            RowField("value", .decimal(precision: 18, scale: 3)), RowField("score", .double), RowField("i", .integer),
            RowField("n", .integer), RowField("flag", .boolean), RowField("day", .date), RowField("j", .json),
            RowField("from", .string), RowField("order", .integer), RowField("over", .integer),
            RowField("sample", .integer),
            RowField("filter", .string), RowField("first", .string), RowField("last", .string),
            RowField("offset", .integer),
            RowField("limit", .integer), RowField("größe", .integer), RowField("a\"b", .string),
        ]), pathColumns: ["hour"])

    static let users = FoldSource(name: "users", fields: RowSchema([RowField("user_id", .string)]))

    static let scope = FoldScope(sources: [events, users], parameters: ["reach_seconds"])
}
