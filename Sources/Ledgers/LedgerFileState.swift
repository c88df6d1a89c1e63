//  What a file is, and what it may become.
//
//  A state says what lies under a name. What counts under the name goes by the same, but for states of bytes that are not
//  taken: then the name goes on giving what it gave before.
//
//      state       what lies there                                       what counts under its name
//      ---------   ---------------------------------------------------   ----------------------------------
//      new         whole and waiting for its turn to be read             what counted before
//      waiting     still being written, or without its end mark          what it gave before
//      folded      a content that is folded and counts                   this content
//      duplicate   a content that counts under another name              nothing
//      held        a content that wants a person: too much was           what it gave before
//                  rejected, or it is unlike the days before
//      failed      unreadable; or the sums have no room for it           what it gave before; nothing
//      retracted   a content that a person took out of this name         nothing
//
//  "What it gave before" is nothing, or an earlier content of the same name: a broken re-upload does not take away what the
//  file gave while it was good. It is nothing, too, when a person took that out, and when it counts under another name by
//  now. `replaced` is not a state of a file but the end of a version: it counted until something else took its place
//  (`StopReason`).
//
//  Which change may follow which; the row becomes the column, and the letters say whose doing it is:
//
//                   new   waiting   folded   duplicate   held   failed   retracted
//      (unseen)      r       r         r         r         r       r        b
//      new           -       r         r         r         r       r        r
//      waiting       r       rt        r         r         r       rt       r
//      folded        v       r         rf        rf        rhf     rf       t
//      duplicate     p       r         rpf       rpf       rhf     rf       t
//      held          -       r         raf       raf       rt      rf       t
//      failed        r       r         rf        rf        rhf     rt       r
//      retracted     -       r         rs        rs        rs      rs       r
//
//      r  run, watch, reprocess: the file was seen or read
//      a  accept: the content counts from now on, under whatever name
//      t  retract: the name does not give it from now on; what lies there, if that is something else, is what it was
//      s  restore: the content counts again, or what lies there is judged like any other
//      p  promotion: the copy that counted was replaced or retracted, so a duplicate takes its place, or repeats another
//      h  the same content was held under another name
//      f  the settings that decide what counts are others, or the sums have room by now, or none any more
//      v  verify --repair: the partial is lost and the file is still there to be read again
//      b  verify --repair: the ledger was rebuilt
//
//  Decisions are about contents. A content that was retracted from a name stays out of it, whatever comes in between, until
//  it is restored; docs/decisions.md has all of it.

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
    package static let first = Set(FileState.allCases)

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
