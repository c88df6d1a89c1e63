//  Files that nobody means well with: each ends in its documented state, in bounded memory and time, and the good files
//  beside it count.
//
//  Small versions in ordinary runs. WATCHFOLD_EXHAUSTIVE=1 takes the large ones (1 GB on one line, 10 GB of zeros, 2 GB of
//  contracts), which need 4 GB of disk and are best given to an optimised program:
//
//      swift build -c release --product watchfold
//      WATCHFOLD_EXHAUSTIVE=1 WATCHFOLD_TEST_PROGRAM=$PWD/.build/release/watchfold scripts/test --filter HostileTests

import Foundation
import Testing

@Suite(.serialized) struct HostileTests {
    static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// A file that a script writes.
    struct Hostile: CustomStringConvertible, Sendable {
        var description: String
        var file = "hostile.json"
        /// Writes the file to standard output; `$N` is how much of it.
        var script: String
        var small: Int
        var large: Int
        /// Its state, and what is reported about it.
        var state: String
        var words: String
        /// Records of it that are folded.
        var folded: @Sendable (Int) -> Int = { _ in 0 }
        /// The budget that the program is given, megabytes.
        var memory = 64
        var largeMemory = 512
    }

    private static let letters = "head -c $N /dev/zero | tr '\\0' a"
    private static let start = #"printf '{"Contract":"A","AppName":"VOD","TotalDuration":5,"x":'; "#
    private static let good = #"printf '{"Contract":"A","AppName":"VOD","TotalDuration":5}\n'; "#

    static let all = [
        Hostile(
            description: "a record of one endless string",
            script: start + #"printf '"'; \#(letters); printf '"}\n'; "# + good,
            small: 40_000_000, large: 1_000_000_000, state: "held", words: "record-too-long 1"),
        Hostile(
            description: "one endless line of nothing", script: letters, small: 40_000_000, large: 1_000_000_000,
            state: "held", words: "record-too-long 1"),
        Hostile(
            description: "a line of records without an end",
            script: #"yes '{"Contract":"A","AppName":"VOD","TotalDuration":5}' | head -n $N | tr -d '\n'"#,
            small: 40_000, large: 20_000_000, state: "folded", words: "", folded: { $0 }),
        Hostile(
            description: "nested arrays", script: "printf '%*s' $N | tr ' ' '['; printf '%*s' $N | tr ' ' ']'",
            small: 100_000, large: 100_000, state: "held", words: "no record was found after a malformed one"),
        Hostile(
            description: "nested arrays in one record of many",
            script: "for i in {1..40}; do \(good) done; " + start
                + "printf '%*s' $N | tr ' ' '['; printf '%*s' $N | tr ' ' ']'; printf '}\n'; " + good,
            small: 100_000, large: 100_000, state: "held", words: "malformed-json 1"),
        Hostile(
            description: "an app for each record",
            script:
                #"seq $N | awk '{print "{\"Contract\":\"A" $1 % 100 "\",\"AppName\":\"APP" $1 "\",\"TotalDuration\":1}"}'"#,
            small: 20_000, large: 1_000_000, state: "folded", words: "", folded: { $0 }, memory: 128),
        Hostile(
            description: "many fields in one record",
            script:
                #"printf '{"Contract":"A","AppName":"VOD","TotalDuration":5'; seq $N | awk '{printf ",\"k%d\":1", $1}'; printf '}\n'"#,
            small: 50_000, large: 1_000_000, state: "folded", words: "", folded: { _ in 1 }),
        Hostile(
            description: "another field in each record",
            script:
                #"seq $N | awk '{print "{\"k" $1 "\":1,\"Contract\":\"A\",\"AppName\":\"VOD\",\"TotalDuration\":5}"}'"#,
            small: 20_000, large: 1_000_000, state: "folded", words: "", folded: { $0 }),
        Hostile(
            description: "zeros, gzipped", file: "hostile.json.gz", script: "head -c $N /dev/zero | gzip -1",
            small: 60_000_000, large: 10_000_000_000, state: "held", words: "0000000 NUL bytes"),
        Hostile(
            description: "zeros, as LZ4", file: "hostile.json.lz4",
            script: "head -c $N /dev/zero | lz4 -1", small: 60_000_000, large: 10_000_000_000, state: "held",
            words: "0000000 NUL bytes"),
        Hostile(
            description: "contracts of a megabyte",
            script:
                #"x=$(head -c 1000000 /dev/zero | tr '\0' c); for ((i = 0; i < N; i++)); do printf '{"Contract":"A%d%s","AppName":"VOD","TotalDuration":5}\n' $i $x; done"#,
            small: 40, large: 2000, state: "folded", words: "", folded: { $0 }, memory: 192),
        Hostile(
            description: "NUL bytes",
            script: "head -c $N /dev/zero; echo; " + good
                + #"printf '{"Contract":"A\0","AppName":"VOD","TotalDuration":5}\n'; "#
                + #"printf '{"Contract":"A\\u0000B","AppName":"V\\u0000","TotalDuration":5}\n'"#,
            small: 100_000, large: 10_000_000, state: "held", words: "malformed-json 2"),
    ]

