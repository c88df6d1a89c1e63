//  Partial files: one input file's aggregate, on disk.
//
//      checkpoints/partials/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//                           │             │        └ first 16 digits of the content's digest
//                           │             └ the file's name without its endings, what is not a letter, digit, . _ - as _
//                           └ Hive partition; dt=__HIVE_DEFAULT_PARTITION__ for a file without a date
//
//  A second partial of the same name and content (folded again with other settings) gets `-2`, `-3` … behind the digest.
//  The path identifies nothing: the ledger says which partial counts, and the metadata says what a partial is of, so
//  that the ledger can be rebuilt from the partials alone.

import Codecs
import DurableIO
import Folding
import KeyedTables
import Ledgers
import Pipelines
import Records

/// What a partial says of the file it was folded from.
package struct PartialOrigin: Sendable, Hashable {
    /// Logical name: path below the inbox without the compression suffix.
    package var name: String
    /// Content digest in hexadecimal.
    package var digest: String
    /// `YYYY-MM-DD`
    package var date: String?
    /// Bytes of content, and as stored.
    package var size: Int
    package var storedSize: Int
    package var compression: String
    package var container: String
    /// The settings that the fold depended on.
    package var settings: String
    package var outcomes: OutcomeCounts
    /// What was seen beside; the ledger keeps it, the partial does not.
    package var observations: FileObservations

    package init(
        name: String, digest: String, date: String?, size: Int, storedSize: Int, compression: String, container: String,
        settings: String, outcomes: OutcomeCounts, observations: FileObservations
    ) {
        self.name = name
        self.digest = digest
        self.date = date
        self.size = size
        self.storedSize = storedSize
        self.compression = compression
        self.container = container
        self.settings = settings
        self.outcomes = outcomes
        self.observations = observations
    }
}

/// Where the rows of a partial go: into its file, its sums and its sketch.
///
/// `@unchecked Sendable`: one thread has it at a time, see `Handover`.
private final class PartialTarget: @unchecked Sendable {
    let writer: KeyedTableWriter
    private(set) var sums = TableSums()
    var sketches = SketchBuilder()

    init(_ writer: KeyedTableWriter) { self.writer = writer }

    func take(_ batch: KeyedBatch) throws {
        try sums.add(batch)
        sketches.add(batch)
        try writer.write(batch)
    }
}

/// A partial that is durable under a temporary name.
package struct SealedPartial {
    package let version: NewVersion
    package let sketch: PartialSketch
    package let file: AtomicFile
    /// Those that the version has partials in.
    package var packs: [SealedPack] = []

    /// The same with partials of folds.
    package func with(_ folds: [(pack: SealedPack, slot: Int)]) -> SealedPartial {
        var version = version
        version.folds = folds.map { FoldPartial(pack: $0.pack.pack, slot: $0.slot) }
        return SealedPartial(version: version, sketch: sketch, file: file, packs: folds.map(\.pack))
    }

    /// Gives it and its packs their names.
    ///
    /// - Returns: the folders that are to be synced.
    package func place() throws(IOError) -> [String] {
        var folders: [String] = []
        if !file.isPlaced {
            try file.place(syncingFolder: false)
            folders.append(Path.parent(file.path))
        }
        for pack in packs {
            if let folder = try pack.place() { folders.append(folder) }
        }
        return folders
    }
}

