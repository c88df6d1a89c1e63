import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@Suite("The file system") struct FileSystemTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test("makes missing folders, each durable in the one above") func createFolders() throws {
        let script = FaultScript()
        let fileSystem = FileSystem(interposer: script)
        try fileSystem.createFolders(folder.file("a/b/c/"))
        #expect(try FileSystem.real.status(folder.file("a/b/c")).kind == .folder)
        let changes = script.calls.filter { $0.kind == .createFolder || $0.kind == .sync }
        #expect(
            changes == [
                .createFolder(path: folder.file("a")), .sync(path: folder.path),
                .createFolder(path: folder.file("a/b")), .sync(path: folder.file("a")),
                .createFolder(path: folder.file("a/b/c/")), .sync(path: folder.file("a/b")),
            ])
        try fileSystem.createFolders(folder.file("a/b/c"))
        #expect(script.calls.filter { $0.kind == .createFolder }.count == 3)
        try fileSystem.removeFolder(folder.file("a/b/c"))
        #expect(try FileSystem.real.statusIfPresent(folder.file("a/b/c")) == nil)
    }

    @Test("does not take a file for a folder") func fileInTheWay() throws {
        try folder.write("a", "")
        for path in ["a", "a/b"] {
            #expect { try FileSystem.real.createFolders(folder.file(path)) } throws: {
                ($0 as? IOError)?.code == ENOTDIR
            }
        }
    }

    @Test("makes a folder durable that another process made at the same moment") func race() throws {
        let path = folder.file("a")
        // The first look finds nothing, then the folder is there.
        #expect(mkdir(path, 0o755) == 0)
        let script = FaultScript([.fail(.status, nth: 1, with: ENOENT)])
        try FileSystem(interposer: script).createFolders(path)
        #expect(script.calls.last == .sync(path: folder.path))
        #expect(rmdir(path) == 0)
        try folder.write("a", "a file")
        let other = FaultScript([.fail(.status, nth: 1, with: ENOENT)])
        #expect(throws: IOError("cannot create the folder", path, code: EEXIST)) {
            try FileSystem(interposer: other).createFolders(path)
        }
    }

    @Test("lists names by their bytes, with their kinds, also those that are not UTF-8") func list() throws {
        for name in ["b", "a", "é", "Z", "line\nbreak", "🎬", "..."] { try folder.write(name, "") }
        #expect(mkdir(folder.file("folder"), 0o755) == 0)
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        #expect(symlink("a", folder.file("link")) == 0)
        let raw = Array((folder.path + "/caf").utf8) + [0xE9, 0]
        let descriptor = raw.withUnsafeBytes {
            open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
        }
        #expect(descriptor >= 0)
        close(descriptor)

        let entries = try FileSystem.real.list(folder.path)
        #expect(
            entries.map(\.displayName) == [
                "...", "Z", "a", "b", "caf\u{FFFD}", "folder", "line\nbreak", "link", "pipe", "é", "🎬",
            ])
        #expect(entries.filter { $0.name == nil }.map(\.displayName) == ["caf\u{FFFD}"])
        let kinds = Dictionary(uniqueKeysWithValues: entries.map { ($0.displayName, $0.kind) })
        #expect(kinds["a"] == .file)
        #expect(kinds["folder"] == .folder)
        #expect(kinds["pipe"] == .other)
        #expect(kinds["link"] == .some(nil))
    }

    @Test("lists a big folder whole") func bigFolder() throws {
        let names = (0..<5000).map { "file-\(String(repeating: "x", count: $0 % 200))-\($0)" }
        for name in names { close(open(folder.file(name), O_CREAT | O_WRONLY, 0o600)) }
        let found = try FileSystem.real.list(folder.path).map(\.displayName)
        #expect(found == names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect { try FileSystem.real.list(folder.file("none")) } throws: { ($0 as? IOError)?.isMissing == true }
    }

    @Test("knows links, and what they lead to") func links() throws {
        try folder.write("a", "12345")
        #expect(symlink("a", folder.file("link")) == 0)
        #expect(symlink("none", folder.file("broken")) == 0)
        let fileSystem = FileSystem.real
        #expect(try fileSystem.status(folder.file("link")) == fileSystem.status(folder.file("a")))
        #expect(try fileSystem.statusIfPresent(folder.file("broken")) == nil)
        #expect(try fileSystem.isSymbolicLink(folder.file("broken")))
        #expect(try fileSystem.isSymbolicLink(folder.file("link")))
        #expect(try !fileSystem.isSymbolicLink(folder.file("a")))
        #expect(try !fileSystem.isSymbolicLink(folder.file("none")))
    }

    @Test("tells size and time as Foundation does") func status() throws {
        try folder.write("a", "12345")
        let status = try FileSystem.real.status(folder.file("a"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("a"))
        #expect(status.kind == .file)
        #expect(status.size == attributes[.size] as? Int)
        #expect(status.inode == (attributes[.systemFileNumber] as? UInt64))
        let modified = try #require(attributes[.modificationDate] as? Date)
        #expect(abs(Double(status.modified) / 1e9 - modified.timeIntervalSince1970) < 0.001)
    }

    @Test("removes what is there and forgives what is not only when asked") func remove() throws {
        try folder.write("a", "")
        try FileSystem.real.remove(folder.file("a"))
        try FileSystem.real.removeIfPresent(folder.file("a"))
        #expect { try FileSystem.real.remove(folder.file("a")) } throws: { ($0 as? IOError)?.isMissing == true }
    }
}

@Suite("A path") struct PathTests {
    @Test(
        "has a folder and a name",
        arguments: [
            ("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/a/b.c", "/a", "b.c"), ("./a", ".", "a"),
            ("é/🎬", "é", "🎬"),
        ]) func parts(path: String, parent: String, name: String)
    {
        #expect(Path.parent(path) == parent)
        #expect(Path.name(path) == name)
        #expect(Path.normal(Path.join(parent, name)) == Path.normal(path))
    }

    @Test("is joined with one slash") func join() {
        #expect(Path.join("a", "b") == "a/b")
        #expect(Path.join("a/", "b") == "a/b")
        #expect(Path.join("", "b") == "b")
        #expect(Path.join("a", "/b") == "/b")
        #expect(Path.parent("a/b/") == "a")
        #expect(Path.parent("/") == "/")
    }

    @Test(
        "has a normal form",
        arguments: [
            ("a/./b//c/", "a/b/c"), ("a/../b", "b"), ("../a", "../a"), ("a/../../b", "../b"), ("../../a/..", "../.."),
            ("/../a", "/a"), ("/", "/"), ("", "."), (".", "."), ("a/..", "."), ("/a/../..", "/"), ("...", "..."),
        ]) func normal(path: String, expected: String)
    {
        #expect(Path.normal(path) == expected)
        #expect(Path.normal(expected) == expected)
    }

    @Test("comes before another by bytes") func order() {
        let paths = ["", "a", "aa", "b", "B", "é", "e\u{301}", "z", "🎬", "\u{FFFD}", "a/b", "a.b", "\0"]
        for a in paths {
            for b in paths {
                #expect(Path.precedes(a, b) == Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8)))
            }
        }
    }
}
