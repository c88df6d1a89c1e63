//  Partial files: one input file's aggregate, on disk.
//
//      checkpoints/partials/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//                           │             │        └ first 16 digits of the content's digest
//                           │             └ the file's name without its endings, what is no letter, digit, . _ - as _
//                           └ Hive partition; dt=__HIVE_DEFAULT_PARTITION__ for a file without a date
//
//  A second partial of the same name and content (folded again with other settings) gets `-2`, `-3` … behind the digest.
//  The path identifies nothing: the ledger says which partial counts, and the metadata says what a partial is of, so
//  that the ledger can be rebuilt from the partials alone.

import Codecs
import DurableIO
import Folding
import Glibc
import Pipelines
import Records
import Synchronization

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

/// What the rows of a partial add up to.
struct PartialSums {
    var rows = 0
    var seconds: Int64 = 0
    var absoluteSeconds: Int64 = 0
    var records: Int64 = 0
    private var apps: [AppTally] = []
    /// Places in `apps`, by name; filled once there are too many to look through.
    private var places: [[UInt8]: Int] = [:]

    private struct AppTally {
        var name: [UInt8]
        var records: Int64 = 0
        var seconds: Int64 = 0
    }

    /// Apps up to which looking at one after another is faster than hashing. Real data has eight.
    private static let few = 16

    /// A short app that was met in a batch, and what its rows there add up to so far.
    private struct Recent {
        /// The name's bytes, the first one lowest; zeros behind them.
        var word: UInt64 = 0
        var length = -1
        var place = 0
        var records: Int64 = 0
        var seconds: Int64 = 0
    }

    /// One entry for each value of a hash of this many bits.
    private static let recentBits = 6

    /// - Throws: `FoldError.overflow` when the absolute values pass Int64.max, naming the contract it happened at.
    mutating func add(_ batch: KeyedBatch) throws(FoldError) {
        rows += batch.count
        let failedRow = batch.keys[1].withUnsafe { bytes, offsets in
            batch.measures[0].withUnsafeBufferPointer { seconds in
                batch.measures[1].withUnsafeBufferPointer { records in
                    withUnsafeTemporaryAllocation(of: Recent.self, capacity: 1 << Self.recentBits) { recent in
                        recent.initialize(repeating: Recent())
                        let failedRow = add(batch.count, bytes, offsets, seconds, records, recent.baseAddress!)
                        for entry in recent where entry.length >= 0 { add(entry) }
                        return failedRow
                    }
                }
            }
        }
        if let failedRow { throw .overflow(key: batch.keys[0][failedRow]) }
    }

    /// Returns the row at which the sum of absolute values no longer fits, if there is one.
    private mutating func add(
        _ count: Int, _ bytes: UnsafePointer<UInt8>, _ offsets: UnsafePointer<Int>,
        _ seconds: UnsafeBufferPointer<Int64>, _ records: UnsafeBufferPointer<Int64>,
        _ recent: UnsafeMutablePointer<Recent>
    ) -> Int? {
        let end = offsets[count]
        var absolute = absoluteSeconds
        defer { absoluteSeconds = absolute }
        for row in 0..<count {
            // Int64.min has no magnitude among the Int64s, and could never be taken away again.
            guard let magnitude = Int64(exactly: seconds[row].magnitude),
                case (let sum, let overflow) = absolute.addingReportingOverflow(magnitude), !overflow
            else { return row }
            absolute = sum
            // From here on all sums are within that of the absolute values.
            let start = offsets[row]
            let length = offsets[row + 1] - start
            if length > 8 {
                let app = UnsafeBufferPointer(start: bytes + start, count: length)
                add(Recent(place: place(of: app), records: records[row], seconds: seconds[row]))
                continue
            }
            let word = Self.word(bytes + start, length, readable: end - start)
            // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
            let entry = recent + Int((word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - Self.recentBits))
            if entry.pointee.word != word || entry.pointee.length != length {
                if entry.pointee.length >= 0 { add(entry.pointee) }
                let app = UnsafeBufferPointer(start: bytes + start, count: length)
                entry.pointee = Recent(word: word, length: length, place: place(of: app))
            }
            entry.pointee.records += records[row]
            entry.pointee.seconds += seconds[row]
        }
        return nil
    }

    private mutating func add(_ entry: Recent) {
        apps[entry.place].seconds += entry.seconds
        apps[entry.place].records += entry.records
        seconds += entry.seconds
        records += entry.records
    }

