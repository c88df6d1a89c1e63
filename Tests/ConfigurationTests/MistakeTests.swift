import Configuration
import Testing

/// One file and what is said about it, without the file's name.
struct Case: CustomTestStringConvertible {
    var yaml: String
    var told: [String]
    var testDescription: String { yaml.debugDescription }

    init(_ yaml: String, _ told: String...) {
        self.yaml = yaml
        self.told = told
    }
}

@Suite struct MistakeTests {
    @Test(arguments: [
        Case("imbox: a", #"1:1: unknown key "imbox"; did you mean "inbox"?"#),
        Case("max-record-byte: 1KB", #"1:1: unknown key "max-record-byte"; did you mean "max_record_bytes"?"#),
        Case(
            "colour: red",
            #"1:1: unknown key "colour"; the keys are inbox, checkpoints, output, plan, jobs, memory, categories, ignore, "#
                + "duration_unit, duration_format, rounding, negative_durations, json, records, duplicates, encoding, date, "
                + "files, max_reject_ratio, max_record_bytes, rejects_per_file, gate, gate_days, gate_threshold, outputs, "
                + "fields, watch"),
        Case(
            "watch: {setle: 2s, poll: 1ms, stale: soon, poll_only: 3, status_port: 70000, on_publish: ''}",
            #"1:9: unknown key of watch "setle"; did you mean "settle"?"#,
            #"1:26: watch.poll: expected a time from 100ms to 168h, found "1ms" (too short); write for example poll: 30s"#,
            #"1:38: watch.stale: expected a time from 100ms to 168h, found "soon" (no number); write for example stale: 10m"#,
            #"1:55: watch.poll_only: expected yes or no, found "3"; write for example poll_only: yes"#,
            #"1:71: watch.status_port: expected a port from 0 to 65535, found "70000"; write for example status_port: 9117"#,
            #"1:90: watch.on_publish: expected a command for the shell, found ""; write for example on_publish: ./upload.sh"#
        ),
        Case(
            "watch: {expect_by: noon, on_problem: ''}",
            #"1:20: watch.expect_by: expected hours and minutes from 00:00 to 99:59, found "noon"; write for example expect_by: 09:00"#,
            #"1:38: watch.on_problem: expected a command for the shell, found ""; write for example on_problem: ./notify.sh"#
        ),
        Case("watch.settle: 2s", "1:1: watch.settle takes two levels; write for example watch: {settle: 2s}"),
        Case(
            "watch: 5",
            #"1:8: watch: expected a mapping with settle, stale, poll, poll_only, publish_every, on_publish, on_problem, expect_by, status_port, found "5"; write for example watch: {settle: 2s}"#
        ),
        Case("fields.app: x", "1:1: fields.app takes two levels; write for example fields: {app: _source.AppName}"),
        Case("quiet: yes", "1:1: quiet is not set in the file; use the flag --quiet or the variable WATCHFOLD_QUIET"),
        Case("jobs: 2\nmemory: 1GB\njobs: 3", #"3:1: "jobs" is given twice, first in line 1; keep one of them"#),
        Case(#"{"jobs": 2, 'jobs': 3}"#, #"1:13: "jobs" is given twice, first in line 1; keep one of them"#),
        Case("&a jobs: 2\njobs: 3", #"1:1: "jobs" is given twice; keep one of them"#),
        Case(
            "jobs: 2\njobs: 3\njobs: x\nmemory: no\nfields: {app: a, app: b, ap: c}",
            #"2:1: "jobs" is given twice, first in line 1; keep one of them"#,
            #"3:1: "jobs" is given twice, first in line 1; keep one of them"#,
            #"4:9: memory: expected a size from 16MB up, found "no" (no number); write for example memory: 512MB"#,
            #"5:18: "app" is given twice, first in line 5; keep one of them"#,
            #"5:26: unknown field "ap"; did you mean "app"?"#),
    ])
    func keys(row: Case) { check(row) }

    @Test(arguments: [
        Case(
            "encoding: latin-1",
            #"1:11: encoding: expected utf-8, latin1, windows-1252, utf-16le or utf-16be, found "latin-1" (did you mean latin1?); write for example encoding: latin1"#
        ),
        Case(
            "date: 2022",
            #"1:7: date: expected a pattern with year, month and day such as {yyyy}-{mm}-{dd}, or a list of them, found "2022" (the year is missing); write for example date: "{dd}-{mm}-{yyyy}""#
        ),
        Case(
            "jobs: 2\ndate:\n- '{dd}.{mm}.{yyyy}'\n- '{dd}.{mm}.{yyyy}'\n- '{day}'",
            #"4:3: date: expected a pattern with year, month and day such as {yyyy}-{mm}-{dd}, or a list of them, found "{dd}.{mm}.{yyyy}" (given twice); write for example date: "{dd}-{mm}-{yyyy}""#,
            #"5:3: date: expected a pattern with year, month and day such as {yyyy}-{mm}-{dd}, or a list of them, found "{day}" (there is no {day}; there are {yyyy} {yy} {mm} {m} {month} {dd} {d} {hh}); write for example date: "{dd}-{mm}-{yyyy}""#
        ),
        Case(
            "files: [a/*.log, '']",
            #"1:9: files: expected a pattern of file names, or a list of them, found "a/*.log" (it is compared with names, which have no slash); write for example files: ["*.log"]"#,
            #"1:18: files: expected a pattern of file names, or a list of them, found "" (an empty one); write for example files: ["*.log"]"#
        ),
        Case(
            "files: {a: b}",
            #"1:8: files: expected a pattern of file names, or a list of them, found a mapping; write for example files: ["*.log"]"#
        ),
    ])
    func encodingsAndPatterns(row: Case) { check(row) }

    @Test(arguments: [
        Case(
            "jobs: many", #"1:7: jobs: expected a whole number from 1 to 1024, found "many"; write for example jobs: 2"#
        ),
        Case("jobs: 0", #"1:7: jobs: expected a whole number from 1 to 1024, found "0"; write for example jobs: 2"#),
        Case(
            "jobs: 1_0", #"1:7: jobs: expected a whole number from 1 to 1024, found "1_0"; write for example jobs: 2"#),
        Case("jobs: [2]", "1:7: jobs: expected a whole number from 1 to 1024, found a list; write for example jobs: 2"),
        Case("jobs:", "1:6: jobs: expected a whole number from 1 to 1024, found nothing; write for example jobs: 2"),
        Case(
            "jobs: {a: 1}",
            "1:7: jobs: expected a whole number from 1 to 1024, found a mapping; write for example jobs: 2"),
        Case(
            "memory: 512Mi",
            #"1:9: memory: expected a size from 16MB up, found "512Mi" ("Mi" is not a unit); write for example memory: 512MB"#
        ),
        Case(
            "memory: 1MB",
            #"1:9: memory: expected a size from 16MB up, found "1MB" (too small); write for example memory: 512MB"#),
        Case(
            "max_record_bytes: 2GB",
            #"1:19: max_record_bytes: expected a size from 1KB to 1GB, found "2GB" (too large); "#
                + "write for example max_record_bytes: 16MB"),
        Case(
            "max_reject_ratio: 5",
            #"1:19: max_reject_ratio: expected a share from 0 to 1, or a percentage, found "5" "#
                + "(over 1; 5 in a hundred is 5%); write for example max_reject_ratio: 5%"),
        Case(
            "rejects_per_file: -1",
            #"1:19: rejects_per_file: expected a whole number from 0 to 1000000000, found "-1"; "#
                + "write for example rejects_per_file: 1000"),
        Case(
            "duration_unit: ms",
            #"1:16: duration_unit: expected seconds, milliseconds or minutes, found "ms"; write for example duration_unit: seconds"#
        ),
        Case(
            "duration_format: [HH:MM:SS, mm:ss, iso, [a]]",
            #"1:29: duration_format: expected number, padded, HH:MM:SS, HH:MM, MM:SS, ISO8601 or units, or a list of them, "#
                + #"found "mm:ss" (did you mean MM:SS?); write for example duration_format: HH:MM:SS"#,
            #"1:36: duration_format: expected number, padded, HH:MM:SS, HH:MM, MM:SS, ISO8601 or units, or a list of them, "#
                + #"found "iso"; write for example duration_format: HH:MM:SS"#,
            #"1:41: duration_format: expected number, padded, HH:MM:SS, HH:MM, MM:SS, ISO8601 or units, or a list of them, "#
                + "found a list (in a list); write for example duration_format: HH:MM:SS"),
        Case(
            "duration_format:\n- HH:MM\n- padded\n- MM:SS",
            #"4:3: duration_format: expected number, padded, HH:MM:SS, HH:MM, MM:SS, ISO8601 or units, or a list of them, "#
                + #"found "MM:SS" (HH:MM and MM:SS look alike; choose one); "#
                + "write for example duration_format: HH:MM:SS"),
        Case(
            "duration_format: []",
            #"1:18: duration_format: expected number, padded, HH:MM:SS, HH:MM, MM:SS, ISO8601 or units, or a list of them, "#
                + "found a list (an empty one); write for example duration_format: HH:MM:SS"),
        Case(
            "rounding: nearst",
            #"1:11: rounding: expected reject, nearest, down or up, found "nearst" (did you mean nearest?); "#
                + "write for example rounding: reject"),
        Case(
            "negative_durations: Keep",
            #"1:21: negative_durations: expected reject or keep, found "Keep" (did you mean keep?); "#
                + "write for example negative_durations: reject"),
        Case(
            "json: loose\nrecords: [data, a..b, data]",
            #"1:7: json: expected strict or lenient, found "loose"; write for example json: strict"#,
            #"2:17: records: expected a dotted path, or a list of them, found "a..b" (an empty key next to a dot); "#
                + "write for example records: data",
            #"2:23: records: expected a dotted path, or a list of them, found "data" (given twice); "#
                + "write for example records: data"),
        Case(
            "records: {a: b}",
            "1:10: records: expected a dotted path, or a list of them, found a mapping; write for example records: data"
        ),
        Case(
            "duplicates: no",
            #"1:13: duplicates: expected skip or count, found "no"; write for example duplicates: skip"#),
        Case(
            "gate: no",
            #"1:7: gate: expected off, flag or hold, found "no"; write for example gate: hold"#),
        Case(
            "gate_days: 6",
            #"1:12: gate_days: expected a whole number from 7 to 366, found "6"; write for example gate_days: 28"#),
        Case("inbox: ~", "1:8: inbox: expected the path of a folder, found nothing; write for example inbox: inbox"),
        Case(
            "inbox: ~/in",
            #"1:8: inbox: expected the path of a folder, found "~/in" (~ is not expanded here); write for example inbox: inbox"#
        ),
        Case(
            "output: ''",
            #"1:9: output: expected the path of a folder, found "" (an empty path); write for example output: output"#),
        Case(
            #"output: "a\0b""#,
            #"1:9: output: expected the path of a folder, found "a\u{0}b" (a path cannot contain a NUL); "#
                + "write for example output: output"),
        Case(
            "ignore: [a, [b]]",
            "1:13: ignore: expected a list of contracts, found a list (in a list); write for example ignore: [\"0\"]"),
        Case(
            "ignore:\n  - a\n  -\n",
            "3:4: ignore: expected a list of contracts, found nothing (in a list); write for example ignore: [\"0\"]"),
    ])
    func values(row: Case) { check(row) }

    @Test(arguments: [
        Case(
            "fields: x",
            #"1:9: fields: expected a mapping with contract, app and duration, found "x"; "#
                + "write for example fields: {contract: _source.Contract}"),
        Case(
            "fields: {app: a..b}",
            #"1:15: fields.app: expected a dotted path, or a list of them, found "a..b" (an empty key next to a dot); "#
                + "write for example app: _source.AppName"),
        Case(
            #"fields: {app: a\b}"#,
            #"1:15: fields.app: expected a dotted path, or a list of them, found "a\\b" "#
                + "(a backslash may only precede a dot or a backslash); write for example app: _source.AppName"),
        Case(
            "fields: {app: []}",
            "1:15: fields.app: expected a dotted path, or a list of them, found a list (an empty one); "
                + "write for example app: _source.AppName"),
        Case(
            "fields: {app: [a, b, a]}",
            #"1:22: fields.app: expected a dotted path, or a list of them, found "a" (given twice); "#
                + "write for example app: _source.AppName"),
        Case(
            "fields:\n  app:\n",
            "2:7: fields.app: expected a dotted path, or a list of them, found nothing; "
                + "write for example app: _source.AppName"),
    ])
    func fields(row: Case) { check(row) }

    @Test(arguments: [
        Case(
            "categories: {}",
            "1:13: categories: expected a mapping of category names to lists of apps, found a mapping (an empty one); "
                + "write for example categories: {Sport: [SPORT]}"),
        Case(
            "categories: [TV]",
            "1:13: categories: expected a mapping of category names to lists of apps, found a list; "
                + "write for example categories: {Sport: [SPORT]}"),
        Case(
            "categories:\n  TV:\n",
            "2:6: categories: expected a mapping of category names to lists of apps, found nothing; "
                + "write for example categories: {Sport: [SPORT]}"),
        Case(
            "categories: {'': [A]}", "1:14: categories: a category has no name; write for example Sport: [SPORT]"),
        Case(
            #"categories: {"T\tV": [A]}"#,
            #"1:14: categories: the category "T\tV" has a control character in its name; write visible characters only"#
        ),
        Case(
            #"categories: {"TV ": [A]}"#,
            #"1:14: categories: the category "TV " begins or ends with a blank; remove the blank"#),
        Case(
            "categories: {total: [A]}",
            #"1:14: categories: the category "total" would give the column "totalDuration", which reports have already; "#
                + "choose another name"),
        Case(
            "categories:\n  TV: [A]\n  tv: [B]\n",
            #"3:3: categories: "tv" and "TV" of line 2 give the same column apart from capital letters; choose another name"#
        ),
        Case(
            "categories:\n  TV: [A]\n  TV: [B]\n", #"3:3: "TV" is given twice, first in line 2; keep one of them"#),
        Case(
            "categories:\n  TV: [A, B, A]\n  Movie: [B]\n",
            #"2:14: categories: the app "A" is already in "TV", line 2; an app counts in one category"#,
            #"3:11: categories: the app "B" is already in "TV", line 2; an app counts in one category"#),
        Case("categories: {TV: [A, '']}", #"1:22: categories: an empty app name in "TV"; remove it"#),
    ])
    func categories(row: Case) { check(row) }

    @Test(arguments: [
        Case(
            "jobs: 2\n  memory: 1GB\n",
            "2:9: not valid YAML: mapping values are not allowed in this context; "
                + "check the indentation, and put a value that contains a colon in quotes"),
        Case(
            "fields:\n\tapp: a\n",
            "2:1: not valid YAML: found character that cannot start any token "
                + "(while scanning for the next token that begins in line 2); indent with spaces, not with tabs"),
        Case(
            "inbox: @here",
            "1:8: not valid YAML: found character that cannot start any token "
                + #"(while scanning for the next token that begins in line 1); put a value that begins with "@" in quotes"#
        ),
        Case(
            "ignore: [a, b\njobs: 2\n",
            "2:5: not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence that begins in line 1); "
                + "check the indentation, the quotes and the brackets"),
        Case(
            "jobs: 2\n---\njobs: 3\n",
            "2:1: a second document begins here; a configuration is one, without lines of ---"),
        Case("jobs: 2\nin\u{1}box: a", "2:3: not valid YAML: control characters are not allowed: U+1; remove it"),
        Case("- jobs\n- 2\n", "1:1: expected settings, found a list; write for example jobs: 2"),
        Case("jobs", #"1:1: expected settings, found "jobs"; write for example jobs: 2"#),
        Case("? [a]\n: b\n", "1:3: the key is a list; a key is a plain word"),
        Case("? {a: b}\n: b\n", "1:3: the key is a mapping; a key is a plain word"),
    ])
    func syntax(row: Case) { check(row) }

    @Test func aFileThatIsNotUTF8IsToldWhere() {
        #expect(
            complaints(Array("jobs: 2\nin".utf8) + [0xe9] + Array("box: a".utf8))
                == ["watchfold.yaml:2:3: the file is not UTF-8 from here on; save it as UTF-8"])
        #expect(
            complaints([0xff, 0xfe, 0x6a, 0x00]) == ["watchfold.yaml:1:1: the file is UTF-16; save it as UTF-8"])
        #expect(
            complaints([0x6a, 0xc3]) == ["watchfold.yaml:1:2: the file is not UTF-8 from here on; save it as UTF-8"])
    }

    @Test func moreKeysTwiceThanAreToldAtOnceAreStillAnError() {
        let yaml = (0..<60).map { "k\($0 / 2): 1\n" }.joined()
        let told = complaints(yaml)
        #expect(told.count == 1)
        #expect(told.first?.hasSuffix("is given twice; keep one of them") == true)
    }

    @Test func aLongListOfMistakesIsCut() throws {
        let yaml = (0..<60).map { "key\($0): 1\n" }.joined()
        let error = #expect(throws: ConfigurationError.self) { try layer(yaml) }
        let lines = try #require(error).description.split(separator: "\n")
        #expect(lines.count == 51)
        #expect(lines.last == "… and 10 more")
        #expect(error?.mistakes.count == 60)
    }

    private func check(_ row: Case) {
        #expect(complaints(row.yaml) == row.told.map { "watchfold.yaml:\($0)" })
    }
}