/// Writes and reads the partials of one checkpoints folder.
package final class PartialStore: Sendable {
    package static let kind = "partial"
    static let folderName = "partials"
    private let root: String
    private let plan: FoldPlan
    private let fileSystem: FileSystem
    private let names: PartialNames

    /// - Parameters:
    ///   - root: the checkpoints folder.
    ///   - known: paths of all versions that the ledger knows.
    package init(root: String, known: some Sequence<String>, plan: FoldPlan, in fileSystem: FileSystem) {
        self.root = root
        self.plan = plan
        self.fileSystem = fileSystem
        names = PartialNames(known)
    }

    package func path(_ partial: String) -> String { Path.join(root, partial) }

    /// Writes a partial under a temporary name.
    ///
    /// - Parameters:
    ///   - folds: what the file gives to folds beside this partial.
    ///   - jobs: above 1, batches are encoded and written by a thread of their own.
    ///   - produce: hands batches, ascending, to the closure that it is given.
    package func write(
        _ origin: PartialOrigin, schema: KeyedSchema, folds: [FoldProfile] = [], jobs: Int = 1,
        produce: ((KeyedBatch) throws -> Void) throws -> Void
    ) throws -> SealedPartial {
        let partial = names.reserve(
            below: Self.folderName, name: origin.name, digest: origin.digest, date: origin.date)
        let path = path(partial)
        try fileSystem.createFolders(Path.parent(path))
        let target = PartialTarget(
            try KeyedTableWriter(path, kind: Self.kind, schema: schema, in: fileSystem))
        try Handover.run(isConcurrent: jobs > 1, make: produce) { batch in try target.take(batch) }
        let (writer, sums) = (target.writer, target.sums)
        var sketch = target.sketches.finish()
        sketch.folds = folds
        precondition(
            Self.agree(sums, folded: origin.outcomes.folded),
            "\(origin.name): \(origin.outcomes.folded) records were folded, the partial has \(sums.records)")
        let (size, digest) = try writer.seal(metadata: metadata(origin, sums, sketch))
        let facts = VersionFacts(
            name: origin.name, digest: origin.digest, date: origin.date, size: origin.size,
            storedSize: origin.storedSize, compression: origin.compression, container: origin.container,
            partial: partial, partialSize: size, partialDigest: digest.hex, settings: origin.settings, rows: sums.rows,
            sum: sums.sum, magnitude: sums.magnitude)
        return SealedPartial(
            version: NewVersion(
                facts: facts, outcomes: origin.outcomes, breakdown: Self.breakdown(sums),
                observations: origin.observations),
            sketch: sketch,
            file: writer.file)
    }

    private func metadata(
        _ origin: PartialOrigin, _ sums: TableSums, _ sketch: PartialSketch
    ) -> [(String, String)] {
        let names = plan.metadataNames
        var pairs = [
            ("watchfold.source", origin.name), ("watchfold.digest", origin.digest),
            ("watchfold.date", origin.date ?? ""),
            ("watchfold.size", String(origin.size)), ("watchfold.stored_size", String(origin.storedSize)),
            ("watchfold.compression", origin.compression), ("watchfold.container", origin.container),
            ("watchfold.settings", origin.settings), ("watchfold.rows", String(sums.rows)),
            ("watchfold.\(names.sum)", String(sums.sum)), ("watchfold.\(names.magnitude)", String(sums.magnitude)),
            ("watchfold.folded", String(origin.outcomes.folded)),
            ("watchfold.ignored", String(origin.outcomes.ignored)),
            ("watchfold.coerced", String(origin.outcomes.coerced)),
        ]
        for (reason, count) in origin.outcomes.rejected.sorted(by: { $0.key < $1.key }) {
            pairs.append(("watchfold.rejected.\(reason.rawValue)", String(count)))
        }
        pairs.append(("watchfold.\(names.keyCount)", String(sketch.keyCount)))
        pairs.append(("watchfold.sketch", sketch.keys.text))
        if !sketch.folds.isEmpty { pairs.append(("watchfold.folds", FoldProfile.text(sketch.folds))) }
        return pairs
    }

    /// What a partial tells of its keys; nil for one that was written before partials did, is damaged or gone. Reads
    /// the footer alone.
    ///
    /// - Throws: `IOError` when the disk reported an error.
    package func sketch(of partial: String) throws -> PartialSketch? {
        let reader: KeyedTableReader
        do {
            reader = try KeyedTableReader(path(partial), kind: Self.kind, readsMetadataAlone: true, in: fileSystem)
        } catch is DamagedTable {
            return nil
        } catch is NewerFormat {
            return nil
        } catch let error as IOError where error.isMissing {
            return nil
        }
        guard let count = reader.metadata("watchfold.\(plan.metadataNames.keyCount)").flatMap({ Int($0) }),
            let keys = reader.metadata("watchfold.sketch").flatMap({ KeySketch(text: $0) })
        else { return nil }
        let folds = reader.metadata("watchfold.folds").map(FoldProfile.profiles) ?? []
        return PartialSketch(keyCount: count, keys: keys, folds: folds)
    }

    /// Opens a partial.
    package func open(_ partial: String) throws -> KeyedTableReader {
        try KeyedTableReader(path(partial), kind: Self.kind, in: fileSystem)
    }

    /// Reads back what a partial says of itself, with its rows added up afresh: what the ledger knew of it.
    ///
    /// - Throws: `DamagedTable`, `NewerFormat`, `IOError`.
    package func describe(_ partial: String) throws -> NewVersion {
        let path = path(partial)
        let reader = try open(partial)
        func text(_ key: String) throws -> String {
            guard let value = reader.metadata("watchfold.\(key)") else {
                throw DamagedTable(path: path, detail: "its metadata has no \(key)")
            }
            return value
        }
        func number<Number: FixedWidthInteger>(_ key: String) throws -> Number {
            guard let value = Number(try text(key)) else {
                throw DamagedTable(path: path, detail: "its \(key) is not a number")
            }
            return value
        }
        var outcomes = OutcomeCounts()
        outcomes.folded = try number("folded")
        outcomes.ignored = try number("ignored")
        outcomes.coerced = try number("coerced")
        let prefix = "watchfold.rejected."
        for key in reader.metadataKeys where key.hasPrefix(prefix) {
            guard let reason = RejectReason(rawValue: String(key.dropFirst(prefix.count))) else {
                throw DamagedTable(path: path, detail: "its \(key) is no reason")
            }
            outcomes.rejected[reason] = try number("rejected.\(reason.rawValue)")
        }
        let sums = try sums(reader)
        let rows: Int = try number("rows")
        let sum: Int64 = try number(plan.metadataNames.sum)
        let magnitude: Int64 = try number(plan.metadataNames.magnitude)
        guard sums.rows == rows, sums.sum == sum, sums.magnitude == magnitude,
            Self.agree(sums, folded: outcomes.folded)
        else { throw DamagedTable(path: path, detail: "its rows are not those that its metadata counts") }
        let date = try text("date")
        let facts = VersionFacts(
            name: try text("source"), digest: try text("digest"), date: date.isEmpty ? nil : date,
            size: try number("size"), storedSize: try number("stored_size"), compression: try text("compression"),
            container: try text("container"), partial: partial, partialSize: reader.size,
            partialDigest: try fileDigest(try fileSystem.open(path, .read)).hex, settings: try text("settings"),
            rows: rows,
            sum: sum, magnitude: magnitude)
        return NewVersion(facts: facts, outcomes: outcomes, breakdown: Self.breakdown(sums))
    }

    /// Adds up a partial's rows; a merge of one input checks their order.
    private func sums(_ reader: KeyedTableReader) throws -> TableSums {
        var sums = TableSums()
        do {
            try KeyedMerge(schema: reader.schema).run(
                [MergeInput(measureCount: reader.schema.measures.count, next: reader.batches())],
                rowLimit: KeyedTableFormat.rowGroupRows
            ) { try sums.add($0) }
        } catch let error as FoldError { throw DamagedTable(path: reader.path, detail: error.text(plan)) }
        return sums
    }

    /// Whether rows and folded records go together: every record is behind one row, and there is no row without any.
    private static func agree(_ sums: TableSums, folded: Int) -> Bool {
        sums.records == Int64(folded) && (sums.rows == 0) == (folded == 0)
    }

    private static func breakdown(_ sums: TableSums) -> [BreakdownSum] {
        sums.breakdown.map { BreakdownSum(label: $0.label, records: Int($0.records), sum: $0.sum) }
    }

    /// Reads a whole partial and compares it with what the ledger says of it: digest, size, rows, order, sums.
    ///
    /// - Throws: `DamagedTable`; `IOError` when it cannot be read.
    package func verify(_ version: VersionRecord, breakdown: [BreakdownSum]) throws {
        let facts = version.facts
        let path = path(facts.partial)
        func damaged(_ detail: String) -> DamagedTable { DamagedTable(path: path, detail: detail) }
        try fileSystem.compare(path, size: facts.partialSize, digest: facts.partialDigest)
        let reader = try open(facts.partial)
        guard reader.metadata("watchfold.digest") == facts.digest, reader.metadata("watchfold.source") == facts.name
        else {
            throw damaged("it is of another file than the ledger says")
        }
        let sums = try sums(reader)
        guard sums.rows == facts.rows, sums.sum == facts.sum, sums.magnitude == facts.magnitude,
            Self.agree(sums, folded: version.tally.folded), Self.breakdown(sums) == breakdown
        else {
            throw damaged(
                "it has \(sums.rows) keys, \(sums.records) records and \(sums.sum) \(plan.metadataNames.sum); "
                    + "the ledger says \(facts.rows), \(version.tally.folded) and \(facts.sum)")
        }
    }
}

