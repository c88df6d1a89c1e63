import FaultInjection
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DurableIO

@Suite("The mode and the owner of a file that is replaced") struct AttributeTests {
    let folder: TemporaryFolder
    var path: String { folder.file("out.csv") }
    init() throws { folder = try TemporaryFolder() }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func replace(_ fileSystem: FileSystem = .real) throws {
        let file = try AtomicFile(path, in: fileSystem)
        try file.write("new")
        try file.commit()
    }

    @Test("the mode is kept, from before the first byte on", arguments: [0o600, 0o640, 0o666, 0o400], [false, true])
    func modes(wanted: Int, bypassingCache: Bool) throws {
        try folder.write("out.csv", "old")
        chmod(path, mode_t(wanted))
        let file = try AtomicFile(path, in: .real, bypassingCache: bypassingCache)
        #expect(try mode(file.temporaryPath) == wanted)
        try file.write("new")
        try file.commit()
        #expect(try mode(path) == wanted && folder.read("out.csv") == "new")
    }

    @Test("a new file has the mode of any new file") func newFile() throws {
        try replace()
        try folder.write("other", "")
        #expect(try mode(path) == mode(folder.file("other")))
    }

    @Test("a file that gets another name takes the mode of what it replaces there, or that of a new file")
    func otherName() throws {
        for name in ["part.csv", "whole.csv"] { try folder.write(name, "old") }
        chmod(folder.file("part.csv"), 0o600)
        chmod(folder.file("whole.csv"), 0o664)
        for (name, wanted) in [("whole.csv", 0o664), ("new.csv", nil)] as [(String, Int?)] {
            let file = try AtomicFile(folder.file("part.csv"), in: .real)
            try file.rename(to: folder.file(name))
            try file.commit()
            try folder.write("fresh", "")
            #expect(try mode(folder.file(name)) == wanted ?? mode(folder.file("fresh")), "\(name)")
        }
    }

    @Test("the owner is kept where that is allowed", .enabled(if: getuid() == 0)) func owner() throws {
        try folder.write("out.csv", "old")
        #expect(chown(path, 12345, 23456) == 0)
        chmod(path, 0o640)
        try replace()
        let attributes = try #require(try FileSystem.real.attributesIfPresent(path))
        #expect(attributes.owner == 12345 && attributes.group == 23456 && attributes.mode == 0o640)
    }

    @Test("where the owner cannot be kept the file is replaced all the same") func refusedOwner() throws {
        try folder.write("out.csv", "old")
        chmod(path, 0o600)
        var other = try #require(try FileSystem.real.attributesIfPresent(path))
        other.owner &+= 1
        let script = FaultScript([.fail(.setAttributes, with: EPERM)])
        let file = try AtomicFile(folder.file("x"), in: FileSystem(interposer: script))
        let open = try file.dropName()
        try open.setAttributes(other)
        #expect(try open.attributes().mode == 0o600)
    }

    @Test("a mode that cannot be set leaves the old file and no other") func failure() throws {
        try folder.write("out.csv", "old")
        chmod(path, 0o600)
        let script = FaultScript([.fail(.setAttributes, with: EIO)])
        let error = #expect(throws: IOError.self) { try replace(FileSystem(interposer: script)) }
        #expect(error?.operation == "cannot set the mode of" && error?.code == EIO)
        #expect(try folder.names == ["out.csv"] && folder.read("out.csv") == "old")
    }

    @Test("what comes through a pipe is read to its end") func pipe() throws {
        let fifo = folder.file("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        let content = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let thread = Thread {
            let writer = try! FileSystem.real.open(fifo, .write)
            for start in stride(from: 0, to: content.count, by: 70_001) {
                try! writer.write(Array(content[start..<min(start + 70_001, content.count)]))
            }
        }
        thread.start()
        #expect(try FileSystem.real.open(fifo, .read).readToEnd(limit: 1 << 20) == content)
        try folder.write("file", "abc")
        #expect(try FileSystem.real.open(folder.file("file"), .read).readToEnd(limit: 3) == Array("abc".utf8))
        let error = #expect(throws: IOError.self) {
            try FileSystem.real.open(folder.file("file"), .read).readToEnd(limit: 2)
        }
        #expect(error?.code == EFBIG)
    }

    @Test("the physical path knows links, and what is not there yet") func physical() throws {
        let real = try FileSystem.real.physicalPath(folder.path)
        try FileSystem.real.createFolders(folder.file("a/b"))
        symlink(folder.file("a/b"), folder.file("link"))
        symlink(folder.file("nowhere"), folder.file("broken"))
        for (path, wanted) in [
            ("a/./b/../b", "a/b"), ("link", "a/b"), ("link/..", "a"), ("link/new/file", "a/b/new/file"),
            ("broken", "broken"), ("x/../y", "y"),
        ] {
            #expect(try FileSystem.real.physicalPath(folder.file(path)) == real + "/" + wanted, "\(path)")
        }
    }

    @Test("a look at a lock disturbs nobody, and says who has it") func observation() throws {
        let path = folder.file("lock")
        #expect(try FileLock.observe(path, in: .real) == .free)
        guard case .taken(let lock) = try FileLock.attempt(path, in: .real, now: "x") else {
            Issue.record("a new lock was held")
            return
        }
        let holder = LockHolder(processID: getpid(), since: "x")
        for _ in 0..<3 { #expect(try FileLock.observe(path, in: .real) == .held(by: holder)) }
        withExtendedLifetime(lock) {}
        let denied = FileSystem(interposer: FaultScript([.fail(.open, with: EACCES)]))
        #expect(try FileLock.observe(path, in: denied) == .unknown)
    }

    @Test("a writer gets the lock although readers look at it all the time") func besideReaders() throws {
        let path = folder.file("lock")
        try folder.write("lock", "")
        let thread = Thread { for _ in 0..<20_000 { _ = try? FileLock.observe(path, in: .real) } }
        thread.start()
        for _ in 0..<200 {
            guard case .taken(let lock) = try FileLock.attempt(path, in: .real, now: "x") else {
                Issue.record("a reader kept the lock from a writer")
                return
            }
            withExtendedLifetime(lock) {}
        }
    }

    @Test("what this process itself still holds for a moment, as a program that it starts does, is waited for")
    func besideItself() throws {
        let path = folder.file("lock")
        let held = HeldLock(try taken(path))
        // Longer than a reader would be waited for.
        Thread.detachNewThread {
            usleep(200_000)
            held.release()
        }
        #expect(try taken(path) != nil)
    }

    private func taken(_ path: String) throws -> FileLock? {
        if case .taken(let lock) = try FileLock.attempt(path, in: .real, now: "x") { lock } else { nil }
    }
}

/// A lock that another thread lets go of.
private final class HeldLock: Sendable {
    private let lock: Mutex<FileLock?>

    init(_ lock: FileLock?) { self.lock = Mutex(lock) }

    func release() { lock.withLock { $0 = nil } }
}
