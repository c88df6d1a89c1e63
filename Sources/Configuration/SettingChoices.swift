//  Values that are a choice of words. The raw values are the words.

import Records

/// What becomes of a record whose duration is below zero.
package enum NegativeDurations: String, Sendable, Hashable, CaseIterable {
    case reject, keep
}

/// What is read as JSON.
package enum JSONDialect: String, Sendable, Hashable, CaseIterable {
    /// RFC 8259.
    case strict
    /// In addition NaN, Infinity, commas too many, and commas missing between records.
    case lenient
}

/// What becomes of a file whose content is already counted under another name.
package enum DuplicateFiles: String, Sendable, Hashable, CaseIterable {
    case skip, count
}

/// What becomes of a file that looks unlike the days before it.
package enum GateMode: String, Sendable, Hashable, CaseIterable {
    /// Nobody looks.
    case off
    /// It counts, and is said to be unusual.
    case flag
    /// It does not count until it is accepted by hand.
    case hold
}

/// How log lines are written.
package enum LogFormat: String, Sendable, Hashable, CaseIterable {
    case text, json
}

/// How much is logged. The names are those of swift-log.
package enum LogLevel: String, Sendable, Hashable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

/// One word of `duration_format`, which takes one or a list of them. Those besides `number` are the raw values of
/// `DurationForm`.
///
///     duration_format: HH:MM:SS                    numbers, and "01:02:03"
///     duration_format: [HH:MM:SS, ISO8601]         "PT1H2M3S" as well
///     duration_format: number                      the default
///
/// Numbers are always read, so the word for them may be left out or written. No text is of two forms, but for `01:02`,
/// which is one only if it is settled which.
enum DurationFormat: String, CaseIterable {
    case number, padded
    case hoursMinutesSeconds = "HH:MM:SS"
    case hoursMinutes = "HH:MM"
    case minutesSeconds = "MM:SS"
    case iso8601 = "ISO8601"
    case units

    /// Nil for numbers.
    var form: DurationForm? { DurationForm(rawValue: rawValue) }
}
