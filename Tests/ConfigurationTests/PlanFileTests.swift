import Records
import Testing

@testable import Configuration

private func plan(_ yaml: String) throws(ConfigurationError) -> PlanFile {
    try PlanFile(Array(yaml.utf8), path: "plan.yaml", folder: "plays")
}

/// Mistakes without the name of the file.
private func mistakes(_ yaml: String) -> [String] {
    do throws(ConfigurationError) {
        _ = try plan(yaml)
        return []
    } catch { return error.mistakes.map { String($0.description.dropFirst("plan.yaml:".count)) } }
}

@Suite struct PlanFileTests {
    @Test func everythingThatCanBeDeclaredIsRead() throws {
        let plan = try plan(
            """
            name: video
            sources:
              events:
                files: ["events*.jsonl", "more*.json.gz"]
                fields:
                  event_time: {path: timestamp, type: timestamp}
                  user_id: string
                  value: {type: "decimal(18,3)", required: no}
                keep_stage: yes
              users:
                files: "dt={day:date}/users*.csv"
                latest: user_id
                delimiter: semicolon
                null: "-"
                fields: {user_id: string, signup_date: date}
              devices:
                files: devices*.parquet
                latest: {key: [user_id, device], snapshot: yes}
                fields: {user_id: string, device: string}
            parameters: {reach_seconds: 30, share: 0.50, label: it's, on: yes, code: "007", least: -9223372036854775808}
            marts:
              daily: {order: [dt, video_id], formats: [csv, parquet], partition_by: dt, chart: {kind: line, x: dt, y: [plays]}}
              runs: {log: yes}
            """)
        #expect(plan.name == "video" && plan.sources.map(\.name) == ["events", "users", "devices"])
        let (events, users, devices) = (plan.sources[0], plan.sources[1], plan.sources[2])
        #expect(events.format == .json && events.keepsStage && events.latest == nil && events.pathColumns.isEmpty)
        #expect(events.schema.fields.map(\.name) == ["event_time", "user_id", "value"])
        #expect(users.format == .csv && users.delimiter == 0x3B && users.null == "-")
        #expect(users.pathColumns == [.init(name: "day", isDate: true)] && users.latest == LatestRule(key: ["user_id"]))
        #expect(devices.format == .parquet)
        #expect(devices.latest == LatestRule(key: ["user_id", "device"], isSnapshot: true))
        #expect(
            plan.parameters == [
                PlanParameter(name: "reach_seconds", value: .integer(30)),
                PlanParameter(name: "share", value: .decimal("0.50")),
                PlanParameter(name: "label", value: .text("it's")),
                PlanParameter(name: "on", value: .boolean(true)), PlanParameter(name: "code", value: .text("007")),
                PlanParameter(name: "least", value: .integer(.min)),
            ])
        #expect(
            plan.marts[0]
                == MartRule(
                    name: "daily", order: ["dt", "video_id"], formats: [.csv, .parquet], partitionBy: ["dt"],
                    chart: MartChart(kind: .line, x: "dt", y: ["plays"])))
        #expect(plan.marts[1].readsLog && plan.marts[1].formats == [.csv])
    }

    @Test func theFolderNamesAPlanWithoutAName() throws {
        #expect(try plan("sources: {e: {files: \"*.json\", fields: {a: string}}}").name == "plays")
    }

    @Test func allMistakesAreReportedAtOnce() {
        let found = mistakes(
            """
            nmae: video
            sources:
              events:
                files: ["{day}/e*.json", "f*.json"]
                field: {user_id: string}
              Events: {files: "x{a}{b}", fields: {user_id: strin, USER_ID: date}}
              _own: {fields: {a: string}}
              users:
                files: "u-{id}*.csv"
                latest: {key: user, snapshots: yes}
                fields: {user_id: string, ID: string, _row: integer}
                delimiter: ab
                null: [x]
              stage: 5
              j: {files: "*.json", delimiter: comma, fields: {a: string}, keep_stage: maybe, format: jason}
            parameters: {a-b: 1, x: 1e3, y: [1], z: 12345678901234567890, A: 1, a: 2}
            marts:
              daily: {order: [dt, dt], formats: [cvs, csv, csv], chart: {kind: pie, x: dt}, oder: x}
              weekly: yes
            """)
        #expect(
            found == [
                "1:1: unknown key \"nmae\"; did you mean \"name\"?",
                "3:3: events: fields is missing; watchfold convert FILE --print-fields writes them",
                "4:30: events: files: expected patterns with the same columns, found \"f*.json\" "
                    + "(\"{day}/e*.json\" has {day}, this one none)",
                "5:5: events: unknown key \"field\"; did you mean \"fields\"?",
                "6:3: sources: \"Events\" differs from \"events\" in case only",
                "6:19: Events: files: expected a pattern such as events*.jsonl, found \"x{a}{b}\" "
                    + "(between {a} and {b} is nothing that ends one)",
                "6:48: user_id: expected one of string, integer, decimal(18,3), double, boolean, date, timestamp, json, "
                    + "found \"strin\" (did you mean string?)",
                "6:55: \"USER_ID\" is \"user_id\" but for capital letters",
                "7:3: _own: files is missing: which files belong to it?",
                "7:3: sources: \"_own\": names that begin with _ are Watchfold's own",
                "10:19: users: latest names \"user\", which is no field",
                "10:25: users: latest: unknown key \"snapshots\"; did you mean \"snapshot\"?",
                "11:31: users: \"ID\" is a field and {id} in the names of the files; rename one of them",
                "11:43: users: \"_row\": names that begin with _ are Watchfold's own",
                "12:16: users: delimiter: expected comma, semicolon, tab, pipe or one character of ASCII, found \"ab\"",
                "13:11: users: null: expected a text, found a list",
                "14:3: sources: \"stage\": the name is Watchfold's own",
                "14:10: stage: expected a source with files and fields, found \"5\"",
                "15:24: j: delimiter is for CSV, and these files are json",
                "15:75: j: keep_stage: expected yes or no, found \"maybe\"",
                "15:90: j: format: expected one of json, csv, parquet, found \"jason\" (did you mean json?)",
                "16:14: parameters: \"a-b\": a name has letters, digits and _, and begins with a letter",
                "16:25: parameters: x: expected a whole number of 64 bits, or a decimal of up to 38 digits, found \"1e3\" "
                    + "(put a text in quotes)",
                "16:33: parameters: y: expected a number, a text, yes or no, found a list",
                "16:41: parameters: z: expected a whole number of 64 bits, or a decimal of up to 38 digits, "
                    + "found \"12345678901234567890\" (put a text in quotes)",
                "16:69: parameters: \"a\" differs from \"A\" in case only",
                "18:23: daily: order: \"dt\" is given twice",
                "18:38: daily: formats: expected one of csv, parquet, jsonl, xlsx, found \"cvs\" (did you mean csv?)",
                "18:48: daily: formats: csv is given twice",
                "18:61: daily: chart: y is missing",
                "18:81: daily: unknown key \"oder\"; did you mean \"order\"?",
                "19:11: weekly: expected how the mart is published, for example {order: [day], formats: [csv]}, "
                    + "found \"yes\"",
            ])
    }

    @Test(arguments: [
        ("", "1:1: expected sources, found nothing"), ("[]", "1:1: expected sources, found a list"),
        ("name: x", "1:1: expected sources, found other keys"), ("sources: {}", "1:10: expected sources, found none"),
        ("sources: 5", "1:10: sources: expected a mapping, found \"5\""), ("a: [", "not valid YAML"),
    ])
    func aFileThatIsNoPlanIsRefused(yaml: String, start: String) throws {
        let found = mistakes(yaml)
        #expect(found.count == 1 && found[0].contains(start), "\(found)")
    }

    @Test func aTextThatLooksLikeANumberNeedsQuotes() throws {
        for text in ["007", "2022-04-01", "1_000", "0x1F", ".5", "1.", "--5", "1.5e3"] {
            let found = mistakes("sources: {e: {files: \"*.json\", fields: {a: string}}}\nparameters: {x: \(text)}")
            #expect(found.count == 1, "\(text): \(found)")
        }
    }
}
