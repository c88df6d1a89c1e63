//  Packs: partials of one table of a fold, of one input file or of several small ones, as one file.
//
//      checkpoints/folds/session/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//                        │       │             └ of the first of its files, as a partial's name is
//                        │       └ its day; undated for files of several days
//                        └ the fold; session.videos for a companion table
//
//  Another program wrote them, below the checkpoints folder's tmp/. They become ours here: looked at, digested, made durable,
//  and put in their place. What counts is what the ledger names. The metadata says what a pack is of, so that a lost ledger can
//  be rebuilt, and so that one whose commit never happened is known for ours and swept.

import Codecs
import DurableIO
import KeyedTables
import Ledgers
import ParquetTable
import Records
import Synchronization

/// What a pack says of itself, in the metadata of its Parquet file.
package struct PackOrigin: Sendable, Hashable {
    package var fold: String
    /// Empty for the table of the keys, else a companion's name.
    package var part: String
    package var identity: String
    /// Digest of the settings under which the files were read, as text.
    package var settings: String
    /// The input files, by slot.
    package var files: [File]

    package struct File: Sendable, Hashable {
        /// Logical name.
        package var name: String
        /// Content digest in hexadecimal.
        package var digest: String
        /// `YYYY-MM-DD`
        package var date: String?

        package init(name: String, digest: String, date: String?) {
            (self.name, self.digest, self.date) = (name, digest, date)
        }
    }

    /// - Parameter settingsText: under which the files were read.
    package init(fold: String, part: String, identity: String, settingsText: String, files: [File]) {
        self.init(fold, part, identity, Self.digest(settingsText), files)
    }

    private init(_ fold: String, _ part: String, _ identity: String, _ settings: String, _ files: [File]) {
        precondition(!files.isEmpty, "a pack of no file")
        (self.fold, self.part, self.identity, self.settings, self.files) = (fold, part, identity, settings, files)
    }

    /// Whether the files were read under some settings: others may take other records of the same file.
    package func isOf(settingsText: String) -> Bool { settings == Self.digest(settingsText) }

    private static func digest(_ text: String) -> String {
        var text = text
        return text.withUTF8 { XXH128(of: UnsafeRawBufferPointer($0)).hex }
    }

    fileprivate static let kind = "fold"
    private static let version = "1"

    /// Key and value of each pair.
    package var metadata: [(String, String)] {
        [
            ("watchfold.format", Self.version), ("watchfold.kind", Self.kind), ("watchfold.fold", fold),
            ("watchfold.part", part), ("watchfold.identity", identity), ("watchfold.settings", settings),
            (
                "watchfold.files",
                files.map { "\($0.digest) \($0.date ?? "-") \(Self.escaped($0.name))\n" }.joined()
            ),
        ]
    }

    /// Nil when the metadata is not that of a pack.
    init?(_ metadata: (String) -> String?) {
        guard metadata("watchfold.kind") == Self.kind, metadata("watchfold.format") == Self.version,
            let fold = metadata("watchfold.fold"), let part = metadata("watchfold.part"),
            let identity = metadata("watchfold.identity"), let settings = metadata("watchfold.settings"),
            let lines = metadata("watchfold.files")
        else { return nil }
        var files: [File] = []
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count == 3 else { return nil }
            files.append(
                File(
                    name: Self.unescaped(words[2]), digest: String(words[0]),
                    date: words[1] == "-" ? nil : String(words[1])))
        }
        if files.isEmpty { return nil }
        self.init(fold, part, identity, settings, files)
    }

    /// A name may have any character but NUL.
    private static func escaped(_ name: String) -> String {
        name.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func unescaped(_ text: Substring) -> String {
        var name = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                name.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        return name
    }
}

/// A pack that is durable under a temporary name.
package final class SealedPack: Sendable {
    package let pack: FoldPack
    let path: String
    private let temporary: String
    private let fileSystem: FileSystem
    private let placed = Mutex(false)

    fileprivate init(_ pack: FoldPack, path: String, temporary: String, _ fileSystem: FileSystem) {
        (self.pack, self.path, self.temporary, self.fileSystem) = (pack, path, temporary, fileSystem)
    }

    /// What was not put in place leaves nothing behind; a failure to remove it is left to the next sweep.
    deinit {
        if !placed.withLock({ $0 }) { try? fileSystem.remove(temporary) }
    }

    /// Gives it its name, once.
    ///
    /// - Returns: the folder that is to be synced, if it was not in its place.
    package func place() throws(IOError) -> String? {
        if placed.withLock({ $0 }) { return nil }
        try fileSystem.rename(temporary, to: path)
        placed.withLock { $0 = true }
        return Path.parent(path)
    }
}

