//  Where a path has its date, as the setting `date` says it:
//
//      {dd}-{mm}-{yyyy}              01-04-2022.json
//      {month}-{d}-{yyyy}            April-1-2022.json
//      data_{yy}{mm}{dd}             data_220401.json
//      y={yyyy}/m={m}/d={d}          y=2022/m=4/d=1/part-0.json
//
//      {yyyy}   four digits          {mm} {dd}   two digits                {hh}   two digits that are not looked at
//      {yy}     two, of 2000-2099    {m} {d}     one or two digits         {month}   April or Apr, in English
//
//  All else stands for itself. The pattern may match anywhere, but not in the middle of a longer number. With a slash
//  it is compared with the whole path, without one with the name and then with the folders, the nearest first. Where
//  it matches two different days, it gives none.

/// A pattern of dates in paths.
package struct DatePattern: Sendable, Hashable {
    private enum Field: String, CaseIterable {
        case yyyy, yy, mm, m, month, dd, d, hh

        /// What it is one of; nil when any number of them may stand in a pattern.
        var part: String? {
            switch self {
            case .yyyy, .yy: "year"
            case .mm, .m, .month: "month"
            case .dd, .d: "day"
            case .hh: nil
            }
        }

        var digits: ClosedRange<Int> {
            switch self {
            case .yyyy: 4...4
            case .yy, .mm, .dd, .hh: 2...2
            case .m, .d: 1...2
            case .month: 0...0
            }
        }
    }

    private enum Piece: Sendable, Hashable {
        case literal(UInt8)
        case field(Field)

        var isNumber: Bool {
            switch self {
            case .literal(let byte): DatePattern.isDigit(byte)
            case .field(let field): field != .month
            }
        }
    }

    /// As it was written.
    package let text: String
    private let pieces: [Piece]

    package init(_ text: String) throws(PatternMistake) {
        self.text = text
        var pieces: [Piece] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            guard byte == UInt8(ascii: "{") else {
                if byte == UInt8(ascii: "}") { throw PatternMistake(reason: "a } without a {") }
                if byte == 0 { throw PatternMistake(reason: "a path cannot contain a NUL") }
                pieces.append(.literal(byte))
                rest.removeFirst()
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                throw PatternMistake(reason: "a { without a }")
            }
            let word = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
            guard let field = Field(rawValue: word) else {
                let all = Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
                throw PatternMistake(reason: "there is no {\(word)}; there are \(all)")
            }
            pieces.append(.field(field))
            rest = rest[(end + 1)...]
        }
        self.pieces = pieces
        try check()
    }

    private func check() throws(PatternMistake) {
        let fields = pieces.compactMap { if case .field(let field) = $0 { field } else { nil } }
        for part in ["year", "month", "day"] {
            let count = fields.count { $0.part == part }
            if count == 0 { throw PatternMistake(reason: "the \(part) is missing") }
            if count > 1 { throw PatternMistake(reason: "the \(part) is given twice") }
        }
        for (piece, next) in zip(pieces, pieces.dropFirst()) where piece.isNumber && next.isNumber {
            for case .field(let field) in [piece, next] where field.digits.count > 1 {
                throw PatternMistake(
                    reason: "next to another number, {\(field.rawValue)} has no fixed length; "
                        + "write {\(field.rawValue)\(field.rawValue)}")
            }
        }
    }

    // MARK: Matching

    /// The day that a path says; nil when it says none, or several in one place.
    ///
    /// - Parameter path: below the inbox.
    package func day(inPath path: String) -> CalendarDay? {
        if text.utf8.contains(UInt8(ascii: "/")) { return day(in: Array(path.utf8)) ?? nil }
        for part in path.split(separator: "/").reversed() {
            if let found = day(in: Array(part.utf8)) { return found }
        }
        return nil
    }

    /// Nil when the text has no match; a day of nil when it has several, of different days.
    private func day(in text: [UInt8]) -> CalendarDay?? {
        var found: CalendarDay?
        for start in text.indices {
            guard let day = match(text, at: start) else { continue }
            if let found, found != day { return .some(nil) }
            found = day
        }
        return found.map { .some($0) }
    }

    private func match(_ text: [UInt8], at start: Int) -> CalendarDay? {
        if let first = pieces.first, first.isNumber, start > 0, Self.isDigit(text[start - 1]) { return nil }
        return match(text, at: start, pieces[...], Parts())
    }

    private struct Parts {
        var (year, month, day) = (0, 0, 0)
    }

    private func match(
        _ text: [UInt8], at start: Int, _ pieces: ArraySlice<Piece>, _ parts: Parts
    ) -> CalendarDay? {
        guard let piece = pieces.first else {
            if let last = self.pieces.last, last.isNumber, start < text.count, Self.isDigit(text[start]) { return nil }
            guard let day = CalendarDay(year: parts.year, month: parts.month, day: parts.day), day.isPlausible else {
                return nil
            }
            return day
        }
        switch piece {
        case .literal(let byte):
            guard start < text.count, text[start] == byte else { return nil }
            return match(text, at: start + 1, pieces.dropFirst(), parts)
        case .field(.month):
            guard let (month, length) = Self.month(text[start...]) else { return nil }
            var parts = parts
            parts.month = month
            return match(text, at: start + length, pieces.dropFirst(), parts)
        case .field(let field):
            // The longer number first: 1-12 is not 1-1 and a 2.
            for count in field.digits.reversed() where start + count <= text.count {
                let digits = text[start..<start + count]
                guard digits.allSatisfy(Self.isDigit) else { continue }
                let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
                var parts = parts
                switch field {
                case .yyyy: parts.year = number
                case .yy: parts.year = 2000 + number
                case .mm, .m: parts.month = number
                case .dd, .d: parts.day = number
                case .hh, .month: break
                }
                if let day = match(text, at: start + count, pieces.dropFirst(), parts) { return day }
            }
            return nil
        }
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }

    /// The month whose name a text begins with, in full or by three letters, and the length of that.
    private static func month(_ text: ArraySlice<UInt8>) -> (month: Int, length: Int)? {
        let letters = text.prefix(9).map { $0 | 0x20 }
        for (index, name) in months.enumerated() {
            for length in [name.count, 3] where letters.starts(with: name.prefix(length)) {
                return (index + 1, length)
            }
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

extension CalendarDay {
    /// Whether viewing records can be of this day: digits with an earlier year are some other number.
    package var isPlausible: Bool { year >= 1970 }
}
