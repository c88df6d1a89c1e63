//  Opening the ledger, and reading it at one generation.
//
//  A writer and any number of readers may have it open at once; the caller sees to it that there is one writer (the lock
//  of the checkpoints folder). Writes go to a write-ahead log, so readers are never blocked and never block.
//
//  Reading without room or rights. A reader, too, wants the files `-wal` and `-shm` beside the database, and makes them when
//  they are missing. Where it cannot, because the disk is full or the folder may only be read, three ways are tried:
//
//      1. as usual
//      2. with the index of the log in memory (SQLitePageChecks.swift): needs the log, which may be empty, and no room.
//         Beside a `-shm` that can be opened, locks keep writers from changing what is read
//      3. without a log, or with an empty one, the database file alone is the whole truth; it is read as an immutable file
//
//  Where there are no locks (2 without `-shm`, and 3), a writer with more rights may come by meanwhile. It changes the size
//  or times of a file, or makes one; every reading ends by looking, and throws `changedWhileRead`.
//
//  Making a ledger is one transaction with a rollback journal; only a complete file is switched to write-ahead logging.
//  A crash leaves an empty file at worst, and an empty file counts as missing when it may be made.

import CSQLite
import Glibc

/// The plan that a ledger is of: its name, which is also that of its fold, and what that fold sums.
package struct LedgerPlan: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    /// The column's name in partials.
    package var measure: String

    package init(name: String, measure: String) {
        self.name = name
        self.measure = measure
    }

    package var description: String { "\(name) (\(measure))" }
}

