//  Feeds bytes to a reader through windows of any size and keeps everything that comes out.

import Records
import Testing

@testable import JSONRecords

/// An accepted record.
struct FoldedRecord: Hashable {
    var keys: [[UInt8]]
    var value: Int64
}

/// A rejected record.
struct RejectedRecord: Hashable {
    var reason: RejectReason
    var offset: Int
    var linesBefore: Int
    var raw: [UInt8]

    var text: String { String(decoding: raw, as: UTF8.self) }
}

extension FoldedRecord: CustomStringConvertible, CustomTestStringConvertible {
    var description: String { "\(keys.map { String(decoding: $0, as: UTF8.self) }) \(value)" }
    var testDescription: String { description }
}

extension RejectedRecord: CustomStringConvertible, CustomTestStringConvertible {
    var description: String { "\(reason.rawValue) at \(offset) after \(linesBefore) lines: \(text.debugDescription)" }
    var testDescription: String { description }
}

/// Everything that a reader said about an input.
struct ReadOutcome: Equatable {
    var records: [FoldedRecord] = []
    var rejections: [RejectedRecord] = []
    var counts = OutcomeCounts()
    var recordsRead = 0
    var lines = 0
    var rejectedBytes = 0
    var coercions = Coercions()
    /// Bytes that each rejection covers.
    var covered: [Int] = []
    var end = InputEnd.whole
    var container: Container?

    var fields = FieldPaths()

    /// Without what a reference does not say: coercions and covered bytes are compared between ways of reading, and
    /// which records are looked at for their fields depends on the way.
    static func == (a: ReadOutcome, b: ReadOutcome) -> Bool {
        a.records == b.records && a.rejections == b.rejections && a.counts == b.counts
            && a.recordsRead == b.recordsRead && a.lines == b.lines && a.rejectedBytes == b.rejectedBytes
            && a.end == b.end && a.container == b.container
    }

    func isLike(_ other: ReadOutcome) -> Bool { coercions == other.coercions && covered == other.covered }

    var reasons: [RejectReason] { rejections.map(\.reason) }
    var contracts: [String] { records.map { String(decoding: $0.keys[0], as: UTF8.self) } }
}

/// How an input is handed over.
struct Feeding {
    /// Bytes that each window is longer than what was left over.
    var step = Int.max
    /// Whether the end is told with a window that holds nothing new.
    var tellsEndLate = false
    var plan = FoldPlan.engagement
    var maxRecordBytes = 1 << 20
    var container: Container?
    var isAtStart = true
    /// Whether records are matched against the shapes of others first, and then walked over by their fields.
    var usesShapes = true
    /// Whether they are walked over by their fields when no shapes are used.
    var usesWalk = false
}

private let paddingBytes = (0..<RecordReader.padding).map { Array("\"}1".utf8)[$0 % 3] }

