//  A folder that appears with all its files or not at all.
//
//      create   FOLDER/.NAME.PID-N.tmp/
//      write    … files in it, and folders for them …
//      commit   fsync its files and folders → rename it to NAME → fsync FOLDER
//
//  NAME may be an empty folder before, whose owner and mode the new one has. Until the rename it is what it was; after the last fsync, the new one is there even after
//  a power cut.

import Glibc
import Synchronization

/// Writes a folder under a temporary name and puts it in place with one rename.
package final class AtomicFolder {
    /// Where the folder will be.
    package let path: String
    package let temporaryPath: String
    private let fileSystem: FileSystem
    private let content: Content
    private var openFiles: [String: OpenFile] = [:]
    private var isOver = false

    /// What was made, for removing it, which a signal may want at any time.
    private final class Content: Sendable {
        let fileSystem: FileSystem
        /// From the outside in.
        let folders = Mutex<[String]>([])
        let files = Mutex<[String]>([])

        init(_ fileSystem: FileSystem) { self.fileSystem = fileSystem }

        /// Failures leave files that nobody takes for a table.
        func remove() {
            for path in files.withLock({ $0 }) { try? fileSystem.remove(path) }
            for path in folders.withLock({ $0 }).reversed() { try? fileSystem.removeFolder(path) }
        }
    }

    private static let unfinished = Mutex<[String: Content]>([:])

    /// - Precondition: at `path` is nothing, or an empty folder; the folder above is there.
    package init(_ path: String, in fileSystem: FileSystem) throws(IOError) {
        self.path = path
        self.fileSystem = fileSystem
        temporaryPath = AtomicFile.newTemporaryPath(for: path)
        let content = Content(fileSystem)
        self.content = content
        Self.unfinished.withLock { $0[temporaryPath] = content }
        try makeFolder(temporaryPath)
        if let replaced = try fileSystem.attributesIfPresent(path, isFolder: true) {
            try fileSystem.open(temporaryPath, .folder).setAttributes(replaced)
        }
    }

    deinit { discard() }

    /// Removes all that is unfinished: for a process that a signal ends, from any thread.
    package static func removeUnfinished() { for content in unfinished.withLock({ $0.values }) { content.remove() } }

    private func makeFolder(_ path: String) throws(IOError) {
        try fileSystem.createFolder(path)
        content.folders.withLock { $0.append(path) }
    }

    /// Begins a file.
    ///
    /// - Parameter name: its path in the folder, by names that no other file has.
    package func begin(_ name: String) throws(IOError) {
        precondition(!isOver, "\(path) is no longer being written")
        var folder = temporaryPath
        for part in name.split(separator: "/").dropLast() {
            folder = Path.join(folder, String(part))
            let isKnown = content.folders.withLock { [folder] in $0.contains(folder) }
            if !isKnown { try makeFolder(folder) }
        }
        let path = Path.join(temporaryPath, name)
        openFiles[name] = try fileSystem.open(path, .createNew)
        content.files.withLock { $0.append(path) }
    }

    /// - Precondition: the file was begun and not ended.
    package func write(_ bytes: UnsafeRawBufferPointer, to name: String) throws(IOError) {
        try openFiles[name]!.write(bytes)
    }

    /// Makes a file's content durable.
    ///
    /// - Precondition: the file was begun and not ended.
    package func end(_ name: String) throws(IOError) {
        try openFiles[name]!.sync()
        openFiles[name] = nil
    }

    /// Gives the folder its name.
    ///
    /// - Precondition: all files were ended.
    package func commit() throws(IOError) {
        precondition(!isOver && openFiles.isEmpty, "\(path) is placed with \(openFiles.count) open files")
        for folder in content.folders.withLock({ $0 }).reversed() { try fileSystem.syncFolder(folder) }
        try fileSystem.rename(temporaryPath, to: path)
        isOver = true
        Self.unfinished.withLock { $0[temporaryPath] = nil }
        try fileSystem.syncFolder(Path.parent(path))
    }

    package func discard() {
        if isOver { return }
        isOver = true
        openFiles = [:]
        Self.unfinished.withLock { $0[temporaryPath] = nil }
        content.remove()
    }
}
