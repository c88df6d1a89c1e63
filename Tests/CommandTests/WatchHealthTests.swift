//  What a watch tells others of its state, and that it goes by its configuration as it is now.

import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct WatchHealthTests {
    private static let quick = ["--settle", "200ms", "--poll", "500ms"]
    /// One good record and many bad ones: such a file is held.
    private static let bad = records([("A", "VOD", 5)] + (0..<9).map { ("B", "VOD", -$0 - 1) })
    /// What a command for problems does with what it is told.
    private static let note =
        #"echo "$WATCHFOLD_PROBLEM|$WATCHFOLD_FILE|$WATCHFOLD_DATE|$WATCHFOLD_REASON" >> told"#

    private func told(_ shell: Shell) -> [String] {
        (shell.read("told") ?? "").split(separator: "\n").map(String.init)
    }

    // MARK: The configuration as it is now

    @Test func outputsFollowAChangedConfigurationAtOnce() throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "outputs: [{file: p.csv, report: profile, every: 1h}]\n")
        let watch = try WatchProcess(shell, ["--poll", "1h"])
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try watch.wait("the output") { shell.read("p.csv")?.hasPrefix("Contract,TVDuration,") ?? false }
        // Other categories.
        shell.put(
            "watchfold.yaml", "outputs: [{file: p.csv, report: profile, every: 1h}]\ncategories: {Film: [VOD]}\n")
        watch.kill(SIGHUP)
        try watch.wait("the output of other categories", seconds: 20) {
            shell.read("p.csv")?.hasPrefix("Contract,FilmDuration,TotalDuration,") ?? false
        }
        // Another report, another file.
        shell.put("watchfold.yaml", "outputs: [{file: p.csv}, {file: a.jsonl, report: apps}]\n")
        watch.kill(SIGHUP)
        try watch.wait("the other outputs", seconds: 20) {
            shell.read("p.csv") == header + "A,0,5,0,0,0\n" && shell.read("a.jsonl")?.contains("VOD") ?? false
        }
        #expect(try watch.stop() == 0)
    }

    @Test func aChangeOfStateThatFollowsIsLoggedOnce() async throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "max_reject_ratio: 0.5\n")
        let watch = try WatchProcess(shell, Self.quick + ["--status-port", "0"])
        for name in ["a", "b", "c"] { shell.put("inbox/\(name).json", records([(name, "VOD", 5), (name, "VOD", -5)])) }
        try watch.waitForReport("a,0,5,0,0,0\nb,0,5,0,0,0\nc,0,5,0,0,0\n")
        func lines(_ text: String) -> Int { watch.log.components(separatedBy: text).count - 1 }
        // The rule decides of all three.
        shell.put("watchfold.yaml", "max_reject_ratio: 0\n")
        watch.kill(SIGHUP)
        try watch.waitForReport("")
        #expect(try await shell.get("/metrics", port: watch.servedPort).contains("watchfold_files{state=\"held\"} 3\n"))
        // A copy takes over from a file that holds something else now.
        shell.put("watchfold.yaml", "max_reject_ratio: 0.5\n")
        watch.kill(SIGHUP)
        try watch.waitForReport("a,0,5,0,0,0\nb,0,5,0,0,0\nc,0,5,0,0,0\n")
        shell.put("inbox/d.json", records([("a", "VOD", 5), ("a", "VOD", -5)]))
        try watch.waitForLog(" d.json duplicate")
        shell.put("inbox/a.json", records([("e", "VOD", 5)]))
        try watch.waitForReport("a,0,5,0,0,0\nb,0,5,0,0,0\nc,0,5,0,0,0\ne,0,5,0,0,0\n")
        try watch.waitForLog(" d.json folded")
        #expect(try watch.stop() == 0)
        #expect(lines(" d.json folded") == 1, "\(watch.log)")
        for name in ["a", "b", "c"] { #expect(lines(" \(name).json held") == 1, "\(watch.log)") }
    }

    @Test func theStatusPortAndTheHookFollow() async throws {
        let shell = Shell()
        let port = try await shell.expect(
            0,
            #"python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'"#
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
        shell.put("watchfold.yaml", "watch: {on_publish: echo one >> told}\n")
        let watch = try WatchProcess(shell, ["--poll", "1h"])
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try watch.wait("the command") { told(shell) == ["one"] }
        shell.put("watchfold.yaml", "watch: {on_publish: echo two >> told, status_port: \(port)}\n")
        watch.kill(SIGHUP)
        try watch.waitForLog("state, metrics and reports are at http://127.0.0.1:\(port)/")
        #expect(try await shell.get("/healthz", port: port).hasSuffix("\r\n\r\nok\n"))
        // The port goes with its setting, and a port that is taken changes nothing.
        shell.put("watchfold.yaml", "watch: {on_publish: echo two >> told, status_port: 0}\n")
        watch.kill(SIGHUP)
        try watch.wait("the other port") { watch.servedPort != port }
        let other = watch.servedPort
        #expect(try await shell("exec 3<>/dev/tcp/127.0.0.1/\(port)").code != 0)
        let taken = try WatchProcess(
            shell, ["--checkpoints", "c", "--output", "o", "--status-port", port], log: "second")
        shell.put("watchfold.yaml", "watch: {on_publish: echo two >> told, status_port: \(port)}\n")
        watch.kill(SIGHUP)
        try watch.waitForLog("cannot listen on port \(port) of 127.0.0.1: Address already in use")
        #expect(try await shell.get("/healthz", port: other).hasSuffix("\r\n\r\nok\n"))
        #expect(try taken.stop() == 0)
        watch.kill(SIGHUP)
        try watch.wait("the port that is free again") { watch.servedPort == port }
        shell.put("inbox/b.json", records([("B", "VOD", 5)]))
        try watch.wait("the other command") { told(shell) == ["one", "two"] }
        #expect(try watch.stop() == 0)
    }

    // MARK: Health

    @Test func whatIsWrongShowsWithinASecondUntilItIsMended() async throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "outputs: [{file: out/p.csv, every: 0s}]\nwatch: {on_publish: test ! -e broken}\n")
        let watch = try WatchProcess(shell, Self.quick + ["--stale", "100ms", "--status-port", "0"])
        let port = watch.servedPort
        func health() async throws -> String {
            try await shell.get("/healthz", port: port).components(separatedBy: "\r\n\r\n")[1]
        }
        func wait(_ text: String, seconds: Double = 1.5) async throws {
            let end = Date(timeIntervalSinceNow: seconds)
            var last = ""
            repeat {
                last = try await health()
                if last == text { return }
                usleep(20_000)
            } while Date() < end
            Issue.record("in vain for \(text); there is \(last)\n\(watch.log)")
        }
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\n")
        try await wait("ok\n")
        shell.put("inbox/20220402.json", Self.bad)
        try watch.waitForLog("20220402.json held")
        let held =
            "held 20220402.json: 9 of 10 records were rejected (negative-duration 9); max_reject_ratio allows 5%\n"
        try await wait("degraded\n" + held)
        shell.put("inbox/20220403.json", "{\"Contract\":")
        try watch.waitForLog("20220403.json failed")
        let failed = "failed 20220403.json: it ends inside a record, at line 1\n"
        try await wait("degraded\n" + failed + held)
        // The hook, and an output whose place is taken.
        try await shell.expect(0, "touch broken; rm out/p.csv; mkdir out/p.csv")
        shell.put("inbox/20220404.json", records([("C", "VOD", 5)]))
        try watch.waitForLog("the command after publishing ended with code 1")
        try watch.waitForLog("out/p.csv exists and is not a regular file")
        let rest =
            "hook watch.on_publish: the command after publishing ended with code 1: test ! -e broken\n"
            + "output out/p.csv: out/p.csv exists and is not a regular file, so it is not replaced\n"
        try await wait("degraded\n" + failed + held + rest)
        #expect(try await shell.get("/healthz", port: port).hasPrefix("HTTP/1.1 200 "))
        let metrics = try await shell.get("/metrics", port: port)
        for line in [
            "watchfold_up 1", "watchfold_degraded 1", #"watchfold_problems{kind="held"} 1"#,
            #"watchfold_problems{kind="failed"} 1"#, #"watchfold_problems{kind="hook"} 1"#,
            #"watchfold_problems{kind="output"} 1"#,
            #"watchfold_problems{kind="missing-day"} 0"#, "watchfold_hook_failures_total 1",
            "watchfold_output_failures_total 1", #"watchfold_files{state="held"} 1"#,
        ] { #expect(metrics.contains(line + "\n"), "\(line) in \(metrics)") }
        // All is mended: the file replaced, the hook by its next run, the output when somebody asks for it.
        try await shell.expect(0, "rm broken; rmdir out/p.csv")
        watch.kill(SIGHUP)
        try watch.wait("the output") { shell.read("out/p.csv") != nil }
        try await wait("degraded\n" + failed + held + rest.prefix { $0 != "\n" } + "\n")
        shell.put("inbox/20220402.json", records([("B", "VOD", 7)]))
        shell.put("inbox/20220403.json", records([("D", "VOD", 7)]))
        try await wait("ok\n", seconds: 10)
        #expect(try watch.stop() == 0)
    }

    @Test func aFileThatGoesAwayIsNoProblemAnyMore() async throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, Self.quick + ["--status-port", "0"])
        shell.put("inbox/a.json", Self.bad)
        try watch.waitForLog("a.json held")
        let port = watch.servedPort
        #expect(try await shell.get("/healthz", port: port).contains("degraded\nheld a.json: "))
        try FileManager.default.removeItem(atPath: shell.root + "/inbox/a.json")
        let end = Date(timeIntervalSinceNow: 20)
        while try await !shell.get("/healthz", port: port).hasSuffix("\r\n\r\nok\n") {
            try #require(Date() < end, "\(watch.log)")
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try watch.stop() == 0)
    }

    // MARK: The command for problems

    @Test func aCommandIsToldOfEachProblemOnce() throws {
        let shell = Shell()
        let arguments = Self.quick + ["--stale", "100ms", "--on-problem", Self.note, "--on-publish", "exit 7"]
        var watch = try WatchProcess(shell, arguments)
        shell.put("inbox/20220402.json", Self.bad)
        shell.put("inbox/20220403.json", "{\"Contract\":")
        let held =
            "held|20220402.json|2022-04-02|9 of 10 records were rejected (negative-duration 9); max_reject_ratio allows 5%"
        let failed = "failed|20220403.json|2022-04-03|it ends inside a record, at line 1"
        try watch.wait("both files") { Set(told(shell)).isSuperset(of: [held, failed]) }
        shell.put("inbox/20220404.json", records([("A", "VOD", 5)]))
        let hook = "hook|||the command after publishing ended with code 7: exit 7"
        try watch.wait("the hook") { told(shell).contains(hook) }
        #expect(told(shell).sorted() == [failed, held, hook])
        // Rounds go on, and the watch starts again: nothing is new, not even that the hook fails again.
        #expect(try watch.stop() == 0)
        watch = try WatchProcess(shell, arguments)
        shell.put("inbox/20220405.json", records([("B", "VOD", 5)]))
        try watch.waitForReport("A,0,5,0,0,0\nB,0,5,0,0,0\n")
        try watch.wait("the hook to fail again") {
            watch.log.components(separatedBy: "the command after publishing ended with code 7").count >= 3
        }
        usleep(700_000)
        #expect(told(shell).count == 3)
        // Other bytes are another problem.
        shell.put("inbox/20220402.json", records((0..<3).map { ("B", "VOD", -$0 - 1) }))
        try watch.wait("the fourth") { told(shell).count == 4 }
        #expect(told(shell)[3].hasPrefix("held|20220402.json|2022-04-02|3 of 3 records were rejected"))
        #expect(try watch.stop() == 0)
    }

    /// Which day is due depends on the local time. Between these zones lie 26 hours, so at any moment they differ by a day
    /// or more.
    @Test func aDayThatIsMissingIsToldInLocalTime() throws {
        func day(_ zone: String, _ hours: String) throws -> String {
            let shell = Shell()
            let watch = try WatchProcess(
                shell, Self.quick + ["--on-problem", Self.note, "--expect-by", hours], ["TZ": zone])
            try watch.wait("the day") { !told(shell).isEmpty }
            let words = try #require(told(shell).first).split(separator: "|", omittingEmptySubsequences: false)
            #expect(
                words[0] == "missing-day" && words[1] == "" && words[3] == "no file of \(words[2]) came by \(hours)")
            let day = String(words[2])
            try watch.waitForLog("no file of \(day) came by \(hours)")
            shell.put("inbox/\(day).json", records([("A", "VOD", 5)]))
            try watch.waitForReport("A,0,5,0,0,0\n")
            #expect(try watch.stop() == 0)
            #expect(told(shell).count == 1)
            return day
        }
        let east = try day("EST-14", "00:00")
        let west = try day("EST+12", "00:00")
        #expect(west < east)
        #expect(try day("EST-14", "72:00") < east)
    }

    // MARK: The log

    @Test func linesCarryTheLocalTime() throws {
        let shell = Shell()
        let watch = try WatchProcess(shell, [], ["TZ": "EST-05:30"])
        #expect(try watch.stop() == 0)
        let lines = watch.log.split(separator: "\n")
        #expect(lines.count >= 2)
        let form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30 watchfold: info: ./
        for line in lines { #expect(line.contains(form), "\(line)") }
        let reader = ISO8601DateFormatter()
        reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let time = try #require(reader.date(from: String(lines[0].prefix(29))))
        #expect(abs(time.timeIntervalSinceNow) < 60)
    }

    // MARK: The first moments

    /// The state of a process as the system tells it: which of its signals wait or are caught.
    private func signals(_ id: Int32, _ field: String) -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(field + ":") }),
            let mask = UInt64(line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces), radix: 16)
        else { return 0 }
        return mask
    }

    @Test(arguments: [SIGHUP, SIGTERM, SIGINT]) func noSignalIsTooEarly(signal: Int32) throws {
        let bit = UInt64(1) << UInt64(signal - 1)
        var early = 0
        for _ in 0..<5 {
            let shell = Shell()
            let watch = try WatchProcess(shell, waits: false)
            let program = (shell.program as NSString).resolvingSymlinksInPath
            try watch.wait("the program to be there") {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(watch.processID)/exe"))
                    == program
                    && (signals(watch.processID, "SigBlk") | signals(watch.processID, "SigCgt")) & bit != 0
            }
            if signals(watch.processID, "SigCgt") & bit == 0 { early += 1 }
            watch.kill(signal)
            if signal == SIGHUP {
                try watch.waitForLog("the configuration was read again")
                #expect(try watch.stop() == 0)
            } else {
                #expect(try watch.end(seconds: 30) == 0, "\(watch.log)")
                #expect(watch.log.contains("stopped"))
            }
        }
        #expect(early > 0, "no signal came before the watch listened")
    }

    /// Only a watch holds signals back: whoever interrupts another command at its start ends it.
    @Test func otherCommandsAreEndedAtOnce() async throws {
        let shell = Shell()
        // It waits for somebody to write into the pipe. While a thread is made, all signals are blocked for a moment.
        let outcome = try await shell(
            """
            mkfifo pipe; $W check pipe & program=$!
            until [ "$(readlink /proc/$program/exe)" = "$(readlink -f "$W")" ] &&
                grep -q '^SigBlk:.0000000000000000$' /proc/$program/status; do
                tries=$((tries + 1)); [ $tries -lt 1000 ] || break; sleep 0.01
            done
            kill -TERM $program; wait $program
            """)
        #expect(outcome.code == 128 + Int(SIGTERM), "\(outcome)")
    }

    @Test(.enabled(if: FullDiskTests.canMount, FullDiskTests.whyNot)) func aWatchThatStartsOnAFullDiskWaitsForRoom()
        async throws
    {
        let shell = Shell()
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=1m,nr_inodes=64 tmpfs disk")
        _ = try await shell("cat /dev/zero > disk/filler")
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        let watch = try WatchProcess(
            shell, Self.quick + ["--checkpoints", "disk/c", "--status-port", "0"], waits: false)
        try watch.waitForLog("retrying in 1.00 s")
        let health = try await shell.get("/healthz", port: watch.servedPort)
        #expect(health.hasPrefix("HTTP/1.1 503 ") && health.contains("\r\n\r\ndown: "), "\(health)")
        #expect(health.contains("full") || health.contains("No space left"), "\(health)")
        try await shell.expect(0, "rm disk/filler")
        try watch.waitForReport("A,0,5,0,0,0\n")
        #expect(try watch.stop() == 0)
        try await shell.expect(0, "$W verify --checkpoints disk/c && umount -l disk")
    }
}
