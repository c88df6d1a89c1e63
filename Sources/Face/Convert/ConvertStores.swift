//  Where converted tables are put: a file, a folder of tables, a folder that appears as a whole, a stream.

import Conversion
import DurableIO
import Synchronization
import Tables
import Wording

/// What `-o` names.
enum ConvertTarget {
    /// As it was written.
    case stream(String)
    case file(String)
    /// Without a slash at its end.
    case folder(String)

    /// For people.
    var text: String {
        switch self {
        case .stream(let out): out == "-" ? "standard output" : Show.name(out)
        case .file(let path): Show.name(path)
        case .folder(let path): Show.name(path) + "/"
        }
    }
}

/// Tables that have their names when all are written.
protocol ConvertStore: TableStore {
    /// Gives tables their names.
    ///
    /// - Parameter left: tables that are not wanted.
    func commit(leaving left: Set<String>) throws
}

/// One file.
final class FileStore: ConvertStore {
    private let path: String
    private let fileSystem: FileSystem
    private var file: AtomicFile?

    init(_ path: String, in fileSystem: FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    func begin() {
        file?.discard()
        file = nil
    }

    func open(_ name: String) throws -> TableSink {
        let file = try AtomicFile(path, in: fileSystem, bypassingCache: true)
        self.file = file
        return { try file.write($0) }
    }

    func close(_ name: String) {}

    func commit(leaving left: Set<String>) throws { if left.isEmpty { try file!.commit() } }
}

/// Files in a folder that may have others.
final class FilesStore: ConvertStore {
    private let folder: String
    private let fileSystem: FileSystem
    /// By name.
    private var files: [String: AtomicFile] = [:]
    /// In the order in which they were begun.
    private var names: [String] = []
    /// Folders that were not there before, each behind the one that it is in.
    private var made: [String] = []
    /// The same of all stores, for a signal.
    private static let unfinished = Mutex<[String]>([])

    init(_ folder: String, in fileSystem: FileSystem) {
        self.folder = folder
        self.fileSystem = fileSystem
    }

    /// Folders that were made for tables that did not come to be are removed; one that has any stays.
    deinit {
        for file in files.values { file.discard() }
        for folder in made.reversed() { try? fileSystem.removeFolder(folder) }
        Self.unfinished.withLock { [made] unfinished in unfinished.removeAll { made.contains($0) } }
    }

    /// Removes folders that have nothing: for a process that a signal ends, from any thread.
    static func removeUnfinished() {
        for folder in unfinished.withLock({ $0 }).reversed() { try? FileSystem.real.removeFolder(folder) }
    }

    private func makeFolders(_ path: String) throws {
        if try fileSystem.statusIfPresent(path)?.kind == .folder { return }
        try makeFolders(Path.parent(path))
        try fileSystem.createFolders(path)
        made.append(path)
        Self.unfinished.withLock { $0.append(path) }
    }

    func begin() {
        for file in files.values { file.discard() }
        (files, names) = ([:], [])
    }

    func open(_ name: String) throws -> TableSink {
        let path = Path.join(folder, name)
        try makeFolders(Path.parent(path))
        let file = try AtomicFile(path, in: fileSystem, bypassingCache: true)
        files[name] = file
        names.append(name)
        return { try file.write($0) }
    }

    func close(_ name: String) throws { try files[name]!.seal() }

    func commit(leaving left: Set<String>) throws {
        for name in names where left.contains(name) { files[name]!.discard() }
        let kept = names.filter { !left.contains($0) }
        for name in kept { try files[name]!.place(syncingFolder: false) }
        for folder in Set(kept.map { Path.parent(Path.join(folder, $0)) }).sorted() {
            try fileSystem.syncFolder(folder)
        }
    }
}

/// A folder that appears with all its tables.
final class FolderStore: ConvertStore {
    private let path: String
    private let fileSystem: FileSystem
    private var folder: AtomicFolder?

    init(_ path: String, in fileSystem: FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    func begin() throws {
        folder?.discard()
        folder = try AtomicFolder(path, in: fileSystem)
    }

    func open(_ name: String) throws -> TableSink {
        let folder = folder!
        try folder.begin(name)
        return { try folder.write($0, to: name) }
    }

    func close(_ name: String) throws { try folder!.end(name) }

    func commit(leaving left: Set<String>) throws { if left.isEmpty { try folder!.commit() } }
}
