import Tables

/// The unit of the columns that are in seconds.
package enum DurationUnit: String, Sendable, CaseIterable {
    case seconds
    /// With two places behind the point, rounded half away from zero; `NewsDuration` becomes `NewsMinutes`.
    case minutes
    /// With two places behind the point, rounded half away from zero; `NewsDuration` becomes `NewsHours`.
    case hours
    /// Hours, minutes and seconds: `27:46:40`.
    case hms

    package static let places = 2

    package func column(_ column: TableColumn) -> TableColumn {
        guard column.hasUnit, self != .seconds else { return column }
        func renamed(_ unit: String) -> String {
            column.name.hasSuffix(Self.suffix) ? column.name.dropLast(Self.suffix.count) + unit : column.name + unit
        }
        switch self {
        case .seconds: return column
        case .minutes: return TableColumn(renamed("Minutes"), .decimal(places: Self.places))
        case .hours: return TableColumn(renamed("Hours"), .decimal(places: Self.places))
        case .hms: return TableColumn(column.name, .duration)
        }
    }

    private static let suffix = "Duration"

    /// What turns seconds into the unit: hundredths of a minute or an hour, else nothing.
    ///
    ///     minutes: 90 seconds are 150 hundredths, 1 second is 2 (0.0166… rounded)
    package var scale: NumberScale? {
        switch self {
        case .seconds, .hms: nil
        case .minutes: NumberScale(100, per: 60)
        case .hours: NumberScale(100, per: 3600)
        }
    }
}
