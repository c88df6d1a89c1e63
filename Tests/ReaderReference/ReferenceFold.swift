//  What becomes of a record, decided on the tree of its values: the rules of the design without any of the speed.

import JSONRecords
import Records

/// How one record ends.
package enum Judgement: Equatable {
    case folded(FoldedRecord, isCoerced: Bool)
    case ignored
    case rejected(RejectReason)
}

extension FoldPlan {
    /// Judges a record by its values.
    package func judge(_ record: JSON) -> Judgement {
        guard case .object = record else { return .rejected(.notAnObject) }
        var isCoerced = false
        var keys: [[UInt8]] = []
        for (index, path) in keyPaths.enumerated() {
            let isFirst = index == 0
            let value = find(path, in: record)
            switch value {
            case .string(let text): keys.append(text)
            case .number, .object:
                guard isFirst, let number = value.flatMap(Self.numberText), let digits = referenceContract(number)
                else {
                    return .rejected(isFirst ? .badContract : .badApp)
                }
                keys.append(Array(digits.utf8))
                isCoerced = true
            case .null where isFirst: return .ignored
            case nil, .null: return .rejected(isFirst ? .missingContract : .missingApp)
            default: return .rejected(isFirst ? .badContract : .badApp)
            }
            if isFirst && (keys[0].isEmpty || ignoredKeys.contains { Array($0.utf8) == keys[0] }) { return .ignored }
        }
        let duration: ReferenceDuration?
        let value = find(valuePath, in: record)
        switch value {
        case .number(let text):
            duration = durations.reference(Array(text.utf8), isString: false)
            if text.contains(where: { ".eE".contains($0) }) { isCoerced = true }
        case .string(let bytes):
            duration = durations.reference(bytes, isString: true)
            isCoerced = true
        case .object:
            duration = value.flatMap(Self.numberText).flatMap { durations.reference(Array($0.utf8), isString: false) }
            isCoerced = true
        case nil, .null: return .rejected(.missingDuration)
        default: return .rejected(.badDuration)
        }
        guard let duration else { return .rejected(.badDuration) }
        if duration.isNegative && !keepsNegativeValues { return .rejected(.negativeDuration) }
        return .folded(FoldedRecord(keys: keys, value: duration.seconds), isCoerced: isCoerced)
    }

    /// The text of a number, or of one that MongoDB wrapped.
    private static func numberText(_ value: JSON) -> String? {
        switch value {
        case .number(let text): return text
        case .object(let members):
            let names = ["$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"].map { Array($0.utf8) }
            guard members.count == 1, names.contains(members[0].key) else { return nil }
            switch members[0].value {
            case .string(let bytes): return String(decoding: bytes, as: UTF8.self)
            case .number(let text): return text
            default: return nil
            }
        default: return nil
        }
    }

    /// The value of the first alternative whose surrounding object is in the record.
    private func find(_ path: FieldPath, in record: JSON) -> JSON? {
        for keys in path.alternatives {
            var holder: JSON? = record
            for key in keys.dropLast() { holder = holder?.member(key) }
            if let holder { return holder.member(keys.last!) }
        }
        return nil
    }
}

/// Spaces at the end are nothing that a rejected record is.
package func trimmed(_ raw: [UInt8]) -> [UInt8] {
    Array(raw[..<(raw.lastIndex { !(isBlank($0)) }.map { $0 + 1 } ?? 0)])
}

package func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

