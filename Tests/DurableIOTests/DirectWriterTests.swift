import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@Suite("A file that bypasses the cache") struct DirectWriterTests {
    static let piece = 1 << 20
    let folder: TemporaryFolder
    var path: String { folder.file("out.csv") }
    init() throws { folder = try TemporaryFolder() }

    /// Writes the content in pieces of a size that fits nothing.
    private func write(_ content: [UInt8], in fileSystem: FileSystem, chunk: Int = 98_765) throws(IOError) {
        let file = try AtomicFile(path, in: fileSystem, bypassingCache: true)
        var failure: IOError?
        content.withUnsafeBytes { bytes in
            do throws(IOError) {
                for start in stride(from: 0, to: bytes.count, by: chunk) {
                    try file.write(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + chunk, bytes.count)]))
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        #expect(file.count == content.count)
        try file.commit()
    }

    private func found() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test(
        "holds what was written, whatever its size",
        arguments: [
            0, 1, 4095, 4096, 4097, piece - 1, piece, piece + 1, piece + 4096, 2 * piece - 1, 3 * piece + 12_345,
        ])
    func sizes(count: Int) throws {
        let content = noise(count, seed: 7)
        try write(content, in: .real)
        #expect(try found() == content)
        try write(content, in: .real, chunk: 3 * Self.piece)
        #expect(try found() == content)
    }

    @Test("holds what was written when the system takes less at a time", arguments: [1000, 4096, 300_000])
    func shortWrites(most: Int) throws {
        let content = noise(2 * Self.piece + 777, seed: 8)
        try write(content, in: FileSystem(interposer: FaultScript([.shorten(.write, to: most)])))
        #expect(try found() == content)
    }

    @Test("goes on through the cache when a direct write is refused", arguments: [1, 2, 3])
    func refused(nth: Int) throws {
        let content = noise(3 * Self.piece + 777, seed: 9)
        let script = FaultScript([.fail(.write, nth: nth, with: EINVAL)])
        try write(content, in: FileSystem(interposer: script))
        #expect(script.strikes == 1)
        #expect(try found() == content)
    }

    @Test("leaves the old content whole and no trace whichever call fails", arguments: [EIO, ENOSPC])
    func failures(code: Int32) throws {
        let content = noise(2 * Self.piece + 777, seed: 10)
        let dry = FaultScript()
        try write(content, in: FileSystem(interposer: dry))
        #expect(dry.calls.count { $0.kind == .write } == 3)
        for nth in 1...dry.calls.count {
            try folder.write("out.csv", "old")
            let script = FaultScript([.fail(nth: nth, with: code)])
            let error = #expect(throws: IOError.self) { try write(content, in: FileSystem(interposer: script)) }
            #expect(error?.code == code)
            #expect(try folder.names == ["out.csv"])
            let isRenamed = script.calls[..<(nth - 1)].contains { $0.kind == .rename }
            #expect(try found() == (isRenamed ? content : Array("old".utf8)))
        }
    }

    @Test("after a crash at any call is the old or the new, and the new once committed", arguments: Surviving.allCases)
    func crashes(surviving: Surviving) throws {
        let content = noise(2 * Self.piece + 777, seed: 11)
        let dry = FaultScript()
        try write(content, in: FileSystem(interposer: dry))
        let changes = dry.calls.count(where: \.changesDisk)
        for nth in 1...changes + 1 {
            try folder.write("out.csv", "old")
            let model = try CrashModel(watching: folder.path)
            let fileSystem = FileSystem(interposer: FaultScript([.crash(atChange: nth)], then: model))
            var isCommitted = false
            do {
                try write(content, in: fileSystem)
                isCommitted = true
            } catch { #expect(error.code == EIO) }
            #expect(isCommitted == (nth == changes + 1))
            let other = try TemporaryFolder()
            try model.materialise(into: other.file("after"), surviving)
            let after = try #require(try SurvivingTree(reading: other.file("after"))["out.csv"])
            #expect(after == content || (after == Array("old".utf8) && !isCommitted), "crash at change \(nth)")
            for name in try folder.names { try FileManager.default.removeItem(atPath: folder.file(name)) }
        }
    }
}
