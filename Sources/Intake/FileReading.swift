//  Reading one file, by one thread or by several.
//
//      open ─▶ units 0 … n-1 read in any order, each into a sink of its own ─▶ a summary of all
//
//  A plain file of JSON Lines or CSV has many units; any other has one. When a line of JSON turns out to go on in the next,
//  or a quote of CSV is not closed, the file must be read once more, as one: where a record begins is then known only to who
//  has read all before it.

import CSVRecords
import Codecs
import DurableIO
import Events
import Glibc
import JSONRecords
import Records
import Wording

/// A file to be folded.
package struct FoldInput: Sendable {
    /// For messages and dead letters.
    package var name: String
    /// Nil: standard input.
    package var path: String?

    package init(name: String, path: String?) {
        self.name = name
        self.path = path
    }

    /// As it was named on a command line: `-` is standard input.
    package init(named argument: String) {
        let isStream = argument == "-"
        self.init(name: isStream ? "standard input" : argument, path: isStream ? nil : argument)
    }

    /// Bytes as stored, for progress; 0 where that is not known.
    package func storedSize(in fileSystem: FileSystem) -> Int {
        path.flatMap { try? fileSystem.status($0) }?.size ?? 0
    }
}

/// Everything that reading a file told, but for its sums.
package struct FileSummary: Sendable {
    package var container: Container
    package var compression: Compression
    package var digest: ContentDigest
    /// Bytes of content.
    package var size: Int
    /// Bytes of its text as UTF-8: what the reader reads, and what offsets count.
    package var textSize: Int
    /// Bytes as stored.
    package var storedSize: Int
    package var counts: OutcomeCounts
    /// Bytes of rejected records, of the text.
    package var rejectedBytes: Int
    /// What these are of the content, in proportion, where the text was made of another encoding.
    package var rejectedBytesOfContent: Int {
        if textSize == size || textSize == 0 { return rejectedBytes }
        return textSize.dividingFullWidth(size.multipliedFullWidth(by: min(rejectedBytes, textSize))).quotient
    }
    /// The first rejected records, in the order of the file.
    package var rejections: [RejectedRecord]
    package var observations: FileObservations
    /// Of the rejected records, some that are looked at closely.
    package var sample: RecordSample
    /// When nothing was folded: the folded records by label.
    package var labels: LabelCounts
    package var end: InputEnd
    /// Arrays of records that were not read.
    package var unread = UnreadArrays()
    /// How it was read.
    package var way = ReadingWay()
    /// The file as it was before and after reading; nil for standard input and pipes.
    package var status: FileStatus?
}

/// How a file was read. It decides nothing but how long that took.
package struct ReadingWay: Sendable {
    /// Ranges that it was read in; 1 for a whole file.
    package var ranges = 1
    /// Why it was read as one; nil when it was cut.
    package var whyWhole: WholeReason?
    /// Well-formed records that were read completely, because they fitted no known shape.
    package var recordsReadCompletely = 0
    /// How often the shapes that were learned were forgotten.
    package var timesShapesForgotten = 0

    /// As events.
    package func events(file: String, records: Int) -> [WorkEvent] {
        var events: [WorkEvent] =
            if let whyWhole {
                [.fileNotCut(file: file, because: whyWhole)]
            } else {
                [.fileCut(file: file, ranges: ranges)]
            }
        if recordsReadCompletely > 0 {
            events.append(.slowRecords(file: file, count: recordsReadCompletely, of: records))
        }
        if timesShapesForgotten > 0 { events.append(.shapesForgotten(file: file, times: timesShapesForgotten)) }
        return events
    }
}

/// One file that is read in units.
///
/// `@unchecked Sendable`: once it is open, units are read without changing anything; what they gave is added by one thread
/// at a time.
final class FileReading: @unchecked Sendable {
    private let input: FoldInput
    private let fileSystem: FileSystem
    private let settings: ReadSettings
    /// Told of every read, for progress.
    private let onStoredBytes: @Sendable (Int) -> Void
    private let isCut: Bool
    /// Why it is one unit, as far as that is known.
    private var whyWhole: WholeReason?

