//  Which files belong to a source, and what their paths say, as `files` of a source has it:
//
//      events*.jsonl                               events-1.jsonl, 2022/events.jsonl
//      dt={day:date}/events-*.json                 dt=2022-04-01/events-7.json          day = 2022-04-01
//      y={y}/m={m}/d={d}/h={h}/browser_events*     y=2022/m=4/d=1/h=13/browser_events_0 y, m, d and h, as they are written
//
//      *        any characters            {name}        one character or more, which become the column `name`
//      ?        one character             {name:date}   the same, which must be a day: 2022-04-01 or 20220401
//
//  None of these goes over a slash. All else stands for itself; letters of either case are the same, and what becomes a
//  column stays as it is written. A pattern with a slash is compared with the whole path below the inbox, one without with
//  the file's name. Where a path can be divided in several ways, the first placeholder takes as little as possible, then
//  the second, and so on.

/// A pattern of paths with the columns that it reads from them.
package struct PathPattern: Sendable, Hashable {
    /// A column that paths give.
    package struct Column: Sendable, Hashable {
        package var name: String
        /// Otherwise a string.
        package var isDate: Bool

        package init(name: String, isDate: Bool) { (self.name, self.isDate) = (name, isDate) }
    }

    /// What a path is to a pattern.
    package enum Outcome: Sendable, Hashable {
        case other
        /// Values in the order of the columns. A date is written `2022-04-01`.
        case match([String])
        /// It would match if this were a day.
        case notADate(column: String, text: String)
    }

    private enum Piece: Sendable, Hashable {
        /// In lower case if it is a letter of ASCII.
        case literal(UInt8)
        case one
        case any
        /// A placeholder's number.
        case column(Int)
    }

    /// As it was written.
    package let text: String
    package let columns: [Column]
    private let pieces: [Piece]
    private let isOfPath: Bool

    package init(_ text: String) throws(PatternMistake) {
        if text.isEmpty { throw PatternMistake(reason: "an empty one") }
        if text.utf8.contains(0) { throw PatternMistake(reason: "a path cannot contain a NUL") }
        if text.hasPrefix("/") { throw PatternMistake(reason: "paths begin below the inbox, without a slash") }
        if text.hasSuffix("/") { throw PatternMistake(reason: "it is compared with files, and ends like a folder") }
        self.text = text
        isOfPath = text.utf8.contains(UInt8(ascii: "/"))
        var pieces: [Piece] = []
        var columns: [Column] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if pieces.last != .any { pieces.append(.any) }
            case UInt8(ascii: "?"): pieces.append(.one)
            case UInt8(ascii: "}"): throw PatternMistake(reason: "a } without a {")
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    throw PatternMistake(reason: "a { without a }")
                }
                let column = try Self.column(String(decoding: rest[..<end], as: UTF8.self))
                if columns.contains(where: { $0.name.lowercased() == column.name.lowercased() }) {
                    throw PatternMistake(reason: "{\(column.name)} is given twice")
                }
                if case .column? = pieces.last {
                    throw PatternMistake(
                        reason: "between {\(columns.last!.name)} and {\(column.name)} is nothing that ends one")
                }
                pieces.append(.column(columns.count))
                columns.append(column)
                rest = rest[(end + 1)...]
            default: pieces.append(.literal(Self.lower(byte)))
            }
        }
        self.pieces = pieces
        self.columns = columns
    }

    private static func column(_ text: String) throws(PatternMistake) -> Column {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let name = String(parts[0])
        if let problem = problemOfName(name) { throw PatternMistake(reason: "{\(text)}: \(problem)") }
        switch parts.dropFirst() {
        case []: return Column(name: name, isDate: false)
        case ["date"]: return Column(name: name, isDate: true)
        default: throw PatternMistake(reason: "{\(text)}: after a colon there is only date")
        }
    }

    // MARK: Matching

    /// Compares a path.
    ///
    /// - Parameter path: below the inbox, without the ending that says how the file is compressed.
    /// - Complexity: O(path × pattern).
    package func match(_ path: String) -> Outcome {
        let whole = Array(path.utf8)
        let start = isOfPath ? 0 : whole.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let text = Array(whole[start...])
        if let values = Search(text, pieces, columns, takesAnyDate: false).values {
            return .match(zip(columns, values).map { $0.isDate ? CalendarDay($1.utf8)!.description : $1 })
        }
        guard columns.contains(where: \.isDate),
            let values = Search(text, pieces, columns, takesAnyDate: true).values,
            let wrong = zip(columns, values).first(where: { $0.isDate && CalendarDay($1.utf8) == nil })
        else { return .other }
        return .notADate(column: wrong.0.name, text: wrong.1)
    }

    /// One comparison. What failed once is not tried again.
    private struct Search {
        private let text: [UInt8]
        private let pieces: [Piece]
        private let columns: [Column]
        private let takesAnyDate: Bool
        private var failed: Set<Int> = []
        private var ranges: [Range<Int>]
        /// Nil when the text does not match.
        private(set) var values: [String]?

        init(_ text: [UInt8], _ pieces: [Piece], _ columns: [Column], takesAnyDate: Bool) {
            (self.text, self.pieces, self.columns, self.takesAnyDate) = (text, pieces, columns, takesAnyDate)
            ranges = columns.map { _ in 0..<0 }
            if match(0, 0) { values = ranges.map { String(decoding: text[$0], as: UTF8.self) } }
        }

        private mutating func match(_ piece: Int, _ start: Int) -> Bool {
            if piece == pieces.count { return start == text.count }
            let state = piece * (text.count + 1) + start
            if failed.contains(state) { return false }
            if matchAnew(piece, start) { return true }
            failed.insert(state)
            return false
        }

        private mutating func matchAnew(_ piece: Int, _ start: Int) -> Bool {
            switch pieces[piece] {
            case .literal(let byte):
                return start < text.count && PathPattern.lower(text[start]) == byte && match(piece + 1, start + 1)
            case .one: return isInPart(start) && match(piece + 1, next(start))
            case .any:
                var end = start
                while true {
                    if match(piece + 1, end) { return true }
                    guard isInPart(end) else { return false }
                    end = next(end)
                }
            case .column(let number):
                var end = start
                while isInPart(end) {
                    end = next(end)
                    if columns[number].isDate, !takesAnyDate, CalendarDay(text[start..<end]) == nil { continue }
                    if match(piece + 1, end) {
                        ranges[number] = start..<end
                        return true
                    }
                }
                return false
            }
        }

        /// The place after a character.
        private func next(_ place: Int) -> Int {
            var next = place + 1
            while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
            return next
        }

        private func isInPart(_ place: Int) -> Bool { place < text.count && text[place] != UInt8(ascii: "/") }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

/// Why a word cannot name a source, a field of a path, a parameter, a fold or a mart; nil when it can.
package func problemOfName(_ name: String) -> String? {
    let bytes = Array(name.utf8)
    guard let first = bytes.first else { return "a name is missing" }
    if first == UInt8(ascii: "_") { return "names that begin with _ are Watchfold's own" }
    let isLetter = { (byte: UInt8) in byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
    let isOfName = bytes.allSatisfy {
        isLetter($0) || $0 == UInt8(ascii: "_") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
    }
    if !isLetter(first) || !isOfName { return "a name has letters, digits and _, and begins with a letter" }
    if bytes.count > 63 { return "a name has at most 63 characters" }
    return nil
}
