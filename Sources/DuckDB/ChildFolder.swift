//  The temporary folder of one child.
//
//      FOLDER/duckdb-PID-N/      PID: of this process; N: counts its children
//
//  DuckDB spills there, and it is the child's working directory. We remove it when the child has ended. When we are
//  killed it stays, with whatever the child had spilled; the next process removes it by `removeLeftovers`.

import DurableIO
import Glibc
import Synchronization

package struct ChildFolder: Sendable {
    /// Absolute.
    package let path: String
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
            return ChildFolder(path: path, fileSystem: fileSystem)
        }
    }

    /// Removes the folder with all that is in it.
    func remove() throws(IOError) { try Self.remove(path, fileSystem) }

    /// Removes what killed processes left.
    ///
    /// - Precondition: no other process has sessions in this folder; a lock on it is the caller's.
    package static func removeLeftovers(in folder: String, _ fileSystem: FileSystem) throws(IOError) {
        guard try fileSystem.statusIfPresent(folder)?.kind == .folder else { return }
        for entry in try fileSystem.list(folder) {
            guard let name = entry.name, name.hasPrefix(prefix), !name.hasPrefix("\(prefix)\(getpid())-") else {
                continue
            }
            let numbers = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
            guard numbers.count == 2, numbers.allSatisfy({ UInt64($0) != nil }) else { continue }
            try remove(Path.join(folder, name), fileSystem)
        }
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