    /// What the program takes however little it has to do, megabytes: code, ledger, threads.
    private static let besides = 64

    /// Runs a command of the program and finds out how much memory it had at most.
    private func measure(_ shell: Shell, _ command: String) async throws -> (Outcome, megabytes: Int) {
        let outcome = try await shell("$W \(command) --log-level debug")
        let match = try #require(
            outcome.errors.firstMatch(of: /with at most (\d+)(?:\.\d+)? MB of memory/), "\(outcome)")
        return (outcome, try #require(Int(match.1)))
    }

    private func prepared() -> Shell {
        let shell = Shell(depth: 2)
        shell.put("inbox/a-good.json", records((0..<100).map { ("G\($0)", "VOD", $0) }))
        shell.put("inbox/z-good.json", records((0..<100).map { ("H\($0)", "SPORT", $0) }))
        return shell
    }

    @Test(arguments: all.filter { !$0.file.hasSuffix(".lz4") })
    func aHostileFileEndsInItsStateAndTheOthersCount(_ hostile: Hostile) async throws { try await take(hostile) }

    @Test(
        .enabled(if: Shell.has("lz4"), "making the file takes the program lz4"),
        arguments: all.filter { $0.file.hasSuffix(".lz4") })
    func aHostileFileOfLZ4EndsInItsStateAndTheOthersCount(_ hostile: Hostile) async throws { try await take(hostile) }

