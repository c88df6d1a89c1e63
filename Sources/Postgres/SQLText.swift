//  Names and texts inside SQL (PostgreSQL documentation, 4.1.1 and 4.1.2).

package enum SQLText {
    /// The longest name in bytes; the server cuts longer ones.
    package static let maxNameBytes = 63

    /// A name in double quotes: taken as it is, in upper and lower case.
    package static func name(_ name: String) -> String { quoted(name, "\"") }

    /// A text in single quotes. The backslash is no special character in it, whatever the server is set to: the settings of
    /// a session begin with `standard_conforming_strings = on`.
    package static func literal(_ text: String) -> String { quoted(text, "'") }

    private static func quoted(_ text: String, _ mark: Character) -> String {
        precondition(!text.utf8.contains(0), "PostgreSQL has no name and no text with a zero byte")
        return "\(mark)"
            + text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: "\(mark)\(mark)")
            + "\(mark)"
    }
}
