//  Programs that scripts/setup installs for tests.

import Foundation

package enum Tools {
    /// The DuckDB program, if it was installed.
    package static let duckDB =
        (#filePath as NSString).resolvingSymlinksInPath.replacing(
            "/Tests/TestSupport/Tools.swift", with: "/.tools/duckdb")
}
