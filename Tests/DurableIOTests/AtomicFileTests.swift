import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@Suite("An atomic file") struct AtomicFileTests {
    let folder: TemporaryFolder
    var path: String { folder.file("out.csv") }
    init() throws { folder = try TemporaryFolder() }

    /// Replaces the file's content by "new content", in two writes.
    private func replace(in fileSystem: FileSystem) throws(IOError) {
        let file = try AtomicFile(path, in: fileSystem)
        try file.write("new ")
        try file.write("content")
        try file.commit()
    }

    @Test("is not there before it is placed, and whole afterwards") func visibility() throws {
        let file = try AtomicFile(path, in: .real)
        #expect(AtomicFile.isTemporary(try #require(folder.names.first)))
        try file.write("hello")
        #expect(file.count == 5)
        try file.seal()
        #expect(try FileSystem.real.statusIfPresent(path) == nil)
        try file.place()
        #expect(try folder.names == ["out.csv"])
        #expect(try folder.read("out.csv") == "hello")
        file.discard()
        #expect(try folder.names == ["out.csv"])
    }

    @Test("leaves nothing when it is discarded or forgotten, sealed or not", arguments: [false, true], [false, true])
    func leavesNothing(isSealed: Bool, isDiscarded: Bool) throws {
        try folder.write("out.csv", "old")
        do {
            let file = try AtomicFile(path, in: .real)
            try file.write("hello")
            if isSealed { try file.seal() }
            if isDiscarded {
                file.discard()
                #expect(try folder.names == ["out.csv"])
            }
        }
        #expect(try folder.names == ["out.csv"])
        #expect(try folder.read("out.csv") == "old")
    }

    @Test("syncs the file, renames it, syncs the folder, in this order") func order() throws {
        let script = FaultScript()
        try replace(in: FileSystem(interposer: script))
        let changes = script.calls.filter { $0.changesDisk && $0.kind != .write }
        try #require(changes.count == 5)
        guard case .remove(let temporary) = changes[0], case .open(temporary, _) = changes[1] else {
            Issue.record("\(changes)")
            return
        }
        #expect(
            changes[2...] == [
                .sync(path: temporary), .rename(from: temporary, to: path), .sync(path: folder.path),
            ])
        let lastWrite = try #require(script.calls.lastIndex { $0.kind == .write })
        #expect(lastWrite < (try #require(script.calls.firstIndex(of: .sync(path: temporary)))))
    }

    @Test("leaves the folder's sync to the caller when told so") func withoutFolder() throws {
        let script = FaultScript()
        let file = try AtomicFile(path, in: FileSystem(interposer: script))
        try file.seal()
        try file.place(syncingFolder: false)
        #expect(!script.calls.contains(.sync(path: folder.path)))
    }

    @Test("leaves the old content whole and no trace whichever call fails", arguments: [EIO, ENOSPC, EACCES])
    func failures(code: Int32) throws {
        try folder.write("out.csv", "old")
        let dry = FaultScript()
        try replace(in: FileSystem(interposer: dry))
        for nth in 1...dry.calls.count {
            try folder.write("out.csv", "old")
            let script = FaultScript([.fail(nth: nth, with: code)])
            let error = #expect(throws: IOError.self) { try replace(in: FileSystem(interposer: script)) }
            #expect(error?.code == code)
            #expect(try folder.names == ["out.csv"])
            let isRenamed = script.calls[..<(nth - 1)].contains { $0.kind == .rename }
            #expect(try folder.read("out.csv") == (isRenamed ? "new content" : "old"))
        }
    }

    @Test("after a crash at any call is the old or the new, and the new once committed", arguments: Surviving.allCases)
    func crashes(surviving: Surviving) throws {
        let changes = 7
        for nth in 1...changes + 1 {
            let work = try TemporaryFolder()
            try work.write("out.csv", "old")
            let model = try CrashModel(watching: work.path)
            let fileSystem = FileSystem(interposer: FaultScript([.crash(atChange: nth)], then: model))
            var isCommitted = false
            do {
                let file = try AtomicFile(work.file("out.csv"), in: fileSystem)
                try file.write("new ")
                try file.write("content")
                try file.commit()
                isCommitted = true
            } catch { #expect(error.code == EIO) }
            #expect(isCommitted == (nth == changes + 1))
            let after = folder.file("after-\(nth)")
            try model.materialise(into: after, surviving)
            let tree = try SurvivingTree(reading: after)
            let text = String(decoding: try #require(tree["out.csv"]), as: UTF8.self)
            #expect(text == "new content" || (text == "old" && !isCommitted), "crash at change \(nth)")
            guard case .folder(let entries) = tree else {
                Issue.record("crash at change \(nth): the folder is gone")
                continue
            }
            #expect(entries.keys.allSatisfy { $0 == "out.csv" || AtomicFile.isTemporary($0) })
        }
    }

    @Test("can have any name that a file can have") func longNames() throws {
        for name in [String(repeating: "x", count: 255), String(repeating: "é", count: 127), "a b\n\"c\""] {
            let file = try AtomicFile(folder.file(name), in: .real)
            try file.write(name)
            try file.commit()
            #expect(try folder.read(name) == name)
        }
        #expect(try folder.names.count == 3)
    }

    @Test(
        "has a temporary name that says whose it is",
        arguments: ["out.csv", "a", "x.1-2", String(repeating: "y", count: 255)])
    func origin(name: String) throws {
        let file = try AtomicFile(folder.file(name), in: .real)
        let origin = try #require(AtomicFile.origin(ofTemporary: Path.name(file.temporaryPath)))
        #expect(origin.name == String(name.prefix(160)))
        #expect(origin.processID == getpid())
    }

    @Test(
        "does not take other names for its own",
        arguments: [
            ".a.tmp", ".a.1.tmp", ".1-2.tmp", "a.1-2.tmp", ".a.1-2.tmpx", ".a.-1-2.tmp", ".a.1-.tmp", ".a.1-2-3.tmp",
            ".tmp", "",
        ])
    func notTemporary(name: String) {
        #expect(!AtomicFile.isTemporary(name))
    }

    @Test("two of one path do not meet") func two() throws {
        let (a, b) = (try AtomicFile(path, in: .real), try AtomicFile(path, in: .real))
        try a.write("a")
        try b.write("b")
        try a.commit()
        #expect(try folder.read("out.csv") == "a")
        try b.commit()
        #expect(try folder.read("out.csv") == "b")
    }
}
