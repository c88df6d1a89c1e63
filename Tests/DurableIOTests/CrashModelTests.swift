import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@Suite("The crash model") struct CrashModelTests {
    let work: TemporaryFolder
    let after: TemporaryFolder
    let model: CrashModel
    let fileSystem: FileSystem

    init() throws {
        work = try TemporaryFolder()
        after = try TemporaryFolder()
        try work.write("old", "before")
        #expect(mkdir(work.file("sub"), 0o755) == 0)
        try work.write("sub/x", "deep")
        model = try CrashModel(watching: work.path)
        fileSystem = FileSystem(interposer: model)
    }

    /// What survives now, as text, folders by their files' paths.
    private func surviving(_ surviving: Surviving) throws -> [String: String] {
        let path = after.file(UUID().uuidString)
        try model.materialise(into: path, surviving)
        var files: [String: String] = [:]
        func collect(_ tree: SurvivingTree, _ path: String) {
            switch tree {
            case .file(let content): files[path] = String(decoding: content, as: UTF8.self)
            case .folder(let entries):
                if entries.isEmpty { files[path + "/"] = "" }
                for (name, entry) in entries { collect(entry, Path.join(path, name)) }
            }
        }
        collect(try SurvivingTree(reading: path), "")
        return files
    }

    private let before = ["old": "before", "sub/x": "deep"]

    @Test("keeps what was there", arguments: Surviving.allCases) func untouched(option: Surviving) throws {
        #expect(try surviving(option) == before)
    }

    @Test("keeps a new file only when it and its folder were synced") func newFile() throws {
        let file = try fileSystem.open(work.file("new"), .createNew)
        try file.write("hello")
        #expect(try surviving(.everything) == before.merging(["new": "hello"]) { $1 })
        #expect(try surviving(.onlySynced) == before)
        #expect(try surviving(.namesWithoutContent) == before.merging(["new": ""]) { $1 })
        #expect(try surviving(.namesWithZeros) == before.merging(["new": "\0\0\0\0\0"]) { $1 })
        try file.sync()
        #expect(try surviving(.onlySynced) == before)
        #expect(try surviving(.namesWithZeros)["new"] == "hello")
        try fileSystem.syncFolder(work.path)
        for option in Surviving.allCases { #expect(try surviving(option)["new"] == "hello") }
        try file.write(" world")
        #expect(try surviving(.everything)["new"] == "hello world")
        #expect(try surviving(.onlySynced)["new"] == "hello")
        #expect(try surviving(.namesWithoutContent)["new"] == "hello")
        #expect(try surviving(.namesWithZeros)["new"] == "hello\0\0\0\0\0\0")
    }

    @Test("leaves a file empty whose name was synced but not its content") func nameOnly() throws {
        let file = try fileSystem.open(work.file("new"), .createNew)
        try file.write("hello")
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced)["new"] == "")
    }

    @Test("follows the worked example: write aside, sync, rename") func renamed() throws {
        let file = try fileSystem.open(work.file(".old.tmp"), .createNew)
        try file.write("after")
        try file.sync()
        try fileSystem.rename(work.file(".old.tmp"), to: work.file("old"))
        #expect(try surviving(.everything)["old"] == "after")
        #expect(try surviving(.onlySynced) == before)
        #expect(try surviving(.namesWithoutContent)["old"] == "after")
        try fileSystem.syncFolder(work.path)
        for option in Surviving.allCases { #expect(try surviving(option) == ["old": "after", "sub/x": "deep"]) }
    }

    @Test("finds the rename of an unsynced file out") func renamedUnsynced() throws {
        let file = try fileSystem.open(work.file(".old.tmp"), .createNew)
        try file.write("after")
        try fileSystem.rename(work.file(".old.tmp"), to: work.file("old"))
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced)["old"] == "")
        #expect(try surviving(.namesWithZeros)["old"] == "\0\0\0\0\0")
        // The descriptor is still the file's, whatever it is called now.
        try file.sync()
        #expect(try surviving(.onlySynced)["old"] == "after")
    }

    @Test("brings a removed file back unless its folder was synced, though its inode be used again") func removed()
        throws
    {
        try fileSystem.remove(work.file("old"))
        let file = try fileSystem.open(work.file("other"), .createNew)
        try file.write("something else")
        try file.sync()
        #expect(try surviving(.onlySynced) == before)
        #expect(try surviving(.everything) == ["other": "something else", "sub/x": "deep"])
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced) == ["other": "something else", "sub/x": "deep"])
    }

    @Test("knows writes at offsets and truncation as of the last sync") func inPlace() throws {
        let file = try fileSystem.open(work.file("old"), .readWrite)
        try file.write(Array("BE".utf8), at: 0)
        try file.write(Array("!".utf8), at: 8)
        #expect(try surviving(.onlySynced)["old"] == "before")
        #expect(try surviving(.namesWithZeros)["old"] == "before\0\0\0")
        try file.sync()
        #expect(try surviving(.onlySynced)["old"] == "BEfore\0\0!")
        try file.truncate(to: 2)
        #expect(try surviving(.everything)["old"] == "BE")
        #expect(try surviving(.onlySynced)["old"] == "BEfore\0\0!")
        #expect(try surviving(.namesWithZeros)["old"] == "BE")
        try file.sync()
        #expect(try surviving(.onlySynced)["old"] == "BE")
    }

    @Test("drops a folder with all in it until its parent is synced") func folders() throws {
        let path = work.file("a")
        #expect(mkdir(work.file("behind"), 0o755) == 0)
        let raw = FaultScript([.fail(.sync, nth: 1, with: EIO)], then: model)
        #expect(throws: IOError.self) { try FileSystem(interposer: raw).createFolders(path) }
        let file = try fileSystem.open(path + "/f", .createNew)
        try file.write("x")
        try file.sync()
        try fileSystem.syncFolder(path)
        #expect(try surviving(.onlySynced) == before)
        #expect(try surviving(.namesWithoutContent)["a/f"] == "x")
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced)["a/f"] == "x")
    }

    @Test("holds a file in both folders, or neither, when a move was half synced") func moved() throws {
        try fileSystem.rename(work.file("sub/x"), to: work.file("y"))
        #expect(try surviving(.onlySynced) == before)
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced) == ["old": "before", "sub/x": "deep", "y": "deep"])
        try fileSystem.syncFolder(work.file("sub"))
        #expect(try surviving(.onlySynced) == ["old": "before", "sub/": "", "y": "deep"])

        try fileSystem.rename(work.file("y"), to: work.file("sub/y"))
        try fileSystem.syncFolder(work.path)
        #expect(try surviving(.onlySynced) == ["old": "before", "sub/": ""])
    }

    @Test("does not count a sync that failed") func failedSync() throws {
        let failing = FileSystem(interposer: FaultScript([.fail(.sync, with: EIO)], then: model))
        let file = try failing.open(work.file("old"), .readWrite)
        try file.write("BEFORE")
        #expect(throws: IOError.self) { try file.sync() }
        #expect(try surviving(.onlySynced) == before)
        try file.sync()
        #expect(try surviving(.onlySynced)["old"] == "BEFORE")
    }

    @Test("has nothing to do with files elsewhere", arguments: Surviving.allCases) func elsewhere(option: Surviving)
        throws
    {
        let other = try TemporaryFolder()
        let file = try fileSystem.open(other.file("f"), .createNew)
        try file.write("x")
        try file.sync()
        try fileSystem.syncFolder(other.path)
        try fileSystem.rename(other.file("f"), to: other.file("g"))
        #expect(try surviving(option) == before)
    }

    @Test("agrees with the kernel when everything is synced, whatever was done", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) throws {
        let names = ["a", "b", "sub/a", "sub/b", "old"]
        let choices = noise(120, seed: seed)
        for step in stride(from: 0, to: choices.count, by: 3) {
            let name = work.file(names[Int(choices[step]) % names.count])
            let other = work.file(names[Int(choices[step + 1]) % names.count])
            switch choices[step + 2] % 5 {
            case 0: try fileSystem.open(name, .readWrite).write([choices[step] % 128], at: Int(choices[step + 1]) % 9)
            case 1: try fileSystem.open(name, .readWrite).truncate(to: Int(choices[step + 1]) % 5)
            case 2: try fileSystem.removeIfPresent(name)
            case 3 where FileManager.default.fileExists(atPath: name): try fileSystem.rename(name, to: other)
            default:
                let file = try fileSystem.open(name, .readWrite)
                try file.write("\(step)")
                try file.sync()
            }
        }
        let lengths = try surviving(.everything).mapValues(\.utf8.count)
        #expect(try surviving(.namesWithZeros).mapValues(\.utf8.count) == lengths)
        for name in names where FileManager.default.fileExists(atPath: work.file(name)) {
            try fileSystem.open(work.file(name), .readWrite).sync()
        }
        try fileSystem.syncFolder(work.path)
        try fileSystem.syncFolder(work.file("sub"))
        let kept = try surviving(.everything)
        for option in Surviving.allCases { #expect(try surviving(option) == kept) }
    }
}

