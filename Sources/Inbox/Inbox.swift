//  Which files are there.
//
//  The inbox is the user's folder: it is read, never written. A listing walks it once, looks at every input file
//  once (one `stat`), and opens none. Symbolic links are followed, to files and to folders; a link that leads back to
//  a folder above it is known by that folder's device and inode and not entered. What cannot be read, or not be
//  named, is a problem in the listing and does not stop the rest; what is gone by the time it is looked at was never
//  there.
//
//      inbox/20220401.json.gz           file     logical name 20220401.json, date 2022-04-01
//      inbox/dt=2022-04-02/a.json       file     logical name dt=2022-04-02/a.json, date 2022-04-02
//      inbox/dt=2022-02-31/b.json       file     no date; a note on dt=2022-02-31
//      inbox/20220401.json.lz4          problem  the same logical name as 20220401.json.gz
//      inbox/README.md                  unread   its name is not that of an input file
//      inbox/.DS_Store, _SUCCESS, c.json.part   left alone
//
//  Of several files with one logical name the first by bytes is taken: the uncompressed one before `.gz` before
//  `.lz4` before `.zip` before `.zst`. So `gzip` at work, which leaves the original until the compressed file is whole, is never caught halfway.

import DurableIO
import Records

/// What is set about names in the inbox.
package struct InboxRules: Sendable, Hashable {
    /// Names of input files beyond the usual ones.
    package var files: [NamePattern]
    /// Where paths have their dates, before all other places.
    package var dates: [DatePattern]

    package init(files: [NamePattern] = [], dates: [DatePattern] = []) {
        self.files = files
        self.dates = dates
    }
}

/// The folder of input files.
package struct Inbox: Sendable {
    package let root: String
    let rules: InboxRules
    let fileSystem: FileSystem

    package init(_ root: String, rules: InboxRules = InboxRules(), in fileSystem: FileSystem = .real) {
        self.root = root
        self.rules = rules
        self.fileSystem = fileSystem
    }

    /// The file at a path below the inbox.
    ///
    /// - Parameters:
    ///   - suffix: bytes of the compression suffix.
    ///   - dates: what the folders of the path say.
    func file(
        _ relativePath: String, name: String, suffix: Int, dates: FolderDates, status: FileStatus
    ) -> InboxFile {
        let logicalName =
            suffix == 0 ? relativePath : String(decoding: relativePath.utf8.dropLast(suffix), as: UTF8.self)
        return InboxFile(
            relativePath: relativePath, path: Path.join(root, relativePath), logicalName: logicalName,
            date: date(ofPath: logicalName, name: name, dates), status: status)
    }

    /// The day that a file is about, from its path.
    ///
    /// - Parameter logicalPath: below the inbox, without a compression suffix.
    package func day(ofPath logicalPath: String) -> CalendarDay? {
        let parts = logicalPath.split(separator: "/")
        let folders = FolderDates(parts.dropLast().joined(separator: "/"))
        let text = date(ofPath: logicalPath, name: parts.last.map(String.init) ?? "", folders)
        return text.flatMap { CalendarDay($0.utf8) }
    }

    /// See FileDate.swift.
    private func date(ofPath path: String, name: String, _ folders: FolderDates) -> String? {
        for pattern in rules.dates {
            if let day = pattern.day(inPath: path) { return day.description }
        }
        switch folders.date {
        case .known(let text): return text
        case .none, .impossible: return nil
        case .unsaid: return dateInName(name) ?? folders.plain
        }
    }

    /// Endings that a logical name is without.
    package static var compressionSuffixes: [String] { InputName.compressionSuffixes }

    /// Whether a path below the inbox is that of an input file by its names.
    package func takes(_ relativePath: String) -> Bool {
        let parts = relativePath.split(separator: "/")
        guard let name = parts.last, InputName(String(name), patterns: rules.files).isInput else { return false }
        return parts.dropLast().allSatisfy { !InputName(String($0)).isLeftAlone }
    }
}