/// Takes over and reads the packs of one checkpoints folder.
package final class PackStore: Sendable {
    package static let folderName = "folds"

    private let root: String
    private let fileSystem: FileSystem
    private let names: PartialNames

    /// - Parameter known: paths of all packs that the ledger knows.
    init(root: String, known: some Sequence<String>, in fileSystem: FileSystem) {
        self.root = root
        self.fileSystem = fileSystem
        names = PartialNames(known)
    }

    package func path(_ pack: FoldPack) -> String { Path.join(root, pack.path) }

    /// Takes over a file that another program wrote to its end.
    ///
    /// - Parameters:
    ///   - file: in the same file system as the checkpoints.
    ///   - origin: what its metadata has to say.
    /// - Throws: `DamagedTable` for a file that is not what it should be; `IOError`.
    package func seal(_ file: String, _ origin: PackOrigin) throws -> SealedPack {
        let opened = try fileSystem.open(file, .read)
        let reader = try Self.reader(opened)
        guard PackOrigin({ reader.metadataValue($0) }) == origin else {
            throw DamagedTable(path: file, detail: "its metadata is not what was asked for")
        }
        try opened.sync()
        let table = origin.part.isEmpty ? origin.fold : "\(origin.fold).\(origin.part)"
        let dates = Set(origin.files.map(\.date))
        let path = names.reserve(
            below: "\(Self.folderName)/\(PartialNames.safe(table, bytes: 120))", name: origin.files[0].name,
            digest: origin.files[0].digest, date: dates.count == 1 ? dates.first! : nil)
        let place = Path.join(root, path)
        try fileSystem.createFolders(Path.parent(place))
        // The folder that it was written in goes with whoever wrote it.
        let temporary = AtomicFile.newTemporaryPath(for: place)
        try fileSystem.rename(file, to: temporary)
        return SealedPack(
            try Self.pack(opened, reader, origin, path), path: place, temporary: temporary, fileSystem)
    }

    private static func pack(
        _ file: OpenFile, _ reader: TableReader, _ origin: PackOrigin, _ path: String
    ) throws -> FoldPack {
        FoldPack(
            fold: origin.fold, identity: origin.identity, part: origin.part, path: path, size: try file.status().size,
            digest: try fileDigest(file).hex, rows: reader.rowCount, slots: origin.files.count)
    }

    /// - Throws: `DamagedTable`, `IOError`.
    static func reader(_ file: OpenFile) throws -> TableReader {
        do {
            var options = ReaderOptions()
            // A state may be of any type of DuckDB's.
            options.skipsSchema = true
            return try TableReader(source: FileSource(file: file, count: try file.status().size), options: options)
        } catch let error as ParquetError { throw DamagedTable(path: file.path, detail: "\(error)") }
    }

    /// What a file that may be a pack says of itself; nil when it is none.
    package func origin(_ path: String) -> PackOrigin? {
        let path = Path.join(root, path)
        guard fileSystem.hasFile(path), let file = try? fileSystem.open(path, .read),
            let reader = try? Self.reader(file)
        else { return nil }
        return PackOrigin { reader.metadataValue($0) }
    }

    /// What the ledger would say of a pack.
    ///
    /// - Throws: `DamagedTable`, `IOError`.
    package func describe(_ path: String, _ origin: PackOrigin) throws -> FoldPack {
        let file = try fileSystem.open(Path.join(root, path), .read)
        return try Self.pack(file, try Self.reader(file), origin, path)
    }

    /// Compares a whole pack with what the ledger says of it.
    ///
    /// - Throws: `DamagedTable`; `IOError` when it cannot be read.
    package func verify(_ pack: FoldPack) throws {
        try fileSystem.compare(path(pack), size: pack.size, digest: pack.digest)
    }

    /// Paths of everything that may be a pack, below the checkpoints folder; other names are not in the list.
    ///
    /// - Parameter other: told of what cannot be one.
    static func paths(
        _ root: String, in fileSystem: FileSystem, other: (String) throws(IOError) -> Void = { (_) in }
    ) throws(IOError) -> [String] {
        let top = Path.join(root, folderName)
        guard try fileSystem.statusIfPresent(top) != nil else { return [] }
        var paths: [String] = []
        for table in try fileSystem.list(top) {
            let place = "\(folderName)/\(table.displayName)"
            guard table.name != nil, try fileSystem.statusIfPresent(Path.join(root, place))?.kind == .folder else {
                try other(place)
                continue
            }
            for partition in try fileSystem.list(Path.join(root, place)) {
                let inner = "\(place)/\(partition.displayName)"
                guard partition.name?.hasPrefix("dt=") == true,
                    try fileSystem.statusIfPresent(Path.join(root, inner))?.kind == .folder
                else {
                    try other(inner)
                    continue
                }
                for entry in try fileSystem.list(Path.join(root, inner)) {
                    let path = "\(inner)/\(entry.displayName)"
                    if let name = entry.name, name.hasSuffix(".parquet"), !name.hasPrefix(".") {
                        paths.append(path)
                    } else {
                        try other(path)
                    }
                }
            }
        }
        return paths
    }
}
