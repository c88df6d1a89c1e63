//  What is wrong with a text that is not JSON, worked out once it is known that something is.
//
//  The scanner only says where it stopped. Here the text is looked at again, from its first byte to that place, for what a
//  person would say:
//
//      {"user":"A","value":NaN}         NaN is not valid JSON             the scanner stopped at the N
//      {"user":"A","event":"play",}     trailing comma                    at the brace
//      {'user': 'A', 'live': True}      single quotes: Python literals    at the first quote
//      <!DOCTYPE html>                  this is HTML (an error page?)     at the first byte
//
//  Nothing is looked at that is further than `reach` from the place, so the words do not depend on how much of the file is
//  in memory.

import Records

/// Where a record was found to be none.
struct FlawPlace: FlawFinding {
    /// What stood before the record; `action`: what is around it.
    enum Context { case value, element, expectedComma, action }

    /// Bytes behind the place that may be looked at.
    static let reach = 64

    /// The record's first byte.
    let start: UnsafePointer<UInt8>
    /// Where the scanner stopped, at the NUL behind the window at the latest, so that there is a byte; nil for a record that
    /// was not taken for another reason.
    let stop: UnsafePointer<UInt8>?
    /// Behind the last byte that may be looked at.
    let limit: UnsafePointer<UInt8>
    let context: Context
    let isLenient: Bool
    /// The window, and the bytes since the last line feed at its first byte.
    let window: UnsafePointer<UInt8>
    let windowColumn: Int

    private var advice: String { isLenient ? "" : "`json: lenient` reads it" }

    func flaw(_ reason: RejectReason) -> Flaw? {
        switch reason {
        case .malformedJSON: stop.map { malformed($0) }
        case .notAnObject: notAnObject()
        case .invalidUTF8: invalidUTF8()
        case .missing where context == .action:
            flaw(at: start, "the fields are inside the action of a bulk request, not on the line after it")
        default: nil
        }
    }

    private func invalidUTF8() -> Flaw? {
        let text = UnsafeBufferPointer(start: start, count: limit - start)
        guard let place = InvalidUTF8.first(in: text) else { return nil }
        let (words, advice) = InvalidUTF8.words(text[place...])
        return flaw(at: start + place, words, advice: advice)
    }

    /// A flaw at a byte of the record.
    private func flaw(
        at q: UnsafePointer<UInt8>, _ words: String, advice: String = "", isForm: Bool = false
    ) -> Flaw {
        var lines = 0
        var line = start
        var p = start
        while p < q {
            if p.pointee == 0x0A { (lines, line) = (lines + 1, p + 1) }
            p += 1
        }
        let before = lines > 0 ? 0 : lineColumn(of: start, window: window, windowColumn: windowColumn)
        return Flaw(words, advice: advice, lines: lines, column: before + (q - line) + 1, isForm: isForm)
    }

    // MARK: No object

    private func notAnObject() -> Flaw? {
        switch start.pointee {
        case UInt8(ascii: "["):
            return flaw(at: start, "an array instead of an object: rows without column names?", isForm: true)
        // What was accepted as a string has two quotes.
        case UInt8(ascii: "\"") where start[1] == UInt8(ascii: "{") || start[1] == UInt8(ascii: "["):
            return flaw(at: start, "a string that contains JSON: it was encoded twice", isForm: true)
        case UInt8(ascii: "\""): return flaw(at: start, "a string instead of an object")
        case UInt8(ascii: "n"): return flaw(at: start, "null instead of an object")
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return flaw(at: start, "true or false instead of an object")
        default: return flaw(at: start, "a number instead of an object")
        }
    }

    // MARK: No JSON

    /// What the text up to the place is.
    private struct Before {
        /// Arrays and objects that are open.
        var depth = 0
        var isInString = false
        /// The last byte outside of strings that is not a space.
        var last: UnsafePointer<UInt8>?
    }