@Suite("A fault script") struct FaultScriptTests {
    @Test("strikes at the n-th matching call, once or for ever") func strikes() {
        let once = FaultScript([.fail(.write, nth: 2, with: EIO)])
        let forEver = FaultScript([.fail(nth: 3, path: "b", with: ENOSPC, forEver: true)])
        var struck: [[Bool]] = [[], []]
        for _ in 0..<3 {
            for call in [
                SystemCall.write(path: "a", count: 1), .sync(path: "b"), .writeAt(path: "b", offset: 0, count: 1),
            ] {
                for (index, script) in [once, forEver].enumerated() {
                    if case .fail = script.willPerform(call) {
                        struck[index].append(true)
                    } else {
                        struck[index].append(false)
                    }
                }
            }
        }
        #expect(struck[0] == [false, false, true, false, false, false, false, false, false])
        #expect(struck[1] == [false, false, false, false, true, true, false, true, true])
        #expect(once.calls.count == 9)
        #expect(once.strikes == 1)
    }

    @Test("of a crash lets reads through and no change") func crash() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "text")
        let script = FaultScript([.crash(atChange: 2)])
        let fileSystem = FileSystem(interposer: script)
        let file = try fileSystem.open(folder.file("a"), .readWrite)
        #expect(throws: IOError.self) { try file.write("x") }
        #expect(throws: IOError.self) { try file.truncate(to: 0) }
        #expect(throws: IOError.self) { try fileSystem.remove(folder.file("a")) }
        #expect(try file.readAll(limit: 10) == Array("text".utf8))
    }
}
