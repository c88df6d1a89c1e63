import Configuration
import Records
import Testing

/// Environment, flags, and which of the layers wins.
@Suite struct LayerTests {
    /// A command that a watch runs may run this program.
    @Test func whatCommandsAreToldIsNoSetting() throws {
        let told = Dictionary(uniqueKeysWithValues: Overlay.toldVariables.map { ($0, "x") })
        #expect(try Overlay.environment(told) == Overlay())
        #expect(told["WATCHFOLD_PROBLEM"] != nil && told["WATCHFOLD_RECEIPT"] != nil)
    }

    @Test func everyVariableIsRead() throws {
        let layer = try Overlay.environment([
            "WATCHFOLD_INBOX": "/in", "WATCHFOLD_CHECKPOINTS": "state", "WATCHFOLD_OUTPUT": "out",
            "WATCHFOLD_CONFIG": "c.yaml", "WATCHFOLD_JOBS": "8", "WATCHFOLD_MEMORY": "1GiB",
            "WATCHFOLD_LOG_LEVEL": "debug", "WATCHFOLD_QUIET": "1", "PATH": "/bin", "XWATCHFOLD_A": "b",
        ])
        #expect(layer.inbox == Given("/in", .environment("WATCHFOLD_INBOX")))
        #expect(layer.checkpoints?.value == "state")
        #expect(layer.output?.value == "out")
        #expect(layer.config?.value == "c.yaml")
        #expect(layer.jobs?.value == 8)
        #expect(layer.memory?.value.bytes == 1 << 30)
        #expect(layer.logLevel?.value == .debug)
        #expect(layer.quiet?.value == true)
    }

    @Test func anEmptyVariableIsNone() throws {
        let empty = Dictionary(uniqueKeysWithValues: Setting.allCases.compactMap(\.variable).map { ($0, "") })
        #expect(empty.count == 10)
        #expect(try Overlay.environment(empty) == Overlay())
    }

    @Test(arguments: [
        (["WATCHFOLD_INBOXX": "a"], "WATCHFOLD_INBOXX: unknown variable; did you mean WATCHFOLD_INBOX?"),
        (
            ["WATCHFOLD_": "a"],
            "WATCHFOLD_: unknown variable; the variables are WATCHFOLD_INBOX, WATCHFOLD_CHECKPOINTS, WATCHFOLD_OUTPUT, "
                + "WATCHFOLD_PLAN, WATCHFOLD_JOBS, WATCHFOLD_MEMORY, WATCHFOLD_LOG_LEVEL, WATCHFOLD_LOG_FORMAT, "
                + "WATCHFOLD_QUIET, WATCHFOLD_CONFIG, WATCHFOLD_DUCKDB"
        ),
        (
            ["WATCHFOLD_QUIET": "maybe", "WATCHFOLD_JOBS": "two"],
            #"WATCHFOLD_JOBS: expected a whole number from 1 to 1024, found "two"; write for example WATCHFOLD_JOBS=2"#
                + "\n" + #"WATCHFOLD_QUIET: expected yes or no, found "maybe"; write for example WATCHFOLD_QUIET=yes"#
        ),
        (
            ["WATCHFOLD_LOG_LEVEL": "warn"],
            "WATCHFOLD_LOG_LEVEL: expected trace, debug, info, notice, warning, error or critical, "
                + #"found "warn"; write for example WATCHFOLD_LOG_LEVEL=info"#
        ),
    ])
    func wrongVariablesAreNamed(variables: [String: String], told: String) {
        let error = #expect(throws: ConfigurationError.self) { try Overlay.environment(variables) }
        #expect(error?.description == told)
    }

