//  Readers that have the index of the log in memory, since there is no room or no right to make the file beside the database.
//
//  What they read has to be one state that was committed, whatever writers do beside them.

import CSQLite
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Ledgers

@Suite struct LogIndexTests {
    private static let layer = SQLitePageChecks.vfs(over: nil)

    /// A database with a log and two rows whose values add up to a hundred.
    private func make(_ path: String) throws -> SQLiteConnection {
        let writer = try SQLiteConnection(path: path, access: .create, vfs: Self.layer)
        try writer.reserveBytesOnEveryPage(SQLitePageChecks.byteCount)
        try writer.run("PRAGMA journal_mode = WAL")
        try writer.run("CREATE TABLE t (i INTEGER PRIMARY KEY, v INTEGER NOT NULL, filling TEXT NOT NULL)")
        for value in [40, 60] {
            try writer.run("INSERT INTO t (v, filling) VALUES (?, ?)", [value, String(repeating: "x", count: 6000)])
        }
        return writer
    }

    private func reader(_ path: String) throws -> SQLiteConnection {
        try SQLiteConnection(path: path, access: .readIndexInMemory, vfs: Self.layer, busyTimeout: 1000)
    }

    private func values(_ connection: SQLiteConnection) throws -> [Int] {
        try connection.rows("SELECT v FROM t ORDER BY i") { (row) throws(SQLiteError) in try row.int(0) }
    }

    private func move(_ count: Int, _ writer: SQLiteConnection) throws {
        try writer.transaction(.immediate) {
            try writer.run("UPDATE t SET v = v + ? WHERE i = 1", [count])
            try writer.run("UPDATE t SET v = v - ? WHERE i = 2", [count])
        }
    }

    /// Copies the database and its log as a crash would leave them.
    private func crashed(_ folder: TestFolder, _ path: String, index: [UInt8]?) throws -> String {
        let copy = folder.path + "/crashed.sqlite"
        for suffix in ["", "-wal"] { try folder.write(try folder.bytes(path + suffix), to: copy + suffix) }
        try? FileManager.default.removeItem(atPath: copy + "-shm")
        if let index { try folder.write(index, to: copy + "-shm") }
        return copy
    }

    /// What a crash left in the index file is not believed.
    @Test(arguments: [nil, [], [UInt8](repeating: 0xA5, count: 20_000), [UInt8](repeating: 0, count: 32_768)])
    func whatALogHoldsIsRead(index: [UInt8]?) throws {
        let folder = try TestFolder()
        let writer = try make(folder.ledger)
        try move(7, writer)
        let copy = try crashed(folder, folder.ledger, index: index)
        let connection = try reader(copy)
        #expect(try values(connection) == [47, 53])
        #expect(try values(connection) == [47, 53])
        #expect(try !connection.hasNoLocks())
        let size = try folder.bytes(copy + "-shm").count
        #expect(size < 32_768, "no room was taken: \(size) bytes")
    }

    @Test func aSnapshotLastsThroughWritersThatComeAndGo() throws {
        let folder = try TestFolder()
        let first = try make(folder.ledger)
        try move(7, first)
        let copy = try crashed(folder, folder.ledger, index: nil)
        let reader = try reader(copy)
        try reader.transaction(.deferred) {
            #expect(try values(reader) == [47, 53])
            do {
                let writer = try SQLiteConnection(path: copy, access: .write, vfs: Self.layer, busyTimeout: 0)
                try move(1, writer)
                // The reader keeps the pages of the log from being moved into the database.
                let moved = try writer.first("PRAGMA wal_checkpoint(PASSIVE)") { (row) throws(SQLiteError) in
                    try row.int(2)
                }
                #expect(moved == 0)
                #expect(try values(reader) == [47, 53])
            }
            #expect(try values(reader) == [47, 53])
            let writer = try SQLiteConnection(path: copy, access: .write, vfs: Self.layer, busyTimeout: 0)
            try move(1, writer)
            #expect(try values(writer) == [49, 51])
            #expect(try values(reader) == [47, 53])
        }
        #expect(try values(reader) == [49, 51])
    }

    @Test func besideAWriterItsIndexIsUsed() throws {
        let folder = try TestFolder()
        let writer = try make(folder.ledger)
        let reader = try reader(folder.ledger)
        for step in 1...20 {
            try move(1, writer)
            #expect(try values(reader) == [40 + step, 60 - step])
            if step % 5 == 0 { try writer.run("PRAGMA wal_checkpoint(TRUNCATE)") }
        }
    }

    /// Writers open, write, move pages, restart the log and close, in any order; no reader sees half of it.
    @Test func noReaderSeesHalfOfWhatAWriterDoes() throws {
        let folder = try TestFolder()
        let path = folder.ledger
        do { _ = try make(path) }
        let end = ContinuousClock.now + .seconds(3)
        let layer = Self.layer
        let moved = Atomic<Int>(0)
        let failure = Mutex<(any Error)?>(nil)
        let done = DispatchSemaphore(value: 0)
        // A thread of its own: tests that wait may have all those of tasks.
        Thread.detachNewThread {
            defer { done.signal() }
            var dice = TestSeed.dice("a writer")
            do {
                while ContinuousClock.now < end {
                    let writer = try SQLiteConnection(path: path, access: .write, vfs: layer, busyTimeout: 5000)
                    for _ in 0..<Int.random(in: 0...4, using: &dice) {
                        let count = Int.random(in: -9...9, using: &dice)
                        try writer.transaction(.immediate) {
                            try writer.run("UPDATE t SET v = v + ? WHERE i = 1", [count])
                            try writer.run("UPDATE t SET v = v - ? WHERE i = 2", [count])
                        }
                        moved.add(1, ordering: .relaxed)
                        if Bool.random(using: &dice) {
                            let kind = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"].randomElement(using: &dice)!
                            do {
                                try writer.run("PRAGMA wal_checkpoint(\(kind))")
                            } catch let error as SQLiteError where error.kind == .busy {}
                        }
                    }
                }
            } catch { failure.withLock { $0 = error } }
        }
        var read = 0
        var refused = 0
        while ContinuousClock.now < end {
            do {
                let reader = try reader(path)
                for _ in 0..<3 {
                    let found = try values(reader)
                    #expect(found.reduce(0, +) == 100 && found.count == 2, "\(TestSeed.text): \(found)")
                    read += 1
                }
            } catch let error as SQLiteError where error.kind == .busy || error.kind == .readOnly {
                // A writer is just coming or going; whoever opens a ledger tries otherwise then.
                refused += 1
            }
        }
        done.wait()
        #expect(failure.withLock { $0 } == nil, "\(TestSeed.text): \(String(describing: failure.withLock { $0 }))")
        #expect(read > 50 && moved.load(ordering: .relaxed) > 50, "\(read) read, \(refused) refused")
        #expect(refused < read / 10, "\(read) read, \(refused) refused")
    }
}
