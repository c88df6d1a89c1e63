//  The linter for dumps, and mending what was rejected, as the manual shows it.

import Foundation
import Testing

@Suite struct CheckTests {
    private static let samples = (#filePath as NSString).deletingLastPathComponent + "/../../samples"

    private func shellWithSamples() async throws -> Shell {
        let shell = Shell()
        try await shell.expect(0, "cp '\(Self.samples)'/2022* inbox/")
        return shell
    }

    @Test func checkIsALinterThatTouchesNothing() async throws {
        let shell = try await shellWithSamples()
        let all = try await shell.expect(0, "$W check -q inbox/*")
        #expect(all.errors.isEmpty, "\(all)")
        #expect(
            all.output.contains("inbox/20220401.json  ok  508 records = 501 good + 1 ignored + 6 rejected  JSON Lines"),
            "\(all)")
        #expect(
            all.output.contains(
                "  malformed-json 1, at line 508, column 106: the line ends inside a string\n    {\"_index\":\"history\""
            ),
            "\(all)")
        #expect(all.output.contains("  in no category: KARAOKE 1 record\n"), "\(all)")
        #expect(all.output.contains("inbox/20220403.json.lz4  ok  1,500 records"), "\(all)")
        let strict = try await shell.expect(
            2, "echo 'max_reject_ratio: 1%' > strict.yaml; $W check --config strict.yaml inbox/*")
        #expect(strict.output.contains("inbox/20220401.json  held") && strict.errors.contains("3 files: 2 ok, 1 held"))
        #expect(strict.output.contains("max_reject_ratio allows 1%"), "\(strict)")
        #expect(!shell.exists("checkpoints") && !shell.exists("output"))
    }

    @Test func checkReadsStandardInputAndPipes() async throws {
        let shell = try await shellWithSamples()
        let piped = try await shell.expect(0, "zcat inbox/20220402.json.gz | $W check -q -")
        #expect(piped.output.hasPrefix("standard input  ok  1,500 records ="), "\(piped)")
        let packed = try await shell.expect(0, "$W check -q - < inbox/20220402.json.gz")
        #expect(packed.output.contains("JSON Lines, gzip, 263 kB"), "\(packed)")
        let cut = try await shell.expect(2, "zcat inbox/20220402.json.gz | head -c 1000 | $W check -q -")
        #expect(
            cut.output.hasPrefix("standard input  failed") && cut.output.contains("it ends inside a record, at line"))
        try await shell.expect(
            2, "head -c 900 inbox/20220402.json.gz > new.json.gz; $W check -q new.json.gz | grep -q waiting && exit 2")
        let none = try await shell.expect(2, "$W check nowhere.json")
        #expect(none.output.contains("nowhere.json  failed\n  cannot open nowhere.json: No such file"), "\(none)")
        try await shell.expect(1, "$W check - -")
        try await shell.expect(1, "$W check")
        // A reader that goes away is a silent end.
        let closed = try await shell.expect(
            0,
            "set -o pipefail; for i in $(seq 2000); do echo '{x'; done > x.json; $W check -q $(yes x.json | head -n 900) | true"
        )
        #expect(closed.errors.isEmpty, "\(closed)")
    }

    @Test func checkSpeaksJSON() async throws {
        let shell = try await shellWithSamples()
        shell.put(
            "renamed.json", String(repeating: #"{"data":{"customer":"A","app":"VOD","secs":5}}"# + "\n", count: 9))
        let outcome = try await shell.expect(2, "$W check -q --json inbox/20220401.json renamed.json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["ok"] as? Bool == false)
        let files = try #require(object["files"] as? [[String: Any]])
        #expect(files.map { $0["verdict"] as? String } == ["ok", "held"])
        #expect((files[0]["records"] as? [String: Int])?["coerced"] == 2)
        let findings = try files.map { try #require($0["findings"] as? [String: Any]) }
        let rejections = try #require(findings[0]["rejections"] as? [[String: Any]])
        #expect(rejections.map { $0["reason"] as? String }.first == "negative-duration")
        #expect(rejections[0]["first_line"] as? Int == 177 && rejections[0]["records"] as? Int == 3)
        let lacking = try #require(findings[1]["lacking"] as? [String: Any])
        #expect(
            lacking["configuration"] as? String
                == "fields: {contract: data.customer, app: data.app, duration: data.secs}")
        #expect(findings[1]["new_fields"] as? [String] == ["data", "data.app", "data.customer", "data.secs"])
        #expect((files[0]["unmapped_apps"] as? [[String: Any]])?.first?["app"] as? String == "KARAOKE")
    }

    @Test func aRunAndTheStatusShowTheFirstOfEachReason() async throws {
        let shell = try await shellWithSamples()
        let run = try await shell.expect(0, "$W run")
        for line in [
            "\n  negative-duration 9, first at line 177 of 20220401.json\n    {\"_index\"",
            "\n  TotalDuration as a float in 1 record, as a string in 1 record\n",
            "\n  in no category: KARAOKE 1 record\n",
        ] {
            #expect(run.errors.contains(line), "\(run)")
        }
        let status = try await shell.expect(0, "$W status")
        #expect(
            status.output.contains("found in these files:\n  negative-duration 9, first at line 177 of 20220401.json"),
            "\(status)")
        shell.put("inbox/a.json", "{\"Contract\":\"\\u001b[31m\u{202E}\u{1B}]0;title\u{7}\"}\n{\u{1B}[2J\n")
        let hostile = try await shell("$W run; $W status; $W check inbox/a.json")
        let text = hostile.output + hostile.errors
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}") && !text.contains("\u{202E}"), "\(hostile)")
        #expect(text.contains("\\u001b[31m\\u{202e}\\u{1b}]0;title\\u{7}"), "\(hostile)")
    }

    // MARK: The manual

    /// The commands of the manual's section on mending, run as they stand there.
    @Test func mendingAsTheManualShowsIt() async throws {
        let shell = try await shellWithSamples()
        try await shell.expect(0, "$W run -q")
        let before = try await shell.expect(0, "$W export -q | grep SGH000001")
        let manual = try String(contentsOfFile: Self.samples + "/../docs/manual.md", encoding: .utf8)
        let section = try #require(manual.components(separatedBy: "\n## Mending what was rejected\n").dropFirst().first)
        let commands = section.components(separatedBy: "\n## ")[0].split(separator: "\n")
            .filter { $0.hasPrefix("    $ ") }.map { String($0.dropFirst(6)) }
        #expect(commands.count >= 3)
        var output = ""
        for command in commands {
            let outcome = try await shell.expect(0, "watchfold() { \"$W\" \"$@\"; }; \(command)")
            output += outcome.output + outcome.errors
        }
        #expect(output.contains("20220401-fixed.json  folded  1 record"), "\(output)")
        let after = try await shell.expect(0, "$W export -q | grep SGH000001")
        func seconds(_ outcome: Outcome) -> Int {
            outcome.output.split(separator: "\n")[0].split(separator: ",").dropFirst().reduce(0) { $0 + Int($1)! }
        }
        #expect(seconds(after) == seconds(before) + 600, "\(before)\(after)")
    }

    /// The page of the recovery rules says how to get bytes back that are not valid UTF-8.
    @Test func bytesThatAreNoUTF8ComeBack() async throws {
        let shell = Shell()
        try await shell.expect(
            0,
            #"printf '{"Contract":"CAF\351","AppName":"VOD","TotalDuration":7}\n' > inbox/20220401.json; $W run -q || true"#
        )
        try await shell.expect(
            0,
            """
            jq -r 'select(.raw_base64).raw_base64' output/rejects/20220401.json.jsonl |
              while read -r text; do base64 -d <<< "$text"; echo; done | cmp - inbox/20220401.json &&
            jq -r 'select(.raw_base64).raw_base64' output/rejects/20220401.json.jsonl |
              while read -r text; do base64 -d <<< "$text"; echo; done |
              iconv -f latin1 -t utf-8 > inbox/20220401-fixed.json
            """)
        try await shell.expect(2, "$W run -q")
        #expect(shell.read("output/engagement.csv") == header + "CAF\u{E9},0,7,0,0,0\n")
    }

    /// A broken record of a pretty-printed array, cut out of the dump by offset and bytes.
    @Test func whatARejectionCoversCanBeCutOut() async throws {
        let shell = Shell()
        shell.put("good.json", records((0..<40).map { ("C\($0)", "VOD", 1) }))
        try await shell.expect(
            0,
            """
            jq -s . good.json | sed '0,/"AppName": "VOD",/s//"AppName": "VOD"/' > inbox/20220401.json && $W run -q &&
            read -r offset bytes < <(jq -r '"\\(.offset) \\(.bytes)"' output/rejects/20220401.json.jsonl) &&
            tail -c +$((offset + 1)) inbox/20220401.json | head -c "$bytes" | sed 's/"VOD"$/"VOD",/; s/},$/}/' |
              jq -c . > inbox/20220401-fixed.json && $W run -q
            """)
        #expect(shell.read("output/engagement.csv")!.split(separator: "\n").count == 41)
        #expect(shell.read("output/engagement.csv")!.contains("C0,0,1,0,0,0\n"))
    }
}