    private var file: OpenFile?
    private var status: FileStatus?
    /// Of bytes; empty for a stream.
    private var ranges: [Range<Int>] = []
    /// Which records of CSV the ranges have.
    private var cuts: CSVCuts?
    /// For a compressed file; a thread that has nothing else to do may decompress it ahead of the one that reads it.
    private(set) var compressedStream: ByteStream?
    /// Known once it is open.
    private(set) var unitCount = 0
    private var results: [UnitResult] = []

    /// - Parameter isCut: whether the file may be cut into units.
    init(
        _ input: FoldInput, fileSystem: FileSystem, settings: ReadSettings, isCut: Bool = true,
        onStoredBytes: @escaping @Sendable (Int) -> Void
    ) {
        self.isCut = isCut
        self.input = input
        self.fileSystem = fileSystem
        self.settings = settings
        self.onStoredBytes = onStoredBytes
    }

    // MARK: Opening

    /// The kernel stamps files with a clock that ticks every 1 to 10 ms; nanoseconds, with room to spare.
    private static let clockTick: Int64 = 20_000_000

    /// Opens the file and cuts it into units. Called by one thread, without the lock.
    ///
    /// - Throws: `IOError`, `FileChanged`, `CodecError`, `UnreadableContent`, `CSVError`.
    func open() throws {
        guard let path = input.path else {
            file = fileSystem.standardStream(0)
            (unitCount, whyWhole) = (1, .stream)
            return
        }
        let file = try fileSystem.open(path, .read)
        var status = try file.status()
        let age = WallClock.now() - status.changed
        if age >= 0 && age < Self.clockTick {
            // A write within the tick of the last one would leave the same time behind and go unnoticed.
            usleep(useconds_t((Self.clockTick - age) / 1000 + 1))
            status = try file.status()
        }
        self.file = file
        switch status.kind {
        case .file: break
        case .folder: throw IOError("cannot read", path, code: EISDIR)
        case .other:
            // A pipe, such as a shell's <(…): a stream like standard input, without size and positions.
            (unitCount, whyWhole) = (1, .stream)
            return
        }
        self.status = status
        ranges = try cut(file, size: status.size)
        unitCount = max(ranges.count, 1)
    }

    /// The ranges that the file is read in; empty when it is read as one, and then `whyWhole` says why.
    private func cut(_ file: OpenFile, size: Int) throws -> [Range<Int>] {
        guard isCut && size > settings.unitSize else {
            whyWhole = isCut ? .small : settings.form.whyCutsAreWrong
            return []
        }
        var window = Window(capacity: ByteStream.chunk)
        while true {
            let wanted = min(max(ByteStream.chunk, window.count), size - window.count)
            let room = UnsafeMutableRawBufferPointer(rebasing: window.room(wanted)[..<wanted])
            let count = try file.read(at: window.count, into: room)
            guard count == wanted else { throw FileChanged(path: file.path) }
            window.fill(count)
            let prefix = UnsafeRawBufferPointer(start: window.base, count: window.count)
            guard Compression.detect(prefix) == Compression.none else {
                compressedStream = stream(file, size: size)
                whyWhole = .compressed
                return []
            }
            // Other encodings are made UTF-8 from the beginning on.
            guard try ContentBytes.encoding(of: prefix, set: settings.encoding) == .utf8 else {
                whyWhole = .otherEncoding
                return []
            }
            guard try knowsLayout(file, window, size: size) else { continue }
            if whyWhole != nil { return [] }
            return stride(from: 0, to: size, by: settings.unitSize).map { $0..<min($0 + settings.unitSize, size) }
        }
    }

    /// Finds out from the beginning of the text how its records are written, and whether they tell where to cut.
    ///
    /// - Returns: false when a longer beginning is needed.
    private func knowsLayout(_ file: OpenFile, _ window: borrowing Window, size: Int) throws -> Bool {
        let isFinal = window.count == size
        switch settings.form {
        case .json(let plan):
            window.base[window.count] = 0
            let container = RecordReader.container(
                of: window.base, count: window.count, isFinal: isFinal, maxRecordBytes: settings.maxRecordBytes,
                plan: plan)
            guard let container else { return false }
            if container != .lines { whyWhole = .layout(container.rawValue) }
        case .csv(let schema, let csv):
            let header = try CSVReader.header(
                of: window.base, count: window.count, isFinal: isFinal, schema: schema, settings: csv,
                maxRecordBytes: settings.maxRecordBytes)
            if header == nil && !isFinal { return false }
            cuts = CSVCuts(file, size: size, settings: settings, quote: csv.quote, header: header)
        }
        return true
    }