/// JSON Lines, read line by line: what a reader of the container `lines` must say.
package func referenceLines(_ bytes: [UInt8], plan: FoldPlan = .engagement, maxRecordBytes: Int) -> ReadOutcome {
    var outcome = ReadOutcome()
    outcome.container = .lines
    outcome.lines = bytes.count { $0 == 0x0A }
    var lineStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var linesBefore = 0
    func reject(_ reason: RejectReason, _ range: Range<Int>) {
        outcome.rejections.append(
            RejectedRecord(
                reason: reason, offset: range.lowerBound, linesBefore: linesBefore,
                raw: trimmed(Array(bytes[range].prefix(maxRecordBytes)))))
        outcome.counts.rejected[reason, default: 0] += 1
    }
    while lineStart < bytes.count {
        let feed = bytes[lineStart...].firstIndex(of: 0x0A)
        let lineEnd = feed ?? bytes.count
        // The line feed belongs to what the parser may see: a character that it cuts is no UTF-8.
        var parser = ReferenceParser(bytes, from: lineStart, to: feed.map { $0 + 1 } ?? lineEnd, isLine: true)
        while true {
            parser.skipSpace()
            let start = parser.i
            if start >= lineEnd { break }
            outcome.recordsRead += 1
            do throws(JSONFlaw) {
                let record = try parser.value()
                parser.skipSpace()
                if parser.i < lineEnd, ![UInt8(ascii: "{"), UInt8(ascii: "[")].contains(bytes[parser.i]) {
                    throw .malformed
                }
                if parser.i - start > maxRecordBytes {
                    reject(.recordTooLong, start..<lineEnd)
                    break
                }
                switch plan.judge(record) {
                case .folded(let record, let isCoerced):
                    outcome.records.append(record)
                    outcome.counts.coerced += isCoerced ? 1 : 0
                case .ignored: outcome.counts.ignored += 1
                case .rejected(let reason): reject(reason, start..<parser.i)
                }
            } catch {
                if lineEnd - start > maxRecordBytes {
                    reject(.recordTooLong, start..<lineEnd)
                } else if error == .incomplete && feed == nil {
                    reject(.truncated, start..<lineEnd)
                    outcome.end = .insideValue
                } else {
                    reject(error == .invalidUTF8 ? .invalidUTF8 : .malformedJSON, start..<lineEnd)
                }
                break
            }
        }
        lineStart = lineEnd + 1
        linesBefore += 1
    }
    outcome.counts.folded = outcome.records.count
    return outcome
}

/// JSON values one after another, and the elements of arrays: what a reader of the container `values` must say of a
/// file that is whole and valid.
///
/// - Throws: `JSONFlaw` when the file is not.
package func referenceValues(_ bytes: [UInt8], plan: FoldPlan = .engagement) throws(JSONFlaw) -> ReadOutcome {
    var outcome = ReadOutcome()
    outcome.container = .values
    outcome.lines = bytes.count { $0 == 0x0A }
    var parser = ReferenceParser(bytes, from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    func take(_ parser: inout ReferenceParser) throws(JSONFlaw) {
        let start = parser.i
        let judgement = plan.judge(try parser.value())
        outcome.recordsRead += 1
        switch judgement {
        case .folded(let record, let isCoerced):
            outcome.records.append(record)
            outcome.counts.coerced += isCoerced ? 1 : 0
        case .ignored: outcome.counts.ignored += 1
        case .rejected(let reason):
            outcome.counts.rejected[reason, default: 0] += 1
            outcome.rejectedBytes += parser.i - start
            outcome.rejections.append(
                RejectedRecord(
                    reason: reason, offset: start, linesBefore: bytes[..<start].count { $0 == 0x0A },
                    raw: Array(bytes[start..<parser.i])))
        }
    }
    while true {
        parser.skipSpace()
        guard let byte = parser.next else { break }
        guard byte == UInt8(ascii: "[") else {
            try take(&parser)
            continue
        }
        // The array itself is no level of its records.
        parser.i += 1
        parser.skipSpace()
        if parser.next == UInt8(ascii: "]") {
            parser.i += 1
            continue
        }
        while true {
            try take(&parser)
            parser.skipSpace()
            guard let byte = parser.next else { throw .incomplete }
            parser.i += 1
            if byte == UInt8(ascii: "]") { break }
            if byte != UInt8(ascii: ",") { throw .malformed }
            parser.skipSpace()
        }
    }
    outcome.counts.folded = outcome.records.count
    return outcome
}
