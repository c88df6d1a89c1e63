//  What a publication left on disk, so that a look notices what is gone.

import DurableIO
import Publishing
import Reports

/// The reports and the receipt by their sizes.
struct PublishedFiles {
    private let folder: String
    /// In bytes; nil for a file that was gone at once.
    private let sizes: [(name: String, size: Int?)]

    /// Nothing was published.
    init() {
        folder = ""
        sizes = []
    }

    /// As they are now, right after they were published or found to be current.
    init(_ reports: [Report], in folder: String, _ fileSystem: FileSystem) throws(IOError) {
        self.folder = folder
        var sizes: [(name: String, size: Int?)] = []
        for name in reports.map(\.fileName) + [Publisher.receiptName] {
            sizes.append((name, try fileSystem.statusIfPresent(Path.join(folder, name))?.size))
        }
        self.sizes = sizes
    }

    /// The names of the files that are not there, or not with their sizes.
    func lost(_ fileSystem: FileSystem) throws(IOError) -> [String] {
        var lost: [String] = []
        for (name, size) in sizes {
            let now = try fileSystem.statusIfPresent(Path.join(folder, name))?.size
            if now == nil || now != size { lost.append(name) }
        }
        return lost
    }
}
