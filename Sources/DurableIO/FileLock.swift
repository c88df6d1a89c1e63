//  One writer at a time.
//
//  The lock is the kernel's, on an open descriptor of `checkpoints/lock`; it goes when its holder ends, however that
//  happens. The file's text says who holds it, for the message that others get.
//
//  A program that this process starts holds all descriptors between fork and exec, this lock's among them: who closes the
//  lock and takes it again meets it, with its own note in it, and waits longer.
//
//  A reader that wants to know whether there is a writer takes the lock shared, and gives it back at once. For that moment
//  a writer would find it held, so a writer tries a few times.

import Glibc

/// Who holds a lock.
package struct LockHolder: Sendable, Hashable, CustomStringConvertible {
    package var processID: Int32
    /// When it took the lock, UTC, as `2022-04-01T10:11:12Z`.
    package var since: String

    package var description: String { "process \(processID), since \(since)" }
}

/// An exclusive lock, held as long as the value lives.
package final class FileLock: Sendable {
    private let file: OpenFile
    /// How often it was found held before it was taken; after each time there was a pause of 10 ms.
    package let failedTries: Int

    private init(_ file: OpenFile, failedTries: Int) {
        self.file = file
        self.failedTries = failedTries
    }

    package enum Attempt {
        case taken(FileLock)
        /// Held by another; who, if its note could be read.
        case held(by: LockHolder?)
    }

    /// Readers hold the lock for microseconds; this is a hundred times as long as they take on a busy machine.
    private static let tries = 5
    /// The way from fork to exec is as short, but a busy machine may leave it lying for a while.
    private static let triesAfterItself = 100
    /// Microseconds.
    private static let pause: UInt32 = 10_000

    package static func attempt(_ path: String, in fileSystem: FileSystem, now: String) throws(IOError) -> Attempt {
        let file = try fileSystem.open(path, .readWrite)
        var isTaken = try file.tryLock()
        var failedTries = 0
        for attempt in 1..<triesAfterItself where !isTaken {
            if attempt >= tries, holder(in: file)?.processID != getpid() { break }
            failedTries += 1
            usleep(pause)
            isTaken = try file.tryLock()
        }
        guard isTaken else { return .held(by: holder(in: file)) }
        try file.truncate(to: 0)
        let note = Array("\(getpid()) \(now)\n".utf8)
        var failure: IOError?
        note.withUnsafeBytes { bytes in
            do throws(IOError) { try file.write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        return .taken(FileLock(file, failedTries: failedTries))
    }

    /// Whether the lock's file still has its name: if not, somebody else may hold a lock of this name, too.
    package func isInPlace(in fileSystem: FileSystem) throws(IOError) -> Bool { try file.isInPlace(in: fileSystem) }

    /// What somebody who does not want the lock sees of it.
    package enum Observation: Sendable, Hashable {
        case free
        /// Held; by whom, if the note of the holder could be read.
        case held(by: LockHolder?)
        /// The file may not be read.
        case unknown
    }

    /// Looks whether somebody holds the lock.
    package static func observe(_ path: String, in fileSystem: FileSystem) throws(IOError) -> Observation {
        let file: OpenFile
        do {
            file = try fileSystem.open(path, .read)
        } catch {
            if error.isMissing { return .free }
            if error.isDenied { return .unknown }
            throw error
        }
        return try file.tryLock(isShared: true) ? .free : .held(by: holder(in: file))
    }

    /// Who took a lock last, as far as its note tells.
    package static func holder(_ path: String, in fileSystem: FileSystem) throws(IOError) -> LockHolder? {
        holder(in: try fileSystem.open(path, .read))
    }

    private static func holder(in file: OpenFile) -> LockHolder? {
        guard let note = try? file.readAll(limit: 4096) else { return nil }
        let text = String(decoding: note, as: UTF8.self)
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard parts.count == 2, let processID = Int32(parts[0]) else { return nil }
        return LockHolder(processID: processID, since: String(parts[1]))
    }
}
