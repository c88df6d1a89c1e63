//  What a run did, as values that the command shows.

import Events
import Findings
import Inbox
import Ledgers
import Publishing
import Records

/// What became of one file.
package struct FileResult: Sendable {
    package var name: String
    package var state: FileState
    /// Whether nothing about it was new: its content was known and counts, or not, as before.
    package var isUnchanged = false
    /// Why it is in this state; may be empty.
    package var reason = ""
    package var counts = OutcomeCounts()
    /// What there is to say about its records; nil when they were not read to the end.
    package var findings: FileFindings?
    /// Bytes of content that were read.
    package var size = 0
    /// From opening to committing, in seconds.
    package var seconds = 0.0

    /// Whether the gate found it unlike the days before.
    package var isUnusual = false
    /// Whether it left the inbox: nobody has to do anything about what lay there.
    package var isGone = false
}

/// Something that is reported once, with the name of what it is about.
package struct RunNote: Sendable {
    package var event: EventName
    package var text: String

    package init(_ event: EventName, _ text: String) {
        self.event = event
        self.text = text
    }
}

/// What a run did.
package struct RunResult: Sendable {
    /// In the order of names.
    package var files: [FileResult] = []
    /// Files that were not read and whose state followed from others': copies that step back or take over.
    package var followers: [FileResult] = []
    /// Files of the inbox that were not read because nothing about them changed.
    package var unchanged = 0
    /// Unchanged files that still want a person: held, failed or waiting.
    package var stillOpen: [FileResult] = []
    /// Said once, in words: problems of the inbox, foreign files, what was swept.
    package var remarks: [RunNote] = []
    package var notes: [String] { remarks.map(\.text) }
    /// Whether a note is about an input that could not be taken.
    package var hasProblems = false
    /// Files of the inbox that are not read because of their names.
    package var unread = UnreadNames()
    /// Counted files without a date; nil when it was not checked.
    package var undated: UndatedFiles?
    package var publication = Publication.nothing
    /// Configured outputs that were made or failed.
    package var outputs: [OutputOutcome] = []
    /// Tables that the plan keeps beside the reports.
    package var tables: [PublishedTable] = []
    /// Files that were folded once more by what the plan had them lack, from rows that are kept.
    package var foldedFromRows = 0
    /// Bytes read, as stored.
    package var storedBytes = 0
    package var seconds = 0.0
    /// What its stages took, in their order.
    package var stages: [StageTime] = []

    package init() {}

    package var counts: OutcomeCounts {
        var sum = OutcomeCounts()
        for file in files where !file.isUnchanged { sum.add(file.counts) }
        return sum
    }

    /// Bytes of content read.
    package var bytes: Int { files.reduce(0) { $0 + $1.size } }

    /// Whether some file is held, failed or waiting.
    package var isIncomplete: Bool {
        hasProblems || !stillOpen.isEmpty || tables.contains { $0.problem != nil }
            || (files + followers).contains {
                !$0.isGone && ($0.state == .held || $0.state == .failed || $0.state == .waiting)
            }
    }

    /// Files that were read again, beside those that were read.
    mutating func take(_ more: RunResult) {
        let again = Set(more.files.map { ByteOrdered($0.name) })
        files.removeAll { again.contains(ByteOrdered($0.name)) }
        files = (files + more.files).sorted { ByteOrdered($0.name) < ByteOrdered($1.name) }
        unchanged = max(0, unchanged - again.count)
        storedBytes += more.storedBytes
        follow(more.followers)
    }

    /// The state of files followed from what became of others; only the state that each is left in matters.
    mutating func follow(_ changes: [FileResult]) {
        if changes.isEmpty { return }
        let changed = Set(changes.map { ByteOrdered($0.name) })
        stillOpen.removeAll { changed.contains(ByteOrdered($0.name)) }
        func places(_ files: [FileResult]) -> [ByteOrdered: Int] {
            Dictionary(files.enumerated().map { (ByteOrdered($1.name), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let own = places(files)
        var known = places(followers)
        for change in changes {
            let name = ByteOrdered(change.name)
            if let place = own[name] {
                files[place].state = change.state
                files[place].reason = change.reason
                files[place].isUnusual = change.isUnusual
            } else if let place = known[name] {
                followers[place] = change
            } else {
                known[name] = followers.count
                followers.append(change)
            }
        }
    }

    /// Before any file was read, the state of some followed from the settings: what became of them later matters more.
    mutating func followed(first settled: [FileResult]) {
        if settled.isEmpty { return }
        let later = Set((files + followers).map { ByteOrdered($0.name) })
        followers = settled.filter { !later.contains(ByteOrdered($0.name)) } + followers
    }
}

/// Watches a run while it goes on. Called from any thread.
package protocol RunObserver: Sendable {
    /// Reading begins: so many files with so many stored bytes.
    func begin(files: Int, storedBytes: Int)
    func advance(storedBytes: Int)
    func finish(_ file: FileResult)
    /// Reading is over; reports are made now.
    func publishing()
}
