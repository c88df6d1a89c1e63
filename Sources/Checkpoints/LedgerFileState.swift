//  What a file is, and what it may become.
//
//  A state says two things: what is known about the file in the inbox, and what of it counts.
//
//      state       the file                                              what counts under its name
//      ---------   ---------------------------------------------------   ----------------------------------
//      new         whole and waiting for its turn to be read             what counted before
//      waiting     still being written, or without its end mark          what counted before
//      folded      its content is folded                                 this content
//      duplicate   its content counts under another name                 nothing
//      held        folded, but too much was rejected: wants a person     what counted before
//      failed      unreadable                                            what counted before
//      retracted   taken out by a person                                 nothing
//
//  "What counted before" is nothing, or an earlier content of the same name: a broken re-upload does not take away what
//  the file gave while it was good. `replaced` is not a state of a file but the end of a version: it counted until a
//  newer content of its name took its place (`StopReason`).
//
//  Which change may follow which; the row becomes the column, and the letters say whose doing it is:
//
//                   new   waiting   folded   duplicate   held   failed   retracted
//      (unseen)      r       r         r         r         r       r        -
//      new           -       r         r         r         r       r        t
//      waiting       r       r         r         r         r       r        rt
//      folded        v       r         r         r         r       r        t
//      duplicate     p       r         rp        rp        r       r        t
//      held          -       r         ra        ra        r       r        t
//      failed        r       r         r         r         r       r        rt
//      retracted     -       r         rs        rs        r       r        -
//
//      r  run, watch, reprocess: the file was seen or read
//      a  accept: the held version counts from now on (or turns out to count under another name already)
//      t  retract: nothing of the name counts from now on
//      s  restore: the retracted version counts again (or counts under another name by now)
//      p  promotion: the copy that counted was replaced or retracted, so a duplicate takes its place at once when it
//         has a version of its own, else after it was read again; or it now repeats another file
//      v  verify --repair: the partial is lost and the file is still there to be read again
//
//  Retraction is about content. When a retracted file is rewritten and turns out to hold the same bytes, it goes by way
//  of waiting back to retracted; only other bytes make it a new contribution.

/// The state of a file in the inbox. The raw values are written into the ledger and never change.
package enum FileState: String, Sendable, Hashable, CaseIterable {
    case new
    case waiting
    case folded
    case duplicate
    case held
    case failed
    case retracted

    /// What a file may be when it is seen for the first time.
    package static let first: Set<FileState> = [.new, .waiting, .folded, .duplicate, .held, .failed]

    /// What may follow this state; the table above.
    package var next: Set<FileState> {
        switch self {
        case .new: [.waiting, .folded, .duplicate, .held, .failed, .retracted]
        case .waiting, .failed, .folded, .duplicate:
            [.new, .waiting, .folded, .duplicate, .held, .failed, .retracted]
        case .held: [.waiting, .folded, .duplicate, .held, .failed, .retracted]
        case .retracted: [.waiting, .folded, .duplicate, .held, .failed, .retracted]
        }
    }

    package func canBecome(_ state: FileState) -> Bool { next.contains(state) }

    /// Whether an earlier content of the name goes on counting in this state.
    package var leavesCountedAlone: Bool {
        switch self {
        case .new, .waiting, .held, .failed: true
        case .folded, .duplicate, .retracted: false
        }
    }

    /// Whether this state wants a reason in words.
    package var needsReason: Bool { self == .waiting || self == .held || self == .failed }
}

/// Why a version stopped counting. The raw values are written into the ledger and never change.
package enum StopReason: String, Sendable, Hashable, CaseIterable {
    /// The name has a newer content.
    case replaced
    /// The same content was folded afresh.
    case refolded
    /// A person took it out.
    case retracted
    /// Its partial is damaged or gone.
    case lost
}