extension FileSystem {
    /// Compares the bytes of a file with what is written down of them.
    ///
    /// - Parameter place: where that is.
    /// - Throws: `DamagedTable` where they differ; `IOError` when they cannot be read.
    func compare(_ path: String, size: Int, digest: String, with place: String = "the ledger") throws {
        func damaged(_ detail: String) -> DamagedTable { DamagedTable(path: path, detail: detail) }
        let file = try open(path, .read)
        let found = try file.status().size
        guard found == size else { throw damaged("it has \(found) bytes, \(place) says \(size)") }
        let own = try fileDigest(file).hex
        guard own == digest else { throw damaged("its digest is \(own), \(place) says \(digest)") }
    }

    /// Whether there is a regular file. Opening what is none may take forever; what cannot be looked at is none.
    func hasFile(_ path: String) -> Bool { (try? statusIfPresent(path))??.kind == .file }

    /// What is wrong with a file, in words; nil when it is what is written down of it.
    ///
    /// - Parameter place: where that is.
    /// - Throws: `IOError` when it is there and cannot be read.
    package func fault(
        _ path: String, size: Int, digest: String, with place: String = "the ledger"
    ) throws -> String? {
        do {
            try compare(path, size: size, digest: digest, with: place)
            return nil
        } catch let error as DamagedTable {
            return "\(error)"
        } catch let error as IOError where error.isMissing {
            return "\(error.path) is missing"
        }
    }
}

/// The XXH3-128 of a file's bytes.
package func fileDigest(_ file: OpenFile) throws(IOError) -> XXH128 {
    var state = StreamingXXH128()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
        let count = try file.read(at: offset, into: buffer)
        if count == 0 { return state.finish() }
        state.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += count
    }
}
