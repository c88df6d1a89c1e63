//  A file that appears whole or not at all.
//
//      create   FOLDER/.NAME.PID-N.tmp
//      write    … the content …
//      commit   fsync the file → rename it to NAME → fsync the folder
//
//  The new file has the owner and the mode of the one that it replaces; without one, those that any new file has.
//  Until the rename, NAME is what it was; after the folder's fsync, NAME is the new content even after a power cut.
//  What a crash leaves behind is recognised by this form of its name, for sweeping.

import Glibc
import Synchronization

/// Writes a file under a temporary name and puts it in place with one rename.
package final class AtomicFile {
    /// Where the file will be.
    package private(set) var path: String
    package let temporaryPath: String
    /// Bytes written so far.
    package private(set) var count = 0
    /// Bytes that the kernel was asked to begin writing to the disk.
    private var begun = 0
    /// After so many more bytes it is asked again: enough for a few large requests to the disk, little enough that `seal`
    /// waits for no more than a moment.
    private static let writebackBytes = 2 << 20
    /// Where the bytes go when they bypass the kernel's cache.
    private var direct: DirectWriter?
    private let fileSystem: FileSystem
    /// Nil once it is sealed: many files may wait for their names together, and a process may have only so many open.
    private var file: OpenFile?
    private var state = State.writing

    private var isNameless = false
    /// The attributes that the file was made with, when it was given those of another since.
    private var ownAttributes: FileAttributes?

    private enum State { case writing, sealed, placed, discarded }
    /// Bytes of the final name in the temporary one. With a cut character repaired, two dots, the numbers and `.tmp` it
    /// stays well below the 255 bytes that a name may have.
    private static let namePrefix = 160

    /// Whether the file has its name.
    package var isPlaced: Bool { state == .placed }
    private static let serial = Atomic<Int>(0)
    /// Temporary names that are in use by this process.
    private static let unfinished = Mutex<[String: FileSystem]>([:])

    /// - Parameter bypassingCache: for a large file that is not read again soon. The kernel keeps no copy of it, which
    ///   saves making one, and memory for others.
    package init(_ path: String, in fileSystem: FileSystem, bypassingCache: Bool = false) throws(IOError) {
        self.path = path
        self.fileSystem = fileSystem
        temporaryPath = Self.newTemporaryPath(for: path)
        let replaced = try fileSystem.attributesIfPresent(path)
        try fileSystem.removeIfPresent(temporaryPath)
        let file = try fileSystem.open(temporaryPath, .createNew)
        self.file = file
        direct = bypassingCache ? DirectWriter(file) : nil
        Self.note(temporaryPath, fileSystem)
        // Before anything is written: what only its owner may read is never readable by others, not under another name.
        if let replaced { try adopt(replaced) }
    }

    /// Where the content of what will be at `path` is written, beside it; another place each time.
    package static func newTemporaryPath(for path: String) -> String {
        let serial = serial.wrappingAdd(1, ordering: .relaxed).newValue
        // A part of the name is enough for people; the whole with all that is added might be too long for a name.
        let name = String(decoding: Path.name(path).utf8.prefix(namePrefix), as: UTF8.self)
        return Path.join(Path.parent(path), ".\(name).\(getpid())-\(serial).tmp")
    }

    private static func note(_ path: String, _ fileSystem: FileSystem?) {
        unfinished.withLock { $0[path] = fileSystem }
    }

    /// Removes all that is unfinished: for a process that a signal ends, from any thread. What is being written then
    /// cannot be placed any more.
    package static func removeUnfinished() {
        // A failure leaves a file for the next sweep.
        for (path, fileSystem) in unfinished.withLock({ $0 }) { try? fileSystem.remove(path) }
    }

    /// Gives the file the attributes of the one that it is to replace.
    private func adopt(_ replaced: FileAttributes) throws(IOError) {
        if ownAttributes == nil { ownAttributes = try file!.attributes() }
        try file!.setAttributes(replaced)
    }

    /// A file that was not put in place leaves nothing behind. A failure to remove it is left to the next sweep.
    deinit { discard() }

    /// Whether a name is one that this type gives to unfinished files.
    package static func isTemporary(_ name: String) -> Bool { origin(ofTemporary: name) != nil }

    /// What the name of an unfinished file says: the name that it would have got (of a long one the beginning), and the
    /// process that wrote it; nil when the name is not one that this type gives.
    package static func origin(ofTemporary name: String) -> (name: String, processID: Int32)? {
        guard name.hasPrefix("."), name.hasSuffix(".tmp") else { return nil }
        let parts = name.dropFirst().dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
        let numbers = (parts.last ?? "").split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 1, numbers.count == 2, let processID = Int32(numbers[0]), processID > 0,
            numbers[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), !numbers[1].isEmpty
        else { return nil }
        let kept = parts.dropLast().joined(separator: ".")
        return kept.isEmpty ? nil : (kept, processID)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
        precondition(state == .writing, "\(path) is no longer being written")
        if let direct {
            try direct.write(bytes)
            count += bytes.count
            return
        }
        try file!.write(bytes)
        count += bytes.count
        if count - begun >= Self.writebackBytes {
            file!.beginWriteback(begun..<count)
            begun = count
        }
    }

    /// Takes the file's name away. It can still be written, and read through what is returned, and is gone when nobody
    /// has it open any more, be it by a kill. It cannot be sealed.
    package func dropName() throws(IOError) -> OpenFile {
        precondition(state == .writing, "\(path) is no longer being written")
        if !isNameless { try fileSystem.remove(temporaryPath) }
        isNameless = true
        Self.note(temporaryPath, nil)
        return file!
    }

    /// Gives the file another name than it was meant to have, in the same folder, when it gets one.
    package func rename(to path: String) throws(IOError) {
        precondition(Path.parent(path) == Path.parent(self.path), "\(path) is in another folder")
        precondition(state == .writing, "\(self.path) is no longer being written")
        self.path = path
        if let attributes = try fileSystem.attributesIfPresent(path) ?? ownAttributes { try adopt(attributes) }
    }

    /// Makes the content durable, still under its temporary name.
    package func seal() throws(IOError) {
        precondition(state == .writing && !isNameless, "\(path) was sealed twice, or has no name")
        try direct?.finish()
        try file!.sync()
        (direct, file) = (nil, nil)
        state = .sealed
    }

    /// Gives a sealed file its name.
    ///
    /// - Parameter syncingFolder: false when the caller makes several names of one folder durable at once.
    package func place(syncingFolder: Bool = true) throws(IOError) {
        precondition(state == .sealed, "\(path) was not sealed")
        try fileSystem.rename(temporaryPath, to: path)
        state = .placed
        Self.note(temporaryPath, nil)
        if syncingFolder { try fileSystem.syncFolder(Path.parent(path)) }
    }

    package func commit() throws(IOError) {
        try seal()
        try place()
    }

    package func discard() {
        guard state == .writing || state == .sealed else { return }
        state = .discarded
        if isNameless { return }
        Self.note(temporaryPath, nil)
        try? fileSystem.remove(temporaryPath)
    }
}
