import DurableIO
import Foundation
import TestSupport
import Testing

@testable import Inbox

/// The working directory belongs to the whole process, so these run one after another.
@Suite("A file named on the command line", .serialized) struct NamedFileTests {
    let folder: TemporaryFolder
    let inbox: Inbox

    init() throws {
        folder = try TemporaryFolder()
        for name in ["inbox/a.json", "inbox/dt=2022-04-01/b.json.gz", "a.json", "inbox/20220402.json.lz4", "only.json"]
        {
            try folder.add(name)
        }
        try folder.link("link", to: "inbox")
        try folder.link("inbox/away.json", to: "../only.json")
        inbox = Inbox(folder.path + "/inbox")
    }

    private func find(_ path: String, from working: String, inbox: Inbox? = nil) throws -> String {
        let before = FileManager.default.currentDirectoryPath
        defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
        #expect(FileManager.default.changeCurrentDirectoryPath(folder.path + working))
        return try (inbox ?? self.inbox).file(at: path).relativePath
    }

    @Test(
        "is found from the working directory, then from the inbox",
        arguments: [
            ("inbox/a.json", "", "a.json"), ("a.json", "", "a.json"), ("a.json", "/inbox", "a.json"),
            ("./a.json", "/inbox/dt=2022-04-01", "a.json"),
            ("b.json.gz", "/inbox/dt=2022-04-01", "dt=2022-04-01/b.json.gz"),
            ("../a.json", "/inbox/dt=2022-04-01", "a.json"), ("dt=2022-04-01/b.json.gz", "", "dt=2022-04-01/b.json.gz"),
            ("link/a.json", "", "a.json"), ("inbox//./dt=2022-04-01/../a.json", "", "a.json"),
            ("20220402.json", "", "20220402.json.lz4"), ("inbox/dt=2022-04-01/b.json", "", "dt=2022-04-01/b.json.gz"),
            ("away.json", "", "away.json"), ("inbox/away.json", "", "away.json"),
        ]) func found(path: String, working: String, expected: String) throws
    {
        #expect(try find(path, from: working) == expected)
    }

    @Test("is found by a relative inbox and by an absolute path") func absolute() throws {
        #expect(try find("inbox/a.json", from: "", inbox: Inbox("inbox")) == "a.json")
        #expect(try find("a.json", from: "/inbox", inbox: Inbox(".")) == "a.json")
        #expect(try find(folder.path + "/inbox/a.json", from: "/inbox", inbox: Inbox("../link/")) == "a.json")
    }

    @Test("is described as the listing describes it") func sameAsListed() throws {
        let listing = try inbox.list()
        #expect(listing.files.count == 4)
        for file in listing.files { #expect(try inbox.file(at: file.path) == file) }
    }

    @Test(
        "is refused when it is none of the inbox",
        arguments: [
            ("only.json", InboxError.Reason.outside), ("none.json", .missing), ("../only.json", .missing),
            ("/etc/hostname", .outside), ("inbox/dt=2022-04-01", .notARegularFile), ("inbox/.h.json", .notAnInputName),
            ("inbox/README", .notAnInputName), ("inbox/.d/a.json", .notAnInputName), ("inbox/x.json", .notARegularFile),
            ("inbox", .outside), ("", .notARegularFile),
        ]) func refused(path: String, reason: InboxError.Reason) throws
    {
        for name in ["inbox/.h.json", "inbox/README", "inbox/.d/a.json"] { try folder.add(name) }
        #expect(mkfifo(folder.path + "/inbox/x.json", 0o600) == 0)
        let path = path == "../only.json" ? "sub/../../only.json" : path
        #expect(throws: InboxError(path: path, inbox: inbox.root, reason: reason)) {
            _ = try find(path, from: "")
        }
    }
}