    /// Up to eight bytes as a word.
    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int) -> UInt64 {
        if readable >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
            return word & ~(~0 << UInt64(8 * count))
        }
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[index]) << UInt64(8 * index) }
        return word
    }

    private static func isSame(_ name: [UInt8], _ app: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count == app.count else { return false }
        // An empty name may have no address.
        return app.isEmpty || name.withUnsafeBufferPointer { memcmp($0.baseAddress!, app.baseAddress!, app.count) == 0 }
    }

    /// Where an app's tally is; a new one is begun.
    private mutating func place(of app: UnsafeBufferPointer<UInt8>) -> Int {
        if apps.count <= Self.few {
            if let place = apps.firstIndex(where: { Self.isSame($0.name, app) }) { return place }
        } else if let place = places[Array(app)] {
            return place
        }
        apps.append(AppTally(name: Array(app)))
        if apps.count == Self.few + 1 {
            for (place, app) in apps.enumerated() { places[app.name] = place }
        } else if apps.count > Self.few {
            places[Array(app)] = apps.count - 1
        }
        return apps.count - 1
    }

    /// Ascending by bytes.
    var appSums: [AppSum] {
        apps.sorted { $0.name.lexicographicallyPrecedes($1.name) }.map {
            AppSum(app: String(decoding: $0.name, as: UTF8.self), records: Int($0.records), seconds: $0.seconds)
        }
    }
}

/// Where the rows of a partial go: into its file, its sums and its sketch.
///
/// `@unchecked Sendable`: one thread has it at a time, see `Handover`.
private final class PartialTarget: @unchecked Sendable {
    let writer: KeyedTableWriter
    private(set) var sums = PartialSums()
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
}

