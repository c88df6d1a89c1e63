//  What is in the inbox, as values.

import DurableIO
import Records

/// One input file.
package struct InboxFile: Sendable, Hashable {
    /// The path below the inbox, as found.
    package var relativePath: String
    /// The path to open.
    package var path: String
    /// The path below the inbox without the compression suffix: the name under which a file is known.
    package var logicalName: String
    /// The day that the file is about, as `2022-04-01`; nil when its path does not say.
    package var date: String?
    /// As it was when the file was found. Of a symbolic link, what it leads to.
    package var status: FileStatus
}

/// What makes a folder the same one under another path.
package struct FolderIdentity: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64

    init(_ status: FileStatus) {
        device = status.device
        inode = status.inode
    }
}

/// Something in the inbox that the user should know of.
package struct InboxProblem: Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        case nameIsNotUTF8
        /// A file or folder that cannot be looked at.
        case unreadable(IOError)
        /// Another file, which is listed, has the same logical name.
        case sameLogicalName(as: String)
        case brokenLink
        /// A FIFO, socket or device with the name of an input file.
        case notARegularFile
        /// A symbolic link that leads back to a folder above it.
        case folderCycle
        /// A folder `dt=…` whose value is not a day; its files are listed without a date.
        case impossibleDate
    }

    /// The path below the inbox, as well as it can be shown.
    package var path: String
    package var reason: Reason

    /// Whether something was left out of the listing. If not, the problem is a note.
    package var leavesOut: Bool { reason != .impossibleDate }

    package var description: String {
        switch reason {
        case .nameIsNotUTF8: "\(path): the name is not UTF-8; rename it"
        case .unreadable(let error): "\(error)"
        case .sameLogicalName(let other): "\(path): has the same logical name as \(other), which is read; remove one"
        case .brokenLink: "\(path): the symbolic link leads nowhere"
        case .notARegularFile: "\(path): is not a regular file"
        case .folderCycle: "\(path): leads back to a folder above it"
        case .impossibleDate: "\(path): is not a date; its files count without one"
        }
    }
}

/// All that is in the inbox at one moment.
package struct InboxListing: Sendable, Hashable {
    /// Ascending by the bytes of the logical name; no two have the same.
    package var files: [InboxFile] = []
    /// Ascending by the bytes of the path.
    package var problems: [InboxProblem] = []
    /// Names that are not input: hidden, unfinished, or with other suffixes.
    package var skipped = 0
    /// Regular files among these that are neither hidden nor unfinished.
    package var unread = UnreadNames()
    /// The folders that were walked through, by their paths below the inbox; the inbox itself is "".
    package var folders: [String: FolderIdentity] = [:]
}

/// Files that are not read because of their names.
package struct UnreadNames: Sendable, Hashable {
    package var count = 0
    /// The first of them by bytes, as paths below the inbox.
    package private(set) var examples: [String] = []

    /// Enough to see what they have in common.
    private static let shown = 3

    package init() {}

    package mutating func add(_ path: String) {
        count += 1
        let place = examples.firstIndex { Path.precedes(path, $0) } ?? examples.count
        if place >= Self.shown { return }
        examples.insert(path, at: place)
        examples.removeLast(max(examples.count - Self.shown, 0))
    }

    /// Adds those of a folder.
    package mutating func add(_ others: UnreadNames, below folder: String) {
        for path in others.examples { add(Path.join(folder, path)) }
        count += others.count - others.examples.count
    }

    package mutating func add(_ others: UnreadNames) {
        for path in others.examples { add(path) }
        count += others.count - others.examples.count
    }

    /// What names end in that are read, for a sentence.
    ///
    /// - Parameter patterns: of names that are taken, too.
    package static func endings(and patterns: [NamePattern] = []) -> String { InputName.endings(and: patterns) }
}

/// A file that was named but cannot be taken from the inbox.
package struct InboxError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Error, Sendable, Hashable {
        case missing
        case outside
        case notAnInputName
        case notARegularFile
        case unreadable(IOError)
    }

    /// As it was given.
    package var path: String
    /// The inbox's root.
    package var inbox: String
    package var reason: Reason

    package var description: String {
        switch reason {
        case .missing: "\(path): there is no such file, neither here nor in \(inbox)"
        case .outside: "\(path): is not in the inbox \(inbox)"
        case .notAnInputName:
            "\(path): is not the name of an input file (\(InputName.endings()); not hidden; others by `files` in the "
                + "configuration)"
        case .notARegularFile: "\(path): is not a regular file"
        case .unreadable(let error): "\(error)"
        }
    }
}
