//  Synthetic days in the published shape, byte for byte the same for the same seed and options.
//
//      day ─▶ chunks of 8,192 records ─▶ written (and packed) on threads ─▶ the sink, in order
//
//  A chunk's random stream is a function of seed, date and chunk number, and a chunk is packed without looking at
//  another, so neither the number of threads nor the first day of the run shows in the bytes of a day. See
//  `PublishedProfile` for what the records are like, `Population` for the contracts.

import Pipelines
import Records

/// Generates days; does no input or output of its own.
package struct SampleGenerator: Sendable {
    package let options: SampleOptions
    private let writer: ChunkWriter

    /// - Throws: `SampleError.option` or `.daysPastCalendar`.
    package init(_ options: SampleOptions) throws(SampleError) {
        try options.validate()
        self.options = options
        writer = ChunkWriter(seed: options.seed, contracts: options.keys)
    }

    /// The date of a day.
    /// - Precondition: `0 <= index < options.days`, here and below.
    package func day(_ index: Int) -> CalendarDay {
        precondition((0..<options.days).contains(index), "day \(index) of \(options.days)")
        return options.firstDay.advanced(by: index)!
    }

    /// The name of a day's file: `20220401.json`, with `.gz`, `.lz4` or `.zst` when it is packed.
    package func fileName(day index: Int) -> String {
        day(index).compact + ".json" + options.compression.suffix
    }

    /// How many records a day has: `recordsPerDay`, or within 4 % of it when they vary.
    package func records(day index: Int) -> Int {
        let date = day(index).daysSinceEpoch
        guard options.variesRecords else { return options.recordsPerDay }
        // No chunk is numbered -1, so the stream is used for nothing else.
        var random = RandomStream(seed: options.seed, day: date, chunk: -1)
        let most = options.recordsPerDay / 25
        return options.recordsPerDay - most + Int(random.next().scaled(below: UInt64(2 * most + 1)))
    }

    /// Makes a day and hands its bytes to `sink`, on the calling thread, in order, about a megabyte at a time.
    ///
    /// Takes 1.6 MB of memory for each of `jobs + 2` buffers, twice that when packing.
    /// - Returns: what a reader of the file should count.
    /// - Throws: what `sink` throws, after all threads have ended; `SampleError.compressor`.
    @discardableResult
    package func generate(day index: Int, into sink: (UnsafeRawBufferPointer) throws -> Void) throws -> DaySummary {
        let date = day(index).daysSinceEpoch
        let records = records(day: index)
        let chunks = (records + ChunkWriter.records - 1) / ChunkWriter.records
        let buffers = try (0..<max(1, min(options.jobs + 2, chunks))).map { _ in
            try ChunkBuffer(compression: options.compression)
        }
        var envelope = options.compression.envelope
        var summary = DaySummary()

        func emit(_ bytes: UnsafeRawBufferPointer) throws {
            if bytes.isEmpty { return }
            summary.packedBytes += bytes.count
            try sink(bytes)
        }

        if let header = try envelope?.header() { try header.withUnsafeBytes(emit) }
        let writer = writer
        try OrderedPipeline.run(
            pieces: chunks, jobs: options.jobs, buffers: buffers,
            produce: { chunk, buffer in
                let first = chunk * ChunkWriter.records
                try buffer.fill(
                    writer, day: date, chunk: chunk, records: min(ChunkWriter.records, records - first))
            },
            consume: { _, buffer in
                summary.add(buffer.summary)
                envelope?.add(crc: buffer.checksum, count: buffer.summary.bytes)
                try emit(buffer.output)
            })
        if let trailer = try envelope?.trailer() { try trailer.withUnsafeBytes(emit) }
        return summary
    }
}

extension SampleCompression {
    /// What stands around the pieces of a file; nil around plain ones.
    fileprivate var envelope: (any PackedEnvelope)? {
        switch self {
        case .none: nil
        case .gzip: GzipEnvelope()
        case .lz4: LZ4Envelope()
        case .zstd: ZstdEnvelope()
        }
    }

    fileprivate func makePacker() throws(SampleError) -> (any PiecePacker)? {
        switch self {
        case .none: nil
        case .gzip: try GzipPacker()
        case .lz4: LZ4Packer()
        case .zstd: try ZstdPacker()
        }
    }
}

/// Room for one chunk, plain and packed; reused for one chunk after another.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
private final class ChunkBuffer: @unchecked Sendable {
    private let plain: UnsafeMutablePointer<UInt8>
    private let packed: UnsafeMutableRawBufferPointer
    private let packer: (any PiecePacker)?

    /// Counts of the chunk last made (but for the packed bytes).
    private(set) var summary = DaySummary()
    /// CRC-32 of the chunk's plain bytes, if the format wants it.
    private(set) var checksum: UInt32 = 0
    /// The chunk as it goes to the sink.
    private(set) var output = UnsafeRawBufferPointer(start: nil, count: 0)

    init(compression: SampleCompression) throws(SampleError) {
        packer = try compression.makePacker()
        plain = .allocate(capacity: ChunkWriter.capacity)
        packed = .allocate(byteCount: packer?.bound(ChunkWriter.capacity) ?? 0, alignment: 1)
    }

    deinit {
        plain.deallocate()
        packed.deallocate()
    }

    func fill(_ writer: ChunkWriter, day: Int, chunk: Int, records: Int) throws(SampleError) {
        summary = DaySummary()
        let count = writer.write(day: day, chunk: chunk, records: records, to: plain, summary: &summary)
        if let packer {
            checksum = packer.checksum(plain, count: count)
            output = UnsafeRawBufferPointer(
                rebasing: packed[..<(try packer.pack(plain, count: count, into: packed))])
        } else {
            output = UnsafeRawBufferPointer(start: plain, count: count)
        }
    }
}
