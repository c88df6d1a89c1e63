//  Page checksums for SQLite databases.
//
//  SQLite trusts what it reads. A byte of an integer that the disk changed is simply another integer, and the sums made
//  from it are simply wrong. So the database's pages carry a checksum, kept by a VFS: a layer between SQLite and the
//  operating system that only passes calls on, except for whole pages of the main file:
//
//      write   the last 8 bytes of the page become the checksum of all bytes before them
//      read    they are compared; a mismatch, or a page cut short, is SQLITE_IOERR_DATA, which reads as
//              `SQLiteError.Kind.damaged`
//
//  SQLite keeps its hands off these 8 bytes because the header reserves them (byte 20 of the file; file format, section
//  1.3.4). The write-ahead log needs nothing: its frames have checksums of their own. Pages pass through here when a
//  checkpoint moves them from the log to the main file. Memory mapping, which would pass by, is off (methods version 2).
//
//  Every SQLite can read such a file. One that *writes* it without this layer leaves stale checksums, and the file is
//  then refused: nobody else is meant to write it.
//
//  The checksum is that of SQLite's log (file format, section 4.2), begun with a constant and the page's number in place
//  of zeros, so that neither a page of zeros nor a page in another's place passes:
//
//      s0 = 0x57465043 ("WFPC")   s1 = page number
//      for every pair of little-endian 32-bit words x0, x1:   s0 += x0 + s1   s1 += x1 + s0      (wrapping)
//      stored: s0, s1, little-endian
//
//  A change within one word is always seen: a difference d in a word arrives in (s0, s1) as (F(k)·d, F(k+1)·d) with
//  neighbouring Fibonacci numbers, which have no common factor, so both vanish modulo 2^32 only if d does.
//
//  The layer has a second duty. A reader of a database with a write-ahead log wants an index of the log in shared memory, a
//  file of 32 KB beside the database. On a full disk it cannot be made. SQLite knows a way without it, for readers whose
//  shared memory is read-only while no writer is attached (`walBeginShmUnreliable` in its wal.c): it builds the index in its
//  own memory, and holds read lock 0 during each transaction, which keeps checkpoints away. We lead a connection that was
//  opened with `indexParameter` there:
//
//      the index file            what SQLite is told                     why that is right
//      -----------------------   -------------------------------------   ------------------------------------------------
//      is shorter than 32 KB     READONLY_CANTINIT: index in memory      nobody can have it mapped, so no writer is attached;
//                                                                        one that comes has to recover first, and then moves
//                                                                        no page into the database while lock 0 is held
//      has its first 32 KB       READONLY: use it, do not change it      a writer is or was attached and keeps it
//      cannot be opened          READONLY_CANTINIT, and no locks         whoever reads so has to look whether the files
//                                                                        changed meanwhile (`hasNoLocks`)
//
//  SQLite asks again at the start of each transaction, under lock 0. From "is shorter" an index file can become whole at any
//  time; the connection then goes on with it.

import CSQLite
import Synchronization

/// The VFS that keeps page checksums, laid over another.
enum SQLitePageChecks {
    /// Bytes reserved at the end of every page.
    static let byteCount: Int32 = 8
    private static let seed: UInt32 = 0x5746_5043

    /// Memory that begins with what SQLite sees and goes on with what we need: the VFS, then the one below it.
    private struct LayeredVFS {
        var shown: sqlite3_vfs
        var below: UnsafeMutablePointer<sqlite3_vfs>
    }

    /// An open main file; the file of the layer below follows at `belowOffset`.
    private struct FileHead {
        var methods: UnsafePointer<sqlite3_io_methods>?
        var index: IndexPlace
    }

    private static let belowOffset = 16

    /// Where a connection has the index of the log.
    private enum IndexPlace: UInt8 {
        /// In the file beside the database, as SQLite has it.
        case file
        /// In memory, as long as the file is too short to be in use. Not asked yet whether the file can be opened.
        case memory
        /// The same; the file is open, for its locks.
        case memoryBesideFile
        /// In memory. The file cannot be opened, so there are no locks.
        case memoryAlone
    }