/// Which partials count, and the history of every file and every run. Belongs to one task at a time.
package final class Ledger {
    package enum Mode: Sendable {
        /// For writing; made when it is missing. Making it anew forgets everything, so a caller who has partials but
        /// no ledger should want `.write`, which refuses.
        case create
        /// For writing; has to exist.
        case write
        /// For reading beside a writer; has to exist.
        case read
    }

    package enum Beginning: Sendable, Hashable {
        case found
        case made
        case upgraded(fromFormat: Int)
    }

    package let path: String
    /// Made at random with the ledger: tells a total of this ledger from one of another with the same generation.
    package let identity: String
    package let mode: Mode
    let plan: LedgerPlan
    /// How it was before it was opened.
    package let beginning: Beginning
    let connection: SQLiteConnection
    /// Sum of the magnitudes of all that counted at a generation, as of the last commit of this connection: adding it up
    /// afresh for every commit would make many files cost the square of their number.
    var countedMagnitudes: (generation: Int, sum: Int64)?
    /// Unix time in milliseconds.
    let now: @Sendable () -> Int64
    /// What the files looked like when they were opened without locks; nil when there are locks.
    private let unlocked: FileStamps?

    /// The fields of a file that a write changes.
    private struct FileStamp: Equatable {
        var inode: UInt64
        var size: Int64
        var modified: [Int]

        init?(_ path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            inode = UInt64(info.st_ino)
            size = Int64(info.st_size)
            modified = [info.st_mtim.tv_sec, info.st_mtim.tv_nsec]
        }
    }

    /// Those of the database and of its log, and the size of the log's index, which every writer makes as large as it has
    /// to be. What root's opening changes is left out: SQLite sets the owner of log and index, and with it `ctime`.
    private struct FileStamps: Equatable {
        var database: FileStamp
        var log: FileStamp?
        var indexSize: Int64?

        init?(_ path: String) {
            guard let database = FileStamp(path) else { return nil }
            self.database = database
            log = FileStamp(path + "-wal")
            indexSize = FileStamp(path + "-shm")?.size
        }
    }

    /// Rows that were read so far: tests look how they grow.
    package var rowsRead: Int { connection.rowsRead }
    /// Statements that were run so far: tests look how they grow.
    package var statementsRun: Int { connection.statementsRun }

    /// The time of day, in Unix milliseconds.
    package static let wallClock: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private init(
        path: String, identity: String, mode: Mode, plan: LedgerPlan, beginning: Beginning,
        connection: SQLiteConnection, now: @escaping @Sendable () -> Int64, unlocked: FileStamps?
    ) {
        self.path = path
        self.identity = identity
        self.mode = mode
        self.plan = plan
        self.beginning = beginning
        self.connection = connection
        self.now = now
        self.unlocked = unlocked
    }

    // MARK: Opening

    /// Opens the ledger and looks whether it is whole: format, schema, identity. The pages are checked as they are read.
    ///
    /// - Parameters:
    ///   - path: of `ledger.sqlite`.
    ///   - plan: its name, and that of what its fold measures; a ledger keeps to the plan it was made for.
    ///   - vfs: name of a registered SQLite VFS to reach the disk through; nil for the default one.
    ///   - busyTimeout: milliseconds to wait for another connection's lock.
    ///   - now: Unix milliseconds.
    package static func open(
        _ path: String, mode: Mode, plan: LedgerPlan, vfs: String? = nil, busyTimeout: Int32 = 5000,
        now: @escaping @Sendable () -> Int64 = wallClock
    ) throws(LedgerError) -> Ledger {
        try translating("opening the ledger", path) {
            guard let checked = SQLitePageChecks.vfs(over: vfs) else {
                throw SQLiteError(code: SQLITE_ERROR, message: "no such vfs: \(vfs ?? "default")", path: path)
            }
            let stamps = FileStamps(path)
            if stamps == nil, errno == ENOENT, mode != .create { throw LedgerError.missing(path: path) }
            let access: SQLiteConnection.Access =
                switch mode {
                case .create: .create
                case .write: .write
                case .read: .read
                }
            do {
                let connection = try SQLiteConnection(
                    path: path, access: access, vfs: checked, busyTimeout: busyTimeout)
                return try opened(connection, mode, plan, now, stamps)
            } catch let error as SQLiteError where error.isForWantOfIndex && mode == .read && stamps != nil {
                return try openedWithoutRoom(path, plan, checked, busyTimeout, now, stamps!)
            } catch let error as SQLiteError where error.kind == .damaged {
                throw diagnosis(path, vfs) ?? error
            }
        }
    }

    /// Opens for reading where the files beside the database cannot be made.
    private static func openedWithoutRoom(
        _ path: String, _ plan: LedgerPlan, _ vfs: String, _ busyTimeout: Int32, _ now: @escaping @Sendable () -> Int64,
        _ stamps: FileStamps
    ) throws -> Ledger {
        do {
            let connection = try SQLiteConnection(
                path: path, access: .readIndexInMemory, vfs: vfs, busyTimeout: busyTimeout)
            // The attempt before may have left an empty log.
            return try opened(connection, .read, plan, now, FileStamps(path) ?? stamps)
        } catch let error as SQLiteError where error.isForWantOfIndex {
            if stamps.log?.size ?? 0 > 0 { throw LedgerError.logUnreadable(path: path) }
            let connection = try SQLiteConnection(path: path, access: .immutable, vfs: vfs)
            return try opened(connection, .read, plan, now, stamps)
        }
    }

    /// - Parameter stamps: as the files were before the connection read any of them.
    private static func opened(
        _ connection: SQLiteConnection, _ mode: Mode, _ plan: LedgerPlan, _ now: @escaping @Sendable () -> Int64,
        _ stamps: FileStamps?
    ) throws -> Ledger {
        for pragma in ["trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "temp_store = MEMORY"] {
            try connection.run("PRAGMA \(pragma)")
        }
        let objects = try schemaObjects(connection)
        let (application, format) = try header(connection)
        if objects.isEmpty, application == 0, format == 0 {
            // SQLite takes a file of one byte for an empty one, too. Asked only now, because reading undoes a making
            // that did not end.
            guard mode == .create, FileStamp(connection.path)?.size == 0 else {
                throw connection.damaged("there is nothing in it")
            }
            try make(connection, plan)
        } else if application != LedgerSchema.applicationID {
            throw LedgerError.notALedger(path: connection.path)
        } else if format > LedgerSchema.format {
            throw LedgerError.newerFormat(path: connection.path, found: format, supported: LedgerSchema.format)
        } else if format < 1 {
            throw connection.damaged("it claims format \(format)")
        } else if let difference = schemaDifference(objects, LedgerSchema.objects(ofFormat: format)) {
            throw connection.damaged(difference)
        }
        guard let identity = try metaText(connection, "ledger"), let ownPlan = try metaText(connection, "plan") else {
            throw connection.damaged("its identity is missing")
        }
        guard ownPlan == plan.name else {
            throw LedgerError.otherPlan(path: connection.path, found: ownPlan, wanted: plan.name)
        }
        var beginning = objects.isEmpty ? Beginning.made : .found
        if mode != .read {
            try prepareForWriting(connection)
            if !objects.isEmpty && format < LedgerSchema.format {
                try upgrade(connection, plan)
                beginning = .upgraded(fromFormat: format)
            }
        }
        try checkMeasure(connection, plan)
        let ledger = Ledger(
            path: connection.path, identity: identity, mode: mode, plan: plan, beginning: beginning,
            connection: connection, now: now, unlocked: try connection.hasNoLocks() ? stamps : nil)
        try ledger.checkUnchanged()
        return ledger
    }

    static func schemaObjects(_ connection: SQLiteConnection) throws(SQLiteError) -> [LedgerSchema.Object] {
        try connection.rows(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ) { (row) throws(SQLiteError) in
            LedgerSchema.Object(type: try row.text(0), name: try row.text(1), sql: try row.text(2))
        }
    }

    static func header(_ connection: SQLiteConnection) throws(SQLiteError) -> (application: Int64, format: Int) {
        let application = try connection.first("PRAGMA application_id") { (row) throws(SQLiteError) in
            try row.integer(0)
        }
        let format = try connection.first("PRAGMA user_version") { (row) throws(SQLiteError) in try row.int(0) }
        return (application ?? 0, format ?? 0)
    }

    /// - Throws: `.otherPlan` when the ledger was made for a plan of this name that measures something else.
    private static func checkMeasure(_ connection: SQLiteConnection, _ plan: LedgerPlan) throws {
        guard try header(connection).format >= LedgerSchema.measuresFormat else { return }
        let own = try connection.first(
            "SELECT f.name, m.name FROM measures m JOIN folds f ON f.id = m.fold WHERE m.id = ? AND f.id = ?",
            [LedgerSchema.ownMeasure, LedgerSchema.ownFold]
        ) { (row) throws(SQLiteError) in LedgerPlan(name: try row.text(0), measure: try row.text(1)) }
        guard let own else { throw connection.damaged("its own fold is missing") }
        guard own == plan else {
            throw LedgerError.otherPlan(path: connection.path, found: "\(own)", wanted: "\(plan)")
        }
    }

    static func schemaDifference(
        _ found: [LedgerSchema.Object], _ objects: [LedgerSchema.Object]
    ) -> String? {
        for wanted in objects where !found.contains(wanted) {
            return "its \(wanted.type) \(wanted.name) is missing or different"
        }
        for object in found where !objects.contains(object) {
            return "it has a foreign \(object.type), \(object.name)"
        }
        return found.count == objects.count ? nil : "its schema repeats itself"
    }

    private static func make(_ connection: SQLiteConnection, _ plan: LedgerPlan) throws {
        try connection.reserveBytesOnEveryPage(SQLitePageChecks.byteCount)
        // A rollback journal whose removal is made durable, too.
        try connection.run("PRAGMA synchronous = EXTRA")
        try connection.transaction(.immediate) {
            try connection.run("PRAGMA application_id = \(LedgerSchema.applicationID)")
            try connection.run("PRAGMA user_version = \(LedgerSchema.format)")
            for object in LedgerSchema.objects(ofFormat: LedgerSchema.format) { try connection.run(object.sql) }
            let insert = "INSERT INTO meta (key, value) VALUES (?, ?)"
            try connection.run(insert, ["ledger", randomIdentity()])
            try connection.run(insert, ["plan", plan.name])
            try connection.run(insert, ["generation", 0])
            try insertOwnFold(connection, plan)
        }
    }

    static func insertOwnFold(_ connection: SQLiteConnection, _ plan: LedgerPlan) throws(SQLiteError) {
        try connection.run("INSERT INTO folds (id, name) VALUES (?, ?)", [LedgerSchema.ownFold, plan.name])
        try connection.run(
            "INSERT INTO measures (id, fold, name) VALUES (?, ?, ?)",
            [LedgerSchema.ownMeasure, LedgerSchema.ownFold, plan.measure])
    }

    /// 128 random bits in hexadecimal.
    private static func randomIdentity() -> String {
        var text = ""
        for _ in 0..<16 {
            let byte = UInt8.random(in: .min ... .max)
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    private static func prepareForWriting(_ connection: SQLiteConnection) throws {
        for pragma in [
            "foreign_keys = ON", "synchronous = FULL", "fullfsync = ON", "checkpoint_fullfsync = ON",
        ] {
            try connection.run("PRAGMA \(pragma)")
        }
        let journal = try connection.first("PRAGMA journal_mode = WAL") { (row) throws(SQLiteError) in try row.text(0) }
        guard journal == "wal" else {
            throw SQLiteError(
                code: SQLITE_CANTOPEN, message: "this file system cannot hold a write-ahead log",
                sql: "PRAGMA journal_mode = WAL", path: connection.path)
        }
    }

    private static func metaText(_ connection: SQLiteConnection, _ key: String) throws(SQLiteError) -> String? {
        try connection.first("SELECT value FROM meta WHERE key = ?", [key]) { (row) throws(SQLiteError) in
            try row.text(0)
        }
    }

    /// Tells a damaged ledger from a whole database of another kind, or of a newer format that keeps no checksums our
    /// way; nil for a damaged one. A format number on a page whose checksum is wrong says nothing.
    private static func diagnosis(_ path: String, _ vfs: String?) -> LedgerError? {
        guard let plain = try? SQLiteConnection(path: path, access: .immutable, vfs: vfs),
            let (application, format) = try? header(plain),
            (try? plain.first("SELECT name FROM sqlite_schema") { _ in true }) == true,
            let reserved = try? plain.reservedBytes()
        else { return nil }
        if application != LedgerSchema.applicationID { return .notALedger(path: path) }
        return format > LedgerSchema.format && reserved != SQLitePageChecks.byteCount
            ? .newerFormat(path: path, found: format, supported: LedgerSchema.format) : nil
    }

    // MARK: Reading

    /// Runs several readings against one generation: what is committed meanwhile is not seen.
    ///
    /// Keep it short: while it lasts, a writer's log can only grow.
    package func snapshot<R>(_ body: () throws -> R) throws -> R {
        if connection.isInTransaction { return try body() }
        return try connection.transaction(.deferred) {
            // The first reading takes the snapshot.
            _ = try generation
            return try body()
        }
    }

    /// How often the set of counting versions has changed.
    package var generation: Int {
        get throws(LedgerError) { try reading("reading the generation") { try storedGeneration() } }
    }

    func storedGeneration() throws(SQLiteError) -> Int {
        let found = try connection.first("SELECT value FROM meta WHERE key = 'generation'") {
            (row) throws(SQLiteError) in
            try row.int(0)
        }
        guard let found, found >= 0 else { throw connection.damaged("its generation is missing") }
        return found
    }

    /// Runs `body` as one reading, and says in its errors what was being done.
    func reading<R>(_ doing: String, _ body: () throws -> R) throws(LedgerError) -> R {
        try Self.translating(doing, path) {
            let result = connection.isInTransaction ? try body() : try connection.transaction(.deferred, body)
            try checkUnchanged()
            return result
        }
    }

    /// Runs `body` as one transaction that writes.
    func writing<R>(_ doing: String, _ body: () throws -> R) throws(LedgerError) -> R {
        try Self.translating(doing, path) {
            guard mode != .read else {
                throw SQLiteError(code: SQLITE_READONLY, message: "the ledger is open for reading", path: path)
            }
            return try connection.transaction(.immediate, body)
        }
    }

    private func checkUnchanged() throws {
        if let unlocked, FileStamps(path) != unlocked { throw LedgerError.changedWhileRead(path: path) }
    }

    /// Moves what the log holds into the database file, as far as readers allow, so that the file alone is up to date.
    /// Closing does the same; a process that stays should do it after each batch.
    package func settle() throws(LedgerError) {
        try Self.translating("moving the log into the ledger", path) {
            try connection.run("PRAGMA wal_checkpoint(PASSIVE)")
        }
    }

    static func translating<R>(_ doing: String, _ path: String, _ body: () throws -> R) throws(LedgerError) -> R {
        do {
            return try body()
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            switch error.kind {
            case .damaged: throw .damaged(path: path, detail: "\(error.message), while \(doing)")
            case .constraint: throw .refused(.notAllowed(detail: error.message))
            default: throw .sqlite(error, doing: doing)
            }
        } catch let violation as ChangeViolation {
            throw .refused(violation)
        } catch {
            preconditionFailure("an error of no known kind while \(doing): \(error)")
        }
    }
}
