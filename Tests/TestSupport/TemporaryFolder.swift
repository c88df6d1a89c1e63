import Foundation

/// An empty folder, removed at the end.
package final class TemporaryFolder {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("watchfold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // Folders that a test has closed are opened again, or they could not be removed.
        for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init() {
            let entry = file(name)
            var status = stat()
            // Not through links: one of them leads to /dev/null.
            if lstat(entry, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(entry, 0o755) }
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Makes a file, and the folders above it.
    @discardableResult
    package func add(_ name: String, _ content: String = "{}\n") throws -> String {
        try makeFolders(above: name)
        try write(name, content)
        return file(name)
    }

    package func link(_ name: String, to target: String) throws {
        try makeFolders(above: name)
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }

    private func makeFolders(above name: String) throws {
        let folder = URL(fileURLWithPath: file(name)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    package func write(_ name: String, _ content: String) throws {
        // In place: a second name of the file, or somebody who has it open, sees it.
        guard let handle = fopen(file(name), "w") else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        fputs(content, handle)
        fclose(handle)
    }

    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
    }

    package var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}
