//  What a plan gives to the configuration: the fold with its defaults, and the words of the settings that are the plan's own.
//
//      label `user`, its path                 fields: {user: _source.User}        missing-user
//      grouping `genres` of the key `show`    genres: {News: [MORNING, EVENING]}  a column NewsPlays
//      reports `plays.csv`, `shows.csv`       no output may have their place

/// Values of a key that go under one name. Where groups are columns, the order of rules is the order of columns.
package struct GroupRule: Sendable, Hashable {
    package var name: String
    /// Values of the key, compared byte for byte. May be empty.
    package var members: [String]

    package init(_ name: String, _ members: [String]) {
        self.name = name
        self.members = members
    }
}

/// How the values of a key are put into groups, and the words for it.
package struct KeyGrouping: Sendable, Hashable {
    /// The setting that holds the rules.
    package let setting: String
    /// One group, in messages.
    package let noun: String
    /// Whose values are in groups, by the place of the key.
    package let key: Int
    /// A group's column in the reports is its name and this.
    package let columnSuffix: String
    /// The name of a column that reports have anyway, without the suffix.
    package let takenName: String
    /// The report that has all values of the key, whatever the groups.
    package let ungroupedReport: String
    /// A rule to show in messages.
    package let example: GroupRule
    /// What holds when none is configured.
    package let builtIn: [GroupRule]

    package init(
        setting: String, noun: String, key: Int, columnSuffix: String, takenName: String, ungroupedReport: String,
        example: GroupRule, builtIn: [GroupRule]
    ) {
        self.setting = setting
        self.noun = noun
        self.key = key
        self.columnSuffix = columnSuffix
        self.takenName = takenName
        self.ungroupedReport = ungroupedReport
        self.example = example
        self.builtIn = builtIn
    }
}

/// A plan as the configuration knows it.
package struct PlanSettings: Sendable, Hashable {
    /// With the values that hold when nothing is configured.
    package let fold: FoldPlan
    /// A list of ignored values of the first key, as it might stand in the file.
    package let ignoreExample: String
    package let grouping: KeyGrouping
    /// Names of the published reports, in the folder of reports.
    package let reportFiles: [String]
    /// Whether fields, groups and durations may be set: not where a plan's own file says what is read.
    package let readsRecords: Bool

    package init(
        fold: FoldPlan, ignoreExample: String, grouping: KeyGrouping, reportFiles: [String], readsRecords: Bool = true
    ) {
        precondition(fold.keys.indices.contains(grouping.key), "no key \(grouping.key) to put into groups")
        self.fold = fold
        self.ignoreExample = ignoreExample
        self.grouping = grouping
        self.reportFiles = reportFiles
        self.readsRecords = readsRecords
    }
}

extension PlanSettings {
    /// The option that chooses keys: `--users`.
    package var keyOption: String { "--" + fold.keyWords[0].plural }
    /// The option that chooses groups: `--genre`.
    package var groupOption: String { "--" + grouping.noun }
    /// The option of a least sum: `--min-plays`.
    package var leastOption: String { "--min-" + fold.unit }
}
