//  Behind a record that cannot be read: where the next one begins.
//
//  In an array or among values that span lines, a broken record hides its own end. What can be trusted is the layout: who
//  writes records over several lines indents what is in them. So reading goes on at the next line that begins with a brace
//  no further to the right than the brace of the record that failed:
//
//      [                              column 2 is where the broken one began
//        {"a": 1,
//         "b": {"c": nonsense
//         },                          begins with no brace
//        {"a": 2}                     goes on here
//
//  docs/records.md has the rules for users.

import CByteScan
import Glibc
import Records

extension RecordReader {
    /// Why and where a walk over a value stopped.
    struct ScanStop: Error {
        var failure: ScanFailure
        /// Bytes from the value's first one to where the walk stopped.
        var reached: Int
    }

    /// What a value that could not be read means: more bytes are needed, the input was cut, or it is broken and the
    /// next boundary must be found.
    ///
    /// A value whose flaw, or whose end, stands further behind its first byte than a record may be long is too long,
    /// also when the window is long enough to see it: a shorter window could not.
    mutating func failed(
        _ stop: ScanStop, _ start: UnsafePointer<UInt8>, _ pass: inout Pass,
        _ receivers: Receivers
    ) throws -> Bool {
        // What is wrong is told by what stands there and a little behind it.
        let seen = min(stop.reached + FlawPlace.reach, maxRecordBytes)
        if stop.failure != .incomplete && !pass.isFinal && pass.end - start < seen { return false }
        let isIncomplete = stop.failure == .incomplete
        let isTooLong = (isIncomplete ? pass.end - start : stop.reached) > maxRecordBytes
        if isIncomplete && !isTooLong {
            if !pass.isFinal { return false }
            inputEnd = .insideValue
            try reject(.truncated, start, pass.end, &pass, receivers)
            pass.p = pass.end
            position = .betweenValues
            return true
        }
        // The line is lost; how far the damage goes, and so which text is shown, is known when a boundary is found.
        let lineEnd = memchr(start, 0x0A, pass.end - start).map {
            UnsafePointer($0.assumingMemoryBound(to: UInt8.self))
        }
        if lineEnd == nil && !pass.isFinal && pass.end - start <= maxRecordBytes { return false }
        let shown = lineEnd ?? pass.end
        let column = columnAt(start, pass)
        let boundary = Self.boundary(shown, pass, column: column)
        if boundary == nil && !pass.isFinal && pass.end - start <= maxRecordBytes { return false }
        let context: FlawPlace.Context =
            switch position {
            case .elementOrEnd, .element: .element
            case .commaOrEnd: .expectedComma
            default: .value
            }
        position = .searching(
            Search(
                column: column, isInArray: context != .value,
                lastByte: Self.lastVisible(start, shown) ?? 0))
        let reason: RejectReason =
            isTooLong ? .recordTooLong : stop.failure == .invalidUTF8 ? .invalidUTF8 : .malformedJSON
        try reject(
            reason, start, shown, raw: boundary ?? pass.end, stop: start + stop.reached, context: context, &pass,
            receivers)
        pass.p = shown
        inputEnd = .lost(bytes: shown - start)
        return true
    }

    /// The line feed before the line at which `search` will end, when that is in the window.
    private static func boundary(
        _ start: UnsafePointer<UInt8>, _ pass: Pass, column: Int
    ) -> UnsafePointer<UInt8>? {
        var next: UnsafePointer<UInt8>? = start
        while let p = next, p < pass.end {
            if p.pointee == 0x0A, case .brace = lineStart(p + 1, pass, column: column) { return p }
            next = memchr(p + 1, 0x0A, pass.end - p - 1).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
        }
        return nil
    }

    /// How a line begins.
    private enum LineStart {
        /// With a brace that may be a record's.
        case brace(UnsafePointer<UInt8>)
        case other(UnsafePointer<UInt8>)
        /// The window ends first.
        case unknown
    }

    private static func lineStart(_ start: UnsafePointer<UInt8>, _ pass: Pass, column: Int) -> LineStart {
        var first = start
        while case let mark = markLength(first, end: pass.end), mark != 0 {
            if mark < 0 { return pass.isFinal ? .other(first) : .unknown }
            first += mark
        }
        var line = first
        // The line may begin at the window's end; the NUL there is no space and no brace.
        while line - first <= column, line.pointee == 0x20 || line.pointee == 0x09 { line += 1 }
        if line >= pass.end && !pass.isFinal { return .unknown }
        return line.pointee == UInt8(ascii: "{") && line - first <= column ? .brace(line) : .other(line)
    }

    /// Looks for a line whose first byte that is not a space is a brace, no further to the right than the brace of the
    /// record that failed: braces within a record stand further to the right.
    ///
    /// A brace further to the left may be the array's next element (the first often stands behind the bracket) or the
    /// value behind the array; what was passed over last tells which.
    mutating func search(_ pass: inout Pass, _ known: Search) -> Bool {
        guard case .lost(var lost) = inputEnd else { preconditionFailure("searching without a loss") }
        var search = known
        scan: while pass.p < pass.end {
            var line = pass.p
            if line.pointee == 0x0A {
                let first = line + 1
                switch Self.lineStart(first, pass, column: search.column) {
                case .brace(let brace):
                    pass.p = brace
                    inputEnd = .whole
                    let isLeft = lineColumn(of: brace, window: first, windowColumn: 0) < search.column
                    position =
                        search.isInArray && !(isLeft && isBehindArray(search.lastByte)) ? .element : .betweenValues
                    return true
                case .other(let p): line = p
                case .unknown: break scan
                }
            }
            let newline = memchr(line, 0x0A, pass.end - line).map {
                UnsafePointer($0.assumingMemoryBound(to: UInt8.self))
            }
            let next = newline ?? pass.end
            search.lastByte = Self.lastVisible(pass.p, next) ?? search.lastByte
            lost += next - pass.p
            rejectedBytes += next - pass.p
            pass.p = next
        }
        inputEnd = .lost(bytes: lost)
        position = .searching(search)
        return false
    }

    /// Whether a value further to the left than the failed element stands behind its array, by the last byte before.
    /// Elements of answers stand on lines of their own or on the answer's, so only a comma speaks for one more.
    private func isBehindArray(_ last: UInt8) -> Bool {
        container?.isAnswers == true
            ? last != UInt8(ascii: ",") : last == UInt8(ascii: "]") || last == UInt8(ascii: "}")
    }

    /// The last byte that is not a space.
    private static func lastVisible(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UInt8? {
        var p = end
        while p > start {
            p -= 1
            if !isSpace(p.pointee) { return p.pointee }
        }
        return nil
    }
}
