//  What is told of errors of DuckDB.

import DuckDB
import Wording

extension DuckDBError: Trouble {
    package var kind: TroubleKind { .system }
}

/// There is no program to run, or none that will do.
extension DuckDBProgramError: Trouble {
    package var kind: TroubleKind { .request }
}