    /// A parameter of a database's URI: with the value `memory`, a reader's index of the log needs no room on the disk.
    static let indexParameter = "watchfold_index"
    /// A file control that answers in an `Int32` whether the log is read without locks: 1 or 0.
    static let asksForLocks: Int32 = 0x5746_5043

    private static let registered = Mutex<[String: UInt]>([:])

    /// Registers the layer over a VFS (nil: the default) and names it. Once a process for each.
    ///
    /// - Returns: nil when there is no VFS of that name.
    static func vfs(over name: String?) -> String? {
        registered.withLock { known in
            SQLiteConnection.setUp
            guard let below = sqlite3_vfs_find(name) else { return nil }
            let ownName = "watchfold-checked-" + String(cString: below.pointee.zName)
            // A VFS that was replaced by another of the same name needs a new layer.
            if known[ownName] == UInt(bitPattern: below) { return ownName }
            precondition(
                MemoryLayout<FileHead>.size <= belowOffset && MemoryLayout<FileHead>.offset(of: \.methods) == 0
                    && MemoryLayout<LayeredVFS>.offset(of: \.shown) == 0,
                "SQLite finds its own part first, and the layer below behind \(belowOffset) bytes of ours")
            // These live as long as the process: SQLite keeps their addresses.
            let layer = UnsafeMutablePointer<LayeredVFS>.allocate(capacity: 1)
            let zName = ownName.withCString { strdupForever($0) }
            layer.initialize(to: LayeredVFS(shown: shown(over: below, named: zName), below: below))
            let code = UnsafeMutableRawPointer(layer).withMemoryRebound(to: sqlite3_vfs.self, capacity: 1) {
                sqlite3_vfs_register($0, 0)
            }
            precondition(code == SQLITE_OK, "registering a VFS failed with SQLite code \(code)")
            known[ownName] = UInt(bitPattern: below)
            return ownName
        }
    }

    /// What SQLite sees of the layer: opening is ours, all else is passed on. Only what every version 2 VFS has.
    private static func shown(
        over below: UnsafeMutablePointer<sqlite3_vfs>, named name: UnsafePointer<CChar>
    ) -> sqlite3_vfs {
        var vfs = sqlite3_vfs()
        vfs.iVersion = min(below.pointee.iVersion, 2)
        vfs.szOsFile = below.pointee.szOsFile + Int32(belowOffset)
        vfs.mxPathname = below.pointee.mxPathname
        vfs.zName = name
        vfs.xOpen = { SQLitePageChecks.open($0!, $1, $2!, $3, $4) }
        vfs.xDelete = { vfs, name, syncsFolder in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xDelete(below, name, syncsFolder)
        }
        vfs.xAccess = { vfs, name, flags, result in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xAccess(below, name, flags, result)
        }
        vfs.xFullPathname = { vfs, name, count, result in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xFullPathname(below, name, count, result)
        }
        vfs.xRandomness = { vfs, count, bytes in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xRandomness(below, count, bytes)
        }
        vfs.xSleep = { vfs, microseconds in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xSleep(below, microseconds)
        }
        vfs.xCurrentTime = { vfs, days in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xCurrentTime(below, days)
        }
        vfs.xGetLastError = { vfs, count, text in
            let below = SQLitePageChecks.below(vfs!)
            return below.pointee.xGetLastError(below, count, text)
        }
        if vfs.iVersion >= 2, below.pointee.xCurrentTimeInt64 != nil {
            vfs.xCurrentTimeInt64 = { vfs, milliseconds in
                let below = SQLitePageChecks.below(vfs!)
                return below.pointee.xCurrentTimeInt64(below, milliseconds)
            }
        }
        return vfs
    }

    private static func below(_ vfs: UnsafeMutablePointer<sqlite3_vfs>) -> UnsafeMutablePointer<sqlite3_vfs> {
        UnsafeMutableRawPointer(vfs).assumingMemoryBound(to: LayeredVFS.self).pointee.below
    }

