//  The walk behind a listing: down through the folders, one look at each file.
//
//  What a folder says of its entries (file, folder, link) saves looking at most of what is not input. A name that is
//  not UTF-8 cannot be opened through this program's paths; it is a problem unless it clearly is not input.

import DurableIO

extension Inbox {
    /// Lists the folder and all below it.
    ///
    /// - Throws: when the root cannot be listed. Below it, what cannot be read is a problem of the listing.
    package func list() throws(IOError) -> InboxListing {
        let status = try fileSystem.status(root)
        let entries = try fileSystem.list(root)
        var walk = InboxWalk(inbox: self)
        walk.visit(entries, folder: "", ancestors: [FolderIdentity(status)])
        return walk.finish()
    }
}

/// One walk through the inbox.
struct InboxWalk {
    private let inbox: Inbox
    private var listing = InboxListing()
    /// Folders whose impossible date has its note already.
    private var notedFolders: Set<String> = []

    init(inbox: Inbox) { self.inbox = inbox }

    /// - Parameters:
    ///   - folder: path below the inbox, "" for the inbox itself.
    ///   - ancestors: the folders on the way down, this one last.
    mutating func visit(_ entries: [FolderEntry], folder: String, ancestors: [FolderIdentity]) {
        listing.folders[folder] = ancestors[ancestors.count - 1]
        let dates = FolderDates(folder)
        for entry in entries {
            let path = Path.join(folder, entry.displayName)
            let kind = InputName(entry.displayName, patterns: inbox.rules.files)
            switch kind {
            case .leftAlone:
                listing.skipped += 1
                continue
            case .other where entry.kind == .file || entry.kind == .other:
                listing.skipped += 1
                if entry.kind == .file { listing.unread.add(path) }
                continue
            case .input where entry.kind == .other:
                report(path, .notARegularFile)
                continue
            case .input, .other: break
            }
            guard let name = entry.name else {
                report(path, .nameIsNotUTF8)
                continue
            }
            guard let status = look(at: path, isInput: kind.isInput) else { continue }
            switch (status.kind, kind) {
            case (.folder, _):
                // A pattern may be meant for files of such names, not for all that is in a folder.
                if InputName(name).isLeftAlone { listing.skipped += 1 } else { enter(path, status, ancestors) }
            case (.file, .input(let suffix)):
                let file = inbox.file(path, name: name, suffix: suffix, dates: dates, status: status)
                listing.files.append(file)
                if dates.date == .impossible, file.date == nil, notedFolders.insert(dates.folder).inserted {
                    report(dates.folder, .impossibleDate)
                }
            case (.other, .input): report(path, .notARegularFile)
            case (.file, _):
                listing.skipped += 1
                listing.unread.add(path)
            case (.other, _): listing.skipped += 1
            }
        }
    }

    /// What is there; nil when nothing is, or when it cannot be told, which is reported.
    private mutating func look(at path: String, isInput: Bool) -> FileStatus? {
        let full = Path.join(inbox.root, path)
        do {
            return try inbox.fileSystem.status(full)
        } catch  where error.isMissing {
            let isLink = (try? inbox.fileSystem.isSymbolicLink(full)) ?? false
            if isLink { report(path, .brokenLink) }
        } catch {
            report(path, .unreadable(error))
        }
        return nil
    }

    private mutating func enter(_ path: String, _ status: FileStatus, _ ancestors: [FolderIdentity]) {
        let identity = FolderIdentity(status)
        if ancestors.contains(identity) {
            report(path, .folderCycle)
            return
        }
        do {
            let entries = try inbox.fileSystem.list(Path.join(inbox.root, path))
            visit(entries, folder: path, ancestors: ancestors + [identity])
        } catch {
            if !error.isMissing { report(path, .unreadable(error)) }
        }
    }

    private mutating func report(_ path: String, _ reason: InboxProblem.Reason) {
        listing.problems.append(InboxProblem(path: path, reason: reason))
    }

    /// The listing in order, with one file for each logical name.
    consuming func finish() -> InboxListing {
        listing.files.sort { a, b in
            if Path.precedes(a.logicalName, b.logicalName) { return true }
            if Path.precedes(b.logicalName, a.logicalName) { return false }
            return Path.precedes(a.relativePath, b.relativePath)
        }
        var files: [InboxFile] = []
        files.reserveCapacity(listing.files.count)
        for file in listing.files {
            if let taken = files.last, !Path.precedes(taken.logicalName, file.logicalName) {
                report(file.relativePath, .sameLogicalName(as: taken.relativePath))
            } else {
                files.append(file)
            }
        }
        listing.files = files
        listing.problems.sort { Path.precedes($0.path, $1.path) }
        return listing
    }
}
