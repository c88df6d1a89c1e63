//  What a duration that was not read is, and which settings would read it. Settings are tried, not guessed: a form is
//  proposed only when the reader reads the value with it.
//
//      "01:02:03"   is hours, minutes and seconds             duration_format: HH:MM:SS
//      3723.417     is not a whole number of seconds             rounding: nearest
//      "01:02"      may be HH:MM or MM:SS                     nothing: a person decides
//      "3,723"      has a comma, which may group thousands …  nothing

import JSONRecords
import Records
import Wording

/// What is reported about one value.
struct DurationAdvice: Hashable {
    /// Goes on after the value: `is hours, minutes and seconds`.
    package var text: String
    /// The settings that read it; nil when there are none, or when a person has to decide.
    var rules: DurationRules?

    /// - Parameter unit: what is summed, in words.
    init(_ value: SampleValue, _ rules: DurationRules, unit: String) {
        let (text, isString) = Self.text(of: value)
        guard let text else {
            self.text = ValueText.kind(value)
            return
        }
        if let remedy = Self.remedy(text, isString: isString, rules) {
            (self.text, self.rules) = (Self.words(remedy, rules, unit), remedy)
        } else {
            self.text = Self.flaw(text, isString: isString, rules)
        }
    }

    /// The settings that a value needs in addition; nil when it needs none, or when none are known.
    static func needed(_ value: SampleValue, _ rules: DurationRules) -> DurationRules? {
        let (text, isString) = text(of: value)
        guard let text, !rules.reads(text, isString: isString) else { return nil }
        return remedy(text, isString: isString, rules)
    }

    private static func text(of value: SampleValue) -> (String?, isString: Bool) {
        if case .string(let text) = value { (text, true) } else { (value.numberText, false) }
    }

    /// The settings with the least change that read the text.
    private static func remedy(_ text: String, isString: Bool, _ rules: DurationRules) -> DurationRules? {
        let safe: [DurationForm] = [.hoursMinutesSeconds, .iso8601, .units]
        let changes: [Set<DurationForm>] =
            isString ? [[], [.padded]] + safe.map { [$0] } + safe.map { [$0, .padded] } : [[]]
        for rounding in rules.rounding == .reject ? [Rounding.reject, .nearest] : [rules.rounding] {
            for forms in changes {
                let changed = DurationRules(unit: rules.unit, forms: rules.forms.union(forms), rounding: rounding)
                if changed != rules && changed.reads(text, isString: isString) { return changed }
            }
        }
        return nil
    }

    private static func words(_ remedy: DurationRules, _ rules: DurationRules, _ unit: String) -> String {
        var words: [String] = []
        for form in remedy.forms.subtracting(rules.forms).sorted().reversed() {
            switch form {
            case .padded: words.append("is padded with blanks, a plus sign or zeros")
            case .hoursMinutesSeconds: words.append("is hours, minutes and seconds")
            case .iso8601: words.append("is an ISO 8601 duration")
            case .units: words.append("names its units")
            case .hoursMinutes, .minutesSeconds: preconditionFailure("\(form) is not proposed")
            }
        }
        if remedy.rounding != rules.rounding { words.append("is not a whole number of \(unit)") }
        return words.joined(separator: " and ")
    }

    /// Why no setting reads the text.
    private static func flaw(_ text: String, isString: Bool, _ rules: DurationRules) -> String {
        let unlimited = DurationRules(forms: [.padded, .hoursMinutesSeconds, .iso8601, .units], rounding: .down)
        func reads(_ form: DurationForm) -> Bool {
            DurationRules(forms: [form, .padded], rounding: .down).reads(text, isString: isString)
        }
        if text.allSatisfy({ $0 == " " || $0 == "\t" }) { return text.isEmpty ? "is empty" : "is blank" }
        if isString && reads(.minutesSeconds) {
            return "may be hours and minutes, or minutes and seconds; "
                + "duration_format: HH:MM or duration_format: MM:SS decides"
        }
        if isString && reads(.hoursMinutes) {
            return "is hours and minutes; duration_format: HH:MM reads it"
        }
        if isString, let value = SampleValue(text.utf8), ValueText.isContainer(value) {
            return "is a string that contains JSON"
        }
        let number = text.filter { $0 != "," && $0 != "_" && $0 != " " && $0 != "'" }
        if number != text && unlimited.reads(number, isString: isString) {
            return text.contains(",")
                ? "has a comma, which may separate thousands or begin a fraction; write it without, or with a point"
                : "has grouped digits; write it without the separators"
        }
        if text.hasPrefix("P"), text.contains(where: { "YM".contains($0) }) {
            return "has years or months, whose length varies"
        }
        // Every number that is not beyond them is read by some rounding; a text with fewer digits would be.
        if case .number = SampleValue(text.utf8) { return "does not fit in 64 bits" }
        if isString && unlimited.reads(shortened(text), isString: true) { return "does not fit in 64 bits" }
        return isString ? "is neither a number nor in a form that duration_format accepts" : "is not a number"
    }
}

extension DurationAdvice {
    /// The text with at most nine of the digits that stand together.
    private static func shortened(_ text: String) -> String {
        var digits = 0
        return String(
            text.unicodeScalars.filter { scalar in
                digits = "0"..."9" ~= scalar ? digits + 1 : 0
                return digits <= 9
            }.map(Character.init))
    }
}

extension DurationRules {
    /// The lines of the configuration that make these rules of others; none where they are alike.
    package func lines(from old: DurationRules) -> [String] {
        var lines: [String] = []
        if unit != old.unit { lines.append("duration_unit: \(unit.rawValue)") }
        if forms != old.forms {
            let words = forms.sorted().map(\.rawValue)
            lines.append("duration_format: " + (words.count == 1 ? words[0] : "[\(words.joined(separator: ", "))]"))
        }
        if rounding != old.rounding { lines.append("rounding: \(rounding.rawValue)") }
        return lines
    }

    /// These rules and what others add to them.
    func adding(_ other: DurationRules) -> DurationRules {
        var sum = self
        sum.forms.formUnion(other.forms)
        if sum.rounding == .reject { sum.rounding = other.rounding }
        return sum
    }
}