    private func stream(_ file: OpenFile, size: Int?) -> ByteStream {
        ByteStream(file, size: size, encoding: settings.encoding, onStoredBytes: onStoredBytes)
    }

    // MARK: Units

    /// Bytes of a plain file that was cut into units; 0 of any other.
    var plainSize: Int { ranges.last?.upperBound ?? 0 }

    /// Whether it is read from its beginning to its end.
    var isStream: Bool { ranges.isEmpty }

    /// Reads a unit. Several threads may, each with a reader of its own; what it gives is to be added.
    func read(unit: Int, with reader: UnitReader, into sink: UnitSink, isCancelled: () -> Bool) throws -> UnitResult {
        if ranges.isEmpty {
            let stream = compressedStream ?? stream(file!, size: status?.size)
            defer { stream.close() }
            return try reader.read(stream: stream, into: sink, isCancelled: isCancelled)
        }
        switch settings.form {
        case .json(let plan):
            return try reader.read(
                lines: file!, plan, range: ranges[unit], size: status!.size, index: unit, into: sink,
                onStoredBytes: onStoredBytes, isCancelled: isCancelled)
        case .csv(let schema, let csv):
            return try reader.read(
                csv: file!, schema, csv, cuts!, range: ranges[unit], size: status!.size, index: unit, into: sink,
                onStoredBytes: onStoredBytes, isCancelled: isCancelled)
        }
    }

    /// In any order.
    func add(_ result: UnitResult) { results.append(result) }

    // MARK: The end

    /// Puts the units together, once all were added.
    ///
    /// - Throws: `FileChanged`, `IOError`.
    func summarize(labels: LabelCounts = LabelCounts()) throws -> FileSummary {
        results.sort { $0.index < $1.index }
        if let before = status, try file!.status() != before { throw FileChanged(path: file!.path) }
        var counts = OutcomeCounts()
        var recordsRead = 0
        var rejectedBytes = 0
        var rejections: [RejectedRecord] = []
        var observations = FileObservations()
        var sample = RecordSample()
        var lines = 0
        var unread = UnreadArrays()
        var rawBudget = RejectionLog.rawBudget
        var way = ReadingWay(ranges: max(ranges.count, 1), whyWhole: whyWhole)
        for result in results {
            unread.add(result.unread)
            way.recordsReadCompletely += result.recordsReadCompletely
            way.timesShapesForgotten += result.timesShapesForgotten
            counts.add(result.counts)
            recordsRead += result.recordsRead
            rejectedBytes += result.rejectedBytes
            for var rejection in result.rejections.letters.prefix(settings.rejectsPerFile - rejections.count) {
                rejection.line += lines + 1
                rejection.raw.removeLast(max(0, rejection.raw.count - rawBudget))
                rawBudget -= rejection.raw.count
                rejections.append(rejection)
            }
            var seen = FileObservations()
            (seen.coercions, seen.fields, seen.examples) = (result.coercions, result.fields, result.rejections.examples)
            (seen.actionLines, seen.answers) = (result.actionLines, result.answers)
            for reason in seen.examples.keys { seen.examples[reason]!.line += lines + 1 }
            observations.add(seen)
            sample.add(result.rejections.sample)
            lines += result.lines
        }
        precondition(
            counts.read == recordsRead,
            "\(input.name): \(recordsRead) records were read, \(counts.read) are accounted for")
        let last = results[results.count - 1]
        let digest: ContentDigest
        if let whole = last.digest {
            digest = whole
        } else {
            var blocks = BlockDigests(contentLength: status!.size)
            for result in results { for (index, leaf) in result.leaves { blocks.set(leaf, at: index) } }
            digest = blocks.digest()
        }
        let end = results.last { $0.container != nil }?.end ?? last.end
        return FileSummary(
            container: results.first { $0.container != nil }?.container ?? .lines,
            compression: last.compression, digest: digest,
            size: last.digest == nil ? status!.size : last.size,
            textSize: last.digest == nil ? status!.size : last.textSize,
            storedSize: status?.size ?? last.storedSize,
            counts: counts, rejectedBytes: rejectedBytes, rejections: rejections,
            observations: observations, sample: sample, labels: labels, end: end,
            unread: unread, way: way, status: status)
    }
}
