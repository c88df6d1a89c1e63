//  The system says no to the built program: a disk that is full at many fill levels, one that may only be read, and
//  folders that go away.
//
//  The disk is a small one in memory, mounted in the test's own folder, where the system allows that.

import Foundation
import Glibc
import Testing

@Suite(.serialized) struct FullDiskTests {
    /// Whether this process may mount file systems, tried on a folder of its own.
    static let canMount: Bool = {
        let folder = NSTemporaryDirectory() + "watchfold-mount-" + UUID().uuidString
        guard getuid() == 0, mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        return mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 && umount2(folder, 0) == 0
    }()
    static let whyNot: Comment = "a disk of its own takes Linux, the rights of root, and a system that lets them mount"

    private static let options = "--checkpoints disk/c --output disk/o"

    /// A shell with a small disk, one run behind it and a second file to fold; what comes of that is in `wanted`.
    private func prepared() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<400).map { ("C\($0 * 7919 % 1009)", "VOD", $0) }))
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=8m tmpfs disk && $W run \(Self.options)")
        shell.put("inbox/20220402.json", records((0..<1500).map { ("D\($0 * 7919 % 1009)", "CHANNEL", $0) }))
        try await shell.expect(0, "mkdir before && cp -a disk/. before && $W fold -q inbox/*.json > wanted")
        return shell
    }

    @Test(.enabled(if: canMount, whyNot)) func theOldReportsStayWholeAtEveryFillLevel() async throws {
        let shell = try await prepared()
        let old = shell.read("disk/o/engagement.csv")
        let wanted = shell.read("wanted")
        #expect(old != wanted)
        var codes: [Int: Int] = [:]
        // Room in units of a page: from none to more than enough.
        for room in Array(0..<40) + [44, 50, 64, 90, 130, 400] {
            try await shell.expect(0, "find disk -mindepth 1 -delete; cp -a before/. disk")
            let full = try await shell(
                """
                free=$(df --output=avail -B 4096 disk | tail -1)
                [ $free -le \(room) ] || head -c $(( (free - \(room)) * 4096 )) /dev/zero > disk/filler
                $W run \(Self.options)
                """)
            codes[full.code, default: 0] += 1
            let now = shell.read("disk/o/engagement.csv")
            #expect(full.code == 0 || full.code == 5, "\(room) pages of room: \(full)")
            #expect(full.code == 0 ? now == wanted : now == old || now == wanted, "\(room) pages of room")
            if full.code == 5 {
                #expect(full.errors.contains("full") || full.errors.contains("No space left"), "\(full)")
            }
            let after = try await shell(
                "rm -f disk/filler; $W run -q \(Self.options) && $W verify -q \(Self.options) && $W export \(Self.options)"
            )
            #expect(after.code == 0 && after.output == wanted, "\(room) pages of room, afterwards: \(after)")
            #expect(shell.read("disk/o/engagement.csv") == wanted, "\(room) pages of room, afterwards")
        }
        try await shell.expect(0, "umount -l disk")
        #expect(codes[5] ?? 0 > 5 && codes[0] ?? 0 > 0, "\(codes)")
    }

    private static let readers = [
        "$W status", "$W status --json", "$W export", "$W export profile --format jsonl",
        "$W export -o - --format xlsx",
        "$W verify", "$W report", "$W export --from 2022-04-01 --to 2022-05-09",
    ]

    /// Reading takes no room: from a disk that is filled to the last byte, in all the states in which writers leave it.
    @Test(.enabled(if: canMount, whyNot), arguments: ["ended in order", "killed", "at work"])
    func everythingCanBeReadFromAFullDisk(writer: String) async throws {
        let shell = Shell()
        // More partials than are merged at once, also in a choice of days, for which the total is of no use.
        let days = (1...30).map { "202204" + ($0 < 10 ? "0" : "") + "\($0)" } + (1...9).map { "2022050\($0)" }
        for (index, day) in days.enumerated() {
            shell.put("inbox/\(day).json", records((0..<50).map { ("C\($0 * (index + 1) % 97)", "VOD", $0) }))
        }
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=8m tmpfs disk && $W run -q \(Self.options)")
        var watch: WatchProcess?
        if writer != "ended in order" {
            watch = try WatchProcess(
                shell, ["--settle", "100ms"] + Self.options.split(separator: " ").map(String.init))
            shell.put("inbox/last.json", records([("LAST", "VOD", 77)]))
            try watch!.wait("the last file") { shell.read("disk/o/engagement.csv")?.contains("LAST,0,77") ?? false }
        }
        if writer == "killed" {
            watch!.kill(SIGKILL)
            _ = try watch!.end()
            try await shell.expect(0, "test -s disk/c/ledger.sqlite-wal || test -e disk/c/ledger.sqlite-shm")
        }
        var expected: [String] = []
        for reader in Self.readers {
            expected.append(try await shell.expect(0, "\(reader) \(Self.options) | sha256sum").output)
        }
        // What the readers left that had room.
        if writer != "at work" { try await shell.expect(0, "rm -f disk/c/*-shm") }
        if writer == "ended in order" { try await shell.expect(0, "rm -f disk/c/*-wal") }
        _ = try await shell("cat /dev/zero > disk/filler")
        try await shell.expect(0, "test $(df --output=avail disk | tail -1) = 0")
        for (reader, wanted) in zip(Self.readers, expected) {
            // Temporary files elsewhere are of use, but a workbook alone needs them.
            for folder in reader.contains("xlsx") ? [shell.root] : [shell.root, shell.root + "/disk"] {
                let outcome = try await shell.expect(
                    0, "set -o pipefail; \(reader) \(Self.options) | sha256sum", ["TMPDIR": folder])
                #expect(outcome.output == wanted, "\(outcome)")
            }
        }
        if let watch, writer == "at work" { #expect(try watch.stop() == 0, "\(watch.log)") }
        try await shell.expect(
            0, "rm disk/filler && $W run -q \(Self.options) && $W verify \(Self.options) && umount -l disk")
    }

    /// The same for a user who may not make a disk: no file can grow.
    @Test func everythingCanBeReadWhereNoFileCanGrow() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<400).map { ("C\($0 * 7919 % 1009)", "VOD", $0) }))
        try await shell.expect(0, "$W run -q")
        for reader in Self.readers where !reader.contains("xlsx") {
            let wanted = try await shell.expect(0, reader).output
            try await shell.expect(0, "rm -f checkpoints/*-shm checkpoints/*-wal")
            let outcome = try await shell.expect(0, "trap '' XFSZ; ulimit -f 0; \(reader)")
            #expect(outcome.output == wanted, "\(outcome)")
        }
    }

    @Test(.enabled(if: canMount, whyNot)) func aReadOnlyDiskIsSaidAndReportsCanBeHadFromIt() async throws {
        let shell = try await prepared()
        let old = shell.read("disk/o/engagement.csv")
        try await shell.expect(0, "mount -o remount,ro disk")
        let run = try await shell.expect(5, "$W run \(Self.options)")
        #expect(run.errors.contains("Read-only file system"), "\(run)")
        #expect(try await shell.expect(0, "$W export \(Self.options)").output == old)
        try await shell.expect(0, "$W verify \(Self.options)")
        // A writer was killed, and left a log; the index of the log may be missing, as it is in a copy.
        try await shell.expect(0, "mount -o remount,rw disk")
        let watch = try WatchProcess(
            shell, ["--settle", "100ms"] + Self.options.split(separator: " ").map(String.init))
        try watch.wait("the second day") { shell.read("disk/o/engagement.csv") == shell.read("wanted") }
        watch.kill(SIGKILL)
        _ = try watch.end()
        let wanted = shell.read("wanted")
        for removal in ["", "rm disk/c/ledger.sqlite-shm &&"] {
            try await shell.expect(
                0, "mount -o remount,rw disk && \(removal) test -e disk/c/ledger.sqlite-wal && mount -o remount,ro disk"
            )
            #expect(try await shell.expect(0, "$W export \(Self.options)").output == wanted)
            try await shell.expect(0, "$W verify \(Self.options) && $W status \(Self.options) > /dev/null")
        }
        try await shell.expect(
            0,
            """
            mount -o remount,rw disk && $W run \(Self.options) && $W verify \(Self.options) &&
            cmp wanted disk/o/engagement.csv
            """)
        try await shell.expect(0, "umount -l disk")
    }

    @Test func vanishedFoldersAreSaidAndComeBack() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 7)]))
        try await shell.expect(0, "$W run && mv inbox away")
        let run = try await shell.expect(1, "$W run")
        #expect(run.errors.contains("there is no such folder"), "\(run)")
        // The reports need no inbox; lost outputs come back.
        try await shell.expect(0, "$W export | grep -q '^A,0,7,0,0,0$' && $W verify")
        try await shell.expect(0, "mv away inbox && rm -r output && $W run && grep -q '^A,0,7' output/engagement.csv")
        // Lost checkpoints are lost: all is read again.
        let anew = try await shell.expect(0, "rm -r checkpoints && $W run")
        #expect(anew.errors.contains("1 record read = 1 folded"), "\(anew)")
        try await shell.expect(0, "grep -q '^A,0,7' output/engagement.csv && $W verify")
    }
}
