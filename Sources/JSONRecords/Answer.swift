//  Records in an array within an object: an Elasticsearch answer, whose `hits` is an object whose `hits` is an array, or
//  any other object around them.
//
//      {"took":3,"hits":{"total":2,"hits":[ {…}, {…} ]}}         path hits.hits
//      {"status":"ok","response":{"data":[ {…}, {…} ]}}          path response.data
//
//  The records are the array's elements. What stands before and after it is checked and skipped, but for what an answer
//  says of itself.

import Records

extension JSONScanner {
    /// From the first byte of an object to behind the bracket of its array at a path (true), or behind the object when it
    /// has none (false). Keys are compared as they are written, so a key with escapes is not found.
    mutating func enterArray(at path: [[UInt8]], _ facts: inout AnswerFacts) throws(ScanFailure) -> Bool {
        if p.pointee != UInt8(ascii: "{") { throw unexpected(at: p) }
        p += 1
        return try enterArray(at: path, level: 0, &facts)
    }

    /// The same from behind the brace of the object at a level of the path.
    private mutating func enterArray(
        at path: [[UInt8]], level: Int, _ facts: inout AnswerFacts
    ) throws(ScanFailure) -> Bool {
        let isLast = level == path.count - 1
        try skipSpace()
        if p.pointee == UInt8(ascii: "}") {
            p += 1
            return false
        }
        while true {
            if p.pointee != UInt8(ascii: "\"") {
                if closesAfterComma(UInt8(ascii: "}")) { return false }
                throw unexpected(at: p)
            }
            let key = try skipKey()
            if Self.isSame(key, path[level]) && p.pointee == UInt8(ascii: isLast ? "[" : "{") {
                p += 1
                if isLast { return true }
                if try enterArray(at: path, level: level + 1, &facts) { return true }
            } else {
                let value = p
                try skipValue(depth: level + 1)
                facts.note(key, value, self, level: level)
            }
            if try !skipComma(closing: UInt8(ascii: "}")) { return false }
        }
    }

    /// From behind the bracket that closes the array to behind the object around it.
    mutating func leaveArray(levels: Int, _ facts: inout AnswerFacts) throws(ScanFailure) {
        for level in (0..<levels).reversed() {
            while try skipComma(closing: UInt8(ascii: "}")) {
                if p.pointee != UInt8(ascii: "\"") {
                    if closesAfterComma(UInt8(ascii: "}")) { break }
                    throw unexpected(at: p)
                }
                let key = try skipKey()
                let value = p
                try skipValue(depth: level + 1)
                facts.note(key, value, self, level: level)
            }
        }
    }

    /// From the quote of a key to its value; the key as it is written.
    mutating func skipKey() throws(ScanFailure) -> UnsafeBufferPointer<UInt8> {
        p += 1
        let key = p
        _ = try skipString()
        let text = UnsafeBufferPointer(start: key, count: p - key - 1)
        try skipColon()
        return text
    }

    static func isSame(_ key: UnsafeBufferPointer<UInt8>, _ name: [UInt8]) -> Bool {
        key.elementsEqual(name)
    }

    /// The value of an object's first member of a name; nil when it has none or is no object.
    ///
    /// - Precondition: the value at `p` was walked over before.
    fileprivate func member(_ name: StaticString) -> UnsafePointer<UInt8>? {
        guard p.pointee == UInt8(ascii: "{") else { return nil }
        let wanted = Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        var scanner = self
        scanner.p += 1
        do throws(ScanFailure) {
            try scanner.skipSpace()
            while scanner.p.pointee == UInt8(ascii: "\"") {
                let key = try scanner.skipKey()
                if Self.isSame(key, wanted) { return scanner.p }
                try scanner.skipValue(depth: 0)
                if try !scanner.skipComma(closing: UInt8(ascii: "}")) { return nil }
            }
        } catch { preconditionFailure("an object that was walked over cannot fail: \(error)") }
        return nil
    }

    /// The integer that a value is; nil for any other value.
    fileprivate func integer(at value: UnsafePointer<UInt8>) -> Int? {
        var scanner = self
        scanner.p = value
        guard isDigit(value.pointee), (try? scanner.skipNumber()) != nil else { return nil }
        return integralValue(UnsafeBufferPointer(start: value, count: scanner.p - value)).map { Int($0.value) }
    }
}

extension AnswerFacts {
    /// Notes a member of an answer (level 0) or of its `hits` (level 1); `scanner` stands behind the value.
    fileprivate mutating func note(
        _ key: UnsafeBufferPointer<UInt8>, _ value: UnsafePointer<UInt8>, _ scanner: JSONScanner, level: Int
    ) {
        var scanner = scanner
        scanner.p = value
        func isKey(_ name: StaticString) -> Bool {
            key.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        switch level {
        case 0 where isKey("timed_out"): timedOut += value.pointee == UInt8(ascii: "t") ? 1 : 0
        case 0 where isKey("terminated_early"): endedEarly += value.pointee == UInt8(ascii: "t") ? 1 : 0
        case 0 where isKey("_shards"): failedShards += scanner.member("failed").flatMap { scanner.integer(at: $0) } ?? 0
        case 0 where isKey("aggregations"): aggregations += 1
        case 1 where isKey("total"):
            total = max(total, scanner.integer(at: scanner.member("value") ?? value) ?? 0)
        default: break
        }
    }
}