    private static func strdupForever(_ text: UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar> {
        var count = 1
        while text[count - 1] != 0 { count += 1 }
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: count)
        copy.initialize(from: text, count: count)
        return copy
    }

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>, _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let below = Self.below(vfs)
        // Logs and temporary files go straight to the layer below, at the front of the memory.
        guard flags & SQLITE_OPEN_MAIN_DB != 0 else { return below.pointee.xOpen(below, name, file, flags, outFlags) }
        let lower = Self.below(file)
        let code = below.pointee.xOpen(below, name, lower, flags, outFlags)
        let index = sqlite3_uri_parameter(name, indexParameter).map { String(cString: $0) }
        head(file).pointee.index = index == "memory" ? .memory : .file
        // SQLite calls xClose only on files whose methods are set, whether or not opening failed.
        file.pointee.pMethods = lower.pointee.pMethods == nil ? nil : UnsafePointer(methods.pointer)
        return code
    }

    private static func below(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + belowOffset).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func head(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<FileHead> {
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: FileHead.self)
    }

    private static func methods(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) {
        let lower = below(file!)
        return (lower, lower.pointee.pMethods.pointee)
    }

    /// Whether a transfer is one of whole pages: the sizes that SQLite allows, at a multiple of the size.
    private static func isPage(_ count: Int32, _ offset: Int64) -> Bool {
        count >= 512 && count & (count - 1) == 0 && offset % Int64(count) == 0
    }

    /// The checksum of a page without its last 8 bytes, as those bytes hold it.
    static func checksum(_ page: UnsafeRawPointer, count: Int, pageNumber: UInt32) -> UInt64 {
        var s0 = seed
        var s1 = pageNumber
        var at = 0
        while at < count - 8 {
            s0 &+= UInt32(littleEndian: page.loadUnaligned(fromByteOffset: at, as: UInt32.self)) &+ s1
            s1 &+= UInt32(littleEndian: page.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)) &+ s0
            at += 8
        }
        return UInt64(s0) | UInt64(s1) << 32
    }

    /// Whether the last 8 bytes of a page are the checksum of those before.
    static func isWhole(_ page: UnsafeRawPointer, count: Int, pageNumber: UInt32) -> Bool {
        UInt64(littleEndian: page.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
            == checksum(page, count: count, pageNumber: pageNumber)
    }

    private static func pageNumber(_ count: Int32, _ offset: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: offset / Int64(count) + 1)
    }

    private static func read(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ buffer: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let (lower, below) = methods(file)
        let code = below.xRead(lower, buffer, count, offset)
        guard isPage(count, offset), let buffer else { return code }
        if code == shortRead {
            // A page past the end is one that SQLite is about to make; a page cut in two is not whole.
            var size: Int64 = 0
            guard below.xFileSize(lower, &size) == SQLITE_OK else { return code }
            return offset < size ? SQLiteError.pageChecksumMismatch : code
        }
        guard code == SQLITE_OK else { return code }
        return isWhole(buffer, count: Int(count), pageNumber: pageNumber(count, offset))
            ? SQLITE_OK : SQLiteError.pageChecksumMismatch
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ buffer: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let (lower, below) = methods(file)
        guard isPage(count, offset), let buffer else { return below.xWrite(lower, buffer, count, offset) }
        // The caller's page must not change under it: SQLite may share it with its cache.
        return withUnsafeTemporaryAllocation(byteCount: Int(count), alignment: 8) { page in
            page.copyMemory(from: UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            let sum = checksum(buffer, count: Int(count), pageNumber: pageNumber(count, offset))
            page.storeBytes(of: sum.littleEndian, toByteOffset: Int(count) - 8, as: UInt64.self)
            return below.xWrite(lower, page.baseAddress, count, offset)
        }
    }

    // MARK: The index of the log

    private static func mapIndex(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ region: Int32, _ size: Int32, _ extends: Int32,
        _ address: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32 {
        let (lower, below) = methods(file)
        let head = head(file!)
        if head.pointee.index == .memoryAlone {
            address?.pointee = nil
            return noIndexYet
        }
        guard head.pointee.index != .file, region == 0 else {
            return below.xShmMap(lower, region, size, extends, address)
        }
        // Never extended from here: that would be a change by one who may not write.
        let code = below.xShmMap(lower, region, size, 0, address)
        switch code {
        case SQLITE_OK:
            head.pointee.index = .memoryBesideFile
            return address?.pointee == nil ? noIndexYet : SQLITE_READONLY
        case SQLITE_READONLY, noIndexYet:
            head.pointee.index = .memoryBesideFile
            return code
        default:
            if head.pointee.index == .memoryBesideFile { return code }
            head.pointee.index = .memoryAlone
            address?.pointee = nil
            return noIndexYet
        }
    }

    /// `SQLITE_READONLY_CANTINIT`: the index may not be changed, and nobody who may is there. A macro that Swift cannot
    /// import.
    private static let noIndexYet = SQLITE_READONLY | (5 << 8)

    /// `SQLITE_IOERR_SHORT_READ`: the file ends within the bytes asked for. A macro that Swift cannot import.
    private static let shortRead = SQLITE_IOERR | (2 << 8)

    /// What would let SQLite read or write parts of pages past us: atomic batches, and reads within a page
    /// (`SQLITE_IOCAP_BATCH_ATOMIC`, `SQLITE_IOCAP_SUBPAGE_READ`).
    private static let maskedCapabilities: Int32 = 0x4000 | 0x8000

    private struct Methods: @unchecked Sendable {
        // Written once, before anybody can see it; lives as long as the process.
        let pointer: UnsafeMutablePointer<sqlite3_io_methods>
    }

    private static let methods: Methods = {
        var table = sqlite3_io_methods()
        table.iVersion = 2
        table.xClose = { file in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xClose(lower)
        }
        table.xRead = { SQLitePageChecks.read($0, $1, $2, $3) }
        table.xWrite = { SQLitePageChecks.write($0, $1, $2, $3) }
        table.xTruncate = { file, size in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xTruncate(lower, size)
        }
        table.xSync = { file, flags in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xSync(lower, flags)
        }
        table.xFileSize = { file, size in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xFileSize(lower, size)
        }
        table.xLock = { file, lock in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xLock(lower, lock)
        }
        table.xUnlock = { file, lock in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xUnlock(lower, lock)
        }
        table.xCheckReservedLock = { file, result in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xCheckReservedLock(lower, result)
        }
        table.xFileControl = { file, operation, argument in
            if operation == SQLitePageChecks.asksForLocks, let argument {
                let isAlone = SQLitePageChecks.head(file!).pointee.index == .memoryAlone
                argument.storeBytes(of: isAlone ? 1 : 0, as: Int32.self)
                return SQLITE_OK
            }
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xFileControl(lower, operation, argument)
        }
        table.xSectorSize = { file in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xSectorSize(lower)
        }
        table.xDeviceCharacteristics = { file in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xDeviceCharacteristics(lower) & ~SQLitePageChecks.maskedCapabilities
        }
        table.xShmMap = { SQLitePageChecks.mapIndex($0, $1, $2, $3, $4) }
        table.xShmLock = { file, offset, count, flags in
            if SQLitePageChecks.head(file!).pointee.index == .memoryAlone { return SQLITE_OK }
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xShmLock(lower, offset, count, flags)
        }
        table.xShmBarrier = { file in
            let (lower, below) = SQLitePageChecks.methods(file)
            below.xShmBarrier(lower)
        }
        table.xShmUnmap = { file, delete in
            let (lower, below) = SQLitePageChecks.methods(file)
            return below.xShmUnmap(lower, delete)
        }
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        pointer.initialize(to: table)
        return Methods(pointer: pointer)
    }()
}
