//  One record of CSV, taken apart by RFC 4180:
//
//      file     = record *( line-end record ) [ line-end ]          line-end = LF / CR LF
//      record   = field *( delimiter field )
//      field    = quoted / plain
//      quoted   = quote *( any byte but quote and NUL / quote quote ) quote
//      plain    = *( any byte but delimiter, quote, CR, LF and NUL )
//
//  Where the RFC leaves it open: a record may end with the input in place of a line end, also behind a CR. A CR without an LF
//  is text within quotes and a flaw outside. Blanks are text.
//
//  The scanner is given a window that is followed by a NUL and 64 readable bytes. Every loop stops at a NUL; only then is
//  the place compared with the window's end.

import Records

/// A field as it was written.
struct CSVField {
    /// Within the quotes, if there are any.
    var text: UnsafeBufferPointer<UInt8>
    var isQuoted = false
    /// Whether quotes in it are written twice.
    var hasPairs = false
}

/// What was found from the beginning of a record on.
enum CSVScan {
    /// The end of the record, and of its line.
    case record(end: UnsafePointer<UInt8>, next: UnsafePointer<UInt8>)
    /// The window ends first. In the last window only within quotes.
    case incomplete
    case flaw(CSVFlaw)
}

/// The grammar of a file, over one window.
struct CSVScanner {
    let delimiter: UInt8
    /// Nil where quotes are bytes like others.
    let quote: UInt8?
    let end: UnsafePointer<UInt8>
    let isFinal: Bool

    /// Takes the record at `start` apart.
    ///
    /// - Parameter fields: replaced by the record's, or by those before its flaw.
    /// - Complexity: O(bytes of the record).
    func record(_ start: UnsafePointer<UInt8>, _ fields: inout [CSVField]) -> CSVScan {
        fields.removeAll(keepingCapacity: true)
        var p = start
        while true {
            if let quote, p.pointee == quote, p < end {
                if let stop = quoted(&p, quote, start, &fields) { return stop }
            } else {
                let first = p
                while !isStop(p.pointee) { p += 1 }
                fields.append(CSVField(text: UnsafeBufferPointer(start: first, count: p - first)))
            }
            if p < end && p.pointee == delimiter {
                p += 1
                continue
            }
            return behindField(p, start, wasQuoted: fields[fields.count - 1].isQuoted)
        }
    }

    /// Whether a field without quotes ends here, one way or another.
    @inline(__always)
    private func isStop(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == 0x0A || byte == 0x0D || byte == 0 || byte == quote
    }

    /// Goes over the field at a quote.
    ///
    /// - Returns: why there is none; nil when there is.
    private func quoted(
        _ p: inout UnsafePointer<UInt8>, _ quote: UInt8, _ start: UnsafePointer<UInt8>, _ fields: inout [CSVField]
    ) -> CSVScan? {
        let first = p + 1
        var hasPairs = false
        p += 1
        while true {
            p = Self.find(quote, p)
            if p >= end { return .incomplete }
            if p.pointee == 0 { return flaw(.nul, p, start) }
            // Within the window, so there is a byte behind it, at its end the NUL.
            if p + 1 == end && !isFinal { return .incomplete }
            if p[1] != quote || p + 1 == end { break }
            hasPairs = true
            p += 2
        }
        let text = UnsafeBufferPointer(start: first, count: p - first)
        fields.append(CSVField(text: text, isQuoted: true, hasPairs: hasPairs))
        p += 1
        return nil
    }

    /// What follows a field, other than a delimiter.
    private func behindField(_ p: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>, wasQuoted: Bool) -> CSVScan {
        if p >= end { return isFinal ? .record(end: end, next: end) : .incomplete }
        switch p.pointee {
        case 0x0A: return .record(end: p, next: p + 1)
        case 0x0D:
            // At the window's end stands the NUL.
            if p[1] == 0x0A && p + 1 < end { return .record(end: p, next: p + 2) }
            if p + 1 == end { return isFinal ? .record(end: p, next: end) : .incomplete }
            return flaw(.carriageReturn, p, start)
        case 0: return flaw(.nul, p, start)
        default: return flaw(wasQuoted ? .textAfterQuote : .quoteInField, p, start)
        }
    }

    private func flaw(_ kind: CSVFlaw.Kind, _ p: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>) -> CSVScan {
        .flaw(CSVFlaw(kind: kind, offset: p - start))
    }

    /// The first quote or NUL from `p` on. Reads eight bytes at a time, so up to seven behind the NUL that ends the window.
    @inline(__always)
    static func find(_ quote: UInt8, _ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quotes = UInt64(quote) &* ones
        var p = start
        while true {
            let word = UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
            let other = word ^ quotes
            // The borrow of a subtraction marks the lowest byte that is zero exactly.
            let found = ((word &- ones) & ~word | (other &- ones) & ~other) & tops
            if found != 0 { return p + found.trailingZeroBitCount / 8 }
            p += 8
        }
    }
}
