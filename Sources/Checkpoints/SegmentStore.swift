//  Segments on disk: merged partials of a fold's table.
//
//      checkpoints/segments/session/1-4-9f3c1de2a0b45c77.parquet
//                           │       │   └ of the digest of what was merged
//                           │       └ its name: level and number (PlanRuns/MergeTree.swift)
//                           └ the fold; session.videos for a companion table
//
//  A segment is derived. It is not synced: its digest is compared before anything is made of it, so one that a crash left
//  without its bytes is merged again.

import DurableIO
import KeyedTables
import Ledgers
import ParquetTable
import Records

/// What a segment says of itself, in the metadata of its Parquet file.
package struct SegmentOrigin: Sendable, Hashable {
    package var fold: String
    /// Empty for the table of the keys, else a companion's name.
    package var part: String
    /// Of the partials.
    package var identity: String
    package var name: String
    /// Identifies what was merged, 32 hexadecimal digits.
    package var inputs: String

    package init(fold: String, part: String, identity: String, name: String, inputs: String) {
        (self.fold, self.part, self.identity, self.name, self.inputs) = (fold, part, identity, name, inputs)
    }

    fileprivate static let kind = "segment"
    private static let version = "1"

    /// Key and value of each pair.
    package var metadata: [(String, String)] {
        [
            ("watchfold.format", Self.version), ("watchfold.kind", Self.kind), ("watchfold.fold", fold),
            ("watchfold.part", part), ("watchfold.identity", identity), ("watchfold.segment", name),
            ("watchfold.inputs", inputs),
        ]
    }

    /// Nil when the metadata is not that of a segment.
    init?(_ metadata: (String) -> String?) {
        guard metadata("watchfold.kind") == Self.kind, metadata("watchfold.format") == Self.version,
            let fold = metadata("watchfold.fold"), let part = metadata("watchfold.part"),
            let identity = metadata("watchfold.identity"), let name = metadata("watchfold.segment"),
            let inputs = metadata("watchfold.inputs")
        else { return nil }
        self.init(fold: fold, part: part, identity: identity, name: name, inputs: inputs)
    }
}

/// Takes over and reads the segments of one checkpoints folder.
package struct SegmentStore: Sendable {
    package static let folderName = "segments"

    private let root: String
    private let fileSystem: FileSystem

    init(root: String, in fileSystem: FileSystem) { (self.root, self.fileSystem) = (root, fileSystem) }

    package func path(_ segment: FoldSegment) -> String { Path.join(root, segment.path) }

    /// Looks at a file that another program wrote to its end.
    ///
    /// - Parameter origin: what its metadata has to say.
    /// - Returns: what the ledger is to be told once it is in its place.
    /// - Throws: `DamagedTable` for a file that is not what it should be; `IOError`.
    package func describe(_ file: String, _ origin: SegmentOrigin) throws -> FoldSegment {
        let opened = try fileSystem.open(file, .read)
        let reader = try PackStore.reader(opened)
        guard SegmentOrigin({ reader.metadataValue($0) }) == origin else {
            throw DamagedTable(path: file, detail: "its metadata is not what was asked for")
        }
        let table = origin.part.isEmpty ? origin.fold : "\(origin.fold).\(origin.part)"
        let path =
            "\(Self.folderName)/\(PartialNames.safe(table, bytes: 120))/\(origin.name)-\(origin.inputs.prefix(16)).parquet"
        return FoldSegment(
            fold: origin.fold, part: origin.part, name: origin.name, inputs: origin.inputs, path: path,
            size: try opened.status().size, digest: try fileDigest(opened).hex, rows: reader.rowCount)
    }

    /// Gives a file its place.
    ///
    /// - Parameter file: in the same file system as the checkpoints.
    package func place(_ file: String, as segment: FoldSegment) throws(IOError) {
        try fileSystem.createFolders(Path.parent(path(segment)))
        try fileSystem.rename(file, to: path(segment))
    }

    /// What is wrong with a whole segment, in words; nil when it is what the ledger says. Whatever cannot be read is wrong, too:
    /// it can be merged again.
    package func fault(of segment: FoldSegment) -> String? {
        do {
            guard fileSystem.hasFile(path(segment)) else { return "\(path(segment)) is missing, or no file" }
            return try fileSystem.fault(path(segment), size: segment.size, digest: segment.digest)
        } catch { return "\(error)" }
    }

    /// Whether a segment lies in its place, as far as its size tells.
    package func seemsWhole(_ segment: FoldSegment) -> Bool {
        (try? fileSystem.statusIfPresent(path(segment)))??.size == segment.size
    }

    /// Removes what the ledger knows no more; what cannot be removed is left to the next sweep.
    package func remove(_ paths: some Sequence<String>) {
        for path in paths { try? fileSystem.removeIfPresent(Path.join(root, path)) }
    }

    /// Whether a file that no ledger names is a segment of ours.
    func isSegment(_ path: String) -> Bool {
        let path = Path.join(root, path)
        guard fileSystem.hasFile(path), let file = try? fileSystem.open(path, .read),
            let reader = try? PackStore.reader(file)
        else { return false }
        return SegmentOrigin { reader.metadataValue($0) } != nil
    }

    /// Paths of everything that may be a segment, below the checkpoints folder; other names are not in the list.
    ///
    /// - Parameter other: told of what cannot be one.
    func paths(other: (String) throws(IOError) -> Void) throws(IOError) -> [String] {
        let top = Path.join(root, Self.folderName)
        guard let status = try fileSystem.statusIfPresent(top) else { return [] }
        guard status.kind == .folder else {
            try other(Self.folderName)
            return []
        }
        var paths: [String] = []
        for table in try fileSystem.list(top) {
            let place = "\(Self.folderName)/\(table.displayName)"
            // A link that leads nowhere is none.
            guard table.name != nil, (try? fileSystem.statusIfPresent(Path.join(root, place)))??.kind == .folder else {
                try other(place)
                continue
            }
            for entry in try fileSystem.list(Path.join(root, place)) {
                let path = "\(place)/\(entry.displayName)"
                if let name = entry.name, name.hasSuffix(".parquet"), !name.hasPrefix(".") {
                    paths.append(path)
                } else {
                    try other(path)
                }
            }
        }
        return paths
    }
}
