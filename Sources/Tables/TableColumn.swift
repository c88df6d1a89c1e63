/// A column of a table.
package struct TableColumn: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case text
        case integer
        /// A number with so many digits behind the point.
        case decimal(places: Int)
        /// Seconds, to be shown as hours, minutes and seconds.
        case duration
        /// Text that is a number of any size, as JSON has it, or nothing, or the name of what is no number: `nan`.
        case number

        /// Whether the values of rows are texts.
        package var isText: Bool { self == .text || self == .number }
    }

    package var name: String
    package var kind: Kind
    /// Whether the numbers have a unit that can be converted into others.
    package var hasUnit: Bool
    /// Whether the text is a date, `2022-04-01`, or empty.
    package var isDate: Bool
    /// The least width of the column in a sheet, in characters, where it is more than usual.
    package var width: Int?

    package init(_ name: String, _ kind: Kind, hasUnit: Bool = false, isDate: Bool = false, width: Int? = nil) {
        self.name = name
        self.kind = kind
        self.hasUnit = hasUnit
        self.isDate = isDate
        self.width = width
    }
}
