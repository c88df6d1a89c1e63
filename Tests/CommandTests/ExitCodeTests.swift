//  Every exit code, provoked for real.

import Foundation
import Glibc
import Testing

@Suite struct ExitCodeTests {
    @Test func zeroWhenAllIsWell() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("B", "VOD", 7), ("A", "CHANNEL", 5)]))
        let run = try await shell.expect(0, "$W run")
        #expect(run.output.isEmpty && run.errors.contains("2 records read = 2 folded"), "\(run)")
        #expect(shell.read("output/engagement.csv") == header + "A,5,0,0,0,0\nB,0,7,0,0,0\n")
        for command in ["run", "reprocess", "export", "status", "status --json", "verify"] {
            try await shell.expect(0, "$W \(command)")
        }
    }

    @Test(arguments: [
        "--bogus", "bogus", "run --bogus", "run --jobs 0", "run --jobs many", "run --memory 3", "run --log-level loud",
        "run --inbox ''", "run --inbox nowhere", "run --config nowhere.yaml", "run --config inbox",
        "run --config <(echo jobs: many)", "run --checkpoints inbox/c", "export nothing", "export --format xml",
        "export --from 2022-02-30", "export --from 2022-04-02 --to 2022-04-01", "export", "status", "verify", "fold",
        "fold - -", "fold - --format jsonl", "fold - -o x.parquet", "generate --days 0", "generate --compress zip",
        "generate --from tomorrow",
        "reprocess nowhere.json",
    ])
    func oneForWhatIsWrittenWrong(_ arguments: String) async throws {
        let shell = Shell()
        let outcome = try await shell.expect(1, "$W \(arguments)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome)")
        if !arguments.hasPrefix("reprocess") { #expect(!shell.exists("checkpoints"), "\(outcome)") }
        #expect(!shell.exists("output"), "\(outcome)")
    }

    @Test func twoWhenAFileIsLeftOpen() async throws {
        let shell = Shell()
        shell.put("inbox/good.json", records([("A", "VOD", 5)]))
        shell.put("inbox/held.json", "nonsense\n")
        shell.put("inbox/waiting.json", #"{"Contract":"#)
        try await shell("printf '\\x1f\\x8b\\x08\\xffgarbage and more' > inbox/failed.json.gz")
        let run = try await shell.expect(2, "$W run")
        for state in ["held", "waiting", "failed", "folded"] { #expect(run.errors.contains(state), "\(run)") }
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\n")
        // It stays so as long as nobody sees to it.
        let second = try await shell.expect(2, "$W run --quiet")
        #expect(second.output.isEmpty)
        try await shell.expect(2, "$W status")
        let fold = try await shell.expect(2, "$W fold inbox/good.json inbox/held.json nowhere.json")
        #expect(fold.output == header + "A,0,5,0,0,0\n" && fold.errors.contains("nowhere.json"), "\(fold)")
        // And the reports are there for whoever asks for them.
        try await shell.expect(0, "$W export && $W verify")
    }

    @Test func threeWhenAnotherProcessHoldsTheLock() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run")
        let descriptor = open(shell.root + "/checkpoints/lock", O_RDWR | O_CLOEXEC)
        #expect(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        ftruncate(descriptor, 0)
        let note = Array("\(getpid()) 2022-04-01T10:11:12Z\n".utf8)
        #expect(write(descriptor, note, note.count) == note.count)
        for command in ["run", "reprocess", "verify --repair", "retract a.json"] {
            let outcome = try await shell.expect(3, "$W \(command)")
            #expect(outcome.errors.contains("process \(getpid())"), "\(outcome)")
        }
        // Readers are never blocked.
        try await shell.expect(0, "$W export && $W status && $W verify && $W fold inbox/a.json")
        close(descriptor)
        try await shell.expect(0, "$W run")
    }

    @Test func threeWhileAnotherWatchfoldRuns() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        // The first one is stopped by a pipe that nobody reads: its standard error.
        let outcome = try await shell(
            """
            mkfifo errors
            exec 3<>errors
            for i in $(seq 1 600); do echo x > "inbox/$(printf %04d $i)-held-with-a-long-name-to-fill-the-pipe-sooner.json"; done
            $W run 2>errors & first=$!
            for i in $(seq 1 200); do [ -s checkpoints/lock ] && break; sleep 0.05; done
            $W run; echo "code $?, first $first"
            cat <&3 >/dev/null & reader=$!
            wait $first; echo "code $?"
            kill $reader
            """)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("code 3, first ") && lines[1] == "code 2", "\(outcome)")
        if let first = lines.first?.split(separator: " ").last {
            #expect(outcome.errors.contains("process \(first)"), "\(outcome)")
        }
    }

    @Test func fourWhenTheCheckpointsAreDamaged() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run && cp -r checkpoints saved")
        // A partial: verify finds it.
        try await shell("printf X | dd of=$(ls checkpoints/partials/*/*.parquet) bs=1 seek=20 conv=notrunc status=none")
        let verify = try await shell.expect(4, "$W verify")
        #expect(verify.errors.contains("20220401-") && verify.output.isEmpty, "\(verify)")
        // The ledger: nothing goes on.
        try await shell(
            "rm -r checkpoints; cp -r saved checkpoints; printf XXXX | dd of=checkpoints/ledger.sqlite bs=1 seek=300 conv=notrunc status=none"
        )
        for command in ["run", "export", "status", "verify"] {
            let outcome = try await shell.expect(4, "$W \(command)")
            #expect(outcome.errors.contains("ledger"), "\(outcome)")
        }
        // Lost altogether, with partials left.
        try await shell("rm -r checkpoints; cp -r saved checkpoints; rm checkpoints/ledger.sqlite*")
        try await shell.expect(4, "$W run")
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\n")
    }

    @Test func fiveWhenTheSystemSaysNo() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run")
        for script in [
            "$W export > /dev/full", "$W export -o /dev/full", "$W status > /dev/full",
            "$W fold inbox/a.json > /dev/full",
            "$W export >&-", "$W export -o /proc/nothing.csv", "$W run --output inbox/a.json/x",
        ] {
            let outcome = try await shell(script)
            // An output inside the inbox is a mistake before it is anything else.
            #expect(
                outcome.code == (script.contains("--output inbox") ? 1 : 5) && !outcome.errors.isEmpty, "\(outcome)")
        }
        #expect(FileManager.default.fileExists(atPath: "/dev/full"))
    }

    @Test(.enabled(if: FullDiskTests.canMount, FullDiskTests.whyNot))
    func fiveWhenTheDiskIsFullAndNothingIsLost() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<3000).map { ("C\($0 * 7919 % 100_003)", "VOD", $0) }))
        try await shell("mkdir disk && mount -t tmpfs -o size=200k tmpfs disk")
        let options = "--checkpoints disk/c --output disk/o"
        let full = try await shell("$W run \(options)")
        let reference = try await shell.expect(
            0, "mount -o remount,size=20m disk && $W run \(options) && $W verify \(options) && $W fold inbox/*.json")
        #expect(full.code == 5 && (full.errors.contains("full") || full.errors.contains("No space left")), "\(full)")
        #expect(shell.read("disk/o/engagement.csv") == reference.output)
        try await shell.expect(0, "umount disk")
    }
}
