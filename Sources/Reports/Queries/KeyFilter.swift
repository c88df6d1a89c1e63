//  A choice of keys: a list, or a pattern as shells know them.

import Records
import Tables

/// Which keys are wanted.
package enum KeyFilter: Sendable {
    /// Exactly these.
    case list(KeyList)
    case pattern(GlobPattern)

    package func matches(_ key: ByteSlice) -> Bool {
        switch self {
        case .list(let keys): keys.matches(key)
        case .pattern(let pattern): pattern.matches(key.buffer)
        }
    }
}