    @Test func wrongFlagsAreNamed() {
        let error = #expect(throws: ConfigurationError.self) {
            try Overlay.flags([.jobs: "0", .memory: "lots", .maxRejectRatio: "2", .inbox: "ok"])
        }
        #expect(
            error?.mistakes.map(\.description) == [
                #"--jobs: expected a whole number from 1 to 1024, found "0"; write for example --jobs 2"#,
                #"--memory: expected a size from 16MB up, found "lots" (no number); write for example --memory 512MB"#,
                #"--max-reject-ratio: expected a share from 0 to 1, or a percentage, found "2" "#
                    + "(over 1; 2 in a hundred is 2%); write for example --max-reject-ratio 5%",
            ])
    }

    /// Every combination of layers that give a value: the highest wins, and is named.
    @Test(arguments: 0..<8) func theHighestLayerWins(given: Int) throws {
        let isInFile = given & 1 != 0
        let isInEnvironment = given & 2 != 0
        let isFlag = given & 4 != 0
        let file = isInFile ? try layer("inbox: f\ncheckpoints: f1\noutput: f2\njobs: 1\nmemory: 16MB") : Overlay()
        let environment =
            isInEnvironment
            ? try Overlay.environment([
                "WATCHFOLD_INBOX": "e", "WATCHFOLD_CHECKPOINTS": "e1", "WATCHFOLD_OUTPUT": "e2", "WATCHFOLD_JOBS": "2",
                "WATCHFOLD_MEMORY": "17MB",
            ]) : Overlay()
        let flags =
            isFlag
            ? try Overlay.flags([.inbox: "c", .checkpoints: "c1", .output: "c2", .jobs: "3", .memory: "18MB"])
            : Overlay()
        let result = try Configuration.resolve(file: file, environment: environment, flags: flags)
        let highest = isFlag ? 3 : isInEnvironment ? 2 : isInFile ? 1 : 0
        #expect(result.inbox == ["inbox", "f", "e", "c"][highest])
        #expect(result.checkpoints == ["checkpoints", "f1", "e1", "c1"][highest])
        #expect(result.output == ["output", "f2", "e2", "c2"][highest])
        #expect(result.jobs == [nil, 1, 2, 3][highest])
        #expect(result.memory == ByteSize.megabytes([512, 16, 17, 18][highest]))
        let origins: [Origin] = [
            .builtIn, .file(name: "watchfold.yaml", line: 4, column: 7), .environment("WATCHFOLD_JOBS"),
            .flag("--jobs"),
        ]
        #expect(result.origin(of: .jobs) == origins[highest])
    }

    @Test func layersAreLaidOverEachOtherSettingBySetting() throws {
        let file = try layer("inbox: a\njobs: 1\nmemory: 20MB")
        let environment = try Overlay.environment(["WATCHFOLD_JOBS": "2", "WATCHFOLD_MEMORY": "30MB"])
        let flags = try Overlay.flags([.memory: "40MB"])
        let result = try Configuration.resolve(file: file, environment: environment, flags: flags)
        #expect(
            result.explanation == [
                "inbox = a (watchfold.yaml:1:8)", "checkpoints = checkpoints (built in)", "output = output (built in)",
                "plan = engagement (built in)", "jobs = 2 (WATCHFOLD_JOBS)", "memory = 40MB (--memory)",
                "fields.contract = _source.Contract, else Contract (built in)",
                "fields.app = _source.AppName, else AppName (built in)",
                "fields.duration = _source.TotalDuration, else TotalDuration (built in)",
                "categories = TV: CHANNEL DSHD KPLUS KPlus, Movie: VOD FIMS FIMS_RES BHD BHD_RES VOD_RES DANET, "
                    + "Child: CHILD, Relax: RELAX, Sport: SPORT (built in)",
                "ignore = \"0\" (built in)", "duration_unit = seconds (built in)",
                "duration_format = number (built in)",
                "rounding = reject (built in)", "negative_durations = reject (built in)",
                "json = strict (built in)", "records = detected (built in)", "duplicates = skip (built in)",
                "encoding = utf-8 (built in)", "date = none (built in)", "files = none (built in)",
                "max_reject_ratio = 5% (built in)", "max_record_bytes = 16MB (built in)",
                "rejects_per_file = 1000 (built in)", "gate = flag (built in)", "gate_days = 28 (built in)",
                "gate_threshold = 6 (built in)", "watch.settle = 2s (built in)", "watch.stale = 10m (built in)",
                "watch.poll = 30s (built in)", "watch.poll_only = no (built in)", "watch.publish_every = 5s (built in)",
                "watch.on_publish = nothing (built in)", "watch.on_problem = nothing (built in)",
                "watch.expect_by = never (built in)", "watch.status_port = none (built in)",
                "outputs = none (built in)",
                "log_level = info (built in)", "log_format = text (built in)", "quiet = no (built in)",
            ])
        #expect(flags.over(environment).over(file) == flags.over(environment.over(file)))
        #expect(Overlay().over(file) == file)
        #expect(file.over(Overlay()) == file)
    }

    @Test(arguments: [
        Case(
            "output: inbox/out",
            #"watchfold.yaml:1:9: output "inbox/out" (watchfold.yaml:1:9) is inside inbox "inbox" (built in) "#
                + "and would be read as input; choose a folder outside it"),
        Case(
            "inbox: .",
            #"watchfold.yaml:1:8: checkpoints "checkpoints" (built in) is inside inbox "." (watchfold.yaml:1:8) "#
                + "and would be read as input; choose a folder outside it",
            #"watchfold.yaml:1:8: output "output" (built in) is inside inbox "." (watchfold.yaml:1:8) "#
                + "and would be read as input; choose a folder outside it"),
        Case(
            "checkpoints: a/../x//y/\noutput: /work/x/./y",
            #"watchfold.yaml:2:9: checkpoints "a/../x//y/" (watchfold.yaml:1:14) and output "/work/x/./y" "#
                + "(watchfold.yaml:2:9) are the same folder; choose two"),
        Case("inbox: output/in"),
        Case("inbox: in\noutput: inn/a"),
        Case(
            "memory: 16MB\nmax_record_bytes: 17MB",
            "watchfold.yaml:2:19: max_record_bytes is 17MB (watchfold.yaml:2:19) but memory is only 16MB "
                + "(watchfold.yaml:1:9); a record must fit into memory"),
        Case(
            "fields: {contract: a.b, app: [c, a.b]}",
            #"watchfold.yaml:1:30: fields.contract and fields.app both read "a.b"; give each its own path"#),
        Case(
            "fields: {contract: Contract, duration: _source.Contract}"),
    ])
    func valuesThatDoNotGoTogetherAreTold(row: Case) throws {
        let file = try layer(row.yaml)
        do throws(ConfigurationError) {
            _ = try Configuration.resolve(file: file, workingDirectory: "/work")
            #expect(row.told.isEmpty)
        } catch {
            #expect(error.mistakes.map(\.description) == row.told)
        }
    }
}

