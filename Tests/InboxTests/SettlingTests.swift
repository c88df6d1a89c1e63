//  Settling against a model of a writer, with a clock of its own.

import DurableIO
import Foundation
import TestSupport
import Testing

@testable import Inbox

@Suite struct SettlingTests {
    private static let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    /// Asked once: what it says of times changes whenever another process writes there.
    private static let anyStatus = Result { try FileSystem.real.status(NSTemporaryDirectory()) }

    /// A file as a listing shows it.
    private func file(_ name: String, size: Int, modified: Int64 = 0) throws -> InboxFile {
        var status = try Self.anyStatus.get()
        status.kind = .file
        (status.size, status.modified, status.changed) = (size, modified, modified)
        return InboxFile(relativePath: name, path: "inbox/" + name, logicalName: name, date: nil, status: status)
    }

    @Test func theExampleOfTheHead() throws {
        var settling = Settling(settle: .seconds(2))
        let a100 = try file("a.json", size: 100)
        let a180 = try file("a.json", size: 180)
        let b50 = try file("b.json", size: 50)
        #expect(settling.update(candidates: [a100], closed: [], now: at(0)) == [])
        #expect(settling.nextDeadline == at(2))
        #expect(settling.update(candidates: [a180], closed: [], now: at(1)) == [])
        #expect(settling.nextDeadline == at(3))
        #expect(settling.update(candidates: [a180, b50], closed: ["b.json"], now: at(1.2)) == [b50])
        #expect(settling.nextDeadline == at(3))
        #expect(settling.update(candidates: [a180], closed: [], now: at(3)) == [a180])
        #expect(settling.nextDeadline == nil)
    }

    @Test func closedFilesStayReadyUntilTheyChange() throws {
        var settling = Settling(settle: .seconds(2))
        let first = try file("a.json", size: 1)
        let second = try file("a.json", size: 1, modified: 5)
        #expect(settling.update(candidates: [first], closed: ["a.json", "gone.json"], now: at(0)) == [first])
        // It was not its turn.
        #expect(settling.update(candidates: [first], closed: [], now: at(0.1)) == [first])
        #expect(settling.update(candidates: [second], closed: [], now: at(0.2)) == [])
        #expect(settling.update(candidates: [second], closed: [], now: at(2.2)) == [second])
        // One that went away and came back is new.
        #expect(settling.update(candidates: [], closed: [], now: at(2.3)) == [])
        #expect(settling.update(candidates: [second], closed: [], now: at(2.4)) == [])
    }

    @Test func filesThatCannotBeReadAreTriedAgainAfterPausesThatDouble() throws {
        var settling = Settling(settle: .seconds(1))
        let broken = try file("a.json", size: 1)
        _ = settling.update(candidates: [broken], closed: [], now: at(0))
        var tries: [Double] = []
        for tick in 1...2000 {
            let now = at(Double(tick))
            if settling.update(candidates: [broken], closed: [], now: now) == [broken] {
                tries.append(Double(tick))
                settling.note(read: [broken], now: now)
            }
        }
        #expect(Array(tries.prefix(8)) == [1, 6, 16, 36, 76, 156, 316, 616])
        let changed = try file("a.json", size: 2)
        #expect(settling.update(candidates: [changed], closed: ["a.json"], now: at(2001)) == [changed])
    }

    /// Whatever a writer does: a file that stops changing is ready within `settle` of the listing that first shows it so,
    /// and one that changes more often than that is never ready, unless somebody closes it.
    @Test func theRulesHoldForRandomWriters() throws {
        var dice = Dice(seed: 11)
        for _ in 0..<200 {
            var settling = Settling(settle: .seconds(2))
            var size = 0
            // The first look that showed the file as it is, in milliseconds.
            var since = 0
            var seen = -1
            var now = 0
            for _ in 0..<60 {
                now += Int.random(in: 50...1500, using: &dice)
                if Int.random(in: 0..<3, using: &dice) == 0 { size += 1 }
                let isClosed = Int.random(in: 0..<10, using: &dice) == 0
                let candidate = try file("a.json", size: size)
                if seen != size { (seen, since) = (size, now) }
                let instant = Self.start + .milliseconds(now)
                let ready = settling.update(candidates: [candidate], closed: isClosed ? ["a.json"] : [], now: instant)
                #expect(ready.isEmpty == (!isClosed && now - since < 2000))
                if ready.isEmpty {
                    #expect(settling.nextDeadline == Self.start + .milliseconds(since + 2000))
                } else {
                    // Read, and known from now on.
                    _ = settling.update(candidates: [], closed: [], now: instant)
                    seen = -1
                }
            }
        }
    }
}

