import FaultInjection
import Foundation
import TestSupport
import Testing

@testable import DurableIO

@Suite("A file lock") struct FileLockTests {
    let folder: TemporaryFolder
    var path: String { folder.file("lock") }
    init() throws { folder = try TemporaryFolder() }

    private func attempt(now: String = "2022-04-01T10:11:12Z") throws -> FileLock.Attempt {
        try FileLock.attempt(path, in: .real, now: now)
    }

    /// Takes a lock that must be free. A process that another test is just starting may hold a copy of the descriptor
    /// until it executes its program, so the lock gets a moment.
    private func take(now: String = "2022-04-01T10:11:12Z") throws -> FileLock {
        for _ in 0..<2000 {
            if case .taken(let lock) = try attempt(now: now) { return lock }
            usleep(1000)
        }
        throw IOError("cannot lock", path, code: EWOULDBLOCK)
    }

    @Test("has one holder, who is named, and is free again when it ends") func oneHolder() throws {
        do {
            let lock = try take()
            guard case .held(let holder) = try attempt(now: "later") else {
                Issue.record("a held lock was given away")
                return
            }
            let expected = LockHolder(processID: getpid(), since: "2022-04-01T10:11:12Z")
            #expect(holder == expected)
            #expect(expected.description == "process \(getpid()), since 2022-04-01T10:11:12Z")
            withExtendedLifetime(lock) {}
        }
        let lock = try take(now: "x")
        #expect(try folder.read("lock") == "\(getpid()) x\n")
        withExtendedLifetime(lock) {}
    }

    @Test(
        "says nothing of a holder whose note makes no sense",
        arguments: ["", "x", "12", "a b\n", "1 2 3", "\u{FFFF}", String(repeating: "long", count: 2000)])
    func strangeNote(note: String) throws {
        try folder.write("lock", note)
        let holder = try FileSystem.real.open(path, .readWrite)
        #expect(try holder.tryLock())
        guard case .held(by: nil) = try attempt() else {
            Issue.record("held by somebody without a note")
            return
        }
        withExtendedLifetime(holder) {}
    }

    @Test("replaces the longer note of the holder before") func shorterNote() throws {
        try folder.write("lock", String(repeating: "9", count: 4000))
        let lock = try take()
        #expect(try folder.read("lock") == "\(getpid()) 2022-04-01T10:11:12Z\n")
        withExtendedLifetime(lock) {}
    }

    @Test("is given back when its note cannot be written") func fullDisk() throws {
        let full = FileSystem(interposer: FaultScript([.fail(.write, with: ENOSPC)]))
        #expect(throws: IOError("cannot write", path, code: ENOSPC)) {
            _ = try FileLock.attempt(path, in: full, now: "x")
        }
        _ = try take()
    }

    @Test("is seen by other processes", .enabled(if: OtherProcess.hasFlock)) func otherProcess() throws {
        do {
            let lock = try take()
            #expect(try OtherProcess(["flock", "--nonblock", "--conflict-exit-code", "9", path, "true"]).status() == 9)
            withExtendedLifetime(lock) {}
        }
        #expect(try OtherProcess(["flock", "--wait", "5", path, "true"]).status() == 0)
    }

    @Test("of another process is respected, and free when that is killed", .enabled(if: OtherProcess.hasFlock))
    func heldByOther() throws {
        // Without a fork of its own, so that killing the process is killing the holder.
        let ready = folder.file("ready")
        let other = try OtherProcess(["flock", "--no-fork", path, "sh", "-c", "touch '\(ready)'; exec sleep 20"])
        while try FileSystem.real.statusIfPresent(ready) == nil { usleep(1000) }
        guard case .held(by: nil) = try attempt() else {
            Issue.record("the lock of another process was taken")
            return
        }
        kill(other.processID, SIGKILL)
        #expect(other.status() == -1)
        _ = try take()
    }

    @Test("does not go to child processes", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func children() throws {
        let lock = try take()
        let child = try OtherProcess(["sleep", "20"])
        defer {
            kill(child.processID, SIGKILL)
            _ = child.status()
        }
        let folder = "/proc/\(child.processID)/fd"
        let open = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
        }
        #expect(!open.isEmpty && !open.contains(path))
        withExtendedLifetime(lock) {}
    }
}

/// A child process. Started without Foundation, whose processes inherit each other's sockets when several run at once
/// and then wait for each other.
private struct OtherProcess {
    static let hasFlock = FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")
    let processID: pid_t

    init(_ arguments: [String]) throws {
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var processID: pid_t = 0
        let code = posix_spawnp(&processID, arguments[0], nil, nil, &words, environ)
        guard code == 0 else { throw IOError("cannot start", arguments[0], code: code) }
        self.processID = processID
    }

    /// Waits for the end; the exit status, or -1 when it was killed.
    func status() -> Int32 {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
