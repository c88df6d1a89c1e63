//  How the text of a duration becomes whole seconds.
//
//  A number, and a number in a string, counts in `unit`. Texts of other forms say their units themselves and are read
//  only when their form is asked for. What is not a whole number of seconds is rejected, unless `rounding` says otherwise:
//
//      unit seconds        3723             3723 s
//      unit milliseconds   3723000          3723 s        3723417 is 3723.417 s: rejected, or rounded
//      unit minutes        62.05            3723 s
//      HH:MM:SS            "01:02:03"       3723 s
//      ISO8601             "PT1H2M3S"       3723 s

/// The settings by which durations are read.
package struct DurationRules: Sendable, Hashable {
    package var unit = WrittenUnit.seconds
    /// What is read besides numbers.
    package var forms: Set<DurationForm> = []
    package var rounding = Rounding.reject

    package init(
        unit: WrittenUnit = .seconds, forms: Set<DurationForm> = [], rounding: Rounding = .reject
    ) {
        self.unit = unit
        self.forms = forms
        self.rounding = rounding
    }
}

/// What a number is written in. The raw values are those of the setting `duration_unit`.
package enum WrittenUnit: String, Sendable, Hashable, CaseIterable {
    case seconds, milliseconds, minutes

    /// Seconds are a number times `multiplier`, with the point moved left by `places`.
    package var scale: (multiplier: UInt64, places: Int) {
        switch self {
        case .seconds: (1, 0)
        case .milliseconds: (1, 3)
        case .minutes: (60, 0)
        }
    }
}

/// A form of text besides a number. The raw values are those of the setting `duration_format`, in its order.
package enum DurationForm: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Blanks around any form; a number with a plus or with zeros in front: `" 3723"`, `"+5"`, `"00012"`.
    case padded
    /// `01:02:03`, with any number of hours, and perhaps a fraction of a second.
    case hoursMinutesSeconds = "HH:MM:SS"
    /// `01:02`, with any number of hours.
    case hoursMinutes = "HH:MM"
    /// `62:03`, with any number of minutes, and perhaps a fraction of a second.
    case minutesSeconds = "MM:SS"
    /// `PT1H2M3S`: weeks, days, hours, minutes and seconds of ISO 8601-1:2019, section 5.5.2.
    case iso8601 = "ISO8601"
    /// `1h2m3s`, `3723s`, `500 ms`: days, hours, minutes, seconds and milliseconds by d, h, m or min, s or sec, ms.
    case units

    private var place: Int { Self.allCases.firstIndex(of: self)! }

    package static func < (a: DurationForm, b: DurationForm) -> Bool { a.place < b.place }
}

/// What becomes of a fraction of a second. The raw values are those of the setting `rounding`.
package enum Rounding: String, Sendable, Hashable, CaseIterable {
    /// The record is rejected.
    case reject
    /// To the nearest second; half a second away from zero.
    case nearest
    /// Towards zero.
    case down
    /// Away from zero.
    case up
}
