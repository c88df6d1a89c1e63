import DurableIO
import Foundation

/// An empty folder, removed at the end.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("watchfold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // Folders that a test has closed are opened again, or they could not be removed.
        for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init() {
            let entry = Path.join(path, name)
            var status = stat()
            // Not through links: one of them leads to /dev/null.
            if lstat(entry, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(entry, 0o755) }
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a file, and the folders above it.
    @discardableResult
    func add(_ name: String, _ content: String = "{}\n") throws -> String {
        let file = Path.join(path, name)
        try FileSystem.real.createFoldersUnsynced(Path.parent(file))
        guard let handle = fopen(file, "w") else { throw IOError("cannot create", file, code: errno) }
        fputs(content, handle)
        fclose(handle)
        return file
    }

    func link(_ name: String, to target: String) throws {
        let file = Path.join(path, name)
        try FileSystem.real.createFoldersUnsynced(Path.parent(file))
        guard symlink(target, file) == 0 else { throw IOError("cannot link", file, code: errno) }
    }
}

extension FileSystem {
    fileprivate func createFoldersUnsynced(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
}
