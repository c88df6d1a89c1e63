//  A record that was not taken, and where it stands; and what the end of an input means.

/// What is wrong with a record's text, worked out when it is asked for.
package protocol FlawFinding {
    /// Nil when nothing can be told.
    func flaw(_ reason: RejectReason) -> Flaw?
}

/// A rejected record as the reader saw it; `raw` is good only until the call returns.
package struct Rejection {
    package var reason: RejectReason
    /// Bytes from where the reader began to the record's first byte.
    package var offset: Int
    /// Line feeds from where the reader began to the record's first byte.
    package var linesBefore: Int
    /// Bytes of all rejections before this one: what is passed over behind a broken record, until the next boundary or
    /// the end, belongs to it, and is known only when the next rejection comes or the input ends.
    package var rejectedBytesBefore: Int
    /// The record's text, up to where reading goes on when it could not be read; never more than the longest record.
    /// What is more than the rejection turns out to cover is not part of it.
    package var raw: UnsafeBufferPointer<UInt8>
    /// Whether it is nothing but NUL bytes, as many as it turns out to cover.
    package var isRunOfNULs: Bool
    /// Where to look for what is wrong.
    package var place: any FlawFinding

    package init(
        reason: RejectReason, offset: Int, linesBefore: Int, rejectedBytesBefore: Int,
        raw: UnsafeBufferPointer<UInt8>, isRunOfNULs: Bool, place: any FlawFinding
    ) {
        self.reason = reason
        self.offset = offset
        self.linesBefore = linesBefore
        self.rejectedBytesBefore = rejectedBytesBefore
        self.raw = raw
        self.isRunOfNULs = isRunOfNULs
        self.place = place
    }

    /// What is wrong with it, where that can be told. Worked out when it is asked for, which must be before the call
    /// returns. Of a run of NUL bytes the words do not say how many: see `isRunOfNULs`.
    package var flaw: Flaw? { place.flaw(reason) }
}

/// What the end of the input means for the whole.
package enum InputEnd: Sendable, Hashable {
    /// The last value was complete.
    case whole
    /// The input ends inside a value, an array or an answer: it may still be growing.
    case insideValue
    /// After a malformed record no boundary was found any more; this many bytes at the end were not read.
    case lost(bytes: Int)
}
