//  Which category an app belongs to. Applied when a report is made, never when a file is folded.
//
//  The canonical form is what a digest of the map is taken of. It is text: a line with the form's version, then a line
//  for each category, in order: its name and its apps, separated by tabs. Tab, LF, CR and backslash inside a name are
//  written \t \n \r \\. The apps of a category are sorted by bytes, because their order means nothing; the order of
//  the categories is kept, because it is the order of the columns and breaks ties.
//
//      categories 1
//      TV	CHANNEL	DSHD	KPLUS	KPlus
//      Child	CHILD

import Records
import Tables
import Wording

/// An ordered list of categories and the apps in each.
package struct CategoryMap: Sendable {
    /// A category: a column `<name>Duration` that sums the seconds of its apps.
    package struct Category: Sendable, Equatable {
        package var name: String
        package var apps: [String]

        package init(_ name: String, apps: [String]) {
            self.name = name
            self.apps = apps
        }
    }

    /// At most so many: a set of categories is the bits of one word.
    package static let categoryLimit = 64

    /// In the order of their columns; 1 ... `categoryLimit` of them.
    package let categories: [Category]
    /// Keyed by bytes: two strings that Swift calls equal may differ in bytes, and apps are compared byte for byte.
    private let categoryOfApp: [[UInt8]: Int]

    /// - Throws: `CategoryMapError` when the columns or the apps would be ambiguous.
    package init(_ categories: [Category]) throws(CategoryMapError) {
        guard !categories.isEmpty else { throw .empty }
        guard categories.count <= Self.categoryLimit else { throw .tooMany(categories.count) }
        // Many readers of tables do not tell upper from lower case in a column's name.
        var names: [String: String] = [:]
        var categoryOfApp: [[UInt8]: Int] = [:]
        for (index, category) in categories.enumerated() {
            guard !category.name.isEmpty else { throw .emptyName(position: index + 1) }
            let folded = category.name.lowercased()
            guard folded != "total" else { throw .reservedName(category.name) }
            if let other = names.updateValue(category.name, forKey: folded) {
                throw .duplicateName(other, category.name)
            }
            for app in category.apps {
                if let other = categoryOfApp.updateValue(index, forKey: Array(app.utf8)) {
                    throw .duplicateApp(app, first: categories[other].name, second: category.name)
                }
            }
        }
        self.categories = categories
        self.categoryOfApp = categoryOfApp
    }

    /// The map of configured groups.
    package init(groups: [GroupRule]) throws(CategoryMapError) {
        try self.init(groups.map { Category($0.name, apps: $0.members) })
    }

    /// The map used when none is configured.
    package static let standard: CategoryMap = {
        do throws(CategoryMapError) {
            return try CategoryMap([
                Category("TV", apps: ["CHANNEL", "DSHD", "KPLUS", "KPlus"]),
                Category("Movie", apps: ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"]),
                Category("Child", apps: ["CHILD"]),
                Category("Relax", apps: ["RELAX"]),
                Category("Sport", apps: ["SPORT"]),
            ])
        } catch {
            preconditionFailure("the built-in categories are ambiguous: \(error)")
        }
    }()

    /// The position in `categories` of the category that an app belongs to; nil when it is in none.
    package func category(ofApp app: some Sequence<UInt8>) -> Int? { categoryOfApp[Array(app)] }

    /// What gives this map when it is configured.
    package var groups: [GroupRule] { categories.map { GroupRule($0.name, $0.apps) } }

    /// The names of the category columns.
    package var columnNames: [String] { categories.map { $0.name + "Duration" } }

    /// The map as text that is the same for equal maps; see the top of this file.
    package var canonicalBytes: [UInt8] {
        var text = Array("categories 1\n".utf8)
        for category in categories {
            let apps = category.apps.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            for (position, field) in ([Array(category.name.utf8)] + apps).enumerated() {
                if position > 0 { text.append(UInt8(ascii: "\t")) }
                for byte in field {
                    if let letter = tabEscape(byte) {
                        text.append(UInt8(ascii: "\\"))
                        text.append(letter)
                    } else {
                        text.append(byte)
                    }
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}

extension CategoryMap {
    /// `canonicalBytes` as a string.
    package var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    /// Reads the canonical form.
    ///
    /// - Returns: nil for text that is not exactly that of a map.
    package init?(canonicalText text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[0].elementsEqual("categories 1".utf8), lines.last!.isEmpty else { return nil }
        var categories: [Category] = []
        for line in lines[1...].dropLast() {
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                .map { String(decoding: tabUnescaped($0), as: UTF8.self) }
            categories.append(Category(fields[0], apps: Array(fields[1...])))
        }
        guard let map = try? CategoryMap(categories), map.canonicalBytes.elementsEqual(text.utf8) else { return nil }
        self = map
    }
}

extension CategoryMap: Equatable {
    /// Equal when every report would be: same categories in the same order, same bytes of apps in whatever order.
    package static func == (a: CategoryMap, b: CategoryMap) -> Bool { a.canonicalBytes == b.canonicalBytes }
}

/// Why a list of categories is not a map.
package enum CategoryMapError: Error, Equatable {
    case empty
    case tooMany(Int)
    /// `position` counts from 1.
    case emptyName(position: Int)
    /// Two categories whose columns have one name, but perhaps for upper and lower case.
    case duplicateName(String, String)
    /// The category's column would be a second TotalDuration.
    case reservedName(String)
    /// The app is named twice; the two categories may be one.
    case duplicateApp(String, first: String, second: String)
}

extension CategoryMapError: Trouble, CustomStringConvertible {
    package var kind: TroubleKind { .request }

    package var description: String {
        switch self {
        case .empty: "there is no category; name at least one"
        case .tooMany(let count): "\(count) categories are too many; at most \(CategoryMap.categoryLimit) are possible"
        case .emptyName(let position): "category \(position) has an empty name"
        case .duplicateName(let first, let second):
            "the categories \"\(first)\" and \"\(second)\" would have the same column; rename one"
        case .reservedName(let name):
            "a category cannot be named \"\(name)\": its column would be a second TotalDuration"
        case .duplicateApp(let app, let first, let second):
            first == second
                ? "the app \"\(app)\" is listed twice in category \"\(first)\""
                : "the app \"\(app)\" is in two categories, \"\(first)\" and \"\(second)\"; leave it in one"
        }
    }
}
