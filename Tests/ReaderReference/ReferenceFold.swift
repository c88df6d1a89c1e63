//  What becomes of a record, decided on the tree of its values: the rules of the design without any of the speed.

import Engagement
import JSONRecords
import Records

/// How one record ends.
package enum Judgement: Equatable {
    case folded(FoldedRecord, isCoerced: Bool)
    case row([ReadCell])
    case ignored
    case rejected(RejectReason)
    /// `{"index":{…}}`: no record, but what a bulk request says of the next.
    case action
}

/// What records are read for.
package protocol ReferencePlan {
    var isLenient: Bool { get }
    var recordPaths: [[String]] { get }
    /// Where fields are found, and those without which an object is not taken for a record.
    var paths: [FieldPath] { get }
    var requiredPaths: [FieldPath] { get }
    /// The field that a record lacks whose fields are all in the wrong place.
    var lackingLabel: String { get }
    /// Judges an object that is a record.
    func judgeFields(_ record: JSON) -> Judgement
}

extension ReferencePlan {
    /// Judges a record by its values.
    package func judge(_ record: JSON) -> Judgement {
        guard case .object(let members) = record else { return .rejected(.notAnObject) }
        if members.count == 1, case .object = members[0].value,
            ["index", "create", "update", "delete"].contains(String(decoding: members[0].key, as: UTF8.self)),
            !hasField(record)
        {
            // Around the fields of a record it is a record that lacks them.
            return hasField(members[0].value) ? .rejected(.missing(lackingLabel)) : .action
        }
        return judgeFields(record)
    }
}

extension FoldPlan: ReferencePlan {
    package var paths: [FieldPath] { keyPaths + [valuePath] }
    package var requiredPaths: [FieldPath] { paths }
    package var lackingLabel: String { keyWords[0].label }

