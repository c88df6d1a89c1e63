import DurableIO
import Foundation
import Records
import TestSupport
import Testing

@testable import Inbox

@Suite("A listing of the inbox") struct ListingTests {
    @Test("holds the input files below it, in the order of their logical names") func files() throws {
        let folder = try TemporaryFolder()
        let names = [
            "20220402.json", "20220401.JSON.GZ", "b.jsonl.lz4", "c.ndjson", "d.json.zst", "e.jsonl.zip", "part-0.json",
            "f_.json", "a~b.json", "dt=2022-04-03/x.json", "a b/🎬 \"q\".json",
            "line\nbreak.json", "é.json", "e\u{301}.json", "Z.json", "x.json/y.json", "deep/er/and/deeper/z.Json",
        ]
        for name in names { try folder.add(name, name) }
        let listing = try Inbox(folder.path).list()
        let logical = names.map { $0.replacing(/\.(gz|lz4|zst|zip|GZ)$/, with: "") }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(listing.files.map { Array($0.logicalName.utf8) } == logical.map { Array($0.utf8) })
        #expect(listing.problems.isEmpty)
        #expect(listing.skipped == 0)
        for file in listing.files {
            #expect(file.path == folder.path + "/" + file.relativePath)
            #expect(file.status.size == file.relativePath.utf8.count)
            #expect(file.status == (try FileSystem.real.status(file.path)))
        }
        #expect(listing.files.compactMap(\.date) == ["2022-04-01", "2022-04-02", "2022-04-03"])
    }

    @Test(
        "leaves alone what is hidden, unfinished or no input",
        arguments: [
            ".a.json", ".hidden/a.json", "a.json.tmp", "a.json.part", "a.partial", "a.crdownload", "a.json.swp",
            "a.json~", "up.part/a.json", "UP.PART/a.json", "README.md", "a.json.bz2", "a.csv", "a.gz", "json", ".json",
            "a.json.gz.gz", "ajson", "_a.json", "_SUCCESS", "_temporary/0/a.json", "~$a.json", "a.tmp.json",
            "a.part.json",
            "a.PART.JSON.gz", "a.crdownload.jsonl", ".rsync-partial/a.json", ".~tmp~/a.json", "a.json.zstd", "a.zip",
        ]) func leavesAlone(name: String) throws
    {
        let folder = try TemporaryFolder()
        try folder.add(name)
        let listing = try Inbox(folder.path).list()
        #expect(listing.files == [] && listing.problems == [] && listing.skipped == 1)
        #expect(Set(listing.folders.keys) == [""])
    }

