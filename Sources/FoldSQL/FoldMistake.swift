//  What is wrong with the text of a fold, and where.
//
//      folds/session.sql:4:12: product(value) does not merge; keep the values in a key
//      ─────────┬─────── ┬ ┬─  ──────────────┬───────────────  ──────────┬────────────
//               file  line column        the words                        the hint
//
//  All mistakes of a fold are collected, in the order of the text. The hint says what to write instead.

/// A place in a text.
package struct SourcePlace: Hashable, Sendable, Comparable {
    /// In bytes of UTF-8, from 0.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int

    package init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }

    package static let start = SourcePlace(offset: 0, line: 1, column: 1)

    package static func < (a: SourcePlace, b: SourcePlace) -> Bool { a.offset < b.offset }
}

/// One mistake of a fold.
package struct FoldMistake: Hashable, Sendable {
    package var place: SourcePlace
    /// What is wrong.
    package var text: String
    /// What to write instead.
    package var hint: String

    package init(_ place: SourcePlace, _ text: String, _ hint: String) {
        self.place = place
        self.text = text
        self.hint = hint
    }
}

extension FoldMistake: CustomStringConvertible {
    package var description: String { "\(place.line):\(place.column): \(text); \(hint)" }
}

/// All mistakes of a fold.
package struct FoldTextError: Error, Hashable, Sendable {
    /// The file, as messages name it.
    package var file: String
    /// In the order of the text; at least one.
    package var mistakes: [FoldMistake]
}

extension FoldTextError: CustomStringConvertible {
    package var description: String { mistakes.map { "\(file):\($0)" }.joined(separator: "\n") }
}

/// Collects mistakes.
struct FoldMistakes {
    private(set) var list: [FoldMistake] = []
    private var places: Set<SourcePlace> = []

    var isEmpty: Bool { list.isEmpty }

    /// Notes a mistake, once for each place: the first one that is found there says the most.
    mutating func note(_ place: SourcePlace, _ text: String, _ hint: String) {
        if places.insert(place).inserted { list.append(FoldMistake(place, text, hint)) }
    }

    /// - Throws: ``FoldTextError`` when there is a mistake.
    func check(file: String) throws(FoldTextError) {
        if !list.isEmpty { throw FoldTextError(file: file, mistakes: list.sorted { $0.place < $1.place }) }
    }
}

/// Whether two texts have the same bytes. Swift's own comparison takes "é" in one part and in two for the same, DuckDB does not.
func sameBytes(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

extension String {
    /// With small letters for the capital ones of ASCII: how DuckDB compares names.
    var asciiLowercased: String {
        guard utf8.contains(where: { 0x41...0x5A ~= $0 }) else { return self }
        return String(decoding: utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// As a name in SQL, in double quotes.
    var quotedName: String { "\"" + doubling("\"", in: self) + "\"" }

    /// As a text in SQL, in quotes.
    var quotedText: String { "'" + doubling("'", in: self) + "'" }
}

private func doubling(_ quote: Unicode.Scalar, in text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar == quote { result.append(quote) }
        result.append(scalar)
    }
    return String(result)
}
