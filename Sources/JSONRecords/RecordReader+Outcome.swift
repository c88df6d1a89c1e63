//  What becomes of a record that is valid JSON.

import CByteScan
import Glibc
import Records

extension RecordReader {
    /// Takes the value that was just walked over: as a row of a fold, or of cells, or as none of either.
    mutating func take(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isObject: Bool, _ pass: inout Pass,
        _ receivers: Receivers
    ) throws {
        shapes.countRecords(1)
        walk.countRecord()
        precondition(end - start <= maxRecordBytes, "a record of \(end - start) bytes; the limit is \(maxRecordBytes)")
        if !isObject { return try reject(.notAnObject, start, end, &pass, receivers) }
        var action: Action?
        if storage.isEmpty {
            noteArrays(start, end)
            action = self.action(start, end)
        }
        if action == .line {
            actionLines += 1
            return
        }
        if census.isDue() { census.note(start, end) }
        if action == .record {
            return try reject(reasons.lacking, start, end, context: .action, &pass, receivers)
        }
        recordsReadCompletely += 1
        if takesRows {
            try takeRow(start, end, &pass, receivers)
        } else {
            try judge(start, end, &pass, receivers)
        }
    }

    /// Judges the object in the storage. Fields are judged in the order of the plan's keys, then the value; the first that is
    /// wrong names the reason, and an ignored key ends the matter.
    private mutating func judge(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ pass: inout Pass, _ receivers: Receivers
    ) throws {
        if batch.isFull { try flush(&pass, receivers) }
        var isCoerced = wasLenient
        for key in 0..<batch.keyCount {
            let slot = storage.slot(of: storage.tree.choices[key])
            switch slot.kind {
            case .string: setKey(key, slot.text)
            case .escapedString: setKey(key, arena.decode(slot.text))
            case .number where key == 0 && isIntegerText(slot.text):
                setKey(key, slot.text)
                isCoerced = true
            case .number where key == 0, .other where key == 0:
                guard let digits = keyDigits(slot) else {
                    return try reject(reasons.badKeys[0], start, end, &pass, receivers)
                }
                setKey(key, digits.withUnsafeBufferPointer { arena.copy($0) })
                isCoerced = true
            case .null where key == 0: return ignore()
            case .missing, .null:
                return try reject(reasons.missingKeys[key], start, end, &pass, receivers)
            default: return try reject(reasons.badKeys[key], start, end, &pass, receivers)
            }
            if key == 0 && isIgnored(batch.keys[batch.count * batch.keyCount]) { return ignore() }
        }

        // The value comes after the keys.
        let slot = storage.slot(of: storage.tree.choices[batch.keyCount])
        let number: DurationReading?
        switch slot.kind {
        case .number: number = durations.reading(ofNumber: slot.text)
        case .string:
            number = durations.reading(ofString: slot.text)
            isCoerced = true
        case .escapedString:
            number = withDecoded(slot.text) { durations.reading(ofString: $0) }
            isCoerced = true
        case .other:
            number = withWrappedNumber(slot.text) { durations.reading(ofNumber: $0) }
            isCoerced = true
        case .missing, .null: return try reject(reasons.missingValue, start, end, &pass, receivers)
        }
        guard let number else { return try reject(reasons.badValue, start, end, &pass, receivers) }
        if number.isNegative && !keepsNegativeValues {
            return try reject(reasons.negativeValue, start, end, &pass, receivers)
        }
        if wasLenient { coercions.leniently += 1 }
        if isCoerced || !number.isPlain { countCoercion(slot.kind, isPlain: number.isPlain) }
        if !isCoerced && shapes.startsLearning() { learn(start, end) }
        batch.values[batch.count] = number.value
        batch.count += 1
        recordsRead += 1
    }

    /// Makes a row of the object in the storage.
    private mutating func takeRow(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ pass: inout Pass, _ receivers: Receivers
    ) throws {
        if rows.batch.isFull { try flush(&pass, receivers) }
        var last = end
        // Of a line, what follows the record's brace is no part of it. The record was accepted, so it has one.
        while last[-1] != UInt8(ascii: "}") { last -= 1 }
        rows.append(storage, wf_extent(start: start, end: last), isLenient: wasLenient, &arena)
        recordsRead += 1
        if !wasLenient && !storage.isEmpty && shapes.startsLearning() { learn(start, end) }
    }