@Suite struct FolderEventsTests {
    /// Writes one event as the kernel does.
    private func event(_ watch: Int32, _ mask: Int, _ name: String, padding: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        let length = name.isEmpty ? 0 : name.utf8.count + padding
        for word in [UInt32(bitPattern: watch), UInt32(mask), 77, UInt32(length)] {
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return bytes + (name.isEmpty ? [] : Array(name.utf8) + Array(repeating: 0, count: padding))
    }

    @Test func eventsAreReadAsTheKernelWritesThem() {
        let bytes =
            event(1, 8, "a.json", padding: 10) + event(-1, 0x4000, "", padding: 0) + event(7, 0x80, "é", padding: 1)
        let events = bytes.withUnsafeBytes { InotifyEvent.parse($0) }
        #expect(
            events == [
                InotifyEvent(watch: 1, mask: 8, name: "a.json"), InotifyEvent(watch: -1, mask: 0x4000, name: nil),
                InotifyEvent(watch: 7, mask: 0x80, name: "é"),
            ])
        #expect([UInt8]().withUnsafeBytes { InotifyEvent.parse($0) }.isEmpty)
    }

    @Test func closedAndRenamedFilesAreToldAndOthersAreNot() throws {
        let folder = try TemporaryFolder()
        try folder.add("deep/old.json")
        let events = try FolderEvents(folder.path)
        let inbox = Inbox(folder.path)
        #expect(try events.watch(inbox.list().folders))
        #expect(try !events.watch(inbox.list().folders))
        #expect(events.drain().isEmpty)
        try folder.add("a.json")
        try folder.add("deep/.part")
        try FileManager.default.moveItem(atPath: folder.path + "/deep/.part", toPath: folder.path + "/deep/b.json")
        try FileManager.default.removeItem(atPath: folder.path + "/deep/old.json")
        let told = events.drain()
        #expect(told.isSuperset(of: ["a.json", "deep/b.json"]) && !told.contains("deep/old.json"))
        // A folder under another name is watched under that name.
        try FileManager.default.moveItem(atPath: folder.path + "/deep", toPath: folder.path + "/deeper")
        _ = events.drain()
        #expect(try events.watch(inbox.list().folders))
        try folder.add("deeper/c.json")
        #expect(events.drain() == ["deeper/c.json"])
        // One that was replaced by another of the same name, too.
        try FileManager.default.moveItem(
            atPath: folder.path + "/deeper", toPath: folder.path + "-elsewhere")
        defer { try? FileManager.default.removeItem(atPath: folder.path + "-elsewhere") }
        try folder.add("deeper/d.json")
        _ = events.drain()
        #expect(try events.watch(inbox.list().folders))
        try folder.add("deeper/e.json")
        #expect(events.drain() == ["deeper/e.json"])
    }

    @Test func aFolderUnderTwoPathsIsWatchedAsLongAsOneIsThere() throws {
        for (gone, left) in [("link", "real"), ("real", "link")] {
            let folder = try TemporaryFolder()
            try folder.add("real/old.json")
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/link", withDestinationPath: folder.path + "/real")
            let events = try FolderEvents(folder.path)
            var folders = try Inbox(folder.path).list().folders
            #expect(try events.watch(folders) && folders.count == 3)
            try folder.add("real/a.json")
            #expect(events.drain() == ["real/a.json", "link/a.json"])
            folders[gone] = nil
            #expect(try !events.watch(folders))
            try folder.add("real/b.json")
            #expect(events.drain() == [left + "/b.json"])
            // Both gone, and one of them back.
            folders[left] = nil
            _ = try events.watch(folders)
            _ = events.drain()
            #expect(try events.watch(Inbox(folder.path).list().folders))
            try folder.add("real/c.json")
            #expect(events.drain() == ["real/c.json", "link/c.json"])
        }
    }

    @Test func aFolderThatCannotBeWatchedIsAnError() throws {
        let folder = try TemporaryFolder()
        try folder.add("a.json")
        let events = try FolderEvents(folder.path)
        let identity = FolderIdentity(try FileSystem.real.status(folder.path))
        // Gone by now: no error, the next listing knows.
        #expect(try !events.watch(["nowhere": identity]))
    }
}
