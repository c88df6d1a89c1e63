//  An open descriptor that knows its path.

import CWriteback
import Glibc

/// An open file or folder; closed when the last reference goes. `read(at:into:)` may be called from several threads at
/// once.
package final class OpenFile: Sendable {
    package enum Mode: Sendable {
        case read
        /// Create a file that must not exist yet, for writing, and for reading what was written.
        case createNew
        /// Open what is there, a device or a pipe, for writing.
        case write
        /// Open or create, for reading and writing, without truncating.
        case readWrite
        case folder

        var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .write: O_WRONLY
            case .readWrite: O_RDWR | O_CREAT
            case .folder: O_RDONLY | O_DIRECTORY
            }
        }

        var operation: String {
            switch self {
            case .read, .write, .folder: "cannot open"
            case .createNew: "cannot create"
            case .readWrite: "cannot open or create"
            }
        }
    }

    package let path: String
    package let descriptor: Int32
    private let fileSystem: FileSystem
    private let ownsDescriptor: Bool

    init(fileSystem: FileSystem, descriptor: Int32, path: String, ownsDescriptor: Bool) {
        self.fileSystem = fileSystem
        self.descriptor = descriptor
        self.path = path
        self.ownsDescriptor = ownsDescriptor
    }

    /// What a close can still report does not matter: data that must last was synced before.
    deinit { if ownsDescriptor { close(descriptor) } }

    package func status() throws(IOError) -> FileStatus {
        var s = stat()
        try fileSystem.perform(.status(path: path), "cannot look at", path, on: descriptor) { _ in
            Int(fstat(descriptor, &s))
        }
        return FileStatus(s)
    }

    // MARK: Reading

    /// Reads what comes next, at most the buffer's size. Returns 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(IOError) -> Int {
        try fileSystem.perform(
            .read(path: path, count: buffer.count), "cannot read", path, on: descriptor, count: buffer.count
        ) {
            most in
            Glibc.read(descriptor, buffer.baseAddress, most)
        }
    }

    /// Fills the buffer from `offset` on; returns fewer bytes only at the end of the file.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(IOError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = buffer.count - filled
            let count = try fileSystem.perform(
                .readAt(path: path, offset: offset + filled, count: rest), "cannot read", path, on: descriptor,
                count: rest
            ) { most in pread(descriptor, buffer.baseAddress! + filled, most, off_t(offset + filled)) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Reads from where it is to the end, in pieces that are good only during the call.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The whole file, which must be a small one.
    ///
    /// - Parameter limit: bytes; a larger file is an `IOError` with EFBIG.
    package func readAll(limit: Int) throws(IOError) -> [UInt8] {
        let size = try status().size
        guard size <= limit else { throw IOError("will not read", path, code: EFBIG) }
        var failure: IOError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(IOError) {
                count = try read(
                    at: 0, into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<size])))
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// What comes from the current position on, up to the end: of a pipe or a terminal as well, which have no size.
    ///
    /// - Parameter limit: bytes; when more come it is an `IOError` with EFBIG.
    package func readToEnd(limit: Int) throws(IOError) -> [UInt8] {
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = try read(into: piece)
            if count == 0 { return bytes }
            if bytes.count + count > limit { throw IOError("will not read", path, code: EFBIG) }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    // MARK: Writing

    /// Writes all bytes at the current position.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try fileSystem.perform(
                .write(path: path, count: rest.count), "cannot write", path, on: descriptor, count: rest.count,
                bytes: rest
            ) { most in
                Glibc.write(descriptor, rest.baseAddress, most)
            }
            if count == 0 { throw IOError("cannot write", path, code: EIO) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes all bytes from `offset` on; the current position stays.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(IOError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let position = offset + written
            let count = try fileSystem.perform(
                .writeAt(path: path, offset: position, count: rest.count), "cannot write", path, on: descriptor,
                count: rest.count,
                bytes: rest
            ) { most in pwrite(descriptor, rest.baseAddress, most, off_t(position)) }
            if count == 0 { throw IOError("cannot write", path, code: EIO) }
            written += count
        }
    }

    package func truncate(to length: Int) throws(IOError) {
        try fileSystem.perform(.truncate(path: path, length: length), "cannot truncate", path, on: descriptor) { _ in
            Int(ftruncate(descriptor, off_t(length)))
        }
    }

    /// Asks the kernel to begin writing these bytes to the disk, so that a later `sync` has less to wait for. Nothing can
    /// depend on it, so it is not a call that tests see, and whether it worked does not matter.
    package func beginWriteback(_ bytes: Range<Int>) {
        wf_begin_writeback(descriptor, Int64(bytes.lowerBound), Int64(bytes.count))
    }

    /// Lets writes go from the caller's memory to the disk, without a copy in the kernel's cache, or through the cache again.
    /// Offsets, lengths and addresses of direct writes must be multiples of the disk's unit; 4,096 bytes do for all known
    /// ones. What is written is the same either way, so this is not a call that tests see.
    ///
    /// - Returns: whether it is so now; some file systems know no direct writes, and others know only after the first one.
    package func setDirect(_ isDirect: Bool) -> Bool { wf_set_direct(descriptor, isDirect) }

    /// Makes what was written last. After a failure nothing is known of the pages; the file must be written again.
    package func sync() throws(IOError) {
        try fileSystem.perform(.sync(path: path), "cannot make durable", path, on: descriptor) { _ in
            Int(fsync(descriptor))
        }
    }

    /// Takes the kernel's lock on this open file, without waiting. Returns whether it was free. The lock goes with the
    /// descriptor, also when the process dies.
    ///
    /// - Parameter isShared: others may have it shared at the same time, but nobody alone.
    package func tryLock(isShared: Bool = false) throws(IOError) -> Bool {
        do {
            try fileSystem.perform(.lock(path: path), "cannot lock", path, on: descriptor) { _ in
                Int(flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB))
            }
            return true
        } catch  where error.code == EWOULDBLOCK { return false }
    }

    /// Whether the path still leads to this file or folder, and not to another or to none.
    package func isInPlace(in fileSystem: FileSystem) throws(IOError) -> Bool {
        guard let there = try fileSystem.statusIfPresent(path) else { return false }
        let own = try status()
        return there.device == own.device && there.inode == own.inode
    }

    // MARK: Attributes

    package func attributes() throws(IOError) -> FileAttributes {
        var s = stat()
        try fileSystem.perform(.status(path: path), "cannot look at", path, on: descriptor) { _ in
            Int(fstat(descriptor, &s))
        }
        return FileAttributes(s)
    }

    /// Gives the file an owner, a group and a mode. Only root may give a file to another user; for everybody else the
    /// group is set if it is one of theirs, and the mode in any case.
    package func setAttributes(_ wanted: FileAttributes) throws(IOError) {
        let own = try attributes()
        if own.owner != wanted.owner || own.group != wanted.group {
            if try !setOwner(wanted.owner, wanted.group), own.group != wanted.group {
                _ = try setOwner(own.owner, wanted.group)
            }
        }
        guard own.mode != wanted.mode else { return }
        try fileSystem.perform(.setAttributes(path: path), "cannot set the mode of", path, on: descriptor) { _ in
            Int(fchmod(descriptor, mode_t(wanted.mode)))
        }
    }

    /// - Returns: false when this user may not.
    private func setOwner(_ owner: UInt32, _ group: UInt32) throws(IOError) -> Bool {
        do {
            try fileSystem.perform(.setAttributes(path: path), "cannot set the owner of", path, on: descriptor) { _ in
                Int(fchown(descriptor, owner, group))
            }
            return true
        } catch  where error.code == EPERM { return false }
    }
}