/// Writes and reads the partials of one checkpoints folder.
package final class PartialStore: Sendable {
    package static let kind = "partial"
    /// Hive's name for the partition of rows without a value.
    private static let undatedFolder = "dt=__HIVE_DEFAULT_PARTITION__"

    private let root: String
    private let plan: FoldPlan
    private let fileSystem: FileSystem
    /// Paths below the checkpoints folder that are given away.
    private let taken: Mutex<Set<String>>

    /// - Parameters:
    ///   - root: the checkpoints folder.
    ///   - known: paths of all versions that the ledger knows.
    package init(root: String, known: some Sequence<String>, plan: FoldPlan, in fileSystem: FileSystem) {
        self.root = root
        self.plan = plan
        self.fileSystem = fileSystem
        taken = Mutex(Set(known))
    }

    package func path(_ partial: String) -> String { Path.join(root, partial) }

    /// A path that no other partial has.
    private func reservePath(_ origin: PartialOrigin) -> String {
        var stem = Path.name(origin.name)
        if let dot = stem.firstIndex(of: "."), dot != stem.startIndex { stem = String(stem[..<dot]) }
        let safe = stem.utf8.prefix(80).map { byte -> Character in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                ? character : "_"
        }
        let folder = origin.date.map { "dt=\($0)" } ?? Self.undatedFolder
        let base = "partials/\(folder)/\(String(safe))-\(origin.digest.prefix(16))"
        return taken.withLock { taken in
            var path = base + ".parquet"
            var serial = 2
            while !taken.insert(path).inserted {
                path = "\(base)-\(serial).parquet"
                serial += 1
            }
            return path
        }
    }

    /// Writes a partial under a temporary name.
    ///
    /// - Parameters:
    ///   - jobs: above 1, batches are encoded and written by a thread of their own.
    ///   - produce: hands batches, ascending, to the closure that it is given.
    package func write(
        _ origin: PartialOrigin, schema: KeyedSchema, jobs: Int = 1,
        produce: ((KeyedBatch) throws -> Void) throws -> Void
    ) throws -> SealedPartial {
        let partial = reservePath(origin)
        let path = path(partial)
        try fileSystem.createFolders(Path.parent(path))
        let target = PartialTarget(
            try KeyedTableWriter(path, kind: Self.kind, schema: schema, in: fileSystem))
        try Handover.run(isConcurrent: jobs > 1, make: produce) { batch in try target.take(batch) }
        let (writer, sums, sketch) = (target.writer, target.sums, target.sketches.finish())
        precondition(
            sums.records == Int64(origin.outcomes.folded),
            "\(origin.name): \(origin.outcomes.folded) records were folded, the partial has \(sums.records)")
        let (size, digest) = try writer.seal(metadata: Self.metadata(origin, sums, sketch))
        let facts = VersionFacts(
            name: origin.name, digest: origin.digest, date: origin.date, size: origin.size,
            storedSize: origin.storedSize, compression: origin.compression, container: origin.container,
            partial: partial, partialSize: size, partialDigest: digest.hex, plan: origin.settings, rows: sums.rows,
            seconds: sums.seconds, absoluteSeconds: sums.absoluteSeconds)
        return SealedPartial(
            version: NewVersion(
                facts: facts, outcomes: origin.outcomes, apps: sums.appSums, observations: origin.observations),
            sketch: sketch,
            file: writer.file)
    }

    private static func metadata(
        _ origin: PartialOrigin, _ sums: PartialSums, _ sketch: PartialSketch
    ) -> [(String, String)] {
        var pairs = [
            ("watchfold.source", origin.name), ("watchfold.digest", origin.digest),
            ("watchfold.date", origin.date ?? ""),
            ("watchfold.size", String(origin.size)), ("watchfold.stored_size", String(origin.storedSize)),
            ("watchfold.compression", origin.compression), ("watchfold.container", origin.container),
            ("watchfold.settings", origin.settings), ("watchfold.rows", String(sums.rows)),
            ("watchfold.seconds", String(sums.seconds)), ("watchfold.absolute_seconds", String(sums.absoluteSeconds)),
            ("watchfold.folded", String(origin.outcomes.folded)),
            ("watchfold.ignored", String(origin.outcomes.ignored)),
            ("watchfold.coerced", String(origin.outcomes.coerced)),
        ]
        for (reason, count) in origin.outcomes.rejected.sorted(by: { $0.key < $1.key }) {
            pairs.append(("watchfold.rejected.\(reason.rawValue)", String(count)))
        }
        pairs.append(("watchfold.contracts", String(sketch.contractCount)))
        pairs.append(("watchfold.sketch", sketch.keys.text))
        return pairs
    }

    /// What a partial tells of its keys; nil for one that was written before partials did, is damaged or gone. Reads
    /// the footer alone.
    ///
    /// - Throws: `IOError` when the disk said no.
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
        guard let count = reader.metadata("watchfold.contracts").flatMap({ Int($0) }),
            let keys = reader.metadata("watchfold.sketch").flatMap({ KeySketch(text: $0) })
        else { return nil }
        return PartialSketch(contractCount: count, keys: keys)
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
                throw DamagedTable(path: path, detail: "its \(key) is no number")
            }
            return value
        }
        var outcomes = OutcomeCounts()
        outcomes.folded = try number("folded")
        outcomes.ignored = try number("ignored")
        outcomes.coerced = try number("coerced")
        for reason in plan.reasons where reader.metadata("watchfold.rejected.\(reason.rawValue)") != nil {
            outcomes.rejected[reason] = try number("rejected.\(reason.rawValue)")
        }
        let sums = try sums(reader)
        let rows: Int = try number("rows")
        let seconds: Int64 = try number("seconds")
        let absoluteSeconds: Int64 = try number("absolute_seconds")
        guard sums.rows == rows, sums.seconds == seconds, sums.absoluteSeconds == absoluteSeconds,
            sums.records == Int64(outcomes.folded)
        else { throw DamagedTable(path: path, detail: "its rows are not those that its metadata counts") }
        let date = try text("date")
        let facts = VersionFacts(
            name: try text("source"), digest: try text("digest"), date: date.isEmpty ? nil : date,
            size: try number("size"), storedSize: try number("stored_size"), compression: try text("compression"),
            container: try text("container"), partial: partial, partialSize: reader.size,
            partialDigest: try fileDigest(try fileSystem.open(path, .read)).hex, plan: try text("settings"), rows: rows,
            seconds: seconds, absoluteSeconds: absoluteSeconds)
        return NewVersion(facts: facts, outcomes: outcomes, apps: sums.appSums)
    }

    /// Adds up a partial's rows; a merge of one input checks their order.
    private func sums(_ reader: KeyedTableReader) throws -> PartialSums {
        var sums = PartialSums()
        do {
            try KeyedMerge(schema: reader.schema).run(
                [MergeInput(measureCount: reader.schema.measures.count, next: reader.batches())],
                rowLimit: KeyedTableFormat.rowGroupRows
            ) { try sums.add($0) }
        } catch let error as FoldError { throw DamagedTable(path: reader.path, detail: error.text(plan)) }
        return sums
    }

    /// Reads a whole partial and compares it with what the ledger says of it: digest, size, rows, order, sums.
    ///
    /// - Throws: `DamagedTable`; `IOError` when it cannot be read.
    package func verify(_ version: VersionRecord, apps: [AppSum]) throws {
        let facts = version.facts
        let path = path(facts.partial)
        func damaged(_ detail: String) -> DamagedTable { DamagedTable(path: path, detail: detail) }
        let file = try fileSystem.open(path, .read)
        guard try file.status().size == facts.partialSize else {
            throw damaged("it has \(try file.status().size) bytes, the ledger says \(facts.partialSize)")
        }
        let digest = try fileDigest(file)
        guard digest.hex == facts.partialDigest else {
            throw damaged("its digest is \(digest.hex), the ledger says \(facts.partialDigest)")
        }
        let reader = try open(facts.partial)
        guard reader.metadata("watchfold.digest") == facts.digest, reader.metadata("watchfold.source") == facts.name
        else {
            throw damaged("it is of another file than the ledger says")
        }
        let sums = try sums(reader)
        guard sums.rows == facts.rows, sums.seconds == facts.seconds, sums.absoluteSeconds == facts.absoluteSeconds,
            sums.records == Int64(version.tally.folded), sums.appSums == apps
        else {
            throw damaged(
                "it has \(sums.rows) keys, \(sums.records) records and \(sums.seconds) seconds; "
                    + "the ledger says \(facts.rows), \(version.tally.folded) and \(facts.seconds)")
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