/// Reads a whole input. Each window lies in memory of exactly its size and the padding, which is full of bytes that look
/// like JSON, so that whatever reads too far is noticed.
func read(_ input: [UInt8], _ feeding: Feeding = Feeding()) throws -> ReadOutcome {
    var reader = RecordReader(
        plan: feeding.plan, maxRecordBytes: feeding.maxRecordBytes, container: feeding.container,
        isAtStart: feeding.isAtStart)
    if !feeding.usesShapes { reader.leaveOutShapes(keepingWalk: feeding.usesWalk) }
    var outcome = ReadOutcome()
    var bytesBefore: [Int] = []
    var consumed = 0
    var fed = 0
    var isFinal = false
    while !isFinal {
        let before = fed
        fed = input.count - fed <= feeding.step ? input.count : fed + feeding.step
        isFinal = fed == input.count && (!feeding.tellsEndLate || before == fed)
        let count = fed - consumed
        let window = UnsafeMutablePointer<UInt8>.allocate(capacity: count + RecordReader.padding)
        defer { window.deallocate() }
        input.withUnsafeBufferPointer { input in
            if count > 0 { window.update(from: input.baseAddress! + consumed, count: count) }
        }
        paddingBytes.withUnsafeBufferPointer { (window + count).update(from: $0.baseAddress!, count: $0.count) }
        let done = try reader.read(
            window, count: count, isFinal: isFinal,
            onBatch: { batch in
                #expect((1...RecordBatch.capacity).contains(batch.count))
                for row in 0..<batch.count {
                    let keys = (0..<batch.keyCount).map { key -> [UInt8] in
                        let slice = batch.keys[row * batch.keyCount + key]
                        // The promise to those who load keys by words: touch every byte of it.
                        for i in 0..<RecordBatch.keyPadding { withExtendedLifetime(slice.base[i]) {} }
                        return Array(slice.buffer)
                    }
                    outcome.records.append(FoldedRecord(keys: keys, value: batch.values[row]))
                }
            },
            onRejection: {
                bytesBefore.append($0.rejectedBytesBefore)
                outcome.rejections.append(
                    RejectedRecord(
                        reason: $0.reason, offset: $0.offset, linesBefore: $0.linesBefore, raw: Array($0.raw)))
            })
        try #require((0...count).contains(done))
        consumed += done
        // Memory stays bounded by the longest record, and a byte order mark or an indentation.
        #expect(fed - consumed <= feeding.maxRecordBytes + 100)
    }
    #expect(consumed == input.count)
    outcome.counts = reader.counts
    outcome.recordsRead = reader.recordsRead
    outcome.lines = reader.lines
    outcome.rejectedBytes = reader.rejectedBytes
    outcome.covered = zip(bytesBefore, bytesBefore.dropFirst() + [reader.rejectedBytes]).map { $1 - $0 }
    outcome.coercions = reader.coercions
    outcome.fields = reader.fields
    outcome.end = reader.inputEnd
    outcome.container = reader.container
    // Conservation.
    #expect(outcome.recordsRead == outcome.counts.read)
    #expect(outcome.recordsRead == outcome.records.count + outcome.counts.ignored + outcome.rejections.count)
    #expect(outcome.counts.folded == outcome.records.count)
    #expect(outcome.counts.rejectedTotal == outcome.rejections.count)
    for (index, covered) in outcome.covered.enumerated() {
        let rejection = outcome.rejections[index]
        outcome.rejections[index].raw = Array(rejection.raw.prefix(covered))
        // A rejection shows no more than it covers, and what it shows stands where it says.
        #expect(outcome.rejections[index].raw.count == min(covered, feeding.maxRecordBytes))
        #expect(input[rejection.offset...].starts(with: rejection.raw))
    }
    return outcome
}

func read(_ text: String, _ feeding: Feeding = Feeding()) throws -> ReadOutcome { try read(Array(text.utf8), feeding) }

/// Reads an input through windows of many sizes, with shapes, by fields and completely; all must say the same.
func readThroughAllWindows(
    _ input: [UInt8], _ feeding: Feeding = Feeding(), steps: [Int] = [1, 7, 61],
    location: SourceLocation = #_sourceLocation
) throws -> ReadOutcome {
    let whole = try read(input, feeding)
    var plain = feeding
    plain.usesShapes = false
    let complete = try read(input, plain)
    #expect(complete == whole && complete.isLike(whole), "without shapes", sourceLocation: location)
    plain.usesWalk = true
    let walked = try read(input, plain)
    #expect(walked == whole && walked.isLike(whole), "by fields", sourceLocation: location)
    if let step = steps.last, step < input.count {
        plain.step = step
        #expect(try read(input, plain) == whole, "by fields, windows of \(step) bytes", sourceLocation: location)
    }
    for step in steps where step < input.count {
        for tellsEndLate in step == steps[0] ? [false, true] : [false] {
            var cut = feeding
            (cut.step, cut.tellsEndLate) = (step, tellsEndLate)
            let other = try read(input, cut)
            #expect(other.isLike(whole), "windows of \(step) bytes", sourceLocation: location)
            if other != whole {
                let text = input.map { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A ? String(UnicodeScalar($0)) : "<\($0)>" }
                    .joined()
                Issue.record(
                    "windows of \(step) bytes, longest record \(feeding.maxRecordBytes):\n\(other)\nat once:\n\(whole)\ninput:\n\(text)",
                    sourceLocation: location)
                return whole
            }
        }
    }
    return whole
}

func readThroughAllWindows(
    _ text: String, _ feeding: Feeding = Feeding(), location: SourceLocation = #_sourceLocation
) throws -> ReadOutcome {
    try readThroughAllWindows(Array(text.utf8), feeding, location: location)
}
