//  A configuration of another plan: no word of it is that of the engagement plan.

import Engagement
import Records
import Testing

@testable import Configuration

extension PlanSettings {
    /// Plays by user and show; shows in genres.
    fileprivate static let plays = PlanSettings(
        fold: FoldPlan(
            name: "plays", keys: ["User", "Show"],
            keyPaths: [FieldPath([["event", "User"], ["User"]]), FieldPath([["Show"]])],
            keyWords: [
                FieldWords(label: "user", noun: "user", plural: "users"),
                FieldWords(label: "show", noun: "show", plural: "shows"),
            ],
            value: "Plays", valuePath: FieldPath([["Plays"]]),
            valueWords: FieldWords(label: "plays", noun: "number", plural: "numbers"), unit: "plays",
            ignoredKeys: ["-"], keepsNegativeValues: true),
        ignoreExample: "[\"-\"]",
        grouping: KeyGrouping(
            setting: "genres", noun: "genre", key: 1, columnSuffix: "Plays", takenName: "All",
            ungroupedReport: "shows.csv", example: GroupRule("News", ["MORNING", "EVENING"]),
            builtIn: [GroupRule("News", ["MORNING"])]),
        reportFiles: ["plays.csv", "shows.csv"])

    /// Visits by page alone.
    fileprivate static let visits = PlanSettings(
        fold: FoldPlan(
            name: "visits", keys: ["Page"], keyPaths: [FieldPath([["Page"]])],
            keyWords: [FieldWords(label: "page", noun: "page", plural: "pages")], value: "Visits",
            valuePath: FieldPath([["Visits"]]),
            valueWords: FieldWords(label: "visits", noun: "number", plural: "numbers"), unit: "visits",
            ignoredKeys: [], keepsNegativeValues: false),
        ignoreExample: "[\"/robots.txt\"]",
        grouping: KeyGrouping(
            setting: "sections", noun: "area", key: 0, columnSuffix: "Visits", takenName: "All",
            ungroupedReport: "pages.csv", example: GroupRule("Shop", ["/shop"]), builtIn: []),
        reportFiles: ["pages.csv"])
}

private func complaints(_ yaml: String, _ plan: PlanSettings) -> [String] {
    do throws(ConfigurationError) {
        _ = try Configuration.resolve(
            plan, file: try Overlay.file(Array(yaml.utf8), path: "w.yaml", plan: plan), workingDirectory: "/srv")
        return []
    } catch {
        return error.mistakes.map { String($0.description.dropFirst("w.yaml:".count)) }
    }
}

@Suite struct OtherPlanTests {
    /// Labels, nouns and names that are the engagement plan's.
    private static let foreign = ["contract", "app", "duration:", "categor", "Duration", "second", "engagement"]