/// The text that is stored with each partial.
@Suite struct FoldSettingsTextTests {
    @Test func defaultsGiveTheDocumentedText() {
        #expect(
            Configuration.builtIn.foldSettingsText == """
                watchfold fold settings 1
                plan "engagement"
                key "Contract" at ["_source" "Contract"] ["Contract"]
                key "AppName" at ["_source" "AppName"] ["AppName"]
                value "TotalDuration" at ["_source" "TotalDuration"] ["TotalDuration"]
                ignore "0"
                negative_durations reject
                max_record_bytes 16000000

                """)
    }

    /// Partials of before these settings stay what they were.
    @Test func laterSettingsHaveALineOnlyWhenTheyAreNotTheDefault() throws {
        let same = try Configuration.resolve(file: layer("json: strict\nrecords: []"))
        #expect(same.foldSettingsText == Configuration.builtIn.foldSettingsText)
        let other = try Configuration.resolve(file: layer("json: lenient\nrecords: [data, 'a\\.b.\"c']"))
        #expect(
            other.foldSettingsText == Configuration.builtIn.foldSettingsText
                + "json lenient\nrecords at [\"data\"] [\"a.b\" \"\\\"c\"]\n")
    }

    @Test func orderOfKeysAndOtherSettingsDoNotMatter() throws {
        let a = try layer("ignore: [b, a, b]\njobs: 1\nmax_record_bytes: 1MB\nfields: {app: x, duration: y}")
        let b = try layer(
            "fields: {duration: [y], app: x}\nmax_record_bytes: 1000KB\nignore: [a, '', b]\ncategories: {A: [B]}\nmemory: 1GB"
        )
        #expect(
            try Configuration.resolve(file: a).foldSettingsText == Configuration.resolve(file: b).foldSettingsText)
    }

    @Test func settingsThatCameLaterHaveALineOnlyWhenTheyAreNotTheDefault() throws {
        let defaults = "duration_unit: seconds\nduration_format: number\nrounding: reject"
        #expect(
            try Configuration.resolve(file: layer(defaults)).foldSettingsText == Configuration.builtIn.foldSettingsText)
        let text = try Configuration.resolve(
            file: layer("rounding: nearest\nduration_format: [HH:MM:SS, number, padded]\nduration_unit: milliseconds")
        ).foldSettingsText
        #expect(
            text.hasSuffix(
                """
                negative_durations reject
                duration_unit milliseconds
                duration_format padded HH:MM:SS
                rounding nearest
                max_record_bytes 16000000

                """))
    }

    @Test func everySettingThatChangesAFoldChangesIt() throws {
        let files = [
            "", "ignore: []", "ignore: [a]", "ignore: [a, b]", "ignore: ['a\" \"b']", "ignore: [\"a\\\\\\\" \\\"b\"]",
            "ignore: [\"a\\n\"]", "ignore: ['a\\x0a']", "ignore: [\u{e9}]", "ignore: [e\u{301}]",
            "encoding: latin1", "encoding: utf-16le", "negative_durations: keep", "max_record_bytes: 1MB",
            "fields: {app: a.b}", "fields: {app: 'a\\.b'}",
            "duration_unit: minutes", "duration_unit: milliseconds", "duration_format: HH:MM:SS",
            "duration_format: MM:SS",
            "duration_format: [HH:MM:SS, padded]", "duration_format: [HH:MM:SS, padded, units, ISO8601]",
            "rounding: down", "rounding: up", "rounding: nearest", "{rounding: up, duration_unit: minutes}",
            "fields: {app: [a, b]}", "fields: {contract: a.b}", "fields: {duration: a.b}", "fields: {app: 'a\"] [\"b'}",
            "json: lenient", "records: a.b", "records: [a, b]", "records: 'a\\.b'",
        ]
        let texts = try files.map { Array(try Configuration.resolve(file: layer($0)).foldSettingsText.utf8) }
        #expect(Set(texts).count == files.count)
    }

    /// They say where things are, not what is in them; a file that gets another date is folded again by itself.
    @Test func patternsOfNamesAndDatesDoNotChangeIt() throws {
        let file = try layer("date: '{dd}-{mm}-{yyyy}'\nfiles: '*.log'")
        let text = try Configuration.resolve(file: file).foldSettingsText
        #expect(text == Configuration.builtIn.foldSettingsText)
    }
}
