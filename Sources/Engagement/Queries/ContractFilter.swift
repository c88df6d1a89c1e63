//  A choice of contracts: a list, or a pattern as shells know them.

import Records
import Tables

/// Which contracts are wanted.
package enum ContractFilter: Sendable {
    /// Exactly these.
    case list(ContractList)
    case pattern(GlobPattern)

    func matches(_ contract: ByteSlice) -> Bool {
        switch self {
        case .list(let contracts): contracts.matches(contract)
        case .pattern(let pattern): pattern.matches(contract.buffer)
        }
    }
}
