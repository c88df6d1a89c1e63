//  A statement of DuckDB's SQL ─▶ tokens.
//
//      $$it's$$   $t$a$$b$t$   "a""b"   _a$b   größe   'it''s'   1e3   5_0   -- to the end   /* and /* nested */ */
//
//  Words are letters, `_` and all characters beyond ASCII, then digits and `$`, too. The rules are those of PostgreSQL's
//  lexical structure (documentation, 4.1), which both series of DuckDB follow, with what DuckDB adds: `_` between digits, text
//  between dollars, `lambda x: …`. Operators are taken apart more finely than DuckDB does; that changes nothing, since
//  the text between two tokens that we keep is put together again as it was.
//
//  Spellings that the series read differently, or that hide what is meant, are mistakes: texts with a letter in front
//  (`E'…'`), numbers with a letter behind (`0x1F`), parameters (`?`, `$1`, `#1`), spaces beyond ASCII.

/// Reads one text.
struct SQLLexer {
    /// Longest text of a fold, in bytes: far beyond what people write, and far below what would take long.
    static let maxBytes = 1 << 20
    /// Brackets within brackets.
    static let maxDepth = 200

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    /// The last place that was asked for, or the beginning of the line: columns are counted from there.
    private var counted = (offset: 0, column: 1)
    private var tokens: [SQLToken] = []
    private var hasGap = false
    private(set) var mistakes = FoldMistakes()

