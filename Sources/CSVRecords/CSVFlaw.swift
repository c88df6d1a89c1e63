//  What is wrong with a record of CSV, in words and by place.

import Records

/// A flaw that a scanner met.
struct CSVFlaw {
    enum Kind {
        case quoteInField, textAfterQuote, unclosedQuote, carriageReturn, nul
    }

    var kind: Kind
    /// Bytes from the record's first one.
    var offset: Int

    var words: String {
        switch kind {
        case .quoteInField: "a quote in a field that does not begin with one"
        case .textAfterQuote: "text after the closing quote of a field"
        case .unclosedQuote: "a quote that is not closed"
        case .carriageReturn: "a carriage return without a line feed"
        case .nul: "a NUL byte"
        }
    }

    var advice: String {
        switch kind {
        case .quoteInField, .textAfterQuote: "a quote in a field is written twice, and the field in quotes"
        case .unclosedQuote, .carriageReturn, .nul: ""
        }
    }
}

/// Where the flaw of a rejected record is looked for.
struct CSVFlawPlace: FlawFinding {
    /// The record, up to its flaw at least.
    let text: UnsafeBufferPointer<UInt8>
    /// Of a record that could not be taken apart.
    var found: CSVFlaw?
    /// Of a record that could: its fields, and the columns of the file.
    var fields = 0
    var columns = 0

    func flaw(_ reason: RejectReason) -> Flaw? {
        switch reason {
        case .shortRow, .longRow:
            return Flaw("\(fields) field\(fields == 1 ? "" : "s") where the file has \(columns) columns")
        case .invalidUTF8:
            guard let place = InvalidUTF8.first(in: text) else { return nil }
            let (words, advice) = InvalidUTF8.words(text[place...])
            return flaw(at: place, words, advice)
        default:
            guard let found else { return nil }
            return flaw(at: found.offset, found.words, found.advice)
        }
    }

    private func flaw(at offset: Int, _ words: String, _ advice: String) -> Flaw {
        let before = text.prefix(offset)
        let line = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return Flaw(
            words, advice: advice, lines: before.count { $0 == 0x0A }, column: offset - line + 1)
    }
}
