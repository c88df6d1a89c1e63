//  What is at the path when a ledger is opened: nothing, something else, something newer, something broken.

import Foundation
import Testing

@testable import Ledgers

@Suite struct LedgerOpeningTests {
    private func refusal(_ path: String, _ mode: Ledger.Mode, plan: LedgerPlan = .test) -> LedgerError? {
        do throws(LedgerError) {
            _ = try Ledger.open(path, mode: mode, plan: plan)
            return nil
        } catch { return error }
    }

    private func isDamaged(_ error: LedgerError?) -> Bool {
        if case .damaged? = error { true } else { false }
    }

    private func isReadOnly(_ error: LedgerError) -> Bool {
        if case .sqlite(let cause, _) = error { cause.kind == .readOnly } else { false }
    }

    /// Runs statements on a ledger through the layer that keeps its checksums right.
    private func tamper(_ path: String, _ statements: String...) throws {
        let connection = try SQLiteConnection(path: path, access: .write, vfs: SQLitePageChecks.vfs(over: nil))
        for statement in statements { try connection.run(statement) }
    }

    private func makeLedger(_ folder: TestFolder) throws {
        let ledger = try Ledger.test(folder.ledger, .create)
        try ledger.fold("a.json", content: 1, run: try ledger.testRun())
    }

    @Test(arguments: [Ledger.Mode.read, .write]) func missing(_ mode: Ledger.Mode) throws {
        let folder = try TestFolder()
        #expect(refusal(folder.ledger, mode) == .missing(path: folder.ledger))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func anEmptyFileIsOneWhoseMakingDidNotEnd() throws {
        let folder = try TestFolder()
        try folder.write([], to: folder.ledger)
        #expect(isDamaged(refusal(folder.ledger, .read)))
        #expect(isDamaged(refusal(folder.ledger, .write)))
        #expect(refusal(folder.ledger, .create) == nil)
        #expect(refusal(folder.ledger, .read) == nil)
    }

    @Test(arguments: [Ledger.Mode.read, .write, .create]) func somethingElse(_ mode: Ledger.Mode) throws {
        let folder = try TestFolder()
        let text = Array(repeating: UInt8(ascii: "x"), count: 5000)
        for bytes in [text, [UInt8](repeating: 0, count: 8192), [1], Array("SQLite format 3\0".utf8)] {
            try folder.write(bytes, to: folder.ledger)
            #expect(isDamaged(refusal(folder.ledger, mode)), "\(bytes.count) bytes")
            #expect(try folder.bytes(folder.ledger) == bytes)
        }
        let other = folder.path + "/other.sqlite"
        let connection = try SQLiteConnection(path: other, access: .create)
        try connection.run("CREATE TABLE plants (name TEXT)")
        #expect(refusal(other, mode) == .notALedger(path: other))
    }

