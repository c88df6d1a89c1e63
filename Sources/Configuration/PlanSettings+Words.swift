//  The settings of a plan, by name. With the labels `user`, `show` and `plays`, and groups called genres:
//
//      fields: {user: _source.User, show: _source.Show, plays: _source.Plays}
//      genres: {News: [MORNING, EVENING]}
//      ignore: ["-"]

import Records

extension PlanSettings {
    /// All settings that there are with this plan, in the order in which they are shown.
    package var settings: [Setting] {
        Setting.allCases.filter {
            ($0 != .secondKeyField || fold.keys.count > 1) && (readsRecords || !$0.isOfRecords)
        }
    }

    /// The settings under `fields`, in the order of the plan: of each key, and of the value.
    var fieldSettings: [Setting] {
        [.firstKeyField] + (fold.keys.count > 1 ? [.secondKeyField] : []) + [.valueField]
    }

    /// The name of a setting as people know it, which is its key in the file: `fields.user`.
    package func name(of setting: Setting) -> String { setting.isOfPlan ? words(of: setting).name : setting.rawValue }

    /// How messages speak of a setting.
    func words(of setting: Setting) -> SettingWords {
        switch setting {
        case .firstKeyField: fieldWords(fold.keyWords[0], fold.keyPaths[0])
        case .secondKeyField: fieldWords(fold.keyWords[1], fold.keyPaths[1])
        case .valueField: fieldWords(fold.valueWords, fold.valuePath)
        case .groups:
            SettingWords(
                name: grouping.setting,
                expectation: "a mapping of \(grouping.noun) names to lists of \(memberWords.plural)",
                example: "{\(grouping.exampleText)}")
        case .ignore:
            SettingWords(
                name: setting.rawValue, expectation: "a list of \(fold.keyWords[0].plural)", example: ignoreExample)
        default: setting.words
        }
    }

    private func fieldWords(_ field: FieldWords, _ path: FieldPath) -> SettingWords {
        SettingWords(
            name: "fields.\(field.label)", expectation: Setting.pathExpectation,
            example: fieldText(path.alternatives[0]))
    }

    /// What the members of groups are called.
    var memberWords: FieldWords { fold.keyWords[grouping.key] }
}

extension KeyGrouping {
    /// The example as it stands in the file, without braces: `News: [MORNING, EVENING]`.
    var exampleText: String { "\(example.name): [\(example.members.joined(separator: ", "))]" }

    /// What is wrong with a group's name in itself.
    func problem(withName name: String) -> String? {
        if name.isEmpty { return "\(withArticle(noun)) has no name; write for example \(exampleText)" }
        if name.unicodeScalars.contains(where: isControl) {
            return "the \(noun) \(quoted(name)) has a control character in its name; write visible characters only"
        }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            return "the \(noun) \(quoted(name)) begins or ends with a blank; remove the blank"
        }
        if Self.columnKey(name) == Self.columnKey(takenName) {
            return "the \(noun) \(quoted(name)) would give the column \(quoted(name + columnSuffix)), "
                + "which reports have already; choose another name"
        }
        return nil
    }

    /// Two names with one key give columns that databases, which take small and capital letters as alike, cannot tell apart.
    static func columnKey(_ name: String) -> String { name.lowercased() }
}

/// `a show`, `an event`: by the first letter, which is right for most nouns.
package func withArticle(_ noun: String) -> String {
    (noun.first.map { "aeiou".contains($0) } == true ? "an " : "a ") + noun
}
