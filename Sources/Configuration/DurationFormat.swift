//  The words of `duration_format`: one, or a list of them.
//
//      duration_format: HH:MM:SS                    numbers, and "01:02:03"
//      duration_format: [HH:MM:SS, ISO8601]         "PT1H2M3S" as well
//      duration_format: number                      the default
//
//  Numbers are always read, so the word for them may be left out or written. No text is of two forms, but for `01:02`,
//  which is one only if it is settled which.

import Records

/// One word. Those besides `number` are the raw values of `DurationForm`.
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

extension FileReader {
    /// Reads `duration_format`.
    mutating func readDurationFormat(_ value: YAMLValue) {
        guard let words = names(in: value, .durationFormat) else { return }
        if words.isEmpty { return noteWrong(.durationFormat, value, "an empty one") }
        var forms: Set<DurationForm> = []
        for (word, position) in words {
            do throws(ValueRefusal) {
                let format: DurationFormat = try choice(word)
                guard let form = format.form else { continue }
                if form == .minutesSeconds && forms.contains(.hoursMinutes)
                    || form == .hoursMinutes && forms.contains(.minutesSeconds)
                {
                    throw ValueRefusal("besides the other of HH:MM and MM:SS, which look alike")
                }
                forms.insert(form)
            } catch {
                note(position, wrong(Setting.durationFormat.words, found: quoted(word), error.reason, origin(position)))
            }
        }
        layer.durationFormat = Given(forms, origin(value.position))
    }
}
