//  Rejected records, kept while a unit is read: the first ones for the dead letters, the first for each
//  reason, and a sample of those that are valid JSON.

import JSONRecords
import Records
import Wording

/// A rejected record, kept for the dead letters.
package struct RejectedRecord: Sendable, Hashable {
    package var reason: RejectReason
    /// Of the record's first byte, in the decompressed content.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// Bytes that the rejection covers: the record, or all up to the next one that could be found.
    package var size: Int
    /// The record's first bytes, as many as are kept.
    package var raw: [UInt8]
    /// What is wrong with it, where that can be told.
    package var flaw: Flaw?

    /// Whether `raw` is not all of it.
    package var isCut: Bool { raw.count < size }
}

/// The rejected records of one unit.
struct RejectionLog {
    /// Records that are kept at most.
    let limit: Int
    /// The first ones. Lines are counted from 0, from the beginning of the unit.
    private(set) var letters: [RejectedRecord] = []
    /// The first of each reason; lines counted likewise.
    private(set) var examples: [RejectReason: RejectionExample] = [:]
    private(set) var sample = RecordSample()
    /// Bytes of texts that may still be kept.
    private var budget = RejectionLog.rawBudget
    /// Bytes of all rejections before the last letter, as long as it is the last rejection.
    private var openBefore: Int?
    /// Whether that one is a run of NUL bytes.
    private var isOpenRunOfNULs = false
    /// The example that is a run of NUL bytes, and the bytes of all rejections before it, as long as it is the last one:
    /// its words say how many there are.
    private var openExample: (reason: RejectReason, before: Int)?

    /// Bytes of rejected records kept of one file, and so of one unit, all together.
    static let rawBudget = 1 << 20
    /// Bytes kept of a run of NUL bytes.
    private static let keptNULs = 16

    init(limit: Int) { self.limit = limit }

    /// - Parameter base: where the reader began, in the file.
    mutating func add(_ rejection: Rejection, base: Int) {
        close(rejection.rejectedBytesBefore)
        sample.add(rejection, base: base)
        let isFirst = examples[rejection.reason] == nil
        if !isFirst && letters.count >= limit { return }
        let flaw = rejection.flaw
        let text = rejection.isRunOfNULs ? rejection.raw.prefix(Self.keptNULs) : rejection.raw.prefix(.max)
        if isFirst {
            examples[rejection.reason] = RejectionExample(
                line: rejection.linesBefore, offset: base + rejection.offset, raw: text,
                isCut: text.count < rejection.raw.count)
            examples[rejection.reason]!.flaw = flaw
            if rejection.isRunOfNULs { openExample = (rejection.reason, rejection.rejectedBytesBefore) }
        }
        guard letters.count < limit else { return }
        let raw = Array(text.prefix(budget))
        budget -= raw.count
        letters.append(
            RejectedRecord(
                reason: rejection.reason, offset: base + rejection.offset, line: rejection.linesBefore, size: 0,
                raw: raw, flaw: flaw))
        openBefore = rejection.rejectedBytesBefore
        isOpenRunOfNULs = rejection.isRunOfNULs
    }

    /// Nothing follows.
    mutating func finish(rejectedBytes: Int) { close(rejectedBytes) }

    /// Whatever was rejected up to here belongs to the last one.
    private mutating func close(_ rejectedBytes: Int) {
        if let (reason, before) = openExample {
            openExample = nil
            examples[reason]!.flaw?.words = Self.words(nulls: rejectedBytes - before)
        }
        guard let openBefore else { return }
        self.openBefore = nil
        let size = rejectedBytes - openBefore
        let last = letters.count - 1
        letters[last].size = size
        letters[last].raw.removeLast(max(letters[last].raw.count - size, 0))
        if isOpenRunOfNULs { letters[last].flaw?.words = Self.words(nulls: size) }
    }

    private static func words(nulls: Int) -> String { nulls == 1 ? "1 NUL byte" : "\(nulls) NUL bytes" }
}
