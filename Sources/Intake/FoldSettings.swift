import Codecs
import Records

/// What decides the outcome of folding a file.
package struct FoldSettings: Sendable, Hashable {
    package var plan: FoldPlan
    /// Longest record that is read, in bytes.
    package var maxRecordBytes: Int
    /// Of text without a byte order mark.
    package var encoding: TextEncoding
    /// Rejected records kept of each file, with their text.
    package var rejectsPerFile: Int
    /// Bytes of a plain file that one thread takes at a time, a multiple of the digest's block. It decides nothing but
    /// who does the work.
    package var unitSize: Int

    /// Bytes of memory that the program may take; past it, tables are put aside. It decides nothing but the way there.
    package var memory: Int

    /// Large enough that a unit's last line, read twice, is nothing, small enough that the last units of a file end
    /// together.
    package static let defaultUnitSize = 8 * BlockDigests.blockSize

    package init(
        plan: FoldPlan, maxRecordBytes: Int = 16_000_000, rejectsPerFile: Int = 1000,
        unitSize: Int = defaultUnitSize, memory: Int = 512_000_000, encoding: TextEncoding = .utf8
    ) {
        precondition(
            unitSize > 0 && unitSize.isMultiple(of: BlockDigests.blockSize), "units of \(unitSize) bytes cut blocks")
        self.plan = plan
        self.maxRecordBytes = maxRecordBytes
        self.rejectsPerFile = rejectsPerFile
        self.unitSize = unitSize
        self.memory = memory
        self.encoding = encoding
    }
}