    @Test(arguments: [Ledger.Mode.read, .write, .create]) func anotherFormatOrPlan(_ mode: Ledger.Mode) throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        #expect(
            refusal(folder.ledger, mode, plan: LedgerPlan(name: "sessions", measure: "TotalDuration"))
                == .otherPlan(path: folder.ledger, found: "engagement", wanted: "sessions"))
        let own = LedgerSchema.format
        try tamper(folder.ledger, "PRAGMA user_version = \(own + 1)")
        #expect(refusal(folder.ledger, mode) == .newerFormat(path: folder.ledger, found: own + 1, supported: own))
        try tamper(folder.ledger, "PRAGMA user_version = 0")
        #expect(isDamaged(refusal(folder.ledger, mode)))
        // The tables are those of another format than the number says.
        try tamper(folder.ledger, "PRAGMA user_version = \(own - 1)")
        #expect(isDamaged(refusal(folder.ledger, mode)))
        try tamper(folder.ledger, "PRAGMA user_version = \(own)", "PRAGMA application_id = 77")
        #expect(refusal(folder.ledger, mode) == .notALedger(path: folder.ledger))
        try tamper(folder.ledger, "PRAGMA application_id = \(LedgerSchema.applicationID)")
        #expect(refusal(folder.ledger, mode) == nil)
        // A number on a page whose checksum is wrong says nothing.
        let plain = try SQLiteConnection(path: folder.ledger, access: .write)
        try plain.run("PRAGMA user_version = 99")
        try plain.run("PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(isDamaged(refusal(folder.ledger, mode)))
        // A newer format need not keep checksums our way.
        try plain.run("PRAGMA journal_mode = DELETE")
        try plain.reserveBytesOnEveryPage(16)
        try plain.run("VACUUM")
        #expect(refusal(folder.ledger, mode) == .newerFormat(path: folder.ledger, found: 99, supported: own))
    }

    @Test(arguments: [
        "DROP INDEX counting_open_name", "DROP TRIGGER versions_keep", "CREATE TABLE mine (a)", "DROP TABLE rejections",
        "ALTER TABLE files ADD COLUMN note TEXT", "UPDATE meta SET value = '' WHERE key = 'generation'",
    ]) func anotherSchema(_ statement: String) throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        if statement.contains("meta") {
            #expect(throws: SQLiteError.self) { try tamper(folder.ledger, statement) }
            #expect(refusal(folder.ledger, .read) == nil)
        } else {
            try tamper(folder.ledger, statement)
            #expect(isDamaged(refusal(folder.ledger, .read)))
            #expect(isDamaged(refusal(folder.ledger, .create)))
        }
    }

    @Test func aWriterWithoutChecksumsIsNoticed() throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        do {
            let plain = try SQLiteConnection(path: folder.ledger, access: .write)
            try plain.run("UPDATE files SET reason = 'changed from outside'")
        }
        var noticed = false
        do throws(LedgerError) {
            let ledger = try Ledger.open(folder.ledger, mode: .read, plan: .test)
            _ = try ledger.files()
        } catch { noticed = isDamaged(error) }
        #expect(noticed)
    }

    @Test(arguments: [
        "DELETE FROM versions", "DELETE FROM transitions", "DELETE FROM counting", "DELETE FROM files",
        "DELETE FROM runs", "DELETE FROM sums", "DELETE FROM breakdowns", "DELETE FROM rejections", "DELETE FROM meta",
        "UPDATE versions SET rows = 0", "UPDATE sums SET sum = 0", "UPDATE breakdowns SET sum = 0",
        "UPDATE rejections SET records = 9",
        "UPDATE transitions SET to_state = 'held'", "UPDATE counting SET digest = '00'", "UPDATE files SET name = 'z'",
        "UPDATE meta SET value = value + 2 WHERE key = 'generation'",
        "UPDATE meta SET value = 'x' WHERE key = 'ledger'",
        "UPDATE runs SET command = 'x'",
        "DELETE FROM observed", "DELETE FROM fields", "DELETE FROM examples", "DELETE FROM coercions",
        "UPDATE observed SET has_more_fields = 1", "UPDATE fields SET kinds = 1", "UPDATE examples SET line = 9",
        "UPDATE coercions SET records = 9",
    ]) func historyIsNeverDeletedOrChanged(_ statement: String) throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        let connection = try SQLiteConnection(
            path: folder.ledger, access: .write, vfs: SQLitePageChecks.vfs(over: nil))
        do throws(SQLiteError) {
            try connection.run(statement)
            Issue.record("it was")
        } catch { #expect(error.kind == .constraint) }
    }

    @Test func unfoundVFSAndUnwritableFileAreSaid() throws {
        let folder = try TestFolder()
        #expect(throws: LedgerError.self) { try Ledger.open(folder.ledger, mode: .create, plan: .test, vfs: "no such") }
        do throws(LedgerError) {
            _ = try Ledger.open(folder.path + "/nowhere/ledger.sqlite", mode: .create, plan: .test)
            Issue.record("it opened")
        } catch {
            #expect(isReadOnly(error))
        }
    }

    @Test func anyVFSCanLieBelow() throws {
        let folder = try TestFolder()
        var ledger: Ledger? = try Ledger.open(folder.ledger, mode: .create, plan: .test, vfs: "unix-excl")
        try ledger!.fold("a.json", content: 1, run: try ledger!.testRun())
        // This one keeps the log's index in its own memory, where the default one makes a file for it.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.sorted() == ["ledger.sqlite", "ledger.sqlite-wal"])
        ledger = nil
        #expect(try Ledger.test(folder.ledger, .write).files().map(\.name) == ["a.json"])
    }

    // MARK: Where nothing may be written

    /// Runs `body` on this thread as a user who owns nothing. Only root needs to, and may, become one.
    private func asNobody(_ body: () throws -> Void) rethrows {
        typealias Change = @convention(c) (UInt32) -> Int32
        let change = unsafeBitCast(dlsym(nil, "setfsuid"), to: Change.self)
        let before = change(65534)
        defer { _ = change(UInt32(bitPattern: before)) }
        try body()
    }

    @Test func aReadOnlyFolderCanBeRead() throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        let inside = folder.path + "/a? #%41 é"
        try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: false)
        let path = inside + "/ledger.sqlite"
        try FileManager.default.moveItem(atPath: folder.ledger, toPath: path)
        let expected = try LedgerDump(try Ledger.test(path, .read))
        for file in try FileManager.default.contentsOfDirectory(atPath: inside) where file != "ledger.sqlite" {
            try FileManager.default.removeItem(atPath: inside + "/" + file)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: inside)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: inside) }
        try asNobody {
            let reader = try Ledger.test(path, .read)
            #expect(try LedgerDump(reader) == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: inside) == ["ledger.sqlite"])
            for mode in [Ledger.Mode.write, .create] {
                do throws(LedgerError) {
                    _ = try Ledger.test(path, mode)
                    Issue.record("it opened for writing")
                } catch {
                    #expect(isReadOnly(error))
                }
            }
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can act as two users")) func aWriterWithMoreRightsIsNoticed() throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        var reader: Ledger?
        try asNobody { reader = try Ledger.test(folder.ledger, .read) }
        _ = try reader!.files()
        var writer: Ledger? = try Ledger.test(folder.ledger, .write)
        try writer!.fold("b.json", content: 2, run: try writer!.testRun())
        #expect(throws: LedgerError.changedWhileRead(path: folder.ledger)) { try reader!.files() }
        // Beside a writer, whose files are there, a reader needs no rights of its own.
        try asNobody {
            let beside = try Ledger.test(folder.ledger, .read)
            #expect(try beside.files().count == 2)
            try writer!.fold("c.json", content: 3, run: try RunID(writer!.runs(last: 1)[0].id.rawValue))
            #expect(try beside.files().count == 3)
        }
        writer = nil
        reader = nil
    }

    /// As a crashed writer leaves them; also when the copy of a folder forgot the index of the log, which is not data.
    @Test(.enabled(if: getuid() == 0, "only root can act as two users"), arguments: [false, true])
    func aLogThatWasLeftBehindIsReadWhereNothingMayBeWritten(hasIndex: Bool) throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        let left = try TestFolder()
        let writer = try Ledger.test(folder.ledger, .write)
        try writer.fold("b.json", content: 2, run: try writer.testRun())
        for suffix in ["", "-wal"] + (hasIndex ? ["-shm"] : []) {
            try left.write(try folder.bytes(folder.ledger + suffix), to: left.ledger + suffix)
        }
        let expected = try LedgerDump(writer)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: left.path)
        let before = try FileManager.default.contentsOfDirectory(atPath: left.path).sorted()
        try asNobody {
            let reader = try Ledger.test(left.ledger, .read)
            #expect(try LedgerDump(reader) == expected)
            #expect(try FileManager.default.contentsOfDirectory(atPath: left.path).sorted() == before)
            #expect(expected.files.map(\.name) == ["a.json", "b.json"])
        }
    }

    /// A reader that has no locks notices that the owner of a log brings it home.
    @Test(.enabled(if: getuid() == 0, "only root can act as two users")) func aLogThatIsBroughtHomeIsNoticed() throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        let left = try TestFolder()
        let writer = try Ledger.test(folder.ledger, .write)
        try writer.fold("b.json", content: 2, run: try writer.testRun())
        for suffix in ["", "-wal"] {
            try left.write(try folder.bytes(folder.ledger + suffix), to: left.ledger + suffix)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: left.path)
        var reader: Ledger?
        try asNobody { reader = try Ledger.test(left.ledger, .read) }
        #expect(try reader!.files().count == 2)
        let owner = try Ledger.test(left.ledger, .write)
        try owner.fold("c.json", content: 3, run: try owner.testRun())
        #expect(throws: LedgerError.changedWhileRead(path: left.ledger)) { try reader!.files() }
        try asNobody { reader = try Ledger.test(left.ledger, .read) }
        #expect(try reader!.files().count == 3)
    }

    @Test(.enabled(if: getuid() == 0, "only root can act as two users")) func aLogThatMayNotBeReadIsSaid() throws {
        let folder = try TestFolder()
        try makeLedger(folder)
        let writer = try Ledger.test(folder.ledger, .write)
        try writer.fold("b.json", content: 2, run: try writer.testRun())
        let left = try TestFolder()
        for suffix in ["", "-wal"] {
            try left.write(try folder.bytes(folder.ledger + suffix), to: left.ledger + suffix)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: left.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: left.ledger + "-wal")
        asNobody { #expect(refusal(left.ledger, .read) == .logUnreadable(path: left.ledger)) }
    }
}