    /// Learns the shape of an accepted record. One that is folded has a string for each key and a number for the value.
    private mutating func learn(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        var last = end
        // Of a line, what follows the record's brace is no part of it. The record was accepted, so it has one.
        while last[-1] != UInt8(ascii: "}") { last -= 1 }
        guard let steps = ShapeSteps.of(start, last, storage, asCells: takesRows) else { return }
        shapes.learn(steps, slotOfRole: storage.tree.choices.map { storage.slotNumber(of: $0) })
    }

    /// Notes the arrays of records in an object that has no field itself.
    private mutating func noteArrays(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        guard looksForArrays, memchr(start, Int32(UInt8(ascii: "[")), end - start) != nil else { return }
        var scanner = JSONScanner(start + 1, end: end, lineMode: false, isFinal: true, isLenient: isLenient)
        var search = ArraySearch()
        guard (try? search.members(&scanner, path: [], storage)) != nil else { preconditionFailure("not walked over") }
        storage.reset()
        for found in search.whole {
            if case .betweenValues = position, container?.isAnswers == true {
                unread.add(found.path, beside: recordPaths)
            } else {
                unread.addInRecord(found.path)
            }
        }
    }

    private enum Action {
        /// What a bulk request of Elasticsearch says of the line behind it: `{"index":{…}}`.
        case line
        /// The same around the fields of a record.
        case record
    }

    /// What an object without fields is in a bulk request; nil when it is none of it.
    private func action(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Action? {
        var scanner = JSONScanner(start + 1, end: end, lineMode: false, isFinal: true, isLenient: isLenient)
        // What was walked over cannot fail; an empty object has no key.
        guard (try? scanner.skipSpace()) != nil, scanner.p.pointee == UInt8(ascii: "\"") else { return nil }
        guard let key = try? scanner.skipKey(), scanner.p.pointee == UInt8(ascii: "{"), Self.isAction(key) else {
            return nil
        }
        var fields = FieldScanner(scanner, storage)
        fields.scanner.p += 1
        // The record as a whole has none, and that is what the storage must say again.
        defer { storage.reset() }
        guard (try? fields.members(of: 0, depth: 2, storage: storage)) != nil,
            fields.scanner.closesAfterOnlyMember()
        else { return nil }
        return storage.isEmpty ? .line : .record
    }

    private static func isAction(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        // The longest way to write six letters is six bytes each, `\u0069`.
        guard key.count <= 36 else { return false }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: key.count + 1) { decoded in
            // A text is never longer than its source.
            let count = decodeString(key, into: decoded.baseAddress!)
            let text = String(decoding: UnsafeBufferPointer(rebasing: decoded[..<count]), as: UTF8.self)
            return ["index", "create", "update", "delete"].contains(text)
        }
    }

    /// Counts a folded record whose fields were not all written in their own types.
    private mutating func countCoercion(_ value: FieldSlot.Kind, isPlain: Bool) {
        counts.coerced += 1
        switch storage.slot(of: storage.tree.choices[0]).kind {
        case .number, .other: coercions.keyAsNumber += 1
        default: break
        }
        if value != .number { coercions.valueAsString += 1 } else if !isPlain { coercions.valueAsFloat += 1 }
    }

    /// - Precondition: the text lies in the window or the arena: both have 16 readable bytes behind their last. The batch
    ///   is not full.
    @inline(__always)
    private func setKey(_ key: Int, _ text: UnsafeBufferPointer<UInt8>) {
        batch.keys[batch.count * batch.keyCount + key] = ByteSlice(base: text.baseAddress!, count: text.count)
    }

    private mutating func ignore() {
        counts.ignored += 1
        recordsRead += 1
    }

    /// Null was dealt with; empty and the configured ones are ignored.
    @inline(__always)
    private func isIgnored(_ key: ByteSlice) -> Bool {
        if key.count == 0 { return true }
        return ignoredKeys.contains { $0.withUnsafeBufferPointer { isSameBytes($0, key.buffer) } }
    }

    /// The digits of a key that is a number with a point or an exponent, or one that MongoDB wrapped; nil when it
    /// is not an integer.
    private func keyDigits(_ slot: FieldSlot) -> [UInt8]? {
        if slot.kind == .number { return NumberParts(slot.text)?.integerText() }
        return withWrappedNumber(slot.text) { number in
            guard let parts = NumberParts(number) else { return nil }
            return isIntegerText(number) ? Array(number) : parts.integerText()
        }
    }

    /// Digits, perhaps with a minus: no point, no exponent.
    private func isIntegerText(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}
