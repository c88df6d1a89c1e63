//  Records in an array within an object: an Elasticsearch answer, whose `hits` is an object whose `hits` is an array, or
//  any other object around them.
//
//      {"took":3,"hits":{"total":2,"hits":[ {…}, {…} ]}}         path hits.hits
//      {"status":"ok","response":{"data":[ {…}, {…} ]}}          path response.data
//
//  The records are the array's elements. What stands before and after it is checked and skipped, but for what an answer
//  says of itself: Holder.swift walks over it.

import Records

extension JSONScanner {
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

    /// The value of an object's first member of a name; nil when it has none or is not an object.
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
    mutating func note(
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
