//  Synthetic days in the published shape, as files.

import DurableIO
import Records
import SampleData

/// A day that was generated.
package struct GeneratedFile: Sendable {
    package var path: String
    package var records: Int
    /// Bytes of JSON.
    package var bytes: Int
    /// Bytes as stored.
    package var storedBytes: Int
}

/// Writes generated days into a folder.
package struct SampleFiles {
    private let generator: SampleGenerator
    private let fileSystem: FileSystem

    /// - Throws: `SampleError` for options that make no sense.
    package init(_ options: SampleOptions, fileSystem: FileSystem = .real) throws(SampleError) {
        generator = try SampleGenerator(options)
        self.fileSystem = fileSystem
    }

    /// Writes all days, each atomically, an earlier file of the name replaced.
    ///
    /// - Parameter onFile: told of each file when it is in place.
    /// - Throws: `IOError`, `SampleError`.
    package func write(into folder: String, onFile: (GeneratedFile) throws -> Void) throws {
        try fileSystem.createFolders(folder)
        for day in 0..<generator.options.days {
            let path = Path.join(folder, generator.fileName(day: day))
            let file = try AtomicFile(path, in: fileSystem)
            let summary = try generator.generate(day: day) { try file.write($0) }
            try file.commit()
            try onFile(
                GeneratedFile(
                    path: path, records: summary.records, bytes: summary.bytes, storedBytes: file.count))
        }
    }
}