    @Test("takes one of several files with one logical name and reports the others") func logicalNames() throws {
        let folder = try TemporaryFolder()
        let names = [
            "a.json.lz4", "a.json.gz", "a.json", "b.json.lz4", "b.json.gz", "a.jsonl", "A.json", "a.JSON", "a.json.zst",
            "c.json.zst", "c.json.zip",
        ]
        for name in names { try folder.add(name) }
        let listing = try Inbox(folder.path).list()
        // By bytes another case is another name.
        #expect(
            listing.files.map(\.relativePath)
                == ["A.json", "a.JSON", "a.json", "a.jsonl", "b.json.gz", "c.json.zip"])
        #expect(
            listing.problems == [
                InboxProblem(path: "a.json.gz", reason: .sameLogicalName(as: "a.json")),
                InboxProblem(path: "a.json.lz4", reason: .sameLogicalName(as: "a.json")),
                InboxProblem(path: "a.json.zst", reason: .sameLogicalName(as: "a.json")),
                InboxProblem(path: "b.json.lz4", reason: .sameLogicalName(as: "b.json.gz")),
                InboxProblem(path: "c.json.zst", reason: .sameLogicalName(as: "c.json.zip")),
            ])
    }

    @Test("counts the files whose names are not those of input, with examples") func unread() throws {
        let folder = try TemporaryFolder()
        let names = [
            "e.log", "a.json", "sub/d.txt", "c.json.bz2", "b.csv", ".hidden", "_SUCCESS", "x.part", "_t/a.log",
            "README",
        ]
        for name in names { try folder.add(name) }
        try folder.link("linked.txt", to: folder.path + "/b.csv")
        try folder.link("gone.txt", to: "/nonexistent/x")
        #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
        let unread = try Inbox(folder.path).list().unread
        #expect(unread.count == 6)
        #expect(unread.examples == ["README", "b.csv", "c.json.bz2"])
    }

    @Test("takes other names by patterns; a name without its compression ending is the same") func patterns() throws {
        let folder = try TemporaryFolder()
        let names = [
            "viewing.log", "other.LOG.gz", "viewing.json.1", "stream-1-2022-04-01-10-00-00-abcd", "day.zip",
            "_export.log",
            "_own.data", "notes.txt", "x.tmp.log", "x.log.part", "_folder.data/a.json", "_folder.data/b.data",
        ]
        for name in names { try folder.add(name) }
        let patterns = ["*.log", "viewing.json*", "stream-*", "*.zip", "_*.data"]
        let rules = InboxRules(files: try patterns.map { try NamePattern($0) })
        let inbox = Inbox(folder.path, rules: rules)
        let listing = try inbox.list()
        #expect(
            listing.files.map(\.logicalName) == [
                "_own.data", "day", "other.LOG", "stream-1-2022-04-01-10-00-00-abcd", "viewing.json.1", "viewing.log",
            ])
        #expect(listing.unread.examples == ["notes.txt"])
        for file in listing.files {
            #expect(inbox.takes(file.relativePath))
            #expect(try inbox.file(at: file.path) == file)
        }
        for name in ["_export.log", "notes.txt", "x.tmp.log", "_folder.data/a.json"] { #expect(!inbox.takes(name)) }
    }

    @Test("follows links, reports those that lead nowhere or in a circle") func links() throws {
        let folder = try TemporaryFolder()
        let elsewhere = try TemporaryFolder()
        let target = try elsewhere.add("day.json", "12345")
        try folder.add("sub/a.json")
        try folder.link("linked.json", to: target)
        try folder.link("month", to: elsewhere.path)
        try folder.link("sub/again", to: "..")
        try folder.link("broken.json", to: "/nonexistent/x.json")
        try folder.link("gone", to: "/nonexistent/folder")
        try folder.link("self.json", to: "self.json")
        let listing = try Inbox(folder.path).list()
        #expect(listing.files.map(\.relativePath) == ["linked.json", "month/day.json", "sub/a.json"])
        #expect(listing.files[0].status.size == 5)
        #expect(listing.problems.map(\.path) == ["broken.json", "gone", "self.json", "sub/again"])
        #expect(listing.problems[0].reason == .brokenLink)
        #expect(listing.problems[1].reason == .brokenLink)
        #expect(listing.problems[3].reason == .folderCycle)
        guard case .unreadable(let error) = listing.problems[2].reason else {
            Issue.record("a link to itself: \(listing.problems[2])")
            return
        }
        #expect(error.code == ELOOP)
    }

    @Test("reports what has the name of an input file but is none") func irregular() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path + "/x.json", 0o600) == 0)
        #expect(mkfifo(folder.path + "/other", 0o600) == 0)
        try folder.link("null.json", to: "/dev/null")
        let listing = try Inbox(folder.path).list()
        #expect(listing.files.isEmpty)
        #expect(
            listing.problems == [
                InboxProblem(path: "null.json", reason: .notARegularFile),
                InboxProblem(path: "x.json", reason: .notARegularFile),
            ])
        #expect(listing.skipped == 1)
    }

    @Test("reports names that are not UTF-8, unless they are no input") func notUTF8() throws {
        let folder = try TemporaryFolder()
        for name in ["caf\\xe9.json", "caf\\xe9.txt", ".caf\\xe9.json"] {
            let bytes = name.replacing("\\xe9", with: "\u{1}").utf8.map { $0 == 1 ? 0xE9 : $0 }
            let path = Array((folder.path + "/").utf8) + bytes + [0]
            let descriptor = path.withUnsafeBytes {
                open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
            }
            #expect(descriptor >= 0)
            close(descriptor)
        }
        try folder.add("good.json")
        let listing = try Inbox(folder.path).list()
        #expect(listing.files.map(\.relativePath) == ["good.json"])
        #expect(listing.problems == [InboxProblem(path: "caf\u{FFFD}.json", reason: .nameIsNotUTF8)])
        #expect(listing.skipped == 2)
    }

    @Test("notes a folder with an impossible date once, and lists its files without a date") func impossible() throws {
        let folder = try TemporaryFolder()
        for name in [
            "dt=2022-02-31/20220301.json", "dt=2022-02-31/h=1/b.json", "dt=x/dt=2022-04-01/c.json", "dt=x/README",
            "dt=__HIVE_DEFAULT_PARTITION__/20220401.json",
        ] { try folder.add(name) }
        let listing = try Inbox(folder.path).list()
        #expect(listing.files.map(\.date) == [nil, nil, nil, "2022-04-01"])
        #expect(listing.problems == [InboxProblem(path: "dt=2022-02-31", reason: .impossibleDate)])
        #expect(listing.problems.allSatisfy { !$0.leavesOut })
    }

    @Test("goes on past a folder that fails to be read") func unreadableFolder() throws {
        let folder = try TemporaryFolder()
        for name in ["a/1.json", "b/2.json", "c/3.json", "d.json", "e.json"] { try folder.add(name) }
        let denied = Fault { call in
            switch call {
            case .list(let path) where path.hasSuffix("/b"): EACCES
            case .status(let path) where path.hasSuffix("/d.json"): EACCES
            case .list(let path) where path.hasSuffix("/c"): ENOENT
            case .status(let path) where path.hasSuffix("/e.json"): ENOENT
            default: nil
            }
        }
        let listing = try Inbox(folder.path, in: FileSystem(interposer: denied)).list()
        #expect(listing.files.map(\.relativePath) == ["a/1.json"])
        #expect(listing.problems.map(\.path) == ["b", "d.json"])
        #expect(listing.problems[0].description == "cannot list \(folder.path)/b: Permission denied")
    }

    @Test("fails when the inbox itself is not there") func missing() throws {
        let folder = try TemporaryFolder()
        #expect { try Inbox(folder.path + "/none").list() } throws: { ($0 as? IOError)?.isMissing == true }
    }

    @Test("looks once at each of ten thousand files and opens none") func calls() throws {
        let folder = try TemporaryFolder()
        for number in 0..<10_000 { try folder.add("dt=2022-04-\(10 + number % 20)/part-\(number).json.gz", "") }
        let counter = Fault { _ in nil }
        let start = ContinuousClock.now
        let listing = try Inbox(folder.path, in: FileSystem(interposer: counter)).list()
        print("10,000 files listed in \(ContinuousClock.now - start)")
        #expect(listing.files.count == 10_000)
        #expect(listing.files.allSatisfy { $0.date != nil })
        #expect(counter.count == 10_000 + 2 * 21)
    }
}

/// Fails the calls for which an error number is given, and counts all.
final class Fault: Interposer, @unchecked Sendable {
    private let lock = NSLock()
    private var calls = 0
    private let code: @Sendable (SystemCall) -> Int32?

    init(_ code: @escaping @Sendable (SystemCall) -> Int32?) { self.code = code }

    var count: Int { lock.withLock { calls } }

    func willPerform(_ call: SystemCall) -> Interposition {
        lock.withLock { calls += 1 }
        return code(call).map { .fail(errno: $0) } ?? .proceed
    }

    func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?) {}
}