    private func expectNoForeignWord(in text: String) {
        // General settings have these names under every plan.
        let text = ["duration_unit = seconds", "duration_unit", "duration_format", "negative_durations"]
            .reduce(text) { $0.replacing($1, with: "") }
        for word in Self.foreign { #expect(!text.contains(word), "\(word) in: \(text)") }
    }

    @Test func itsSettingsHaveItsNames() throws {
        let yaml = """
            fields: {user: a.b, show: [x, y], plays: n}
            genres:
              News: [MORNING]
              Sport: []
            ignore: [z, "-", z]
            """
        let file = try Overlay.file(Array(yaml.utf8), path: "w.yaml", plan: .plays)
        let result = try Configuration.resolve(.plays, file: file)
        #expect(result.plan.keyPaths == [FieldPath([["a", "b"]]), FieldPath([["x"], ["y"]])])
        #expect(result.plan.valuePath == FieldPath([["n"]]) && result.plan.ignoredKeys == ["-", "z"])
        #expect(result.groups == [GroupRule("News", ["MORNING"]), GroupRule("Sport", [])])
        for line in [
            "fields.user = a.b (w.yaml:1:16)", "fields.show = x, else y (w.yaml:1:27)",
            "fields.plays = n (w.yaml:1:42)", "genres = News: MORNING, Sport:  (w.yaml:3:3)",
            #"ignore = "-" "z" (w.yaml:5:9)"#, "negative_durations = keep (built in)",
        ] { #expect(result.explanation.contains(line), "\(line)") }
        expectNoForeignWord(in: result.explanation.joined(separator: "\n"))
        #expect(result.values.map(\.name).count == Configuration.builtIn.values.count)
    }

    @Test func itsDefaultsHold() {
        let result = Configuration.builtIn(.plays)
        #expect(result.plan == PlanSettings.plays.fold && result.groups == [GroupRule("News", ["MORNING"])])
        #expect(
            result.foldSettingsText == """
                watchfold fold settings 1
                plan "plays"
                key "User" at ["event" "User"] ["User"]
                key "Show" at ["Show"]
                value "Plays" at ["Plays"]
                ignore "-"
                negative_durations keep
                max_record_bytes 16000000

                """)
    }

    @Test(arguments: [
        (
            "fields: 5",
            [
                #"1:9: fields: expected a mapping with user, show and plays, found "5"; "#
                    + "write for example fields: {user: event.User}"
            ]
        ),
        ("fields: {usr: a}", [#"1:10: unknown field "usr"; did you mean "user"?"#]),
        ("fields: {contract: a}", [#"1:10: unknown field "contract"; the keys are user, show, plays"#]),
        ("fields.show: x", ["1:1: fields.show takes two levels; write for example fields: {show: Show}"]),
        (
            "fields: {show: a}\ngenres: [x]",
            [
                "2:9: genres: expected a mapping of genre names to lists of shows, found a list; "
                    + "write for example genres: {News: [MORNING, EVENING]}"
            ]
        ),
        (
            "fields: {user: a, plays: a}",
            [#"1:26: fields.user and fields.plays both read "a"; give each its own path"#]
        ),
        (
            "ignore: [[a]]",
            [#"1:10: ignore: expected a list of users, found a list (in a list); write for example ignore: ["-"]"#]
        ),
        ("genres: {'': [A]}", ["1:10: genres: a genre has no name; write for example News: [MORNING, EVENING]"]),
        (
            "genres: {all: [A]}",
            [
                #"1:10: genres: the genre "all" would give the column "allPlays", which reports have already; "#
                    + "choose another name"
            ]
        ),
        (
            "genres: {A: [x], B: [x, '']}",
            [
                #"1:22: genres: the show "x" is already in "A", line 1; a show counts in one genre"#,
                #"1:25: genres: an empty show name in "B"; remove it"#,
            ]
        ),
        (
            "outputs: [{file: output/shows.csv}]",
            [
                #"1:18: outputs: "output/shows.csv" is the name of a file that Watchfold writes itself; choose another name"#
            ]
        ),
        ("outputs: [{file: output/engagement.csv}, {file: output/apps.csv}]", []),
    ])
    func itsMistakesAreToldInItsWords(yaml: String, told: [String]) {
        #expect(complaints(yaml, .plays) == told)
    }

    @Test func settingsOfAnotherPlanAreUnknown() {
        let told = complaints("categories: {A: [x]}", .plays)
        #expect(told.count == 1 && told[0].hasPrefix(#"1:1: unknown key "categories"; the keys are inbox, "#))
        #expect(told.first?.contains("memory, genres, ignore, ") == true)
        #expect(complaints("genres: {A: [x]}", .engagement).count == 1)
    }

    @Test func moreGroupsThanThereMayBeAreToldInItsWords() {
        let names = (0...SettingLimits.groups).map { "G\($0): []" }.joined(separator: ", ")
        let told = complaints("genres: {\(names)}", .plays)
        #expect(told.count == 1)
        #expect(
            told.first?.hasSuffix(
                "genres: this is one more than the 64 that are possible; put shows together, or leave some out: "
                    + "shows.csv has all of them") == true)
    }

    @Test func aPlanOfOneKeyHasNoSettingForASecond() throws {
        let file = try Overlay.file(Array("fields: {page: p}".utf8), path: "w.yaml", plan: .visits)
        let result = try Configuration.resolve(.visits, file: file)
        #expect(result.plan.keyPaths == [FieldPath([["p"]])])
        #expect(result.values.filter { $0.name.hasPrefix("fields.") }.map(\.name) == ["fields.page", "fields.visits"])
        #expect(
            complaints("fields: {page: a, visits: a}\nsections: {A: ['']}", .visits) == [
                #"2:16: sections: an empty page name in "A"; remove it"#
            ])
        #expect(
            complaints("fields: {page: a, visits: a}", .visits) == [
                #"1:27: fields.page and fields.visits both read "a"; give each its own path"#
            ])
        #expect(
            complaints("sections: {'': []}", .visits) == [
                "1:12: sections: an area has no name; write for example Shop: [/shop]"
            ])
    }

    @Test func charactersThatActAreThoseOfUnicode() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isExpected =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            if isControl(scalar) != isExpected { Issue.record("U+\(String(value, radix: 16))") }
        }
    }
}
