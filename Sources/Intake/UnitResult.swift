//  What a unit gives, and who takes its records.

import Codecs
import JSONRecords
import Records

/// What came of one unit.
struct UnitResult {
    var index: Int
    var container: Container?
    var counts = OutcomeCounts()
    var recordsRead = 0
    /// Line feeds in the unit's lines.
    var lines = 0
    /// Lines counted from the beginning of the unit.
    var rejections = RejectionLog(limit: 0)
    var rejectedBytes = 0
    var coercions = Coercions()
    var actionLines = 0
    var answers = AnswerFacts()
    var fields = FieldPaths()
    var unread = UnreadArrays()
    /// Well-formed records that were read completely, and how often shapes were forgotten.
    var recordsReadCompletely = 0
    var timesShapesForgotten = 0
    var end = InputEnd.whole
    var leaves: [(index: Int, leaf: XXH128)] = []
    /// For a whole stream.
    var digest: ContentDigest?
    var size = 0
    /// Bytes of the text as UTF-8.
    var textSize = 0
    var storedSize = 0
    var compression = Compression.none
}

/// Who takes the records of a unit.
enum UnitSink {
    case fold(any BatchSink)
    case rows(any CellSink)
}
