//  What tests ask about a recorded call.

import DurableIO

extension SystemCall {
    /// What sort of call, whatever its arguments. `read` and `write` are also those at an offset.
    package enum Kind: Sendable, Hashable, CaseIterable {
        case open, read, write, sync, rename, remove, createFolder, removeFolder, list, status, truncate, lock,
            setAttributes
    }

    package var kind: Kind {
        switch self {
        case .open: .open
        case .read, .readAt: .read
        case .write, .writeAt: .write
        case .sync: .sync
        case .rename: .rename
        case .remove: .remove
        case .createFolder: .createFolder
        case .removeFolder: .removeFolder
        case .list: .list
        case .status: .status
        case .truncate: .truncate
        case .lock: .lock
        case .setAttributes: .setAttributes
        }
    }

    /// The path that the call is about; of a rename, the new one.
    package var path: String {
        switch self {
        case .open(let path, _), .read(let path, _), .readAt(let path, _, _), .write(let path, _),
            .writeAt(let path, _, _), .sync(let path), .rename(_, let path), .remove(let path),
            .createFolder(let path), .removeFolder(let path), .list(let path), .status(let path),
            .truncate(let path, _), .lock(let path), .setAttributes(let path):
            path
        }
    }

    /// Whether the call changes what is on the disk, or makes a change last. Crashing between two calls that do not is
    /// the same as crashing before both.
    package var changesDisk: Bool {
        switch kind {
        case .open:
            if case .open(_, let flags) = self { return flags & createFlag != 0 }
            return false
        case .write, .sync, .rename, .remove, .createFolder, .removeFolder, .truncate, .setAttributes: return true
        case .read, .list, .status, .lock: return false
        }
    }
}
