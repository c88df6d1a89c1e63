//  How a file holds its records, found out from its content.
//
//      lines       {"Contract":…}            one record a line
//                  {"Contract":…}
//      values      {                          JSON values one after another, printed in any way; the elements of a
//                    "Contract": …            top-level array are records too
//                  }
//      responses   {"took":3,"hits":{"hits":[ {…}, {…} ]}}      Elasticsearch answers, one or more

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a file holds its records. The raw values are written into checkpoints.
package enum Container: String, Sendable, Hashable {
    case lines
    case values
    case responses
}

extension Container {
    /// Bytes that are looked at when the first value is broken and the lines behind it are asked.
    private static let sampleSize = 1 << 16

    /// Decides from the beginning of a file.
    ///
    /// A value that lies on one line makes the file JSON Lines; one that is valid only across lines makes it a sequence
    /// of values. When the first value is broken, the lines that follow are asked: most lines of JSON Lines begin with
    /// a brace, few of pretty-printed values do.
    ///
    /// What stands further behind the start than a record may be long is not looked at: a decision that depended on how
    /// much of the file happens to be in memory would not be the same for every reader.
    ///
    /// - Returns: nil when a longer window is needed.
    static func detect(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, isFinal: Bool, maxRecordBytes: Int
    ) -> Container? {
        let mayAskForMore = !isFinal && end - start <= maxRecordBytes
        var p = start
        while p < end, p - start <= maxRecordBytes, isSpace(p.pointee) { p += 1 }
        if p == end || p - start > maxRecordBytes { return mayAskForMore ? nil : .lines }
        if p.pointee == UInt8(ascii: "[") { return .values }
        if p.pointee != UInt8(ascii: "{") { return .lines }

        func scan(lineMode: Bool, _ body: (inout JSONScanner) throws(ScanFailure) -> Bool) -> Result<Bool, ScanFailure>
        {
            var scanner = JSONScanner(p, end: end, lineMode: lineMode, isFinal: isFinal)
            let result: Result<Bool, ScanFailure>
            do throws(ScanFailure) { result = .success(try body(&scanner)) } catch { result = .failure(error) }
            return scanner.p - start > maxRecordBytes ? .failure(.incomplete) : result
        }

        switch scan(lineMode: false, { (scanner) throws(ScanFailure) in try scanner.enterHits() }) {
        case .success(true): return .responses
        case .failure(.incomplete) where mayAskForMore: return nil
        default: break
        }
        let line = scan(lineMode: true) { (scanner) throws(ScanFailure) in
            try scanner.skipValue(depth: 0)
            while scanner.p.pointee == 0x20 || scanner.p.pointee == 0x09 || scanner.p.pointee == 0x0D { scanner.p += 1 }
            if scanner.p >= end && !isFinal { throw .incomplete }
            return scanner.p >= end || scanner.p.pointee == 0x0A || scanner.p.pointee == UInt8(ascii: "{")
        }
        switch line {
        case .success(true): return .lines
        case .failure(.incomplete) where mayAskForMore: return nil
        default: break
        }
        let value = scan(lineMode: false) { (scanner) throws(ScanFailure) in
            try scanner.skipValue(depth: 0)
            return true
        }
        if case .success = value, case .failure = line { return .values }
        let sample = min(sampleSize, maxRecordBytes)
        if mayAskForMore && end - start < sample { return nil }
        let (braces, others) = firstBytesOfLines(p, end: end - start < sample ? end : start + sample)
        // A value over several lines that is good as far as the input goes: a line with a brace must be met again.
        if case .failure(.incomplete) = value, case .failure(.malformed) = line {
            return braces > max(1, others) ? .lines : .values
        }
        return braces >= others ? .lines : .values
    }

    /// How many lines begin with a brace, and with anything else.
    private static func firstBytesOfLines(
        _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>
    ) -> (braces: Int, others: Int) {
        var p = start
        var braces = 0
        var others = 0
        while p < end {
            let first = p.pointee
            if first == UInt8(ascii: "{") { braces += 1 } else if first != 0x0A && first != 0x0D { others += 1 }
            guard let newline = memchr(p, 0x0A, end - p) else { break }
            p = UnsafePointer(newline.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return (braces, others)
    }
}

@inline(__always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

//  An Elasticsearch answer is an object whose `hits` is an object whose `hits` is an array; the records are that
//  array's elements. What stands before and behind it is checked and skipped.

extension JSONScanner {
    /// From the first byte of an object to behind the bracket of its `hits.hits` (true), or behind the object when it
    /// has none (false).
    mutating func enterHits() throws(ScanFailure) -> Bool {
        if p.pointee != UInt8(ascii: "{") { throw unexpected(at: p) }
        p += 1
        return try findMember("hits", opening: UInt8(ascii: "{"), depth: 1) { (scanner) throws(ScanFailure) in
            try scanner.findMember("hits", opening: UInt8(ascii: "["), depth: 2) { (_) throws(ScanFailure) in true }
        }
    }

    /// Looks in an object (`p` behind its brace) for a member of this name whose value begins with `opening`, and hands
    /// over behind that byte; goes on while `found` answers false.
    private mutating func findMember(
        _ name: StaticString, opening: UInt8, depth: Int,
        found: (inout JSONScanner) throws(ScanFailure) -> Bool
    ) throws(ScanFailure) -> Bool {
        try skipSpace()
        if p.pointee == UInt8(ascii: "}") {
            p += 1
            return false
        }
        while true {
            if p.pointee != UInt8(ascii: "\"") { throw unexpected(at: p) }
            p += 1
            let key = p
            _ = try skipString()
            let isNamed =
                p - key - 1 == name.utf8CodeUnitCount && memcmp(key, name.utf8Start, name.utf8CodeUnitCount) == 0
            try skipColon()
            if isNamed && p.pointee == opening {
                p += 1
                if try found(&self) { return true }
            } else {
                try skipValue(depth: depth)
            }
            if try !skipComma(closing: UInt8(ascii: "}")) { return false }
        }
    }

    /// From behind the bracket that closes `hits.hits` to behind the answer.
    mutating func leaveHits() throws(ScanFailure) {
        for depth in [2, 1] {
            while try skipComma(closing: UInt8(ascii: "}")) {
                if p.pointee != UInt8(ascii: "\"") { throw unexpected(at: p) }
                p += 1
                _ = try skipString()
                try skipColon()
                try skipValue(depth: depth)
            }
        }
    }
}