    /// - Throws: ``FoldTextError`` with all mistakes of the lexer and of brackets.
    static func read(_ text: String, file: String) throws(FoldTextError) -> TokenList {
        var lexer = SQLLexer(Array(text.utf8))
        guard lexer.bytes.count <= maxBytes else {
            lexer.mistakes.note(.start, "the text has more than \(maxBytes) bytes", "a fold is one SELECT")
            try lexer.mistakes.check(file: file)
            return TokenList(tokens: [], partner: [], end: .start)
        }
        while lexer.next() {}
        let end = lexer.place(at: lexer.bytes.count)
        let partner = lexer.matchBrackets()
        try lexer.mistakes.check(file: file)
        return TokenList(tokens: lexer.tokens, partner: partner, end: end)
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Places

    /// - Precondition: the place is in the present line, and not in front of one that was asked for.
    private mutating func place(at offset: Int) -> SourcePlace {
        counted.column = bytes[counted.offset..<offset].reduce(counted.column) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        counted.offset = offset
        return SourcePlace(offset: offset, line: line, column: counted.column)
    }

    private func byte(_ ahead: Int = 0) -> UInt8 { index + ahead < bytes.count ? bytes[index + ahead] : 0 }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Steps over a byte, which may end a line.
    private mutating func step() {
        if bytes[index] == UInt8(ascii: "\n") {
            line += 1
            counted = (index + 1, 1)
        }
        index += 1
    }

    private mutating func add(_ kind: SQLToken.Kind, _ start: Int, _ place: SourcePlace, name: String? = nil) {
        tokens.append(SQLToken(kind, text(start..<index), name: name, place, hasGap: hasGap))
        hasGap = false
    }

    // MARK: Tokens

    /// Reads one token, or what is between two; false at the end.
    private mutating func next() -> Bool {
        guard index < bytes.count else { return false }
        switch byte() {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), 0x0C:
            step()
            hasGap = true
        case UInt8(ascii: "\r") where byte(1) == UInt8(ascii: "\n"):
            step()
            hasGap = true
        case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): lineComment()
        case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): comment()
        case UInt8(ascii: "'"): quoted(.string, UInt8(ascii: "'"))
        case UInt8(ascii: "\""): quoted(.quotedName, UInt8(ascii: "\""))
        case UInt8(ascii: "$"): dollar()
        case UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"): number()
        case let first where Self.beginsWord(first): word()
        default: symbol()
        }
        return true
    }

    static func beginsWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || 0x61...0x7A ~= byte | 0x20 && byte < 0x80
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    private mutating func lineComment() {
        while index < bytes.count, byte() != UInt8(ascii: "\n") {
            if byte() == UInt8(ascii: "\r") && byte(1) != UInt8(ascii: "\n") { noteControl() }
            step()
        }
        hasGap = true
    }

    private mutating func comment() {
        let start = place(at: index)
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/") && byte(1) == UInt8(ascii: "*") {
                depth += 1
                index += 2
            } else if byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/") {
                depth -= 1
                index += 2
            } else if index < bytes.count {
                step()
            } else {
                mistakes.note(start, "a comment that is not closed", "close it with */, also the comments in it")
                depth = 0
            }
        } while depth > 0
        hasGap = true
    }

    private mutating func quoted(_ kind: SQLToken.Kind, _ quote: UInt8) {
        let (start, place) = (index, place(at: index))
        step()
        while index < bytes.count {
            if byte() == quote {
                if byte(1) != quote {
                    step()
                    var inside = bytes[start + 1..<index - 1][...]
                    var name: [UInt8] = []
                    while let first = inside.popFirst() {
                        name.append(first)
                        if first == quote { inside.removeFirst() }
                    }
                    if kind == .string {
                        addString(start, place)
                    } else {
                        if name.isEmpty { mistakes.note(place, "an empty name", "give it a name") }
                        add(kind, start, place, name: String(decoding: name, as: UTF8.self))
                    }
                    return
                }
                index += 1
            }
            step()
        }
        mistakes.note(
            place, kind == .string ? "a text that is not closed" : "a name that is not closed", "close the quotes")
    }

    private mutating func addString(_ start: Int, _ place: SourcePlace) {
        if tokens.last?.kind == .string {
            mistakes.note(place, "two texts in a row", "write one text, or put || between them")
        }
        add(.string, start, place)
    }

    /// `$$…$$`, `$tag$…$tag$`, or a parameter.
    private mutating func dollar() {
        let (start, place) = (index, place(at: index))
        var end = index + 1
        while end < bytes.count, Self.beginsWord(bytes[end]) || (end > index + 1 && Self.isDigit(bytes[end])) {
            end += 1
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            while end < bytes.count, Self.beginsWord(bytes[end]) || Self.isDigit(bytes[end]) { end += 1 }
            index = end
            noteParameter(place, text(start..<end))
            return
        }
        let tag = bytes[start...end]
        index = end + 1
        while index + tag.count <= bytes.count {
            if bytes[index..<index + tag.count] == tag {
                index += tag.count
                addString(start, place)
                return
            }
            step()
        }
        while index < bytes.count { step() }
        mistakes.note(place, "a text that is not closed", "close it with \(text(start..<end + 1))")
    }

    private mutating func noteParameter(_ place: SourcePlace, _ text: String) {
        mistakes.note(
            place, "the parameter \(text)", "declare parameters in plan.yaml, and write getvariable('name')")
    }

    private mutating func number() {
        let (start, place) = (index, place(at: index))
        if byte() == UInt8(ascii: "."), !Self.isDigit(byte(1)) || continuesName {
            index += 1
            add(.symbol, start, place)
            return
        }
        digits()
        if byte() == UInt8(ascii: ".") && byte(1) != UInt8(ascii: ".") {
            index += 1
            digits()
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(byte(1 + sign)) {
                index += 1 + sign
                digits()
            }
        }
        guard Self.beginsWord(byte()) || byte() == UInt8(ascii: "$") else { return add(.number, start, place) }
        while Self.beginsWord(byte()) || Self.isDigit(byte()) || byte() == UInt8(ascii: "$") { index += 1 }
        mistakes.note(
            place, "\(text(start..<index)) is spelled differently by versions of DuckDB",
            "write a number in decimal digits, and a space in front of a word")
        hasGap = false
    }

    /// Whether a dot here takes a part of what stands before it, as in `a.1`.
    private var continuesName: Bool {
        guard !hasGap, let last = tokens.last else { return false }
        return last.isName || last.closes
    }

    /// Digits, and `_` between two of them.
    private mutating func digits() {
        while Self.isDigit(byte())
            || (byte() == UInt8(ascii: "_") && Self.isDigit(byte(1)) && index > 0 && Self.isDigit(bytes[index - 1]))
        {
            index += 1
        }
    }

    private mutating func word() {
        let (start, place) = (index, place(at: index))
        while index < bytes.count, Self.beginsWord(byte()) || Self.isDigit(byte()) || byte() == UInt8(ascii: "$") {
            index += 1
        }
        let word = text(start..<index)
        if word.unicodeScalars.contains(where: {
            $0.value >= 0x80 && ($0.properties.isWhitespace || $0.value == 0xFEFF || 0x80...0x9F ~= $0.value)
        }) {
            mistakes.note(place, "a space that is not of ASCII", "replace it by a plain space")
        }
        let isPrefix = ["e", "x", "b", "n"].contains(word.asciiLowercased) && byte() == UInt8(ascii: "'")
        let isUnicode =
            word.asciiLowercased == "u" && byte() == UInt8(ascii: "&")
            && (byte(1) == UInt8(ascii: "'") || byte(1) == UInt8(ascii: "\""))
        if isPrefix || isUnicode {
            mistakes.note(
                place, "\(word)\(isUnicode ? "&" : "")'…' is spelled differently by versions of DuckDB",
                "write a plain text, with chr(n) for special characters")
        }
        add(.word, start, place)
    }

    /// Longest first.
    private static let operators: [[UInt8]] = [
        "!~~*", "->>", "<=>", "~~*", "!~~", "!~*", "::", ":=", "=>", "->", "||", "<=", ">=", "<>", "!=", "==", "**",
        "//", "<<",
        ">>", "^@", "@>", "<@", "&&", "~~", "!~", "~*",
    ].map { Array($0.utf8) }
    private static let symbols = Set("+-*/<>=~!@%^&|()[]{},.:;".utf8)

    private mutating func symbol() {
        let (start, place) = (index, place(at: index))
        if byte() == UInt8(ascii: "?") || byte() == UInt8(ascii: "#") {
            index += 1
            while Self.isDigit(byte()) { index += 1 }
            noteParameter(place, text(start..<index))
            return
        }
        guard Self.symbols.contains(byte()) else {
            noteControl()
            step()
            return
        }
        let rest = bytes[index...]
        index += Self.operators.first { rest.starts(with: $0) }?.count ?? 1
        add(.symbol, start, place)
    }

    private mutating func noteControl() {
        let scalar = Unicode.Scalar(byte())
        let shown = scalar.value < 0x20 || scalar.value == 0x7F ? "a control character" : "the character \(scalar)"
        mistakes.note(place(at: index), shown, "remove it")
    }

    // MARK: Brackets

    private mutating func matchBrackets() -> [Int] {
        var partner = Array(tokens.indices)
        var open: [Int] = []
        var isTooDeep = false
        for (index, token) in tokens.enumerated() {
            if token.opens {
                open.append(index)
                if open.count > Self.maxDepth && !isTooDeep {
                    isTooDeep = true
                    mistakes.note(
                        token.place, "more than \(Self.maxDepth) brackets within one another", "write it flatter")
                }
            } else if token.closes {
                let wanted = token.text == ")" ? "(" : token.text == "]" ? "[" : "{"
                guard let last = open.last, tokens[last].text == wanted else {
                    mistakes.note(
                        token.place, "\(token.text) closes no \(wanted)", "a fold is one SELECT; match the brackets")
                    continue
                }
                open.removeLast()
                partner[index] = last
                partner[last] = index
            }
        }
        for index in open {
            mistakes.note(tokens[index].place, "\(tokens[index].text) is not closed", "match the brackets")
        }
        return partner
    }
}
