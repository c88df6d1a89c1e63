//  Numbers as MongoDB's extended JSON writes them: an object with one member, which names the type.
//
//      {"$numberLong":"120"}   {"$numberInt":"60"}   {"$numberDouble":"30.0"}   {"$numberDecimal":"1.5E+2"}
//
//  The number inside is read like one that stands there by itself. Its text is a string; a number is taken, too, since
//  some programs write it so. (MongoDB Extended JSON, version 2, canonical format.)

import Records

enum ExtendedJSON {
    /// Names of the types of numbers.
    static let wrappers: Set<String> = ["$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"]

    private static let names = wrappers.map { Array($0.utf8) }

    fileprivate static func isWrapper(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        names.contains { $0.withUnsafeBufferPointer { isSameBytes($0, key) } }
    }
}

/// Gives `body` the text of the number in `value`, a value that the scanner accepted.
///
/// - Returns: nil when it is no such object, or what `body` returns.
func withWrappedNumber<Result>(
    _ value: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result?
) -> Result? {
    guard let start = value.baseAddress, start.pointee == UInt8(ascii: "{") else { return nil }
    // No NUL stands behind the value, but it was accepted: its own brace ends every loop within it.
    var scanner = JSONScanner(start + 1, end: start + value.count, lineMode: false, isFinal: true, isLenient: true)
    do throws(ScanFailure) {
        try scanner.skipSpace()
        guard scanner.p.pointee == UInt8(ascii: "\"") else { return nil }
        let (key, hasEscapes) = try scanner.stringText()
        guard hasEscapes ? withDecoded(key, ExtendedJSON.isWrapper) : ExtendedJSON.isWrapper(key) else { return nil }
        try scanner.skipColon()
        switch scanner.p.pointee {
        case UInt8(ascii: "\""):
            let (text, hasEscapes) = try scanner.stringText()
            guard scanner.closesAfterOnlyMember() else { return nil }
            return hasEscapes ? withDecoded(text, body) : body(text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let number = scanner.p
            try scanner.skipNumber()
            let text = UnsafeBufferPointer(start: number, count: scanner.p - number)
            guard scanner.closesAfterOnlyMember() else { return nil }
            return body(text)
        default: return nil
        }
    } catch { preconditionFailure("a value that was accepted is no JSON: \(error)") }
}

extension JSONScanner {
    /// Walks over the string whose quote is the next byte; its inside, and whether that holds escapes.
    mutating func stringText() throws(ScanFailure) -> (UnsafeBufferPointer<UInt8>, hasEscapes: Bool) {
        p += 1
        let start = p
        let hasEscapes = try skipString()
        return (UnsafeBufferPointer(start: start, count: p - start - 1), hasEscapes)
    }
}

/// Gives `body` the text of a string literal's inside, decoded.
func withDecoded<Result>(
    _ source: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: source.count) { text in
        // A text is never longer than its source.
        let count = decodeString(source, into: text.baseAddress!)
        return body(UnsafeBufferPointer(start: text.baseAddress!, count: count))
    }
}
