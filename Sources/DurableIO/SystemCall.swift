//  Every request that Watchfold makes of the file system, as a value, so that a test can watch it and bend it.
//
//  All of DurableIO goes through `FileSystem.perform`: it shows the call to the interposer (there is none outside of
//  tests), makes it, and shows the result. A fault is an interposer that answers `.fail(ENOSPC)` at the n-th call; a
//  crash is one that answers `.fail` for ever after; a short read or write is `.limit`.

import Glibc

/// One request to the file system; paths are as given to the call, or to the call that opened the file. Closing is not
/// among them: what must last was synced before, so nothing can depend on its outcome.
package enum SystemCall: Sendable, Hashable {
    case open(path: String, flags: Int32)
    case read(path: String, count: Int)
    case readAt(path: String, offset: Int, count: Int)
    case write(path: String, count: Int)
    case writeAt(path: String, offset: Int, count: Int)
    case sync(path: String)
    case rename(from: String, to: String)
    case remove(path: String)
    case createFolder(path: String)
    case removeFolder(path: String)
    case list(path: String)
    case status(path: String)
    case truncate(path: String, length: Int)
    case lock(path: String)
    /// A change of owner or mode.
    case setAttributes(path: String)
}

/// What an interposer says to a call that is about to be made.
package enum Interposition: Sendable {
    case proceed
    /// The call is not made and fails with this error number.
    case fail(errno: Int32)
    /// A read or write is made with at most this many bytes.
    case limit(Int)
}

/// Stands between DurableIO and the kernel in tests.
package protocol Interposer: Sendable {
    func willPerform(_ call: SystemCall) -> Interposition
    /// Called after a call that succeeded.
    ///
    /// - Parameters:
    ///   - descriptor: the open file or folder that the call was made on; nil when it was made on a path.
    ///   - result: what the kernel returned: of an `open` the descriptor, of a read or write the bytes transferred.
    ///   - bytes: of a write, what reached the file.
    func didPerform(_ call: SystemCall, on descriptor: Int32?, result: Int, bytes: UnsafeRawBufferPointer?)
}

/// A file system call that failed: what was being done, to which path, and the kernel's reason.
package struct IOError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done, as the beginning of a sentence: "cannot write".
    package var operation: String
    package var path: String
    /// The kernel's error number.
    package var code: Int32

    package init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var description: String { "\(operation) \(path): \(String(cString: strerror(code)))" }

    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    package var isFull: Bool { code == ENOSPC || code == EDQUOT }
    package var isDenied: Bool { code == EACCES || code == EPERM || code == EROFS }
    /// The reader at the other end of a pipe went away.
    package var isBrokenPipe: Bool { code == EPIPE }
}