    private func before(_ stop: UnsafePointer<UInt8>) -> Before {
        var before = Before()
        var p = start
        while p < stop {
            switch p.pointee {
            case UInt8(ascii: "\\") where before.isInString: p += 1
            case UInt8(ascii: "\""):
                before.isInString.toggle()
                before.last = p
            case _ where before.isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                before.depth += 1
                before.last = p
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                before.depth -= 1
                before.last = p
            case let byte where !isSpace(byte): before.last = p
            default: break
            }
            p += 1
        }
        return before
    }

    private func malformed(_ stop: UnsafePointer<UInt8>) -> Flaw {
        let before = before(stop)
        if before.isInString { return inString(stop) }
        if before.depth == 0, let form = form(isAtStart: stop == start) {
            return flaw(at: start, form, isForm: true)
        }
        if before.depth > JSONScanner.depthLimit {
            return flaw(at: stop, "more than \(JSONScanner.depthLimit) levels of arrays and objects")
        }
        let isAfterValue = before.last.map { !"{[,:".utf8.contains($0.pointee) } ?? (context == .expectedComma)
        switch stop.pointee {
        case 0: return flaw(at: stop, Self.count(nulls(stop), "NUL byte"))
        case 0x0A: return flaw(at: stop, "the line ends inside the record")
        case UInt8(ascii: "'"):
            return flaw(at: stop, "single quotes: Python literals, not JSON", advice: "json.dumps writes JSON")
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if let comma = before.last, comma.pointee == UInt8(ascii: ",") { return trailingComma(comma) }
            if before.last == nil && context == .element {
                return flaw(at: stop, "trailing comma before \(shown(stop))", advice: advice)
            }
            return flaw(at: stop, "\(shown(stop)) is not allowed here")
        case UInt8(ascii: ","):
            if before.depth == 0 { return trailingComma(stop) }
            return flaw(at: stop, "a comma is not allowed here")
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return flaw(at: stop, "a comment, which JSON does not allow")
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["):
            let last = before.last?.pointee
            if isAfterValue && (before.depth > 0 || context == .expectedComma) {
                return flaw(
                    at: stop, "a comma is missing before \(shown(stop))",
                    advice: context == .expectedComma && stop.pointee == UInt8(ascii: "{") ? advice : "")
            }
            return flaw(
                at: stop,
                last == UInt8(ascii: "{") || last == UInt8(ascii: ",")
                    ? "\(shown(stop)) instead of a key" : "\(shown(stop)) is not allowed here")
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return word(stop, isAfterValue: isAfterValue)
        case UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return flaw(at: stop, "a number that is not valid JSON")
        case 0x80...: return flaw(at: stop, odd(stop))
        default:
            if let last = before.last, isDigit(last.pointee) || last.pointee == UInt8(ascii: "."), last == stop - 1,
                last.pointee != UInt8(ascii: "\"")
            {
                return flaw(at: stop, "a number that is not valid JSON")
            }
            return flaw(at: stop, "\(shown(stop)) is not allowed here")
        }
    }

    private func trailingComma(_ comma: UnsafePointer<UInt8>) -> Flaw {
        flaw(at: comma, "trailing comma", advice: advice)
    }

    private func inString(_ stop: UnsafePointer<UInt8>) -> Flaw {
        if stop > start, stop[-1] == UInt8(ascii: "\\") {
            return flaw(at: stop - 1, "\\\(printable(stop)) is not a valid JSON escape")
        }
        switch stop.pointee {
        case 0: return flaw(at: stop, Self.count(nulls(stop), "NUL byte") + " in a string")
        case 0x0A: return flaw(at: stop, "the line ends inside a string")
        case ..<0x20:
            let names: [UInt8: String] = [0x09: " (a tab)", 0x0D: " (a carriage return)"]
            return flaw(
                at: stop, "the control character \(hex(stop.pointee))\(names[stop.pointee] ?? "") in a string")
        default: return flaw(at: stop, "half of a surrogate pair, or a \\u escape without four digits")
        }
    }

    /// A name is not allowed here.
    private func word(_ stop: UnsafePointer<UInt8>, isAfterValue: Bool) -> Flaw {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        // Literals are compared letter by letter: the scanner may have stopped within it.
        var first = stop
        while first > start, isLetter(first[-1]) { first -= 1 }
        var end = stop
        while end < limit, isLetter(end.pointee) || isDigit(end.pointee) || end.pointee == UInt8(ascii: "_") {
            end += 1
        }
        if first > start, first[-1] == UInt8(ascii: "-") { first -= 1 }
        let text = String(decoding: UnsafeBufferPointer(start: first, count: end - first), as: UTF8.self)
        switch text {
        case "NaN", "Infinity", "-Infinity":
            return flaw(at: first, "\(text) is not valid JSON", advice: advice)
        case "None", "True", "False":
            let json = text == "None" ? "null" : text.lowercased()
            return flaw(at: first, "\(text) is a Python literal; JSON has \(json)", advice: "json.dumps writes JSON")
        case "undefined": return flaw(at: first, "undefined is JavaScript; JSON has null")
        default: break
        }
        if ["null", "true", "false"].contains(text.lowercased()), text != text.lowercased() {
            return flaw(at: first, "\(text) is not valid JSON; JSON has \(text.lowercased())")
        }
        if first > start, isDigit(first[-1]) { return flaw(at: first, "a number that is not valid JSON") }
        return flaw(at: first, isAfterValue && first == stop ? "text after a value: \(text)" : "\(text) without quotes")
    }

    // MARK: Other forms

    /// What the text is in place of JSON, told from its beginning.
    private func form(isAtStart: Bool) -> String? {
        let bytes = UnsafeBufferPointer(start: start, count: max(0, min(Self.reach, limit - start)))
        let line = bytes.prefix { $0 != 0x0A }
        if isAtStart {
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head") {
                return "this is HTML (an error page?)"
            }
            if bytes.first == UInt8(ascii: "<") { return "this is XML" }
        }
        for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")] {
            let cells = line.split(separator: separator, omittingEmptySubsequences: false)
            if cells.count > 1 && cells.dropLast().allSatisfy({ isCell($0) }) {
                return separator == 0x09 ? "this is a table with tabs (TSV)" : "this is CSV"
            }
        }
        return nil
    }

    /// Whether this may be a cell of a table: a name, a number, or one in quotes.
    private func isCell(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || isDigit($0) || $0 >= 0x80
                    || " _-.\"/:\r".utf8.contains($0)
            }
    }

    // MARK: Words

    private func nulls(_ stop: UnsafePointer<UInt8>) -> Int {
        var end = stop
        while end < limit, end.pointee == 0 { end += 1 }
        return end - stop
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private func printable(_ p: UnsafePointer<UInt8>) -> String {
        (0x20..<0x7F).contains(p.pointee) ? String(UnicodeScalar(p.pointee)) : hex(p.pointee)
    }

    private func shown(_ p: UnsafePointer<UInt8>) -> String {
        (0x21..<0x7F).contains(p.pointee)
            ? "`\(UnicodeScalar(p.pointee))`" : p.pointee < 0x80 ? "the character \(hex(p.pointee))" : odd(p)
    }

    /// A byte from 0x80 up, outside of strings.
    private func odd(_ p: UnsafePointer<UInt8>) -> String {
        let bytes = Array(UnsafeBufferPointer(start: p, count: max(1, min(4, limit - p))))
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "a byte order mark inside the record" }
        if bytes.starts(with: [0xE2, 0x80]), bytes.count > 2, (0x98...0x9F).contains(bytes[2]) {
            return "curly quotes; JSON needs straight ones"
        }
        if bytes.starts(with: [0xC2, 0xA0]) { return "a no-break space between tokens" }
        return "the byte \\x\(String(p.pointee, radix: 16)) outside a string"
    }
}
