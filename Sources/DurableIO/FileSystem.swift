//  The one seam to the file system.
//
//  A call that the kernel interrupts (EINTR) is made again. Any other failure is an `IOError` that names the path.
//  Nothing here retries, caches or guesses; what must be durable is said so by the caller: `sync` after writing,
//  `syncFolder` after renaming.

import Glibc

/// What a path names.
package enum FileKind: UInt8, Sendable, Hashable {
    case file = 1
    case folder = 2
    case other = 3
}

/// What the kernel knows about a file. Times are nanoseconds since 1970.
package struct FileStatus: Sendable, Hashable {
    package var kind: FileKind
    package var device: UInt64
    package var inode: UInt64
    /// Bytes.
    package var size: Int
    package var modified: Int64
    package var changed: Int64

    init(_ s: stat) {
        switch s.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        device = UInt64(s.st_dev)
        inode = UInt64(s.st_ino)
        size = Int(s.st_size)
        modified = Self.nanoseconds(s.st_mtim)
        changed = Self.nanoseconds(s.st_ctim)
    }

    /// Times before 1677 and after 2262, which some file systems can hold, become the first or the last that fits.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = seconds.addingReportingOverflow(Int64(time.tv_nsec))
        return overflow || carried ? (time.tv_sec < 0 ? .min : .max) : sum
    }
}

/// Whose a file is, and who may do what with it.
package struct FileAttributes: Sendable, Hashable {
    /// The nine bits for owner, group and others.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32

    init(_ s: stat) {
        mode = UInt32(s.st_mode) & 0o777
        owner = s.st_uid
        group = s.st_gid
    }
}

/// One name in a folder.
package struct FolderEntry: Sendable, Hashable {
    /// The name; nil when its bytes are not valid UTF-8, in which case `displayName` shows what can be shown.
    package var name: String?
    package var displayName: String
    /// What the folder says of it; nil for a symbolic link, and where the file system does not say.
    package var kind: FileKind?

    /// - Parameter type: `d_type` of the kernel's entry.
    init(_ cString: UnsafePointer<CChar>, type: UInt8) {
        let bytes = UnsafeRawBufferPointer(start: cString, count: strlen(cString))
        name = String(validating: bytes, as: UTF8.self)
        displayName = name ?? String(cString: cString)
        switch Int(type) {
        case Int(DT_REG): kind = .file
        case Int(DT_DIR): kind = .folder
        case Int(DT_LNK), Int(DT_UNKNOWN): kind = nil
        default: kind = .other
        }
    }
}