    private func take(_ hostile: Hostile) async throws {
        let shell = prepared()
        let count = Self.isExhaustive ? hostile.large : hostile.small
        let memory = Self.isExhaustive ? hostile.largeMemory : hostile.memory
        try await shell.expect(0, "N=\(count); { \(hostile.script)\n} > inbox/\(hostile.file)")
        for (command, report) in [("run", "output/engagement.csv"), ("fold inbox/* -o folded.csv", "folded.csv")] {
            let start = ContinuousClock.now
            let (outcome, megabytes) = try await measure(shell, "\(command) --memory \(memory)MB")
            let time = ContinuousClock.now - start
            #expect(outcome.code == (hostile.state == "folded" ? 0 : 2), "\(outcome)")
            let lines = outcome.errors.split(separator: "\n").filter { !$0.contains("debug: ") }
            let line = lines.first { $0.contains("hostile.json") } ?? ""
            #expect(
                line.contains("  \(hostile.state)  ") && (hostile.words.isEmpty || line.contains(hostile.words)),
                "\(outcome)")
            #expect(megabytes <= memory + Self.besides, "\(megabytes) MB of \(memory): \(outcome)")
            #expect(time < .seconds(Self.isExhaustive ? 300 : 60), "\(time)")
            let good = try await shell.expect(0, "grep -c '^[GH]' \(report)")
            #expect(good.output == "200\n", "\(good)")
            if hostile.state == "folded" && command == "run" {
                // Every app that is in no category stands in it.
                try await shell.expect(0, "$W status --json > status.json")
                let object =
                    try JSONSerialization.jsonObject(with: Data((shell.read("status.json") ?? "").utf8))
                    as? [String: Any]
                let file = try #require(
                    (object?["files"] as? [[String: Any]])?.first { $0["name"] as? String == "hostile.json" })
                #expect((file["records"] as? [String: Any])?["folded"] as? Int == hostile.folded(count))
            }
            print("hostile: \(hostile), \(command.prefix(4)): \(hostile.state), \(time), \(megabytes) MB of \(memory)")
        }
        try await shell.expect(0, "$W verify -q && rm -rf inbox checkpoints output")
    }

    // MARK: Names

    /// Names for files, apps and contracts.
    static let names = [
        "../../up", "a\nb", "quote\"d", "it's", "a,b;c\td", "\u{1B}[31mred\u{7}", "😀🇻🇳", "\u{9B}31mC1", "back\\slash",
        "right\u{202E}left", "line\u{2028}break", "\r", " ", "=1+1", "{}", "null", "$(touch pwned)", "e\u{301}",
        "\u{E9}",
    ]

    private func quoted(_ text: String) -> String {
        String(
            decoding: try! JSONSerialization.data(withJSONObject: [text], options: .withoutEscapingSlashes),
            as: UTF8.self
        )
        .dropFirst().dropLast().description
    }

    /// Whether a text can be shown on a terminal without doing anything to it.
    private func isTame(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n"
                || !(scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x2028...0x202E ~= scalar.value
                    || 0x2066...0x2069 ~= scalar.value)
        }
    }

    @Test func contractsAndAppsAreNamesWhateverIsInThem() async throws {
        let shell = prepared()
        let lines = Self.names.enumerated().map { index, name in
            #"{"Contract":\#(quoted(name)),"AppName":\#(quoted(name)),"TotalDuration":\#(index)}"# + "\n"
        }
        let mapped = Self.names.enumerated().map { index, name in
            #"{"Contract":\#(quoted(name)),"AppName":"VOD","TotalDuration":\#(index)}"# + "\n"
        }
        shell.put("inbox/names.json", (lines + mapped).joined())
        let run = try await shell.expect(0, "$W run")
        #expect(isTame(run.errors), "\(run)")
        let engagement = try #require(shell.read("output/engagement.csv"))
        var found: [String: String] = [:]
        for row in CSV.rows(engagement).dropFirst() {
            found[row[0].utf8.map { "\($0)" }.joined(separator: " ")] = row[2]
        }
        for (index, name) in Self.names.enumerated() {
            #expect(found[name.utf8.map { "\($0)" }.joined(separator: " ")] == "\(index)", "\(name.debugDescription)")
        }
        let apps = CSV.rows(try #require(shell.read("output/apps.csv"))).map { Array($0[0].utf8) }
        for name in Self.names { #expect(apps.contains(Array(name.utf8)), "\(name.debugDescription)") }
        let status = try await shell.expect(0, "$W status")
        #expect(isTame(status.output) && isTame(status.errors), "\(status)")
        let json = try await shell.expect(0, "$W status --json")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let unmapped = try #require(object?["unmapped_apps"] as? [[String: Any]]).compactMap { $0["app"] as? String }
        #expect(Set(unmapped.map { Array($0.utf8) }) == Set(Self.names.map { Array($0.utf8) }))
        let fold = try await shell.expect(0, "$W fold inbox/names.json -o fold.csv")
        #expect(isTame(fold.errors), "\(fold)")
        try await shell.expect(0, "$W verify && test ! -e pwned && test ! -e ../../up")
    }

    @Test func filesAreNamedWhateverIsInTheirNames() async throws {
        let shell = prepared()
        let names = Self.names.filter { !$0.contains("/") } + ["..%2f..%2fup", "dt=2022-04-01\n"]
        for (index, name) in names.enumerated() {
            // One record of two is bad, so that each has dead letters and is held.
            shell.put(
                "inbox/x" + name + ".json", records([("N\(index)", "VOD", index)]) + "nonsense \(index) \u{1B}[31m\n")
        }
        let run = try await shell.expect(2, "$W run")
        #expect(isTame(run.errors), "\(run)")
        let logged = try await shell.expect(2, "touch inbox/*; $W run --log-format json")
        #expect(isTame(logged.errors), "\(logged)")
        let status = try await shell.expect(2, "$W status")
        #expect(isTame(status.output), "\(status)")
        let json = try await shell.expect(2, "$W status --json")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let files = try #require(object?["files"] as? [[String: Any]])
        let held = Set(
            files.filter { $0["state"] as? String == "held" }.compactMap {
                ($0["name"] as? String).map { Array($0.utf8) }
            })
        #expect(held == Set(names.map { Array(("x" + $0 + ".json").utf8) }))
        for name in names {
            let letters = try #require(
                shell.read("output/rejects/x" + name + ".json.jsonl"), "\(name.debugDescription)")
            #expect(!letters.isEmpty)
            for line in letters.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect((object?["file"] as? String)?.utf8.elementsEqual(("x" + name + ".json").utf8) == true)
            }
        }
        let accept = try await shell.expect(0, #"$W accept $'x\e[31mred\a.json' 2>&1"#)
        #expect(isTame(accept.output + accept.errors), "\(accept)")
        let refused = try await shell.expect(1, #"$W accept $'x\e[31mred\a.json' 2>&1"#)
        #expect(isTame(refused.output + refused.errors), "\(refused)")
        let unknown = try await shell.expect(1, #"$W retract $'\e[31mno such\n' 2>&1"#)
        #expect(isTame(unknown.output + unknown.errors), "\(unknown)")
        try await shell.expect(
            0, "$W verify; test ! -e pwned && test ! -e ../../up && ! ls checkpoints/partials | grep -v '^dt='")
    }
}

/// A reader of comma-separated values by RFC 4180, as plain as can be.
private enum CSV {
    static func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    field.append(scalar)
                } else if scalars.first == "\"" {
                    field.append(scalars.removeFirst())
                } else {
                    isQuoted = false
                }
            } else if scalar == "\"" {
                isQuoted = true
            } else if scalar == "," || scalar == "\n" {
                row.append(String(field))
                field = String.UnicodeScalarView()
                if scalar == "\n" {
                    rows.append(row)
                    row = []
                }
            } else {
                field.append(scalar)
            }
        }
        return rows
    }
}
