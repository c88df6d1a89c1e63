//  A file of the inbox by the path that a user typed.
//
//  The path may be meant from the working directory or from the inbox, may hold `.` and `..`, may reach the inbox
//  through a link, and may be a logical name (`20220401.json` for `20220401.json.gz`), because that is what the status
//  shows. It is tried in this order, and the first that is a file of the inbox is taken:
//
//      from the working directory:  PATH, PATH.gz, PATH.lz4, PATH.zip, PATH.zst
//      from the inbox:              the same
//
//  Whether a path from the working directory is in the inbox is asked of the kernel: one of the folders above it must
//  be the inbox, by device and inode. The nearest such folder counts.

import DurableIO

extension Inbox {
    /// The file with a path as typed on the command line, described as a listing would describe it.
    package func file(at path: String) throws(InboxError) -> InboxFile {
        let found: Result<InboxFile, InboxError.Reason>
        do { found = try find(path) } catch { found = .failure(.unreadable(error)) }
        switch found {
        case .success(let file): return file
        case .failure(let reason): throw InboxError(path: path, inbox: root, reason: reason)
        }
    }

    private func find(_ path: String) throws(IOError) -> Result<InboxFile, InboxError.Reason> {
        let suffixes = [""] + InputName.compressionSuffixes
        let fromHere = Path.normal(Path.join(try fileSystem.workingFolder(), path))
        let identity = FolderIdentity(try fileSystem.status(root))
        var isOutside = false
        for suffix in suffixes {
            guard let status = try fileSystem.statusIfPresent(fromHere + suffix) else { continue }
            if let relativePath = try pathBelow(identity, fromHere + suffix) { return describe(relativePath, status) }
            isOutside = true
        }
        let fromInbox = Path.normal(path)
        if !fromInbox.hasPrefix("/") && fromInbox != ".." && !fromInbox.hasPrefix("../") {
            for suffix in suffixes {
                if let status = try fileSystem.statusIfPresent(Path.join(root, fromInbox + suffix)) {
                    return describe(fromInbox + suffix, status)
                }
            }
        }
        return .failure(isOutside ? .outside : .missing)
    }

    /// The path below the inbox of what a path from the working directory leads to, whether that is there or not; nil when
    /// it is elsewhere, or the inbox is not there.
    package func relativePath(of path: String) throws(IOError) -> String? {
        guard let status = try fileSystem.statusIfPresent(root) else { return nil }
        return try pathBelow(
            FolderIdentity(status), Path.normal(Path.join(try fileSystem.workingFolder(), path)))
    }

    /// The part of an absolute path below the folder of that identity; nil when no folder above it is that one.
    private func pathBelow(_ identity: FolderIdentity, _ path: String) throws(IOError) -> String? {
        var folder = path
        while folder != "/" {
            folder = Path.parent(folder)
            guard let status = try fileSystem.statusIfPresent(folder) else { continue }
            if FolderIdentity(status) == identity {
                let below = path.utf8.dropFirst(folder.utf8.count)
                return String(Substring(below.first == UInt8(ascii: "/") ? below.dropFirst() : below))
            }
        }
        return nil
    }

    private func describe(_ relativePath: String, _ status: FileStatus) -> Result<InboxFile, InboxError.Reason> {
        let parts = relativePath.split(separator: "/")
        guard takes(relativePath), let name = parts.last.map(String.init),
            case .input(let suffix) = InputName(name, patterns: rules.files)
        else { return .failure(status.kind == .file ? .notAnInputName : .notARegularFile) }
        guard status.kind == .file else { return .failure(.notARegularFile) }
        let dates = FolderDates(parts.dropLast().joined(separator: "/"))
        return .success(file(relativePath, name: name, suffix: suffix, dates: dates, status: status))
    }
}