/// The file system, or a bent one in tests.
package final class FileSystem: Sendable {
    private let interposer: (any Interposer)?

    /// Name of the SQLite VFS that reaches the same disk; nil for the default one.
    package let sqliteVFS: String?

    package init(interposer: (any Interposer)? = nil, sqliteVFS: String? = nil) {
        self.interposer = interposer
        self.sqliteVFS = sqliteVFS
    }

    /// The one that programs use.
    package static let real = FileSystem()

    // MARK: Calls

    /// Makes one call: asks the interposer, repeats on EINTR (the kernel's or the interposer's), reports the outcome.
    ///
    /// - Parameter body: receives the most bytes to transfer; returns the kernel's result, negative on failure.
    @discardableResult
    func perform(
        _ call: SystemCall, _ operation: @autoclosure () -> String, _ path: String, on descriptor: Int32? = nil,
        count: Int = 0, bytes: UnsafeRawBufferPointer? = nil, _ body: (Int) -> Int
    ) throws(IOError) -> Int {
        while true {
            var limit = count
            switch interposer?.willPerform(call) ?? .proceed {
            case .proceed: break
            case .fail(EINTR): continue
            case .fail(let code): throw IOError(operation(), path, code: code)
            case .limit(let most): limit = min(limit, max(most, 1))
            }
            let result = body(limit)
            if result >= 0 {
                interposer?.didPerform(
                    call, on: descriptor, result: result,
                    bytes: bytes.map { UnsafeRawBufferPointer(rebasing: $0[..<result]) })
                return result
            }
            let code = errno
            if code != EINTR { throw IOError(operation(), path, code: code) }
        }
    }

    // MARK: Files

    package func open(_ path: String, _ mode: OpenFile.Mode) throws(IOError) -> OpenFile {
        let flags = mode.flags | O_CLOEXEC | O_NOCTTY
        let descriptor = try perform(.open(path: path, flags: flags), mode.operation, path) { _ in
            Int(Glibc.open(path, flags, 0o666))
        }
        return OpenFile(fileSystem: self, descriptor: Int32(descriptor), path: path, ownsDescriptor: true)
    }

    /// A descriptor that is open already, as a rule standard input or output, as a file. It is not closed at the end.
    package func standardStream(_ descriptor: Int32) -> OpenFile {
        OpenFile(
            fileSystem: self, descriptor: descriptor,
            path: Self.streamNames.indices.contains(Int(descriptor))
                ? Self.streamNames[Int(descriptor)] : "descriptor \(descriptor)",
            ownsDescriptor: false)
    }

    private static let streamNames = ["standard input", "standard output", "standard error"]

    /// The number of this process's descriptor that a path stands for (`/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/1`, or a
    /// link to one of these); nil for any other path.
    package func descriptor(at path: String) throws(IOError) -> Int32? {
        var path = path
        for _ in 0..<Self.longestChain {
            let folder = try physicalPath(Path.parent(path))
            // Linux: /proc/PID/fd, or /proc/PID/task/THREAD/fd.
            if folder == "/dev/fd" || folder.hasPrefix("/proc/\(getpid())/") && Path.name(folder) == "fd" {
                return Int32(Path.name(path))
            }
            guard try isSymbolicLink(path), let target = try linkTarget(path) else { return nil }
            path = Path.join(folder, target)
        }
        return nil
    }

    /// As many links as Linux follows (path_resolution(7)).
    private static let longestChain = 40

    /// What a symbolic link holds; nil when that is not text.
    private func linkTarget(_ path: String) throws(IOError) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try perform(.status(path: path), "cannot look at", path) { _ in
            bytes.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
        }
        return String(validating: bytes.prefix(count), as: UTF8.self)
    }

    /// - Throws: `IOError` with `isMissing` when there is no such file. Symbolic links are followed.
    package func status(_ path: String) throws(IOError) -> FileStatus {
        var s = stat()
        try perform(.status(path: path), "cannot look at", path) { _ in Int(stat(path, &s)) }
        return FileStatus(s)
    }

    /// Like `status`, but nil when there is no such file.
    package func statusIfPresent(_ path: String) throws(IOError) -> FileStatus? {
        do { return try status(path) } catch  where error.isMissing { return nil }
    }

    /// Whether the name itself is a symbolic link, wherever it leads; false when there is no such name.
    package func isSymbolicLink(_ path: String) throws(IOError) -> Bool {
        var s = stat()
        do {
            try perform(.status(path: path), "cannot look at", path) { _ in Int(lstat(path, &s)) }
        } catch  where error.isMissing { return false }
        return s.st_mode & S_IFMT == S_IFLNK
    }

    /// The attributes of a regular file, or of a folder; nil when there is none of this name. Symbolic links are not followed.
    package func attributesIfPresent(_ path: String, isFolder: Bool = false) throws(IOError) -> FileAttributes? {
        var s = stat()
        do {
            try perform(.status(path: path), "cannot look at", path) { _ in Int(lstat(path, &s)) }
        } catch  where error.isMissing { return nil }
        return s.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG) ? FileAttributes(s) : nil
    }

    /// How many names a file has.
    package func linkCount(_ path: String) throws(IOError) -> Int {
        var s = stat()
        try perform(.status(path: path), "cannot look at", path) { _ in Int(stat(path, &s)) }
        return Int(s.st_nlink)
    }

    /// The absolute path without `.`, `..` and symbolic links (realpath(3)). What is not there yet, or leads nowhere, is
    /// taken by its name, below the folders that are there.
    package func physicalPath(_ path: String) throws(IOError) -> String {
        var found: String?
        do {
            try perform(.status(path: path), "cannot look at", path) { _ in
                guard let real = realpath(path, nil) else { return -1 }
                found = String(cString: real)
                free(real)
                return 0
            }
        } catch  where error.isMissing {}
        if let found { return found }
        let parent = Path.parent(path)
        if parent == path { return path }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return Path.normal(Path.join(try physicalPath(parent), name))
    }

    package func rename(_ from: String, to: String) throws(IOError) {
        try perform(.rename(from: from, to: to), "cannot rename \(from) to", to) { _ in
            Int(Glibc.rename(from, to))
        }
    }

    package func remove(_ path: String) throws(IOError) {
        try perform(.remove(path: path), "cannot remove", path) { _ in Int(unlink(path)) }
    }

    /// Removes a file that may already be gone.
    package func removeIfPresent(_ path: String) throws(IOError) {
        do { try remove(path) } catch  where error.isMissing {}
    }

    // MARK: Folders

    /// The working directory's absolute path.
    package func workingFolder() throws(IOError) -> String {
        guard let path = getcwd(nil, 0) else { throw IOError("cannot find", "the working directory", code: errno) }
        defer { free(path) }
        return String(cString: path)
    }

    /// Makes the folder and those above it that are missing, each durable in the one above.
    package func createFolders(_ path: String) throws(IOError) {
        if let status = try statusIfPresent(path) {
            if status.kind == .folder { return }
            throw IOError("cannot create the folder", path, code: ENOTDIR)
        }
        let parent = Path.parent(path)
        if parent != path { try createFolders(parent) }
        do { try createFolder(path) } catch  where error.code == EEXIST {
            // Another process was faster. Whether its folder is durable yet is not known, so that is seen to here.
            guard try status(path).kind == .folder else { throw error }
        }
        try syncFolder(parent)
    }

    /// Makes a folder in one that is there. It is durable when that one has been synced.
    package func createFolder(_ path: String) throws(IOError) {
        try perform(.createFolder(path: path), "cannot create the folder", path) { _ in Int(mkdir(path, 0o777)) }
    }

    package func removeFolder(_ path: String) throws(IOError) {
        try perform(.removeFolder(path: path), "cannot remove the folder", path) { _ in Int(rmdir(path)) }
    }

    /// Makes the names in a folder durable.
    package func syncFolder(_ path: String) throws(IOError) {
        let folder = try open(path, .folder)
        try folder.sync()
    }

    /// The names in a folder, without `.` and `..`, in the order of their bytes.
    package func list(_ path: String) throws(IOError) -> [FolderEntry] {
        var entries: [FolderEntry] = []
        try perform(.list(path: path), "cannot list", path) { _ in
            guard let stream = opendir(path) else { return -1 }
            entries = []
            errno = 0
            while let entry = readdir(stream) {
                let type = entry.pointee.d_type
                let found = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: 256) { FolderEntry($0, type: type) }
                }
                if found.name != "." && found.name != ".." { entries.append(found) }
                // `readdir` tells the end from a failure only by leaving this as it was; allocating may not.
                errno = 0
            }
            let code = errno
            closedir(stream)
            errno = code
            return code == 0 ? 0 : -1
        }
        return entries.sorted { Path.precedes($0.displayName, $1.displayName) }
    }
}