    package func judgeFields(_ record: JSON) -> Judgement {
        var isCoerced = false
        var keys: [[UInt8]] = []
        for (index, path) in keyPaths.enumerated() {
            let isFirst = index == 0
            let label = keyWords[index].label
            let value = find(path, in: record)
            switch value {
            case .string(let text): keys.append(text)
            case .number, .object:
                guard isFirst, let number = value.flatMap(Self.numberText), let digits = referenceContract(number)
                else {
                    return .rejected(.bad(label))
                }
                keys.append(Array(digits.utf8))
                isCoerced = true
            case .null where isFirst: return .ignored
            case nil, .null: return .rejected(.missing(label))
            default: return .rejected(.bad(label))
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
        case nil, .null: return .rejected(.missing(valueWords.label))
        default: return .rejected(.bad(valueWords.label))
        }
        guard let duration else { return .rejected(.bad(valueWords.label)) }
        if duration.isNegative && !keepsNegativeValues { return .rejected(.negative(valueWords.label)) }
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

}

extension ReferencePlan {
    /// Whether any field is found in an object.
    package func hasField(_ object: JSON) -> Bool { paths.contains { isAnywhere($0, in: object) } }

    /// Whether all fields are that must be, and any is.
    fileprivate func hasAllFields(_ object: JSON) -> Bool {
        hasField(object) && requiredPaths.allSatisfy { find($0, in: object) != nil }
    }

    /// Whether a value stands at any of a path's alternatives.
    private func isAnywhere(_ path: FieldPath, in record: JSON) -> Bool {
        path.alternatives.contains { keys in
            var value: JSON? = record
            for key in keys { value = value?.member(key) }
            return value != nil
        }
    }

    /// The value of the first alternative whose surrounding object is in the record.
    package func find(_ path: FieldPath, in record: JSON) -> JSON? {
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

private let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

extension ReadOutcome {
    /// Counts what became of a value in a range of the file.
    fileprivate mutating func take(
        _ judgement: Judgement, wasLenient: Bool, _ range: Range<Int>, of bytes: [UInt8], linesBefore: Int? = nil,
        isTrimmed: Bool = false
    ) {
        if case .action = judgement {
            actionLines += 1
            return
        }
        recordsRead += 1
        switch judgement {
        case .folded(let record, let isCoerced):
            records.append(record)
            counts.folded += 1
            counts.coerced += isCoerced || wasLenient ? 1 : 0
        case .row(let cells):
            rows.append(ReadRow(number: recordsRead, cells: cells))
            counts.folded += 1
        case .ignored, .action: counts.ignored += 1
        case .rejected(let reason):
            counts.rejected[reason, default: 0] += 1
            rejectedBytes += range.count
            let raw = Array(bytes[range])
            rejections.append(
                RejectedRecord(
                    reason: reason, offset: range.lowerBound,
                    linesBefore: linesBefore ?? bytes[..<range.lowerBound].count { $0 == 0x0A },
                    raw: isTrimmed ? trimmed(raw) : raw))
        }
    }
}

/// What stands between records is nothing: spaces, byte order marks, in lenient JSON commas; but a run of NUL bytes, whose
/// range is returned.
private func skipGap(_ parser: inout ReferenceParser, commas: Bool) -> Range<Int>? {
    while let byte = parser.next {
        let before = parser.i
        parser.skipSpace()
        if parser.bytes[parser.i..<parser.end].starts(with: mark) {
            parser.i += 3
        } else if commas && parser.isLenient && parser.next == UInt8(ascii: ",") {
            parser.i += 1
        }
        if parser.i > before { continue }
        guard byte == 0 else { return nil }
        while parser.next == 0 { parser.i += 1 }
        return before..<parser.i
    }
    return nil
}

/// JSON Lines, read line by line: what a reader of the container `lines` must say. When a value goes on over several lines,
/// the rest is read as values.
///
/// - Throws: `JSONFlaw` when that rest is not valid, or may hold a record that is too long.
package func referenceLines(
    _ bytes: [UInt8], plan: some ReferencePlan = FoldPlan.engagement, maxRecordBytes: Int
) throws(JSONFlaw) -> ReadOutcome {
    var outcome = ReadOutcome()
    outcome.container = .lines
    outcome.lines = bytes.count { $0 == 0x0A }
    var lineStart = 0
    var linesBefore = 0
    /// Lines before it begin no value of several lines.
    var noValueBefore = 0
    func reject(_ reason: RejectReason, _ range: Range<Int>) {
        outcome.take(
            .rejected(reason), wasLenient: false,
            range.lowerBound..<min(range.upperBound, range.lowerBound + maxRecordBytes),
            of: bytes, linesBefore: linesBefore, isTrimmed: true)
    }
    /// Whether a value from here on is whole, in as many lines as it takes.
    func goesOn(_ start: Int) -> Bool {
        if start < noValueBefore { return false }
        var parser = ReferenceParser(bytes, from: start, isLenient: plan.isLenient)
        let isWhole = (try? parser.value()) != nil
        if isWhole && parser.i - start <= maxRecordBytes { return bytes[start..<parser.i].contains(0x0A) }
        noValueBefore = min(parser.i, start + maxRecordBytes)
        return false
    }
    while lineStart < bytes.count {
        let feed = bytes[lineStart...].firstIndex(of: 0x0A)
        let lineEnd = feed ?? bytes.count
        // The line feed belongs to what the parser may see: a character that it cuts is not valid UTF-8.
        var parser = ReferenceParser(
            bytes, from: lineStart, to: feed.map { $0 + 1 } ?? lineEnd, isLine: true, isLenient: plan.isLenient)
        while true {
            if let nulls = skipGap(&parser, commas: true) {
                reject(.malformedJSON, nulls)
                continue
            }
            let start = parser.i
            if start >= lineEnd { break }
            parser.wasLenient = false
            do throws(JSONFlaw) {
                let record = try parser.value()
                let wasLenient = parser.wasLenient
                parser.skipSpace()
                let rest = bytes[parser.i..<lineEnd]
                let mayFollow = "{[\0".utf8.contains(rest.first ?? 0) || rest.starts(with: mark)
                if !mayFollow && !(plan.isLenient && rest.first == UInt8(ascii: ",")) { throw .malformed }
                if parser.i - start > maxRecordBytes {
                    reject(.recordTooLong, start..<lineEnd)
                    break
                }
                outcome.take(
                    plan.judge(record), wasLenient: wasLenient, start..<parser.i, of: bytes, linesBefore: linesBefore,
                    isTrimmed: true)
            } catch {
                if error == .malformed && goesOn(start) {
                    // Of a value that is too long among values only the reader knows what follows.
                    if bytes.count > maxRecordBytes { throw .malformed }
                    let rest = try referenceValues(bytes, from: start, plan: plan)
                    outcome.add(rest)
                    return outcome
                }
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
    return outcome
}

extension ReadOutcome {
    /// What was read of the rest of the file.
    fileprivate mutating func add(_ rest: ReadOutcome) {
        records += rest.records
        rows += rest.rows.map { ReadRow(number: recordsRead + $0.number, cells: $0.cells) }
        rejections += rest.rejections
        counts.add(rest.counts)
        recordsRead += rest.recordsRead
        actionLines += rest.actionLines
        rejectedBytes += rest.rejectedBytes
        container = rest.container
    }
}

/// JSON values one after another, and the elements of arrays: what a reader of the container `values` must say of a
/// file that is whole and valid, but for NUL bytes between its records.
///
/// - Throws: `JSONFlaw` when the file is not.
package func referenceValues(
    _ bytes: [UInt8], from start: Int = 0, plan: some ReferencePlan = FoldPlan.engagement
) throws(JSONFlaw) -> ReadOutcome {
    var outcome = ReadOutcome()
    outcome.container = .values
    outcome.lines = bytes.count { $0 == 0x0A }
    var parser = ReferenceParser(bytes, from: start, isLenient: plan.isLenient)
    func skipGaps(_ parser: inout ReferenceParser, commas: Bool = true) {
        while let nulls = skipGap(&parser, commas: commas) {
            outcome.take(.rejected(.malformedJSON), wasLenient: false, nulls, of: bytes)
        }
    }
    func take(_ parser: inout ReferenceParser) throws(JSONFlaw) {
        let start = parser.i
        parser.wasLenient = false
        let judgement = plan.judge(try parser.value())
        outcome.take(judgement, wasLenient: parser.wasLenient, start..<parser.i, of: bytes)
    }
    while true {
        skipGaps(&parser)
        guard let byte = parser.next else { break }
        guard byte == UInt8(ascii: "[") else {
            try take(&parser)
            continue
        }
        // The array itself is no level of its records.
        parser.i += 1
        try takeElements(&parser, isLenient: plan.isLenient, skipGaps, take)
    }
    return outcome
}

/// The elements of an array, from behind its bracket on.
private func takeElements(
    _ parser: inout ReferenceParser, isLenient: Bool, _ skipGaps: (inout ReferenceParser, Bool) -> Void,
    _ take: (inout ReferenceParser) throws(JSONFlaw) -> Void
) throws(JSONFlaw) {
    skipGaps(&parser, true)
    if parser.next == UInt8(ascii: "]") {
        parser.i += 1
        return
    }
    while true {
        try take(&parser)
        skipGaps(&parser, false)
        guard let byte = parser.next else { throw .incomplete }
        // Lenient arrays may lack the comma before an object.
        if isLenient && byte == UInt8(ascii: "{") { continue }
        parser.i += 1
        if byte == UInt8(ascii: "]") { return }
        if byte != UInt8(ascii: ",") { throw .malformed }
        skipGaps(&parser, true)
        if isLenient && parser.next == UInt8(ascii: "]") {
            parser.i += 1
            return
        }
    }
}

/// What a reader must give of a file that is whole and valid, of objects around the records or found not to be.
package struct ReferenceAnswers {
    package var outcome = ReadOutcome()
    /// Where arrays of records are that are not read, in the order of the file.
    package var unread: [[String]] = []
    package var repeated: [String]?
    /// Where such an array is within an element that is rejected since it has no field.
    package var inRecord: [String]?

    fileprivate init() {}

    /// Whether a reader says the same of what it did not read. It sees the elements of an array before what follows it.
    package func agrees(with unread: UnreadArrays) -> Bool {
        let isTooMuch = self.unread.count > 8 || self.unread.contains { $0.reduce(0) { $0 + $1.utf8.count } > 256 }
        return (isTooMuch || Set(self.unread) == Set(unread.paths)) && isTooMuch == unread.hasMore
            && repeated == unread.repeated && inRecord == unread.inRecord
    }
}

/// Objects around the records, one after another: the records and counts. An object in which a field is found, or that has
/// no array at a path, is a record itself.
///
/// - Throws: `JSONFlaw` when the file is not whole and valid.
package func referenceAnswers(
    _ bytes: [UInt8], paths: [[String]], plan: some ReferencePlan = FoldPlan.engagement
) throws(JSONFlaw) -> ReferenceAnswers {
    var answers = ReferenceAnswers()
    for value in try referenceSequence(bytes) {
        var records = [value]
        if case .array(let elements) = value {
            records = elements
        } else if !plan.hasField(value) {
            var arrays = ReferenceArrays(plan: plan)
            arrays.walk(value, [])
            let atPaths = arrays.all.filter { paths.contains($0.path) }
            var met: Set<[String]> = []
            if !atPaths.isEmpty {
                records = []
                for (path, elements) in atPaths where !elements.isEmpty {
                    let isFirst = met.insert(path).inserted
                    if isFirst { records += elements } else { answers.repeated = answers.repeated ?? path }
                }
                arrays.all.removeAll { paths.contains($0.path) }
            }
            if plan.recordPaths.isEmpty { answers.note(arrays) }
        }
        for record in records {
            answers.outcome.take(plan.judge(record), wasLenient: false, 0..<0, of: bytes)
            if plan.recordPaths.isEmpty && record != value && !plan.hasField(record) {
                var arrays = ReferenceArrays(plan: plan)
                arrays.walk(record, [])
                answers.inRecord = answers.inRecord ?? arrays.whole.first
            }
        }
    }
    return answers
}

extension ReferenceAnswers {
    fileprivate mutating func note(_ arrays: ReferenceArrays) {
        for path in arrays.whole where !unread.contains(path) { unread.append(path) }
    }
}

/// Where the objects of a valid file hold their records, by the rules for its first ones; empty where they hold none.
///
/// - Throws: `JSONFlaw` when the file is not valid.
package func referencePaths(_ bytes: [UInt8], plan: some ReferencePlan = FoldPlan.engagement) throws(JSONFlaw)
    -> [[String]]
{
    let hits = [["hits", "hits"]]
    let usual: Set<String> = [
        "content", "data", "docs", "documents", "entries", "events", "history", "items", "list", "records", "result",
        "results", "rows", "value", "values",
    ]
    var best: (rank: Int, paths: [[String]]) = (0, [])
    for value in try referenceSequence(bytes) {
        guard case .object = value else { break }
        if plan.hasField(value) { return [] }
        var arrays = ReferenceArrays(plan: plan)
        arrays.walk(value, [])
        func has(_ paths: [[String]]) -> [Bool] {
            arrays.all.filter { paths.contains($0.path) }.map { !$0.elements.isEmpty }
        }
        let known = plan.recordPaths.isEmpty ? [hits] : [plan.recordPaths, hits]
        for paths in known where has(paths).contains(true) { return paths }
        var guess: (rank: Int, paths: [[String]]) = (0, [])
        if let paths = known.first(where: { !has($0).isEmpty }) { guess = (2, paths) }
        if plan.recordPaths.isEmpty {
            if let path = arrays.whole.first { return [path] }
            func isNamed(_ array: (path: [String], elements: [JSON])) -> Bool {
                usual.contains(array.path.last!.lowercased())
            }
            let begun = arrays.all.first { array in
                if isNamed(array), case .object? = array.elements.first { true } else { false }
            }
            if guess.rank == 0, let begun {
                guess = (3, [begun.path])
            } else if guess.rank == 0, let empty = arrays.all.first(where: { isNamed($0) && $0.elements.isEmpty }) {
                guess = (2, [empty.path])
            } else if guess.rank == 0, arrays.all.contains(where: \.elements.isEmpty) {
                guess = (1, [])
            }
        }
        if guess.rank > best.rank { best = guess }
        if best.rank == 0 { break }
    }
    return best.paths
}

/// The values of a file with spaces between them.
private func referenceSequence(_ bytes: [UInt8]) throws(JSONFlaw) -> [JSON] {
    var parser = ReferenceParser(bytes)
    var values: [JSON] = []
    parser.skipSpace()
    while parser.next != nil {
        values.append(try parser.value())
        parser.skipSpace()
    }
    return values
}

/// The arrays in an object and in the objects within it, down to 8 levels.
private struct ReferenceArrays {
    let plan: any ReferencePlan
    var all: [(path: [String], elements: [JSON])] = []

    init(plan: some ReferencePlan) { self.plan = plan }

    mutating func walk(_ value: JSON, _ path: [String]) {
        switch value {
        case .array(let elements): all.append((path, elements))
        case .object(let members) where path.count < 8:
            for member in members { walk(member.value, path + [String(decoding: member.key, as: UTF8.self)]) }
        default: break
        }
    }

    /// Those whose first element is a record with all fields.
    var whole: [[String]] {
        all.filter { array in
            if case .object? = array.elements.first { plan.hasAllFields(array.elements[0]) } else { false }
        }.map(\.path)
    }
}
