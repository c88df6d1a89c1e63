//  Files of a session on their way into `allowed_paths` and into the kernel's wall.
//
//  DuckDB compares paths as texts, after it has made them absolute and resolved `..`; so they have to be that already. In what
//  is read, `* ? [` make a pattern, which it compares with the list as it is and then lists folders for; such files are
//  refused. A file that is written is made here, empty: the wall can then permit changing this file alone, and nobody
//  else's file is replaced.

import DurableIO
import Glibc

/// What a session may touch, by absolute paths. It is fixed when the session begins.
package struct DuckDBFiles: Sendable, Hashable {
    /// Files that are there and are read.
    package var reads: [String]
    /// Files that are written. They must not be there yet; the session makes them, and removes those that no statement
    /// filled.
    package var writes: [String]
    /// Folders that are there, in which any file may be written and read.
    package var folders: [String]
    /// Whether the session has one more such folder, which is removed with it; see `DuckDBSession.folder`.
    package var hasOwnFolder: Bool

    package init(reads: [String] = [], writes: [String] = [], folders: [String] = [], hasOwnFolder: Bool = false) {
        self.hasOwnFolder = hasOwnFolder
        self.reads = reads
        self.writes = writes
        self.folders = folders
    }
}

extension DuckDBFiles {
    /// - Throws: `.unusablePath`.
    func check() throws(DuckDBError) {
        for path in reads + writes + folders {
            guard path.hasPrefix("/"), Path.normal(path) == path else {
                throw .unusablePath(path, problem: "the path is not absolute, or has . or .. in it")
            }
            guard SQLText.offsetOfNUL(path) == nil else { throw .unusablePath(path, problem: "the path has a NUL") }
        }
        for path in reads where Self.isPattern(path) {
            throw .unusablePath(
                path, problem: "* ? and [ in a path make it a pattern; give the file a link without them")
        }
    }

    /// Whether a path is not a file's to DuckDB.
    package static func isPattern(_ path: String) -> Bool { path.utf8.contains { "*?[".utf8.contains($0) } }

    /// Makes the session's own folder and adds it to the folders.
    ///
    /// - Returns: nil when none was asked for.
    mutating func makeOwnFolder(below scratch: String, _ fileSystem: FileSystem) throws(DuckDBError) -> String? {
        guard hasOwnFolder else { return nil }
        let path = Path.join(scratch, "files")
        if Self.isPattern(path) {
            throw .unusablePath(
                path, problem: "* ? and [ in a path make it a pattern; set TMPDIR to a folder without them")
        }
        do { try fileSystem.createFolder(path) } catch { throw .file(error) }
        folders.append(path)
        return path
    }

    /// Makes the files to write, and opens everything that the child may change.
    func openChangeable(_ scratch: String, _ fileSystem: FileSystem) throws(DuckDBError) -> [OpenFile] {
        var opened: [OpenFile] = []
        var created: [String] = []
        do throws(IOError) {
            for path in writes {
                opened.append(try fileSystem.open(path, .createNew))
                created.append(path)
            }
            for folder in folders + [scratch] { opened.append(try fileSystem.open(folder, .folder)) }
        } catch {
            // Not those that were there: they are somebody else's.
            DuckDBFiles(writes: created).removeWrites(but: [], fileSystem)
            throw .file(error)
        }
        return opened
    }

    /// Removes the files to write, except those with a whole result. A file that cannot be removed stays, empty or cut short,
    /// under a name that its caller has not given to anybody yet.
    func removeWrites(but kept: Set<String>, _ fileSystem: FileSystem) {
        for path in writes where !kept.contains(path) { try? fileSystem.removeIfPresent(path) }
    }
}
