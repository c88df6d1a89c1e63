//  A folder as a value: names and contents, read from the disk or written to it.

import DurableIO
import Glibc

/// A file's content, or a folder's entries.
package indirect enum SurvivingTree: Sendable, Hashable {
    case file([UInt8])
    case folder([String: SurvivingTree])

    /// Files are expected to be small: this is for the folders of tests.
    private static let limit = 1 << 30

    /// Reads a folder and all below it; what is neither file nor folder is left out.
    package init(reading path: String) throws(IOError) {
        let fileSystem = FileSystem.real
        guard try fileSystem.status(path).kind == .folder else {
            self = .file(try fileSystem.open(path, .read).readAll(limit: Self.limit))
            return
        }
        var entries: [String: SurvivingTree] = [:]
        for entry in try fileSystem.list(path) {
            guard let name = entry.name, entry.kind != .other else { continue }
            entries[name] = try SurvivingTree(reading: Path.join(path, name))
        }
        self = .folder(entries)
    }

    /// Writes the tree under a name that does not exist yet.
    package func write(to path: String) throws(IOError) {
        let fileSystem = FileSystem.real
        switch self {
        case .file(let content):
            let file = try fileSystem.open(path, .createNew)
            var failure: IOError?
            content.withUnsafeBytes { bytes in
                do throws(IOError) { try file.write(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        case .folder(let entries):
            guard mkdir(path, 0o777) == 0 else { throw IOError("cannot create the folder", path, code: errno) }
            for (name, entry) in entries { try entry.write(to: Path.join(path, name)) }
        }
    }

    /// The content of the file at a path; nil when there is none.
    package subscript(_ path: String) -> [UInt8]? {
        var tree = self
        for part in path.split(separator: "/") {
            guard case .folder(let entries) = tree, let next = entries[String(part)] else { return nil }
            tree = next
        }
        if case .file(let content) = tree { return content }
        return nil
    }
}
