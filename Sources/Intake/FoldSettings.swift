import CSVRecords
import Codecs
import Events
import JSONRecords
import Records

/// How the records of a file are written.
package enum RecordForm: Sendable, Hashable {
    case json(ReadingPlan)
    case csv(RowSchema, CSVSettings)

    /// Why a file is read as one after it was cut.
    var whyCutsAreWrong: WholeReason {
        switch self {
        case .json: .valueAcrossLines
        case .csv: .openQuote
        }
    }
}

/// What decides how the records of a file are read.
package struct ReadSettings: Sendable, Hashable {
    package var form: RecordForm
    /// Longest record that is read, in bytes.
    package var maxRecordBytes: Int
    /// Of text without a byte order mark.
    package var encoding: TextEncoding
    /// Rejected records kept of each file, with their text.
    package var rejectsPerFile: Int
    /// Bytes of a plain file that one thread takes at a time, a multiple of the digest's block.
    package var unitSize: Int

    package init(
        _ form: RecordForm, maxRecordBytes: Int = 16_000_000, encoding: TextEncoding = .utf8,
        rejectsPerFile: Int = 1000, unitSize: Int
    ) {
        precondition(
            unitSize > 0 && unitSize.isMultiple(of: BlockDigests.blockSize), "units of \(unitSize) bytes cut blocks")
        self.form = form
        self.maxRecordBytes = maxRecordBytes
        self.encoding = encoding
        self.rejectsPerFile = rejectsPerFile
        self.unitSize = unitSize
    }
}

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

    /// Of them, what reading a file needs.
    var reading: ReadSettings {
        ReadSettings(
            .json(ReadingPlan(plan)), maxRecordBytes: maxRecordBytes, encoding: encoding,
            rejectsPerFile: rejectsPerFile, unitSize: unitSize)
    }
}
