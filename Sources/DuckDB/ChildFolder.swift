//  The temporary folder of one child.
//
//      FOLDER/duckdb-PID-N/      PID: of this process; N: counts its children
//
//  DuckDB spills there, and it is the child's working directory. We remove it when the child has ended. When we are
//  killed it stays, with whatever the child had spilled; the next process removes it by `removeLeftovers`. It is told from one in
//  use by the kernel's lock that its maker holds on it: a number of a process says little where containers share a folder.

import DurableIO
import Glibc
import Synchronization

package struct ChildFolder: Sendable {
    /// Absolute.
    package let path: String
    /// Holds the lock.
    private let opened: OpenFile
    private let fileSystem: FileSystem

    private static let made = Mutex(0)
    private static let prefix = "duckdb-"

    /// Makes a new folder.
    ///
    /// - Parameter folder: an absolute path; made if it is missing.
    static func make(in folder: String, _ fileSystem: FileSystem) throws(IOError) -> ChildFolder {
        try fileSystem.createFolders(folder)
        while true {
            let number = made.withLock { count in
                count += 1
                return count
            }
            let path = Path.join(folder, "\(prefix)\(getpid())-\(number)")
            do { try fileSystem.createFolder(path) } catch  where error.code == EEXIST {
                // Of a killed process that had our number.
                continue
            }
            do {
                let opened = try fileSystem.open(path, .folder)
                // Who removes leftovers may have come between.
                if try opened.tryLock(), try opened.isInPlace(in: fileSystem) {
                    return ChildFolder(path: path, opened: opened, fileSystem: fileSystem)
                }
            } catch  where error.isMissing {}
        }
    }

    /// Removes the folder with all that is in it.
    func remove() throws(IOError) { try Self.remove(path, fileSystem) }

    /// Removes what killed processes left. What is somebody else's, or cannot be removed, stays.
    ///
    /// - Throws: when the folder cannot be listed.
    package static func removeLeftovers(in folder: String, _ fileSystem: FileSystem) throws(IOError) {
        guard try fileSystem.statusIfPresent(folder)?.kind == .folder else { return }
        for entry in try fileSystem.list(folder) {
            guard let name = entry.name, name.hasPrefix(prefix) else { continue }
            let numbers = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
            guard numbers.count == 2, numbers.allSatisfy({ UInt64($0) != nil }) else { continue }
            try? removeIfLeft(Path.join(folder, name), fileSystem)
        }
    }

    private static func removeIfLeft(_ path: String, _ fileSystem: FileSystem) throws(IOError) {
        guard try !fileSystem.isSymbolicLink(path) else { return }
        let opened = try fileSystem.open(path, .folder)
        if try opened.tryLock() { try remove(path, fileSystem) }
    }

    private static func remove(_ path: String, _ fileSystem: FileSystem) throws(IOError) {
        // A link is removed, not followed: what is behind it is not ours.
        if try !fileSystem.isSymbolicLink(path), try fileSystem.statusIfPresent(path)?.kind == .folder {
            for entry in try fileSystem.list(path) {
                guard let name = entry.name else { throw IOError("cannot remove", path, code: EILSEQ) }
                try remove(Path.join(path, name), fileSystem)
            }
            try fileSystem.removeFolder(path)
        } else {
            try fileSystem.removeIfPresent(path)
        }
    }
}
