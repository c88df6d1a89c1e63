//  The groups of the settings as engagement has them: categories, each a column.

import Codecs
import Engagement
import Records
import RunSettings

extension Settings {
    /// The categories. Made anew each time, which is for a report, not for a file.
    ///
    /// - Precondition: `checkCategories` was content.
    package var map: CategoryMap {
        do throws(CategoryMapError) {
            return try CategoryMap(groups: groups.rules)
        } catch {
            preconditionFailure("categories that were not checked: \(error)")
        }
    }

    /// Of the map's canonical bytes, in hexadecimal.
    package var mapDigest: String { map.canonicalBytes.withUnsafeBytes { XXH128(of: $0).hex } }

    /// Checks the categories before anything is made with them.
    ///
    /// - Throws: `CategoryMapError` for categories that do not go together.
    package func checkCategories() throws(CategoryMapError) { _ = try CategoryMap(groups: groups.rules) }

    /// The same with other categories.
    func with(_ map: CategoryMap) -> Settings { with(KeyGroups(map.groups)) }
}
