import DurableIO
import FaultInjection
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("An open file") struct OpenFileTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(
        "gets all bytes written and read, however few a call transfers",
        arguments: [1, 2, 7, 4096, .max], [0, 1, 6, 1000]) func shortCalls(most: Int, size: Int) throws
    {
        let script = FaultScript([.shorten(.read, to: most), .shorten(.write, to: most)])
        let fileSystem = FileSystem(interposer: script)
        let content = noise(size, seed: UInt64(size))
        let file = try fileSystem.open(folder.file("a"), .createNew)
        try file.write(content)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("a"))) == Data(content))

        let again = try fileSystem.open(folder.file("a"), .read)
        #expect(try again.readAll(limit: size) == content)
        #expect(try again.readOn(chunk: 64) == content)
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { part.deallocate() }
        for offset in [0, size / 2, size, size + 10] {
            let count = try again.read(at: offset, into: part)
            #expect(Array(part.prefix(count)) == Array(content.dropFirst(offset).prefix(100)))
        }
        // Every byte is transferred once: no call repeats what an earlier one did.
        #expect(
            script.calls.filter { $0.kind == .write }.count == (most == .max ? min(size, 1) : (size + most - 1) / most))
    }

    @Test("writes at offsets, with gaps, and truncates") func offsets() throws {
        let fileSystem = FileSystem(interposer: FaultScript([.shorten(.write, to: 3)]))
        let file = try fileSystem.open(folder.file("a"), .readWrite)
        try file.write(Array("hello world".utf8), at: 4)
        try file.write(Array("HELLO".utf8), at: 4)
        try file.write("abc")
        #expect(try file.readAll(limit: 100) == Array("abc\0HELLO world".utf8))
        try file.truncate(to: 6)
        #expect(try file.readAll(limit: 100) == Array("abc\0HE".utf8))
        #expect(try file.status().size == 6)
        try file.truncate(to: 8)
        #expect(try folder.read("a") == "abc\0HE\0\0")
    }

    @Test(
        "repeats an interrupted call",
        arguments: [SystemCall.Kind.open, .read, .write, .sync, .status, .truncate, .lock])
    func interrupted(kind: SystemCall.Kind) throws {
        let script = FaultScript([
            .fail(kind, nth: 1, with: EINTR), .fail(kind, nth: 2, with: EINTR), .shorten(.write, to: 2),
        ])
        let file = try FileSystem(interposer: script).open(folder.file("a"), .readWrite)
        try file.write("hello")
        try file.sync()
        #expect(try file.tryLock())
        #expect(try file.readAll(limit: 10) == Array("hello".utf8))
        try file.truncate(to: 1)
        #expect(try file.status().size == 1)
        #expect(script.strikes >= 2)
    }

    @Test("names path and reason when a call fails") func failures() throws {
        let path = folder.file("a")
        let script = FaultScript([
            .fail(.write, nth: 2, with: ENOSPC), .fail(.sync, with: EIO), .fail(.read, with: EISDIR),
            .shorten(.write, to: 2),
        ])
        let file = try FileSystem(interposer: script).open(path, .readWrite)
        #expect(throws: IOError("cannot write", path, code: ENOSPC)) { try file.write("hello") }
        #expect(try folder.read("a") == "he")
        #expect(throws: IOError("cannot make durable", path, code: EIO)) { try file.sync() }
        #expect(throws: IOError("cannot read", path, code: EISDIR)) { try file.readAll(limit: 9) }
        #expect(throws: IOError("will not read", path, code: EFBIG)) { try file.readAll(limit: 1) }
        #expect(throws: IOError("cannot create", path, code: EEXIST)) { try FileSystem.real.open(path, .createNew) }
        #expect(throws: IOError("cannot open", path, code: ENOTDIR)) { try FileSystem.real.open(path, .folder) }
        let error = #expect(throws: IOError.self) { try FileSystem.real.open(path + "x", .read) }
        #expect(error?.description == "cannot open \(path)x: No such file or directory")
        #expect(error?.isMissing == true)
        #expect(IOError("", "", code: ENOSPC).isFull && IOError("", "", code: EROFS).isDenied)
        #expect(IOError("", "", code: EPIPE).isBrokenPipe && !IOError("", "", code: EPIPE).isFull)
    }

    @Test(
        "a full device fails the write with ENOSPC", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func full() throws {
        let file = try FileSystem.real.open("/dev/full", .readWrite)
        #expect(throws: IOError("cannot write", "/dev/full", code: ENOSPC)) { try file.write("x") }
    }

    @Test("a pipe without a reader fails the write with EPIPE") func brokenPipe() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        close(ends[0])
        let file = FileSystem.real.standardStream(ends[1])
        #expect { try file.write("x") } throws: { ($0 as? IOError)?.isBrokenPipe == true }
        close(ends[1])
    }

    @Test("the interposer is shown the bytes that reached the file, and the descriptor") func shown() throws {
        let watcher = Watcher()
        let script = FaultScript([.shorten(.write, to: 4)], then: watcher)
        let file = try FileSystem(interposer: script).open(folder.file("a"), .createNew)
        let content = noise(1000, seed: 3)
        try file.write(content)
        #expect(watcher.bytes == content)
        #expect(watcher.descriptors == [file.descriptor])
    }

    @Test("is closed with its last reference") func closed() throws {
        let descriptor = try FileSystem.real.open(folder.file("a"), .createNew).descriptor
        // The number may already belong to a file of another test.
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
        #expect(target != folder.file("a"))
    }
}

/// Collects what was written.
private final class Watcher: Interposer {
    private let state = Mutex<(bytes: [UInt8], descriptors: Set<Int32>)>(([], []))
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var descriptors: Set<Int32> { state.withLock { $0.descriptors } }

    func willPerform(_ call: SystemCall) -> Interposition { .proceed }

    func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return }
        let copy = Array(bytes)
        state.withLock { state in
            state.bytes += copy
            if let descriptor { state.descriptors.insert(descriptor) }
        }
    }
}
