//  JSON as a tree of values: for looking closely at a few records that were rejected, never for reading files.

import CByteScan
import Records

/// A JSON value. Numbers keep their text, objects all their members in order.
package indirect enum SampleValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([SampleValue])
    case object([Member])

    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: SampleValue
    }

    /// - Returns: nil when the text is not one JSON value, with or without spaces around.
    package init?(_ text: some Collection<UInt8>) {
        var bytes = Array(text)
        let count = bytes.count
        bytes += [UInt8](repeating: 0, count: Int(WF_PADDING))
        let value = bytes.withUnsafeBufferPointer { bytes -> SampleValue? in
            let start = bytes.baseAddress!
            var scanner = JSONScanner(start, end: start + count, lineMode: false, isFinal: true, isLenient: false)
            return try? Self.document(&scanner)
        }
        guard let value else { return nil }
        self = value
    }

    /// The last member of this name, if this is an object that has one.
    package func member(_ key: String) -> SampleValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// What stands at a path, and the alternative by which it is looked for; see `FieldPath`.
    package func find(_ path: FieldPath) -> (value: SampleValue?, keys: [String]) {
        for keys in path.alternatives {
            var holder: SampleValue? = self
            for key in keys.dropLast() { holder = holder?.member(key) }
            if let holder { return (holder.member(keys[keys.count - 1]), keys) }
        }
        return (nil, path.alternatives[0])
    }

    /// The text of a number, or of one that MongoDB wrapped.
    package var numberText: String? {
        switch self {
        case .number(let text): return text
        case .object(let members):
            guard members.count == 1, ExtendedJSON.wrappers.contains(members[0].key) else { return nil }
            switch members[0].value {
            case .number(let text), .string(let text): return text
            default: return nil
            }
        default: return nil
        }
    }

    // MARK: Parsing

    private static func document(_ scanner: inout JSONScanner) throws(ScanFailure) -> SampleValue {
        try scanner.skipSpace()
        let value = try value(&scanner, depth: 0)
        try scanner.skipSpace()
        if scanner.p != scanner.end { throw .malformed }
        return value
    }

    private static func value(_ scanner: inout JSONScanner, depth: Int) throws(ScanFailure) -> SampleValue {
        let start = scanner.p
        switch start.pointee {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try elements(&scanner, closing: UInt8(ascii: "}"), depth: depth) { scanner throws(ScanFailure) in
                if scanner.p.pointee != UInt8(ascii: "\"") { throw scanner.unexpected(at: scanner.p) }
                let key = try string(&scanner)
                try scanner.skipColon()
                members.append(Member(key: key, value: try value(&scanner, depth: depth + 1)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var list: [SampleValue] = []
            try elements(&scanner, closing: UInt8(ascii: "]"), depth: depth) { scanner throws(ScanFailure) in
                list.append(try value(&scanner, depth: depth + 1))
            }
            return .array(list)
        case UInt8(ascii: "\""): return .string(try string(&scanner))
        default:
            try scanner.skipValue(depth: depth)
            switch start.pointee {
            case UInt8(ascii: "n"): return .null
            case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(start.pointee == UInt8(ascii: "t"))
            default:
                let text = UnsafeBufferPointer(start: start, count: scanner.p - start)
                return .number(String(decoding: text, as: UTF8.self))
            }
        }
    }

    private static func elements(
        _ scanner: inout JSONScanner, closing: UInt8, depth: Int,
        _ element: (inout JSONScanner) throws(ScanFailure) -> Void
    ) throws(ScanFailure) {
        if depth >= JSONScanner.depthLimit { throw .malformed }
        scanner.p += 1
        try scanner.skipSpace()
        if scanner.p.pointee == closing {
            scanner.p += 1
            return
        }
        repeat { try element(&scanner) } while try scanner.skipComma(closing: closing)
    }

    private static func string(_ scanner: inout JSONScanner) throws(ScanFailure) -> String {
        let (text, hasEscapes) = try scanner.stringText()
        if !hasEscapes { return String(decoding: text, as: UTF8.self) }
        return withDecoded(text) { String(decoding: $0, as: UTF8.self) }
    }
}

extension DurationRules {
    /// Whether a number's text, or a string's, is a duration.
    package func reads(_ text: String, isString: Bool) -> Bool {
        Array(text.utf8).withUnsafeBufferPointer {
            (isString ? reading(ofString: $0) : reading(ofNumber: $0)) != nil
        }
    }
}

/// How records end under a plan, each by itself.
package func outcome(of records: [[UInt8]], under plan: FoldPlan) -> OutcomeCounts {
    var bytes: [UInt8] = []
    for record in records { bytes += record + [0x0A] }
    let count = bytes.count
    bytes += [UInt8](repeating: 0, count: RecordReader.padding)
    var reader = RecordReader(plan: plan, maxRecordBytes: max(count, 1), container: .values)
    do {
        _ = try bytes.withUnsafeMutableBufferPointer {
            try reader.read($0.baseAddress!, count: count, isFinal: true, onBatch: { _ in }, onRejection: { _ in })
        }
    } catch { preconditionFailure("nobody throws: \(error)") }
    return reader.counts
}
