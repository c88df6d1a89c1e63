//  Why a file as a whole cannot be read: its header does not fit.

import Records

/// A file whose columns are not those of its schema. No record of it is read.
package enum CSVError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A required field for which there is no column, and the columns that there are.
    case missingColumn(String, columns: [String])
    /// A column that a field is read from, twice in the header.
    case duplicateColumn(String)
    /// A header that is no record: what is wrong, from which byte of the header on.
    case malformedHeader(String, offset: Int)
    /// A header that does not end within the longest record, in bytes.
    case longHeader(limit: Int)

    package var description: String {
        switch self {
        case .missingColumn(let name, let columns):
            let near = nearest(to: name, among: columns).map { "; did you mean \($0)?" } ?? ""
            let shown = columns.prefix(20).joined(separator: ", ") + (columns.count > 20 ? ", …" : "")
            return "the header has no column \(name)\(near) Columns: \(shown)"
        case .duplicateColumn(let name): return "the header has the column \(name) twice"
        case .malformedHeader(let words, let offset):
            return "the header cannot be read: \(words), at byte \(offset + 1)"
        case .longHeader(let limit): return "the header does not end within \(limit) bytes"
        }
    }
}
