//  `inspect`: what it shows of a file is what export, status and the files themselves tell.

import Foundation
import TestSupport
import Testing

@Suite struct InspectTests {
    /// Three days, one of them counted twice, one retracted.
    private func shell() async throws -> Shell {
        let shell = Shell()
        for day in 1...3 {
            shell.put(
                "inbox/2022040\(day).json",
                records((0..<40 * day).map { ("C\($0 % 17)", ["VOD", "SPORT", "CHANNEL"][$0 % 3], 60 + $0 * day) }))
        }
        try await shell.expect(
            0, "cp inbox/20220401.json inbox/copy-20220401.json; $W run -q; $W retract -q 20220403.json")
        return shell
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    private func inspect(_ shell: Shell, _ path: String, _ options: String = "", code: Int = 0) async throws -> [String:
        Any]
    {
        try object(try await shell.expect(code, "$W inspect --json \(options) '\(path)'").output)
    }

    private func partials(_ shell: Shell) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: shell.root + "/checkpoints/partials")!
        return files.compactMap { $0 as? String }.filter { $0.hasSuffix(".parquet") }.sorted()
            .map { "checkpoints/partials/" + $0 }
    }

    // MARK: What is shown

    @Test func rowsAndSumsOfATotalAreThoseOfTheExport() async throws {
        let shell = try await shell()
        // By hand: sums of contract and app over the two days that count.
        var sums: [String: Int] = [:]
        for day in 1...2 {
            for n in 0..<40 * day {
                sums["C\(n % 17),\(["VOD", "SPORT", "CHANNEL"][n % 3])", default: 0] += 60 + n * day
            }
        }
        try await shell.expect(0, "rm checkpoints/total.parquet; $W run -q")
        let found = try await inspect(shell, "checkpoints/total.parquet", "--rows 1000")
        #expect(found["kind"] as? String == "total" && found["sound"] as? Bool == true)
        let table = try #require(found["table"] as? [String: Any])
        let rows = try #require(table["rows"] as? [[String: Any]])
        let shown = Dictionary(
            uniqueKeysWithValues: rows.map { ("\($0["Contract"]!),\($0["AppName"]!)", $0["TotalDuration"] as! Int) })
        #expect(shown == sums && table["total_rows"] as? Int == sums.count)
        let columns = try #require(table["columns"] as? [[String: Any]])
        #expect(
            columns.map { $0["name"] as? String } == ["Contract", "AppName", "TotalDuration", "Records", "Days202204"])
        #expect(columns[2]["sum"] as? Int == sums.values.reduce(0, +) && columns[3]["sum"] as? Int == 120)
        #expect(columns[4]["sum"] as? Int == 0b11 && columns[4]["merge"] as? String == "union")
        #expect(columns[2]["least"] as? Int == sums.values.min() && columns[2]["most"] as? Int == sums.values.max())
        let keys = sums.keys.map { String($0.prefix { $0 != "," }) }
        #expect(columns[0]["least"] as? String == keys.min() && columns[0]["most"] as? String == keys.max())
        // The export adds up the same.
        let export = try await shell.expect(0, "$W export apps --format csv").output
        let exported = export.split(separator: "\n").dropFirst().reduce(0) { $0 + Int($1.split(separator: ",").last!)! }
        #expect(exported == sums.values.reduce(0, +))
        let few = try await inspect(shell, "checkpoints/total.parquet", "--rows 3")
        #expect(((few["table"] as? [String: Any])?["rows"] as? [Any])?.count == 3)
    }

    @Test func aPartialTellsWhatItIsOf() async throws {
        let shell = try await shell()
        let status = try object(try await shell("$W status --json").output)
        let files = try #require(status["files"] as? [[String: Any]])
        let partials = try partials(shell)
        #expect(partials.count == 4)
        for partial in partials {
            let found = try await inspect(shell, partial)
            let table = try #require(found["table"] as? [String: Any])
            let metadata = try #require(table["metadata"] as? [String: String])
            let name = metadata["watchfold.source"]
            let file = try #require(files.first { $0["name"] as? String == name })
            #expect(found["kind"] as? String == "partial" && found["sound"] as? Bool == true)
            #expect(metadata["watchfold.digest"] == file["digest"] as? String)
            let columns = try #require(table["columns"] as? [[String: Any]])
            let content = try #require(shell.read("inbox/" + name!))
            let seconds = content.matches(of: /"TotalDuration":(\d+)/).reduce(0) { $0 + Int($1.1)! }
            #expect(columns[2]["sum"] as? Int == seconds)
            #expect(columns[3]["sum"] as? Int == content.split(separator: "\n").count)
            let size = try FileManager.default.attributesOfItem(atPath: shell.root + "/" + partial)[.size] as? Int
            #expect(found["size"] as? Int == size)
        }
        let text = try await shell.expect(0, "$W inspect '\(partials[0])'").output
        for part in [
            "partial, ", "digest ", "2022-04-01", "plan \"engagement\"", "checksums of the footer and of 4 column",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
        #expect(!text.contains("sketch  1 "))
    }

    /// DuckDB wrote them, and writes no checksums: that is not damage.
    @Test(.needsDuckDB) func filesOfAPlanTellWhatTheyAreOf() async throws {
        let shell = Shell()
        let lines = (0..<40).map { #"{"user":"u\#($0 % 7)","n":\#($0),"at":"2022-04-01T00:00:00"}"# }.joined(
            separator: "\n")
        let script = """
            mkdir -p plan/folds inbox
            echo 'sources: {events: {files: "events-*.json", fields: {user: string, n: integer, at: timestamp}}}' > plan/plan.yaml
            echo 'SELECT user, sum(n) AS s, arg_max(n, "at") AS last FROM events GROUP BY user' > plan/folds/by_user.sql
            for day in 1 2 3 4 5 6 7 8; do
                printf '%s\\n' '\(lines)' | sed "s/:0,/:$day,/" > inbox/events-2022-04-0$day.json
                $W run -q --plan plan
            done
            for file in checkpoints/folds/by_user/*/*01-* checkpoints/segments/by_user/* checkpoints/partials/*/*01-*; do
                $W inspect $file || exit
            done
            """
        let output = try await shell.expect(0, script, ["WATCHFOLD_DUCKDB": Tools.duckDB]).output
        #expect(
            output.contains(": fold, ") && output.contains(": segment, ") && output.contains("segment     1-0"),
            "\(output)")
        #expect(
            output.contains("by_user: 7 keys, 7 hashes, version 1") && output.contains("  sum(n) = 781"), "\(output)")
        #expect(!output.contains("damaged") && output.contains("DuckDB writes no checksums"), "\(output)")
    }

    @Test func ledgerManifestAndLockTellWhatStatusTells() async throws {
        let shell = try await shell()
        let status = try object(try await shell("$W status --json").output)
        let ledger = try #require(try await inspect(shell, "checkpoints/ledger.sqlite")["ledger"] as? [String: Any])
        #expect(ledger["generation"] as? Int == status["generation"] as? Int && ledger["format"] as? Int == 6)
        #expect(ledger["files"] as? [String: Int] == ["folded": 2, "duplicate": 1, "retracted": 1])
        #expect((ledger["rows"] as? [String: Int])?["versions"] == 4 && ledger["counting"] as? Int == 2)
        let decisions = try #require(ledger["decisions"] as? [[String: String]])
        #expect(decisions.map { $0["kind"] } == ["retract"] && decisions[0]["name"] == "20220403.json")
        let runs = try #require(ledger["runs"] as? [[String: Any]])
        #expect(runs.map { $0["command"] as? String } == ["retract 20220403.json", "run"])
        let seconds = try await shell("$W export apps | tail -n +2 | cut -d, -f5 | paste -sd+ | bc").output
        if Shell.has("bc") { #expect("\(ledger["seconds"] as? Int ?? 0)\n" == seconds) }

        let manifest = try #require(try await inspect(shell, "checkpoints/manifest")["manifest"] as? [String: Any])
        #expect(manifest["generation"] as? Int == status["generation"] as? Int)
        #expect(manifest["ledger"] as? String == ledger["identity"] as? String)
        func entries(_ name: String) -> [[String: Any]] { manifest[name] as? [[String: Any]] ?? [] }
        #expect(entries("counting").count == 2 && entries("copies").count == 1 && entries("retracted").count == 1)
        #expect(entries("counting").reduce(0) { $0 + ($1["seconds"] as! Int) } == ledger["seconds"] as? Int)
        #expect(manifest["lines"] as? Int == shell.read("checkpoints/manifest")!.split(separator: "\n").count)

        let lock = try #require(try await inspect(shell, "checkpoints/lock")["lock"] as? [String: Any])
        #expect(lock["held"] as? Bool == false && lock["process"] as? Int != nil)
        for file in ["ledger.sqlite", "manifest", "lock"] {
            let text = try await shell.expect(0, "$W inspect checkpoints/\(file)").output
            #expect(text.hasPrefix("checkpoints/\(file): ") && text.split(separator: "\n").count > 1, "\(text)")
        }
    }

    // MARK: Damage

    /// Every flipped byte is noticed, and nothing but the copy is touched.
    @Test(arguments: ["partial", "total", "ledger", "manifest"]) func aFlippedByteIsNoticed(_ kind: String) async throws
    {
        let shell = try await shell()
        let source =
            switch kind {
            case "partial": try partials(shell)[0]
            case "total": "checkpoints/total.parquet"
            case "ledger": "checkpoints/ledger.sqlite"
            default: "checkpoints/manifest"
            }
        let whole = try Data(contentsOf: URL(fileURLWithPath: shell.root + "/" + source))
        let name = (source as NSString).lastPathComponent
        try await shell.expect(0, "mkdir copy")
        for step in 0..<24 {
            let offset = whole.count * step / 24
            var bytes = whole
            bytes[offset] ^= 0x10
            try bytes.write(to: URL(fileURLWithPath: shell.root + "/copy/" + name))
            let found = try await inspect(shell, "copy/" + name, code: 4)
            let damages = try #require(found["damages"] as? [String])
            #expect(!damages.isEmpty && found["sound"] as? Bool == false, "byte \(offset)")
            try await shell.expect(0, "rm -f copy/*-wal copy/*-shm")
        }
    }

    @Test func aCutFileIsDescribedAsFarAsItCanBe() async throws {
        let shell = try await shell()
        try await shell.expect(0, "head -c -40 checkpoints/total.parquet > total.parquet")
        let cut = try await inspect(shell, "total.parquet", code: 4)
        let table = try #require(cut["table"] as? [String: Any])
        let damages = try #require(cut["damages"] as? [String])
        #expect(damages[0].contains("does not end with PAR1") && damages[0].contains("byte "))
        #expect(table["whole_pages"] as? Int ?? 0 >= 5)
        // A page: the rest is shown, and where the damage is.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: shell.root + "/checkpoints/total.parquet"))
        bytes[bytes.count / 8] ^= 1
        try bytes.write(to: URL(fileURLWithPath: shell.root + "/total.parquet"))
        let page = try await inspect(shell, "total.parquet", code: 4)
        #expect((page["damages"] as? [String])?.first?.contains("row group 0, column") == true, "\(page)")
        #expect((page["table"] as? [String: Any])?["columns"] as? [Any] != nil)
        let told = try await shell.expect(4, "$W inspect total.parquet")
        #expect(told.output.contains("damaged: ") && told.errors.contains("total.parquet is damaged"))
        // A manifest: line and offset.
        let lines = shell.read("checkpoints/manifest")!.split(separator: "\n", omittingEmptySubsequences: false)
        shell.put(
            "manifest",
            lines.map { $0.hasPrefix("copy ") ? "cpoy" + $0.dropFirst(4) : String($0) }.joined(separator: "\n"))
        let manifest = try await inspect(shell, "manifest", code: 4)
        let faults = try #require(manifest["damages"] as? [String])
        let index = lines.firstIndex { $0.hasPrefix("copy ") }!
        let offset = lines[..<index].reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(faults.first == "line \(index + 1) (byte \(offset)): cpoy is no kind of line" && faults.count == 2)
    }

    @Test func whatIsNotOursIsSaidInOneSentence() async throws {
        let shell = try await shell()
        shell.put("note.txt", "hello\n")
        shell.put("empty", "")
        try await shell.expect(0, "$W export apps -o apps.parquet")
        for path in [
            "note.txt", "empty", "apps.parquet", "output/receipt.json", "inbox", "missing", "inbox/20220401.json",
        ] {
            let told = try await shell.expect(1, "$W inspect \(path)")
            #expect(told.output.isEmpty && told.errors.hasPrefix("watchfold: \(path): "), "\(told)")
            #expect(told.errors.split(separator: "\n").count == 1, "\(told)")
        }
        try await shell.expect(1, "$W inspect --rows -1 checkpoints/manifest")
        // An empty file in the place of a ledger is a damaged ledger.
        shell.put("ledger.sqlite", "")
        try await shell.expect(4, "$W inspect ledger.sqlite")
    }

    // MARK: Beside others

    @Test func itWritesNothing() async throws {
        let shell = try await shell()
        let list = "find checkpoints inbox output -type f -printf '%p %s %T@\\n' | sort"
        let before = try await shell(list).output
        for path in try partials(shell) + ["checkpoints/total.parquet", "checkpoints/manifest", "checkpoints/lock"] {
            try await shell.expect(0, "$W inspect '\(path)'")
        }
        #expect(try await shell(list).output == before)
        try await shell.expect(0, "$W inspect checkpoints/ledger.sqlite")
        let after = try await shell(list).output.split(separator: "\n").filter {
            !$0.contains("-shm") && !$0.contains("-wal")
        }
        #expect(after == before.split(separator: "\n").filter { !$0.contains("-shm") && !$0.contains("-wal") })
    }

    @Test func itWorksWhileAWatchIsRunning() async throws {
        let shell = try await shell()
        let told = try await shell.expect(
            0,
            """
            $W watch --poll 1s --poll-only --settle 1ms -q & process=$!
            for i in $(seq 1 600); do $W inspect --json checkpoints/lock | grep -q '"held" : true' && break; sleep 0.05; done
            $W inspect --json checkpoints/lock | grep -q '"held" : true'; held=$?
            for file in ledger.sqlite manifest total.parquet lock; do
                $W inspect checkpoints/$file > $file.out || exit 9
            done
            kill $process; wait $process
            exit $held
            """)
        #expect(told.errors.isEmpty, "\(told)")
    }

    // MARK: Runs as JSON

    @Test func aRunAsJSONTellsWhatTheSummaryTells() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<40).map { ("C\($0)", "VOD", 60) }) + "nonsense\n")
        let first = try object(try await shell.expect(0, "$W run --json").output)
        #expect(first["publication"] as? String == "written" && first["generation"] as? Int == 1)
        #expect(
            first["records"] as? [String: Int] == ["read": 41, "folded": 40, "ignored": 0, "rejected": 1, "coerced": 0])
        let stages = try #require(first["stages"] as? [String: Double])
        #expect(Set(stages.keys).isSuperset(of: ["finding", "reading", "merging", "placing"]))
        #expect((first["files"] as? [[String: Any]])?.map { $0["state"] as? String } == ["folded"])
        let second = try object(try await shell.expect(0, "$W run --json").output)
        #expect(second["publication"] as? String == "current" && second["unchanged"] as? Int == 1)
        let again = try object(try await shell.expect(0, "$W reprocess --json").output)
        #expect((again["files"] as? [Any])?.count == 1)
        let fold = try object(try await shell.expect(0, "$W fold --json -o report.csv inbox").output)
        #expect(Set((fold["stages"] as? [String: Double] ?? [:]).keys) == ["reading", "merging"])
        #expect(shell.read("report.csv")?.hasPrefix(header) == true)
        let refused = try await shell.expect(1, "$W fold --json inbox")
        #expect(refused.output.isEmpty && refused.errors.contains("-o"))
    }

    @Test func aLogInJSONNamesEventsAndErrors() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 60)]))
        let told = try await shell.expect(0, "$W run --log-format json --log-level debug")
        let lines = try told.errors.split(separator: "\n").map { try object(String($0)) }
        #expect(lines.allSatisfy { $0["event"] as? String != nil }, "\(told)")
        let events = Set(lines.compactMap { $0["event"] as? String })
        #expect(
            events.isSuperset(of: ["settings", "file-due", "partials-merged", "file-done", "stage-times", "finished"]))
        let missing = try await shell.expect(1, "$W run --log-format json --inbox nowhere")
        let last = try object(String(try #require(missing.errors.split(separator: "\n").last)))
        #expect(last["error"] as? String == "inbox-missing" && last["event"] as? String == "failed")
        #expect(last["level"] as? String == "critical")
    }
}
