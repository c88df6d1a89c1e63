//  Synthetic days in the published shape, as files.

import DurableIO
import Inbox
import SampleData
import Wording

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

    /// The names of the files, day by day.
    package var names: [String] { (0..<generator.options.days).map { generator.fileName(day: $0) } }

    /// Writes all days, each atomically. Before the first, all names are looked at.
    ///
    /// - Parameters:
    ///   - replaces: whether files of the same names are replaced. One under another ending never is, and none is
    ///     written beside it, since two files would then be one day's.
    ///   - onFile: told of each file when it is in place.
    /// - Throws: `Refused` for what is there already; `IOError`, `SampleError`.
    package func write(into folder: String, replaces: Bool, onFile: (GeneratedFile) throws -> Void) throws {
        try fileSystem.createFolders(folder)
        try check(Set(fileSystem.list(folder).compactMap(\.name)), folder, replaces)
        for (day, name) in names.enumerated() {
            let path = Path.join(folder, name)
            let file = try AtomicFile(path, in: fileSystem)
            let summary = try generator.generate(day: day) { try file.write($0) }
            try file.commit()
            try onFile(
                GeneratedFile(
                    path: path, records: summary.records, bytes: summary.bytes, storedBytes: file.count))
        }
    }

    private func check(_ present: Set<String>, _ folder: String, _ replaces: Bool) throws {
        let days = Set(names.map { Self.logicalName($0) })
        var others: [String] = []
        var same: [String] = []
        for name in present.sorted(by: Path.precedes) where days.contains(Self.logicalName(name)) {
            if names.contains(name) { same.append(name) } else { others.append(name) }
        }
        func refuse(_ names: [String], _ advice: String) -> Refused {
            let list = names.prefix(Self.namedFiles).map { Show.name($0) }.joined(separator: ", ")
            return Refused(
                .request,
                "\(Show.name(folder)) has \(list)\(names.count > Self.namedFiles ? ", …" : "") already; \(advice)")
        }
        if !others.isEmpty {
            throw refuse(others, "the same days under other endings; remove them, or name another folder")
        }
        if !same.isEmpty, !replaces { throw refuse(same, "--force replaces them") }
    }

    private static let namedFiles = 3

    /// A name without the ending of a compressed file.
    private static func logicalName(_ name: String) -> String {
        let small = name.lowercased()
        let ending = Inbox.compressionSuffixes.first { small.hasSuffix($0) }
        return String(small.dropLast(ending?.count ?? 0))
    }
}
