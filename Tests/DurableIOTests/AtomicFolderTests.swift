import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@Suite("An atomic folder") struct AtomicFolderTests {
    let work: TemporaryFolder
    var path: String { work.file("out") }
    init() throws { work = try TemporaryFolder() }

    /// Two files, one of them in folders.
    private func write(in fileSystem: FileSystem, _ path: String) throws {
        let folder = try AtomicFolder(path, in: fileSystem)
        for (name, text) in [("a/b/1.csv", "one"), ("2.csv", "two"), ("a/b/3.csv", "three")] {
            try folder.begin(name)
            try Array(text.utf8).withUnsafeBytes { try folder.write($0, to: name) }
            try folder.end(name)
        }
        try folder.commit()
    }

    private let whole = SurvivingTree.folder([
        "a": .folder(["b": .folder(["1.csv": .file(Array("one".utf8)), "3.csv": .file(Array("three".utf8))])]),
        "2.csv": .file(Array("two".utf8)),
    ])

    @Test("is there with all its files, and not before") func visibility() throws {
        try write(in: .real, path)
        #expect(try work.names == ["out"])
        #expect(try SurvivingTree(reading: path) == whole)
        let other = try AtomicFolder(work.file("other"), in: .real)
        try other.begin("x/y.csv")
        #expect(try work.names.count == 2 && FileSystem.real.statusIfPresent(work.file("other")) == nil)
        #expect(AtomicFile.isTemporary(Path.name(other.temporaryPath)))
        other.discard()
        #expect(try work.names == ["out"])
    }

    @Test("takes the place, owner and mode of an empty folder") func replacesEmpty() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
        try write(in: .real, path)
        #expect(try SurvivingTree(reading: path) == whole)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o750)
    }

    @Test("does not take the place of a folder with files") func keepsOthers() throws {
        try write(in: .real, path)
        #expect(throws: IOError.self) { try write(in: .real, path) }
        #expect(try work.names == ["out"])
        #expect(try SurvivingTree(reading: path) == whole)
    }

    @Test("leaves no trace whichever call fails", arguments: [EIO, ENOSPC, EACCES]) func failures(code: Int32) throws {
        let dry = FaultScript()
        try write(in: FileSystem(interposer: dry), path)
        let calls = dry.calls.count
        let renaming = try #require(dry.calls.firstIndex { $0.kind == .rename })
        for nth in 1...calls {
            let place = work.file("out-\(nth)")
            let error = #expect(throws: IOError.self) {
                try write(in: FileSystem(interposer: FaultScript([.fail(nth: nth, with: code)])), place)
            }
            #expect(error?.code == code)
            let isRenamed = nth - 1 > renaming
            #expect(try work.names.filter { $0 != "out" } == (isRenamed ? ["out-\(nth)"] : []), "call \(nth)")
            if isRenamed { try FileManager.default.removeItem(atPath: place) }
        }
    }

    @Test("after a crash at any call is whole or not there, and whole once committed", arguments: Surviving.allCases)
    func crashes(surviving: Surviving) throws {
        var nth = 1
        var isCommitted = false
        while !isCommitted {
            let watched = try TemporaryFolder()
            let model = try CrashModel(watching: watched.path)
            let fileSystem = FileSystem(interposer: FaultScript([.crash(atChange: nth)], then: model))
            do {
                try write(in: fileSystem, watched.file("out"))
                isCommitted = true
            } catch let error as IOError { #expect(error.code == EIO) }
            let after = work.file("after-\(nth)")
            try model.materialise(into: after, surviving)
            guard case .folder(let entries) = try SurvivingTree(reading: after) else {
                Issue.record("crash at change \(nth): the folder is gone")
                return
            }
            if isCommitted || entries["out"] != nil { #expect(entries["out"] == whole, "crash at change \(nth)") }
            #expect(entries.keys.allSatisfy { $0 == "out" || AtomicFile.isTemporary($0) })
            nth += 1
        }
        #expect(nth > 12)
    }
}
