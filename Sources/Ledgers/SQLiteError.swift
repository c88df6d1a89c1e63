//  What SQLite said when it could not do something, sorted by what a caller can do about it.

import CSQLite
import Glibc

/// A failed call to SQLite: what was being done, to which database, and why it failed.
package struct SQLiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller can do about an error.
    package enum Kind: Sendable {
        /// The database's bytes are not what was written.
        case damaged
        /// No space left.
        case full
        /// The disk reported an error.
        case io
        /// The file or its folder cannot be opened or written.
        case readOnly
        /// Another connection holds the lock for longer than the busy timeout.
        case busy
        /// A constraint of the schema would be broken.
        case constraint
        case other
    }

    /// The extended result code.
    package var code: Int32
    /// SQLite's own words.
    package var message: String
    /// The statement that failed; nil while opening.
    package var sql: String?
    package var path: String
    /// What the system said to SQLite; 0 when it did not come to that.
    package var systemError: Int32

    package init(code: Int32, message: String, sql: String? = nil, path: String, systemError: Int32 = 0) {
        self.code = code
        self.message = message
        self.sql = sql
        self.path = path
        self.systemError = systemError
    }

    /// An error for contents that this program never writes.
    init(damaged message: String, sql: String? = nil, path: String) {
        self.init(code: SQLITE_CORRUPT, message: message, sql: sql, path: path)
    }

    package var kind: Kind {
        if code == Self.pageChecksumMismatch || code == Self.fileSystemDamaged { return .damaged }
        if systemError == ENOSPC || systemError == EDQUOT { return .full }
        return switch code & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .damaged
        case SQLITE_FULL: .full
        case SQLITE_IOERR: .io
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .readOnly
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_CONSTRAINT: .constraint
        default: .other
        }
    }

    /// Whether a reader failed because something beside the database could not be made, for want of room or rights.
    package var isForWantOfIndex: Bool {
        // SHMOPEN, SHMSIZE and SHMMAP: macros that Swift cannot import.
        [18, 19, 21].contains { code == SQLITE_IOERR | ($0 << 8) } || kind == .full || kind == .readOnly
    }

    package var description: String {
        switch kind {
        case .full, .io, .readOnly:
            // The statement has no part in it.
            systemError == 0
                ? "\(path): \(message) (SQLite code \(code))"
                : "\(path): \(String(cString: strerror(systemError))) (SQLite code \(code))"
        default: "\(path): \(message) (SQLite code \(code))" + (sql.map { " in: \($0)" } ?? "")
        }
    }

    /// `SQLITE_IOERR_DATA`: a page does not match its checksum. A macro that Swift cannot import.
    static let pageChecksumMismatch = SQLITE_IOERR | (32 << 8)
    /// `SQLITE_IOERR_CORRUPTFS`: the file system itself reports damage.
    static let fileSystemDamaged = SQLITE_IOERR | (33 << 8)
}
