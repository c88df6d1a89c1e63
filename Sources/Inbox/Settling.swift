//  Which files are whole.
//
//  Nothing in a file says that nobody writes to it any more. Two signs are taken for it:
//
//      its writer closed it, or renamed it into the inbox     the system told so, and it was looked at afterwards
//      it has not changed for a while                         size, time and inode are the same in listings that lie
//                                                             `settle` apart
//
//  A writer that pauses for longer than that, or one that closes a file and opens it again to go on, is not seen through;
//  then the reader finds the file cut short, or a later look finds it changed, and it is read again.
//
//      time  listing           told     answer (settle 2 s)
//      0.0   a.json 100 bytes           a.json settles until 2.0
//      1.0   a.json 180 bytes           a.json settles until 3.0
//      1.2   b.json  50 bytes  b.json   b.json is ready; a.json settles until 3.0
//      3.0   a.json 180 bytes           a.json is ready
//
//  A file that stays a candidate after it was read was not to be read: no permission, or an error of the disk. It is
//  tried again after pauses that double, and at once when it changes.

import DurableIO

/// Keeps an eye on candidates from listing to listing. Has neither clock nor disk of its own.
package struct Settling: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private struct Entry {
        var status: FileStatus
        /// When the file was first seen to be like this.
        var since: Instant
        /// Whether its writer closed it, as it is now.
        var isClosed = false
        /// How often it was read without becoming known, as it is now.
        var attempts = 0
        var notBefore: Instant
    }

    private let settle: Duration
    /// By path below the inbox: candidates of the last listing, no others.
    private var entries: [String: Entry] = [:]
    /// When the first of the files that are not ready will be, if nothing happens; nil when there are none.
    package private(set) var nextDeadline: Instant?

    private static let firstPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(300)

    package init(settle: Duration) { self.settle = settle }

    /// Takes in a listing.
    ///
    /// - Parameters:
    ///   - candidates: all files that are not known as they are now.
    ///   - closed: paths of files that were closed by a writer or renamed, before the listing was made.
    /// - Returns: the candidates that are whole.
    package mutating func update(candidates: [InboxFile], closed: Set<String>, now: Instant) -> [InboxFile] {
        var entries: [String: Entry] = [:]
        entries.reserveCapacity(candidates.count)
        var ready: [InboxFile] = []
        nextDeadline = nil
        for file in candidates {
            var entry = Entry(status: file.status, since: now, notBefore: now)
            if let old = self.entries[file.relativePath], old.status == file.status { entry = old }
            if closed.contains(file.relativePath) { entry.isClosed = true }
            let due = max(entry.isClosed ? now : entry.since + settle, entry.notBefore)
            if due <= now {
                ready.append(file)
            } else {
                nextDeadline = min(nextDeadline ?? due, due)
            }
            entries[file.relativePath] = entry
        }
        self.entries = entries
        return ready
    }

    /// Files were read as they were in the last listing; those that are still candidates in the next one wait.
    package mutating func note(read files: [InboxFile], now: Instant) {
        for file in files {
            guard var entry = entries[file.relativePath], entry.status == file.status else { continue }
            var pause = Self.firstPause
            for _ in 0..<min(entry.attempts, 10) { pause *= 2 }
            entry.notBefore = now + min(pause, Self.longestPause)
            entry.attempts += 1
            entries[file.relativePath] = entry
        }
    }
}
