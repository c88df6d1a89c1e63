//  Schemas of every kind that the reader treats in its own way.

import Records

extension RowReading {
    private static func field(
        _ name: String, _ paths: [[String]]? = nil, _ type: FieldType = .string, isRequired: Bool = false
    ) -> RowField { RowField(name, path: paths.map { FieldPath($0) }, type, isRequired: isRequired) }

    /// Schemas over the records of `Dice.record()` and `ShapedRecords`.
    package static let all: [RowReading] = [
        // Alternatives, and fields that must be there.
        RowReading(
            RowSchema([
                field("Contract", [["_source", "Contract"], ["Contract"]], isRequired: true),
                field("App Name", [["_source", "AppName"], ["AppName"]], .json),
                field("n", [["_source", "TotalDuration"], ["TotalDuration"]], .integer, isRequired: true),
            ])),
        // One path for each field, none required.
        RowReading(
            RowSchema([
                field("Contract"), field("_source", nil, .json), field("AppName", nil, .json),
                field("TotalDuration", nil, .double), field("Mac"), field("é", nil, .boolean),
            ])),
        // Fields within fields, two of one path, a key on the way to another, the empty key, keys of more than one load.
        RowReading(
            RowSchema([
                field("_source", nil, .json), field("inner", [["_source", "Contract"]]), field("Contract"),
                field("text", [["Contract"]], .json), field("empty", [[""]]),
                field("deep", [["_source", "Mac", "TotalDuration"], ["x", "Contract"], ["a", "b", "k"]]),
                field("long", [["a much longer name than fits inline"], ["a much longer name than that is"]]),
                field("quoted", [["quote\"back\\slash/"], ["tab\tfeed\n"]]),
            ]), isLenient: true),
        // More keys than the walk knows.
        RowReading(
            RowSchema((0..<70).map { field("k\($0)") } + [field("Contract", isRequired: true), field("AppName")])),
        // Many keys of one object: lists of more than one.
        RowReading(
            RowSchema(
                (10..<58).map { field("key\($0)") } + [field("AppName"), field("TotalDuration", nil, .json)])),
        // One field.
        RowReading(RowSchema([field("AppName", [["_source", "AppName"], ["AppName"]], isRequired: true)])),
    ]
}
