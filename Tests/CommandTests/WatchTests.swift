//  Watching, as people use it.

import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct WatchTests {
    private static let quick = ["--settle", "200ms", "--poll", "500ms"]

    @Test func aDropIsInTheReportAtOnce() throws {
        let shell = Shell()
        // Neither polling nor settling can be what finds it.
        let watch = try WatchProcess(shell, ["--settle", "1h", "--poll", "1h"])
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        shell.put("inbox/new.tmp", records([("B", "VOD", 7)]))
        try FileManager.default.moveItem(
            atPath: shell.root + "/inbox/new.tmp", toPath: shell.root + "/inbox/20220402.json")
        try watch.waitForReport("A,0,5,0,0,0\nB,0,7,0,0,0\n")
        #expect(try watch.stop() == 0)
        #expect(
            watch.log.contains("20220401.json folded: 1 record = 1 folded + 0 ignored + 0 rejected"), "\(watch.log)")
        #expect(watch.log.contains("published generation 2: 2 contracts in output"), "\(watch.log)")
    }

    @Test func newFoldersAreWatchedAndOldOnesLetGo() throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, ["--settle", "300ms", "--poll", "1h"])
        let inbox = shell.root + "/inbox/"
        // What is in the folder before it is watched is found by looking.
        try FileManager.default.createDirectory(atPath: inbox + "dt=2022-04-01/deep", withIntermediateDirectories: true)
        shell.put("inbox/dt=2022-04-01/deep/a.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        shell.put("inbox/dt=2022-04-01/deep/b.json", records([("B", "VOD", 6)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\n")
        try FileManager.default.moveItem(atPath: inbox + "dt=2022-04-01", toPath: inbox + "dt=2022-04-02")
        // Copies now, and then more of the same folder under its new name.
        usleep(300_000)
        shell.put("inbox/dt=2022-04-02/deep/c.json", records([("C", "VOD", 7)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\nC,0,7,0,0,0\n")
        try FileManager.default.moveItem(atPath: inbox + "dt=2022-04-02", toPath: shell.root + "/elsewhere")
        usleep(300_000)
        shell.put("elsewhere/deep/d.json", records([("D", "VOD", 8)]))
        shell.put("inbox/e.json", records([("E", "VOD", 9)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\nC,0,7,0,0,0\nE,0,9,0,0,0\n")
        #expect(try watch.stop() == 0)
    }

    @Test func pollingAloneFindsWhatHasSettled() throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, ["--poll-only", "--poll", "100ms", "--settle", "400ms"])
        let path = shell.root + "/inbox/20220401.json"
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        // Whole records, but the writer goes on: nothing may be read before it stops.
        for i in 0..<10 {
            try handle.write(contentsOf: Data(records([("A", "VOD", i)]).utf8))
            usleep(100_000)
            #expect(!watch.log.contains("folded"), "\(watch.log)")
        }
        try handle.close()
        try watch.waitForReport("A,0,45,0,0,0\n")
        #expect(!watch.log.contains("replaced") && watch.log.components(separatedBy: " folded: ").count == 2)
        #expect(try watch.stop() == 0)
    }

    @Test func filesThatAreCutShortWaitUntilTheyAreWhole() throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "watch: {stale: 1h}\n")
        let watch = try WatchProcess(shell, Self.quick)
        let whole = Array(records([("A", "VOD", 5)]).utf8)
        shell.put("inbox/20220401.json", String(decoding: whole.dropLast(4), as: UTF8.self))
        try watch.waitForLog("20220401.json waiting (it ends inside a record")
        try StoredBlocks.gzip(whole).dropLast(3).write(to: URL(fileURLWithPath: shell.root + "/inbox/20220402.json.gz"))
        try watch.waitForLog("20220402.json waiting")
        // After a time it is failed, and still tried when it changes.
        shell.put("watchfold.yaml", "watch: {stale: 100ms}\n")
        watch.kill(SIGHUP)
        try watch.waitForLog("20220401.json failed (it ends inside a record")
        try watch.waitForLog("20220402.json failed")
        shell.put("inbox/20220401.json", String(decoding: whole, as: UTF8.self))
        try watch.waitForReport("A,0,5,0,0,0\n")
        try StoredBlocks.gzip(Array(records([("B", "VOD", 6)]).utf8)).write(
            to: URL(fileURLWithPath: shell.root + "/inbox/20220402.json.gz"))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\n")
        #expect(try watch.stop() == 0)
    }

    @Test func aBurstIsPublishedOnce() throws {
        let shell = Shell()
        let watch = try WatchProcess(
            shell, ["--on-publish", "echo $WATCHFOLD_GENERATION $(wc -c < $WATCHFOLD_RECEIPT) >> told"])
        let files = FileManager.default
        try files.createDirectory(atPath: shell.root + "/aside", withIntermediateDirectories: false)
        let names = (1...30).map { "202204" + ($0 < 10 ? "0" : "") + "\($0).json" }
        for (day, name) in names.enumerated() { shell.put("aside/" + name, records([("C\(day)", "VOD", day)])) }
        for name in names { rename(shell.root + "/aside/" + name, shell.root + "/inbox/" + name) }
        try watch.wait("all") { watch.log.contains(": 30 contracts in output") }
        #expect(watch.log.components(separatedBy: "published generation").count <= 4, "\(watch.log)")
        try watch.wait("the command") { (shell.read("told") ?? "").isEmpty == false }
        #expect(try watch.stop() == 0)
    }

    @Test func whatComesLateDoesNotWaitForALongQueue() throws {
        let shell = Shell()
        // A fast machine folds thousands in a second: enough for several publications before the last.
        let count = 4000
        let watch = try WatchProcess(shell, ["--publish-every", "100ms"])
        let files = FileManager.default
        try files.createDirectory(atPath: shell.root + "/aside", withIntermediateDirectories: false)
        for i in 0..<count { shell.put("aside/\(i).json", records([("C\(i)", "VOD", 1)])) }
        for i in 0..<count { rename(shell.root + "/aside/\(i).json", shell.root + "/inbox/\(i).json") }
        shell.put("inbox/late.json", records([("LATE", "VOD", 1)]))
        try watch.wait("the late file") { shell.read("output/engagement.csv")?.contains("LATE,") ?? false }
        #expect(watch.log.components(separatedBy: " folded: ").count < count - 100)
        try watch.wait("all") { watch.log.contains(": 4,001 contracts in output") }
        #expect(watch.log.components(separatedBy: "published generation").count > 3)
        #expect(try watch.stop() == 0)
    }

    @Test func theServiceManagerIsTold() throws {
        let shell = Shell()
        let manager = ServiceManager(isAbstract: true)
        let watch = try WatchProcess(
            shell, ["--poll", "1h"], ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000"])
        var messages = manager.messages
        #expect(messages.contains { $0 == "READY=1\nSTATUS=watching inbox\n" }, "\(messages)")
        // Alive, though nothing happens.
        var signs = 0
        try watch.wait("signs of life") {
            signs += manager.messages.count { $0 == "WATCHDOG=1\n" }
            return signs >= 5
        }
        shell.put("inbox/a.json", records([("A", "VOD", 1)]))
        try watch.waitForReport("A,0,1,0,0,0\n")
        watch.kill(SIGHUP)
        try watch.waitForLog("the configuration was read again")
        #expect(try watch.stop() == 0)
        messages = manager.messages.filter { $0 != "WATCHDOG=1\n" }
        #expect(messages.first == "STATUS=generation 1, 1 contract\n" && messages.last == "STOPPING=1\n", "\(messages)")
        #expect(messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") } && messages.contains("READY=1\n"))
    }

    /// Also beside threads of libraries that wait for signals of their own.
    @Test func noSignalIsLostOrTakenAtItsWord() throws {
        for round in 0..<12 {
            let shell = Shell()
            let hasHook = round % 2 == 1
            let watch = try WatchProcess(shell, hasHook ? ["--on-publish", "exit 7"] : [])
            if hasHook {
                shell.put("inbox/a.json", records([("A", "VOD", 5)]))
                try watch.waitForLog("ended with code 7")
            }
            watch.kill(SIGHUP)
            try watch.waitForLog("the configuration was read again")
            watch.kill(SIGTERM)
            #expect(try watch.end(seconds: 20) == 0, "round \(round)")
        }
    }

    @Test func signalsStopInOrder() throws {
        let shell = Shell()
        for signal in [SIGTERM, SIGINT] {
            let watch = try WatchProcess(shell)
            watch.kill(signal)
            #expect(try watch.end() == 0)
        }
        // A command that hangs keeps it a while, a second signal does not wait for it.
        let watch = try WatchProcess(shell, ["--on-publish", "sleep 20"])
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try watch.waitForLog("published")
        watch.kill(SIGTERM)
        usleep(200_000)
        watch.kill(SIGTERM)
        #expect(try watch.end(seconds: 4) == -Int(SIGTERM))
        let next = try WatchProcess(shell)
        try next.waitForReport("A,0,5,0,0,0\n")
        #expect(try next.stop() == 0)
    }

    @Test func aFailingCommandIsSaidAndStopsNothing() throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, ["--on-publish", "exit 7"])
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForLog("the command after publishing ended with code 7: exit 7")
        shell.put("inbox/b.json", records([("B", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,5,0,0,0\n")
        #expect(try watch.stop() == 0)
    }

    @Test func theConfigurationIsReadAgain() throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "watch: {poll: 1h}\n")
        let watch = try WatchProcess(shell)
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        shell.put("watchfold.yaml", "watch: {poll: 1h}\ncategories: {Film: [VOD]}\n")
        watch.kill(SIGHUP)
        try watch.wait("the new report") { shell.read("output/engagement.csv") == "Contract,FilmDuration\nA,5\n" }
        #expect(watch.log.contains("categories: TV: CHANNEL"), "\(watch.log)")
        shell.put("watchfold.yaml", "poll: 1h\n")
        watch.kill(SIGHUP)
        try watch.waitForLog("the old configuration stays in use: watchfold.yaml:1:1: unknown key \"poll\"")
        shell.put("inbox/b.json", records([("B", "VOD", 5)]))
        try watch.wait("the report") { shell.read("output/engagement.csv") == "Contract,FilmDuration\nA,5\nB,5\n" }
        #expect(try watch.stop() == 0)
    }

    @Test func foldersThatGoAwayAreWaitedFor() throws {
        let shell = Shell()
        let files = FileManager.default
        let watch = try WatchProcess(shell, Self.quick)
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        // The inbox: gone, and a link in its place.
        try files.moveItem(atPath: shell.root + "/inbox", toPath: shell.root + "/moved")
        try watch.waitForLog("cannot look at inbox: No such file or directory; retrying in 1.00 s")
        try files.createSymbolicLink(atPath: shell.root + "/inbox", withDestinationPath: "moved")
        try watch.waitForLog("back at work")
        shell.put("moved/b.json", records([("B", "VOD", 6)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\n")
        // The checkpoints: an empty folder in their place is not theirs.
        try files.moveItem(atPath: shell.root + "/checkpoints", toPath: shell.root + "/kept")
        try files.createDirectory(atPath: shell.root + "/checkpoints", withIntermediateDirectories: false)
        try watch.waitForLog("checkpoints was removed or replaced while it was in use")
        shell.put("moved/c.json", records([("C", "VOD", 7)]))
        usleep(1_500_000)
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\nB,0,6,0,0,0\n")
        try files.removeItem(atPath: shell.root + "/checkpoints")
        try files.moveItem(atPath: shell.root + "/kept", toPath: shell.root + "/checkpoints")
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\nC,0,7,0,0,0\n")
        // The reports come back.
        // Of the last generation more than this report may still be on its way.
        try watch.wait("the reports to go") {
            try? files.removeItem(atPath: shell.root + "/output")
            return !shell.exists("output")
        }
        shell.put("moved/d.json", records([("D", "VOD", 8)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\nC,0,7,0,0,0\nD,0,8,0,0,0\n")
        #expect(try watch.stop() == 0)
    }

    @Test(arguments: [false, true]) func whatIsGoneFromTheOutputIsMadeAnew(asked: Bool) throws {
        let shell = Shell()
        let files = FileManager.default
        // Its own schedule does not bring an output back: the next time for it is an hour away.
        shell.put("watchfold.yaml", "outputs: [{file: out/p.csv, report: profile, every: 1h}]\n")
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        let watch = try WatchProcess(shell, ["--settle", "100ms", "--poll", asked ? "1h" : "300ms"])
        let published = ["engagement", "profile", "daily", "apps"].map { "output/\($0).csv" } + ["output/receipt.json"]
        let all = published + ["output/outputs.json", "out/p.csv"]
        // How often the output was made: it is logged when its entry is written, too.
        var made = 1
        func isMade() -> Bool { watch.log.components(separatedBy: "info: out/p.csv: ").count - 1 == made }
        try watch.wait("all files") { all.allSatisfy(shell.exists) && isMade() }
        let contents = all.map(shell.read)
        func expectBack(_ what: String) throws {
            if asked { watch.kill(SIGHUP) }
            // The receipt and the record name digests and no times, so all bytes are as before.
            try watch.wait("\(what) to come back", seconds: 20) { all.map(shell.read) == contents && isMade() }
        }
        for (place, path) in (published + ["out/p.csv", "output", "out"]).enumerated() {
            // In one step, or a folder would be filled again while it is emptied.
            try files.moveItem(atPath: shell.root + "/" + path, toPath: shell.root + "/gone-\(place)")
            if !published.contains(path) { made += 1 }
            try expectBack(path)
        }
        shell.put("output/daily.csv", "overwritten")
        made += 1
        shell.put("out/p.csv", "overwritten")
        try expectBack("what was overwritten")
        #expect(try watch.stop() == 0)
        #expect(watch.log.contains("gone from output or changed there: receipt.json; the reports are written again"))
        let lost = "output out/p.csv: the file or its entry in output/outputs.json is missing or has changed"
        #expect(watch.log.contains(lost))
        #expect(!watch.log.contains("trying again") && !watch.log.contains("back at work"), "\(watch.log)")
    }

    /// The rejected record matters: it is written into the folder before its file is in the ledger.
    @Test(arguments: [0, 1]) func aPauseGrowsUntilARoundHasSucceeded(rejected: Int) async throws {
        let shell = Shell()
        shell.put("output", "in the way")
        let watch = try WatchProcess(shell, Self.quick + ["--status-port", "0"])
        try watch.waitForLog("state, metrics and reports are at")
        let bad = Array(repeating: ("B", "VOD", -5), count: rejected)
        shell.put("inbox/a.json", records([("A", "VOD", 5)] + bad + Array(repeating: ("A", "VOD", 0), count: 50)))
        try watch.waitForLog("retrying in 4.00 s")
        #expect(try await shell.get("/healthz", port: watch.servedPort).contains("\r\n\r\ndown: "))
        let pauses = watch.log.components(separatedBy: "retrying in ").dropFirst().map { $0.prefix { $0 != "\n" } }
        #expect(pauses == ["1.00 s", "2.00 s", "4.00 s"])
        #expect(!watch.log.contains("back at work"), "\(watch.log)")
        try FileManager.default.removeItem(atPath: shell.root + "/output")
        try watch.waitForReport("A,0,5,0,0,0\n")
        try watch.waitForLog("back at work")
        #expect(try await shell.get("/healthz", port: watch.servedPort).hasSuffix("\r\n\r\nok\n"))
        // The next trouble begins anew with a second.
        try FileManager.default.moveItem(atPath: shell.root + "/inbox", toPath: shell.root + "/moved")
        try watch.waitForLog("cannot look at inbox: No such file or directory; retrying in 1.00 s")
        try FileManager.default.moveItem(atPath: shell.root + "/moved", toPath: shell.root + "/inbox")
        try watch.wait("the end of it") { watch.log.components(separatedBy: "back at work").count == 3 }
        #expect(try watch.stop() == 0)
    }

    @Test func aSecondWatchIsRefusedAndReadersAreNot() async throws {
        let shell = Shell()
        let watch = try WatchProcess(shell)
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        let second = try await shell.expect(3, "$W watch")
        #expect(second.errors.contains("is in use by process \(watch.processID)"), "\(second)")
        try await shell.expect(3, "$W run")
        try await shell.expect(0, "$W export && $W status && $W verify")
        #expect(try watch.stop() == 0)
        try await shell.expect(1, "$W watch --inbox nowhere")
        try await shell.expect(1, "$W watch --settle soon")
    }

    @Test func aLogForProgramsIsOneObjectALine() throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, ["--log-format", "json"])
        let name = "inbox/odd \"name\"\n\u{1F4FA} \u{2028}.json"
        shell.put(name, records([("A", "VOD", 5), ("B", "VOD", -5)]))
        shell.put("inbox/a.json", records((0..<50).map { ("A", "VOD", $0) }))
        try watch.waitForLog("published")
        #expect(try watch.stop() == 0)
        var files: [String: [String: Any]] = [:]
        for line in watch.log.split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let fields = try #require(object, "\(line)")
            #expect(fields["time"] is String && fields["level"] is String && fields["message"] is String)
            if let file = fields["file"] as? String { files[file] = fields }
        }
        let fields = try #require(files["a.json"])
        #expect(
            fields["state"] as? String == "folded" && fields["read"] as? Int == 50 && fields["rejected"] as? Int == 0)
        #expect((fields["bytes"] as? Int ?? 0) > 1000 && fields["seconds"] is Double)
        #expect(files.keys.contains { $0.contains("\u{1F4FA}") }, "\(files.keys)")
    }

    @Test func stateMetricsAndReportsAreServed() async throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, ["--status-port", "0", "--settle", "200ms", "--poll", "200ms"])
        try watch.waitForLog("state, metrics and reports are at http://127.0.0.1:")
        let port = watch.servedPort
        shell.put("inbox/a.json", records([("A", "VOD", 5), ("B", "VOD", -5)] + (0..<50).map { ("C", "VOD", $0) }))
        try watch.waitForLog("published")
        func get(_ path: String) async throws -> String { try await shell.get(path, port: port) }
        let report = try await get("/reports/engagement.csv")
        #expect(
            report.hasSuffix("\r\n\r\n" + (shell.read("output/engagement.csv") ?? "?"))
                && report.contains("A,0,5,0,0,0"))
        let metrics = try await get("/metrics")
        for line in [
            "watchfold_up 1", #"watchfold_files{state="folded"} 1"#,
            #"watchfold_records_total{outcome="folded",reason=""} 51"#,
            #"watchfold_records_total{outcome="rejected",reason="negative-duration"} 1"#, "watchfold_generation 1",
            "watchfold_publications_total 1", "watchfold_backlog_files 0", "watchfold_errors_total 0",
        ] { #expect(metrics.contains(line + "\n"), "\(metrics)") }
        #expect(try await get("/healthz").hasSuffix("\r\n\r\nok\n"))
        try await shell.expect(0, "mv inbox gone; sleep 1")
        let health = try await get("/healthz")
        #expect(health.hasPrefix("HTTP/1.1 503 ") && health.contains("inbox"), "\(health)")
        try await shell.expect(0, "mv gone inbox")
        #expect(try watch.stop() == 0)
        try await shell.expect(1, "$W watch --status-port many")
    }

    @Test(.enabled(if: FullDiskTests.canMount, FullDiskTests.whyNot)) func aFullOutputDiskIsNotOverBeforeThereIsRoom()
        async throws
    {
        let shell = Shell()
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=1m tmpfs disk")
        let watch = try WatchProcess(shell, Self.quick + ["--output", "disk/o"])
        _ = try await shell("cat /dev/zero > disk/filler")
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForLog("retrying in 4.00 s")
        #expect(!watch.log.contains("back at work"), "\(watch.log)")
        try await shell.expect(0, "rm disk/filler")
        try watch.wait("the report") { shell.read("disk/o/engagement.csv") == header + "A,0,5,0,0,0\n" }
        try watch.waitForLog("back at work")
        #expect(try watch.stop() == 0)
        try await shell.expect(0, "umount -l disk")
    }

    @Test(.enabled(if: FullDiskTests.canMount, FullDiskTests.whyNot)) func afterAnErrorOfTheDiskItGoesOn() async throws
    {
        let shell = Shell()
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=2m tmpfs disk")
        let watch = try WatchProcess(shell, Self.quick + ["--checkpoints", "disk/c"])
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        // The disk says at some point that it is full.
        _ = try await shell("cat /dev/zero > disk/filler")
        shell.put("inbox/b.json", records([("B", "VOD", 6)]))
        try watch.wait("the error") { watch.log.contains("No space left") || watch.log.contains("full") }
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\n")
        try await shell.expect(0, "rm disk/filler")
        try watch.waitForReport("A,0,5,0,0,0\nB,0,6,0,0,0\n", seconds: 90)
        try await shell.expect(0, "$W verify --checkpoints disk/c")
        #expect(try watch.stop() == 0)
        try await shell.expect(0, "umount -l disk")
    }
}
