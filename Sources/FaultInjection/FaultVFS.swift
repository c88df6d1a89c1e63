//  SQLite's calls to the disk, shown to an interposer like those of DurableIO.
//
//  A VFS is SQLite's own seam to the operating system. This one lies over the default VFS and passes every call on;
//  before it does, the interposer may refuse, and after it did, the interposer is told, with the bytes of a write:
//
//      SQLite                      the interposer sees
//      xOpen with CREATE           open(path, O_CREAT)
//      xWrite                      writeAt(path, offset, count)
//      xSync                       sync(path), and sync(folder) the first time for a log or journal that was made:
//                                  the default VFS then makes its name durable, too
//      xTruncate                   truncate(path, length)
//      xDelete                     remove(path), then sync(folder) when SQLite asks for it
//      xRead                       readAt(path, offset, count)
//
//  The shared memory beside a write-ahead log (`-shm`) is not data: SQLite makes it again after a crash. Its calls pass by
//  unseen.
//
//  SQLite keeps its descriptors to itself, so each file is opened a second time for the interposer to look at. That
//  descriptor is closed after SQLite's own: closing any descriptor of a file drops the process's locks on it.

import CSQLite
import DurableIO
import Glibc
import Synchronization

/// A registered VFS whose calls go by an interposer.
package enum FaultVFS {
    /// Registers a VFS; it lives as long as the process, as SQLite wants it.
    ///
    /// - Returns: its name, for opening databases.
    package static func register(over interposer: any Interposer) -> String {
        wf_sqlite_set_up()
        let below = sqlite3_vfs_find(nil)!
        let name = "watchfold-faults-\(serial.wrappingAdd(1, ordering: .relaxed).newValue)"
        let layer = UnsafeMutablePointer<LayeredVFS>.allocate(capacity: 1)
        let box = Unmanaged.passRetained(InterposerBox(interposer))
        var shown = below.pointee
        shown.iVersion = min(below.pointee.iVersion, 2)
        shown.szOsFile = below.pointee.szOsFile + Int32(belowOffset)
        shown.pNext = nil
        shown.zName = UnsafePointer(strdup(name))
        shown.xOpen = { FaultVFS.open($0!, $1, $2!, $3, $4) }
        shown.xDelete = { FaultVFS.delete($0!, $1!, $2) }
        layer.initialize(to: LayeredVFS(shown: shown, below: below, interposer: box))
        let code = UnsafeMutableRawPointer(layer).withMemoryRebound(to: sqlite3_vfs.self, capacity: 1) {
            sqlite3_vfs_register($0, 0)
        }
        precondition(code == SQLITE_OK, "registering a VFS failed with SQLite code \(code)")
        return name
    }

    private static let serial = Atomic<Int>(0)

    /// Memory that begins with what SQLite sees. The functions that are not replaced are those of the layer below and
    /// get this address; they use nothing of it but the private data, which is a copy.
    private struct LayeredVFS {
        var shown: sqlite3_vfs
        var below: UnsafeMutablePointer<sqlite3_vfs>
        var interposer: Unmanaged<InterposerBox>
    }

    private final class InterposerBox {
        let interposer: any Interposer
        init(_ interposer: any Interposer) { self.interposer = interposer }
    }

    /// What is known of an open file.
    private final class OpenState {
        let interposer: any Interposer
        let path: String
        /// For the interposer; -1 for a temporary file.
        let descriptor: Int32
        /// A log or journal that was made and whose name was not synced yet.
        var hasNewName: Bool

        init(_ interposer: any Interposer, path: String, hasNewName: Bool) {
            self.interposer = interposer
            self.path = path
            self.hasNewName = hasNewName
            descriptor = path.isEmpty ? -1 : Glibc.open(path, O_RDONLY | O_CLOEXEC)
        }
    }

    /// An open file's memory: the methods, our state, then the file of the layer below.
    private struct FileHead {
        var methods: UnsafePointer<sqlite3_io_methods>?
        var state: Unmanaged<OpenState>?
    }

    private static let belowOffset = 16

    private static func layer(_ vfs: UnsafeMutablePointer<sqlite3_vfs>) -> LayeredVFS {
        UnsafeMutableRawPointer(vfs).assumingMemoryBound(to: LayeredVFS.self).pointee
    }

    private static func below(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> (file: UnsafeMutablePointer<sqlite3_file>, methods: sqlite3_io_methods) {
        let below = (UnsafeMutableRawPointer(file!) + belowOffset).assumingMemoryBound(to: sqlite3_file.self)
        return (below, below.pointee.pMethods.pointee)
    }

    private static func state(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenState {
        UnsafeMutableRawPointer(file!).assumingMemoryBound(to: FileHead.self).pointee.state!.takeUnretainedValue()
    }

    // MARK: Calls of the VFS

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>, _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let layer = layer(vfs)
        let interposer = layer.interposer.takeUnretainedValue().interposer
        let head = UnsafeMutableRawPointer(file).assumingMemoryBound(to: FileHead.self)
        head.initialize(to: FileHead(methods: nil, state: nil))
        // Temporary files have no name and nothing of them lasts; they are seen under an empty path.
        let path = name.map { String(cString: $0) } ?? ""
        var information = stat()
        let creates = flags & SQLITE_OPEN_CREATE != 0 && !path.isEmpty && stat(path, &information) != 0
        let call = SystemCall.open(path: path, flags: creates ? O_RDWR | O_CREAT : O_RDWR)
        if case .fail = interposer.willPerform(call) { return SQLITE_CANTOPEN }
        let lower = (UnsafeMutableRawPointer(file) + belowOffset).assumingMemoryBound(to: sqlite3_file.self)
        let code = layer.below.pointee.xOpen(layer.below, name, lower, flags, outFlags)
        guard code == SQLITE_OK else {
            // SQLite closes what has methods, whether or not it opened.
            if lower.pointee.pMethods != nil { _ = lower.pointee.pMethods.pointee.xClose(lower) }
            return code
        }
        let isLog = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL) != 0
        let state = OpenState(interposer, path: path, hasNewName: creates && isLog)
        head.pointee = FileHead(methods: UnsafePointer(methods.pointer), state: .passRetained(state))
        interposer.didPerform(call, on: nil, result: Int(state.descriptor), bytes: nil)
        return SQLITE_OK
    }

    private static func delete(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>, _ name: UnsafePointer<CChar>, _ syncsFolder: Int32
    ) -> Int32 {
        let layer = layer(vfs)
        let interposer = layer.interposer.takeUnretainedValue().interposer
        let path = String(cString: name)
        let call = SystemCall.remove(path: path)
        if case .fail = interposer.willPerform(call) { return SQLITE_IOERR | (10 << 8) }
        let code = layer.below.pointee.xDelete(layer.below, name, 0)
        guard code == SQLITE_OK else { return code }
        interposer.didPerform(call, on: nil, result: 0, bytes: nil)
        return syncsFolder != 0 ? syncFolder(of: path, interposer) : SQLITE_OK
    }

    /// Makes the names in a file's folder durable, the way the default VFS would, where the interposer sees it.
    private static func syncFolder(of path: String, _ interposer: any Interposer) -> Int32 {
        do throws(IOError) {
            try FileSystem(interposer: interposer).syncFolder(Path.parent(path))
            return SQLITE_OK
        } catch { return SQLITE_IOERR | (5 << 8) }
    }

    // MARK: Calls of a file

    private static func code(_ failure: Int32, _ otherwise: Int32) -> Int32 {
        failure == ENOSPC ? SQLITE_FULL : otherwise
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let state = state(file)
        let call = SystemCall.writeAt(path: state.path, offset: Int(offset), count: Int(count))
        let (lower, below) = below(file)
        switch state.interposer.willPerform(call) {
        case .fail(let errno): return code(errno, SQLITE_IOERR | (3 << 8))
        // A write that is cut short and cannot go on is a full disk to SQLite; what was written stays.
        case .limit(let most) where most < count:
            _ = below.xWrite(lower, bytes, Int32(most), offset)
            state.interposer.didPerform(
                call, on: state.descriptor, result: most, bytes: UnsafeRawBufferPointer(start: bytes, count: most))
            return SQLITE_FULL
        case .limit, .proceed: break
        }
        let code = below.xWrite(lower, bytes, count, offset)
        guard code == SQLITE_OK else { return code }
        state.interposer.didPerform(
            call, on: state.descriptor, result: Int(count),
            bytes: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        return SQLITE_OK
    }

    private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32) -> Int32 {
        let state = state(file)
        let call = SystemCall.sync(path: state.path)
        if case .fail(let errno) = state.interposer.willPerform(call) { return code(errno, SQLITE_IOERR | (4 << 8)) }
        let (lower, below) = below(file)
        let code = below.xSync(lower, flags)
        guard code == SQLITE_OK else { return code }
        state.interposer.didPerform(call, on: state.descriptor, result: 0, bytes: nil)
        guard state.hasNewName else { return SQLITE_OK }
        state.hasNewName = false
        return syncFolder(of: state.path, state.interposer)
    }

    private static func truncate(_ file: UnsafeMutablePointer<sqlite3_file>?, _ size: Int64) -> Int32 {
        let state = state(file)
        let call = SystemCall.truncate(path: state.path, length: Int(size))
        if case .fail(let errno) = state.interposer.willPerform(call) { return code(errno, SQLITE_IOERR | (6 << 8)) }
        let (lower, below) = below(file)
        let code = below.xTruncate(lower, size)
        guard code == SQLITE_OK else { return code }
        state.interposer.didPerform(call, on: state.descriptor, result: 0, bytes: nil)
        return SQLITE_OK
    }

    private static func read(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeMutableRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        let state = state(file)
        let call = SystemCall.readAt(path: state.path, offset: Int(offset), count: Int(count))
        if case .fail = state.interposer.willPerform(call) { return SQLITE_IOERR | (1 << 8) }
        let (lower, below) = below(file)
        let code = below.xRead(lower, bytes, count, offset)
        if code == SQLITE_OK { state.interposer.didPerform(call, on: state.descriptor, result: Int(count), bytes: nil) }
        return code
    }

    private static func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
        let (lower, below) = below(file)
        let head = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: FileHead.self)
        let descriptor = state(file).descriptor
        let code = below.xClose(lower)
        if descriptor >= 0 { Glibc.close(descriptor) }
        head.pointee.state?.release()
        head.pointee.state = nil
        return code
    }

    private struct Methods: @unchecked Sendable {
        // Written once, before anybody can see it; lives as long as the process.
        let pointer: UnsafeMutablePointer<sqlite3_io_methods>
    }

    private static let methods: Methods = {
        var table = sqlite3_io_methods()
        table.iVersion = 2
        table.xClose = { FaultVFS.close($0) }
        table.xRead = { FaultVFS.read($0, $1, $2, $3) }
        table.xWrite = { FaultVFS.write($0, $1, $2, $3) }
        table.xTruncate = { FaultVFS.truncate($0, $1) }
        table.xSync = { FaultVFS.sync($0, $1) }
        table.xFileSize = { file, size in
            let (lower, below) = FaultVFS.below(file)
            return below.xFileSize(lower, size)
        }
        table.xLock = { file, level in
            let (lower, below) = FaultVFS.below(file)
            return below.xLock(lower, level)
        }
        table.xUnlock = { file, level in
            let (lower, below) = FaultVFS.below(file)
            return below.xUnlock(lower, level)
        }
        table.xCheckReservedLock = { file, result in
            let (lower, below) = FaultVFS.below(file)
            return below.xCheckReservedLock(lower, result)
        }
        table.xFileControl = { file, operation, argument in
            let (lower, below) = FaultVFS.below(file)
            return below.xFileControl(lower, operation, argument)
        }
        table.xSectorSize = { file in
            let (lower, below) = FaultVFS.below(file)
            return below.xSectorSize(lower)
        }
        table.xDeviceCharacteristics = { file in
            let (lower, below) = FaultVFS.below(file)
            return below.xDeviceCharacteristics(lower)
        }
        table.xShmMap = { file, page, size, extends, memory in
            let (lower, below) = FaultVFS.below(file)
            return below.xShmMap(lower, page, size, extends, memory)
        }
        table.xShmLock = { file, offset, count, flags in
            let (lower, below) = FaultVFS.below(file)
            return below.xShmLock(lower, offset, count, flags)
        }
        table.xShmBarrier = { file in
            let (lower, below) = FaultVFS.below(file)
            below.xShmBarrier(lower)
        }
        table.xShmUnmap = { file, deletes in
            let (lower, below) = FaultVFS.below(file)
            return below.xShmUnmap(lower, deletes)
        }
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        pointer.initialize(to: table)
        return Methods(pointer: pointer)
    }()
}
