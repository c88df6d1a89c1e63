//  Which apps make up which column of a report.

/// A category and its apps. The order of rules is the order of columns.
package struct CategoryRule: Sendable, Hashable {
    /// The column is `<name>Duration`.
    package var name: String
    /// App names, compared byte for byte. May be empty: a column of zeros.
    package var apps: [String]

    package init(_ name: String, _ apps: [String]) {
        self.name = name
        self.apps = apps
    }

    /// The map that holds when none is configured.
    package static let builtIn = [
        CategoryRule("TV", ["CHANNEL", "DSHD", "KPLUS", "KPlus"]),
        CategoryRule("Movie", ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"]),
        CategoryRule("Child", ["CHILD"]),
        CategoryRule("Relax", ["RELAX"]),
        CategoryRule("Sport", ["SPORT"]),
    ]

    /// What is wrong with a category's name in itself.
    static func problem(withName name: String) -> String? {
        if name.isEmpty { return "a category has no name; write for example Sport: [SPORT]" }
        if name.unicodeScalars.contains(where: isControl) {
            return "the category \(quoted(name)) has a control character in its name; write visible characters only"
        }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            return "the category \(quoted(name)) begins or ends with a blank; take the blank away"
        }
        if columnKey(name) == columnKey("Total") {
            return "the category \(quoted(name)) would give the column \(quoted(name + "Duration")), "
                + "which reports have already; choose another name"
        }
        return nil
    }

    /// Two names with one key give columns that databases, which take small and capital letters as alike, cannot tell apart.
    static func columnKey(_ name: String) -> String { name.lowercased() }
}
