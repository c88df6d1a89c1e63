//  What the system tells of changes in the inbox, through inotify (inotify(7)).
//
//  It is a hint and nothing more: events get lost when their queue overflows, a folder's first files are written before
//  the folder is watched, and network file systems tell nothing. So an event says "look", a listing says what is there.
//  The one thing that a listing cannot say is that a writer closed a file, or renamed it into its place.
//
//  inotify watches folders one by one. Which ones, the listing says: after each listing, `watch` adds those that are new
//  and lets go of those that are gone. A folder is known by its path and its inode, so one that was moved away, replaced,
//  or lies behind a link that leads elsewhere now, is watched again.
//
//      read(descriptor)   a run of    int32 wd | uint32 mask | uint32 cookie | uint32 length | length bytes: name, NULs

import Glibc

/// The system cannot tell of changes.
package struct FolderEventsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder that could not be watched; nil: none at all.
    package var path: String?
    package var code: Int32

    package var description: String {
        let reason = String(cString: strerror(code))
        let cause = code == ENOSPC ? "the limit fs.inotify.max_user_watches is reached" : reason
        return path.map { "cannot watch \($0): \(cause)" } ?? "cannot watch folders: \(reason)"
    }
}

/// Tells of changes in folders.
package final class FolderEvents {
    /// Readable when there is something to drain.
    package let descriptor: Int32
    private let root: String
    /// Whether folders were added by a call that failed for others.
    private var hadNew = false

    private struct Watch {
        var id: Int32
        var identity: FolderIdentity
    }

    /// By path below the root; "" is the root.
    private var watches: [String: Watch] = [:]
    /// By id: several paths may lead to one folder, which the system watches once.
    private var paths: [Int32: Set<String>] = [:]

    /// - Throws: `FolderEventsError` when the system has no inotify or no instance left.
    package init(_ root: String) throws(FolderEventsError) {
        self.root = root
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw FolderEventsError(path: nil, code: errno) }
    }

    deinit { close(descriptor) }

    private static let mask =
        UInt32(
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF
                | IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

    /// Watches these folders and no others.
    ///
    /// - Returns: whether some were not watched before: what happened in them until now was not told.
    /// - Throws: `FolderEventsError` when one cannot be watched; the others are.
    package func watch(_ folders: [String: FolderIdentity]) throws(FolderEventsError) -> Bool {
        var hasNew = hadNew
        hadNew = false
        var failure: FolderEventsError?
        for (path, watch) in watches where folders[path] != watch.identity { forget(path, watch) }
        for (path, identity) in folders where watches[path] == nil {
            let full = path.isEmpty ? root : root + "/" + path
            let id = inotify_add_watch(descriptor, full, Self.mask)
            if id >= 0 {
                watches[path] = Watch(id: id, identity: identity)
                paths[id, default: []].insert(path)
                hasNew = true
            } else if errno != ENOENT && errno != ENOTDIR {
                failure = FolderEventsError(path: full, code: errno)
            }
        }
        if let failure {
            hadNew = hasNew
            throw failure
        }
        return hasNew
    }

    private func forget(_ path: String, _ watch: Watch) {
        watches[path] = nil
        paths[watch.id]?.remove(path)
        guard paths[watch.id]?.isEmpty == true else { return }
        paths[watch.id] = nil
        // It may be gone by itself, with its folder.
        _ = inotify_rm_watch(descriptor, watch.id)
    }

    /// Takes what the system has told so far.
    ///
    /// - Returns: the paths, below the root, of files that were closed after writing or renamed into a folder.
    package func drain() -> Set<String> {
        var closed: Set<String> = []
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                for event in InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
                    take(event, &closed)
                }
            }
        }
        return closed
    }

    private func take(_ event: InotifyEvent, _ closed: inout Set<String>) {
        if event.mask & UInt32(IN_IGNORED) != 0 {
            // The folder is gone, or the watch was taken away.
            for path in paths.removeValue(forKey: event.watch) ?? [] where watches[path]?.id == event.watch {
                watches[path] = nil
            }
            return
        }
        guard event.mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0, event.mask & UInt32(IN_ISDIR) == 0,
            let name = event.name
        else { return }
        for folder in paths[event.watch] ?? [] { closed.insert(folder.isEmpty ? name : folder + "/" + name) }
    }
}

/// One event as the kernel writes it.
struct InotifyEvent: Equatable {
    /// -1 when events were lost.
    var watch: Int32
    var mask: UInt32
    /// Nil when the event is about the folder itself, or the name is not UTF-8.
    var name: String?

    private static let headerSize = 16

    /// - Precondition: whole events, as `read` gives them.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var at = 0
        while at < bytes.count {
            precondition(bytes.count - at >= headerSize, "an inotify event is cut short at byte \(at)")
            let length = Int(bytes.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
            let end = at + headerSize + length
            precondition(end <= bytes.count, "an inotify event at byte \(at) is longer than what was read")
            let name = bytes[(at + headerSize)..<end].prefix { $0 != 0 }
            events.append(
                InotifyEvent(
                    watch: bytes.loadUnaligned(fromByteOffset: at, as: Int32.self),
                    mask: bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self),
                    name: name.isEmpty ? nil : String(validating: name, as: UTF8.self)))
            at = end
        }
        return events
    }
}
