//  A run that is ended by a signal, and what others see of it.

import Foundation
import Glibc
import Testing

@Suite struct InterruptionTests {
    /// A bench with a day that takes a while, and a script that begins something and waits until it is at work.
    private func bench() async throws -> Shell {
        let shell = Shell()
        try await shell.expect(0, "$W generate -q --days 2 --records 250000")
        return shell
    }

    private func begin(_ command: String) -> String {
        """
        env --default-signal=INT "$W" \(command) -q & process=$!
        for i in $(seq 1 600); do $W status 2> /dev/null | grep -q running && break; sleep 0.02; done
        """
    }

    @Test(arguments: [("INT", 130), ("TERM", 143)], ["run", "reprocess"])
    func aSignalLosesNothingAndSaysSo(_ signal: (name: String, code: Int), _ command: String) async throws {
        let shell = try await bench()
        let ended = try await shell.expect(
            signal.code, "\(begin(command)); kill -\(signal.name) $process; wait $process")
        #expect(ended.errors.contains("nothing is lost, and the same command continues from here"), "\(ended)")
        let status = try await shell("$W status; $W status --json")
        #expect(status.output.contains("crashed") && !status.output.contains("running"), "\(status)")
        try await shell.expect(0, "$W \(command) -q && $W verify -q && $W fold -q inbox | cmp - output/engagement.csv")
        try await shell.expect(0, "test -z \"$(ls -A output checkpoints | grep tmp)\"")
    }

    @Test(arguments: [
        "fold fifo -o x.csv", "fold fifo -o x.csv.gz", "export --contracts A -o sub/x.csv",
        "convert fifo --fields fields.yaml -o x.csv", "convert fifo --fields fields.yaml -o new/",
        "convert fifo --fields fields.yaml -o new --partition-by AppName",
    ])
    func whatIsUnfinishedDoesNotStay(_ command: String) async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<200_000).map { ("C\($0)", "VOD", $0) }))
        shell.put("fields.yaml", "fields: {Contract: string, AppName: string}\n")
        try await shell.expect(0, "$W run -q; mkdir sub; mkfifo fifo; echo old > x.csv; ls -A . sub > before")
        // Stopped in the middle: at a pipe that nobody writes to, or as soon as the file is begun.
        let ended = try await shell.expect(
            130,
            """
            env --default-signal=INT "$W" \(command) -q & process=$!
            for i in $(seq 1 2000); do find . -name '.*.tmp' | grep -q . && break; sleep 0.005; done
            kill -INT $process; wait $process
            """)
        #expect(!ended.errors.contains("nothing is lost"), "\(ended)")
        try await shell.expect(0, "ls -A . sub | diff before - && test \"$(cat x.csv)\" = old")
    }

    @Test func aSignalThatIsIgnoredStaysIgnored() async throws {
        let shell = try await bench()
        let outcome = try await shell.expect(
            0,
            "\(begin("run").replacingOccurrences(of: "--default", with: "--ignore")); kill -INT $process; wait $process"
        )
        #expect(!outcome.errors.contains("interrupted"), "\(outcome)")
        #expect(shell.exists("output/receipt.json"))
    }

    @Test func aRunIsShownAsRunningAsLongAsItIs() async throws {
        let shell = try await bench()
        let seen = try await shell(
            """
            \(begin("run")); kill -STOP $process
            $W status | grep "running, process $process"; $W status --json | grep -c '"outcome" *: *"crashed"'
            kill -KILL $process; wait $process 2> /dev/null
            $W status | grep -E 'running|crashed'; $W status --json | grep '"outcome"'
            """)
        let lines = seen.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.count == 4 && lines[0].contains("running, process") && lines[1] == "0", "\(seen)")
        #expect(lines.dropFirst(2).allSatisfy { $0.contains("crashed") }, "\(seen)")
        // Another holder of the lock is not that run, whatever number the run had.
        let descriptor = open(shell.root + "/checkpoints/lock", O_RDWR | O_CLOEXEC)
        #expect(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        ftruncate(descriptor, 0)
        let note = Array("\(getpid()) 2022-04-01T10:11:12Z\n".utf8)
        #expect(write(descriptor, note, note.count) == note.count)
        let held = try await shell("$W status | grep -E 'running|crashed'")
        #expect(held.output.contains("crashed"), "\(held)")
        close(descriptor)
        // Without the lock's file there is no writer: a copy of the checkpoints.
        let copy = try await shell(
            "cp -r checkpoints copy; rm copy/lock; $W status --checkpoints copy | grep -E 'running|crashed'")
        #expect(copy.output.contains("crashed"), "\(copy)")
    }
}
