//  Objects around the records: which of the values that were met are such, and the way through them.
//
//  The rules are in Holder.swift; docs/records.md has them for users.

import CByteScan
import Records

extension RecordReader {
    /// A value where objects around records are expected: a record like another when it is none of these.
    mutating func object(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        guard pass.p.pointee == UInt8(ascii: "{") else {
            return try value(&pass, next: .betweenValues, receivers)
        }
        switch kind(pass) {
        case nil: return false
        case .record?: return try value(&pass, next: .betweenValues, receivers)
        case .holder(let isKnown)?:
            pass.p += 1
            (holder, valuesBeforeHolder) = (Holder(mayHaveField: !isKnown), recordsRead + actionLines)
            position = .holder
            return true
        }
    }

    private enum ObjectKind {
        case record
        /// `isKnown`: whether it is known as a whole that it has no field.
        case holder(isKnown: Bool)
    }

    /// What the object at hand is, by what stands in it within the length of a record; nil when a longer window is needed.
    private func kind(_ pass: Pass) -> ObjectKind? {
        let most = maxRecordBytes + 1
        let size = pass.end - pass.p
        func scanner(_ p: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, isFinal: Bool) -> JSONScanner {
            JSONScanner(p, end: end, lineMode: false, isFinal: isFinal, isLenient: isLenient)
        }
        if size < most {
            let scanner = scanner(pass.p, end: pass.end, isFinal: pass.isFinal)
            guard let look = ObjectLook(scanner, mayAskForMore: !pass.isFinal, storage) else { return nil }
            return kind(look, scanner)
        }
        // Most objects end soon. Of the others as much is looked at as a short window would show.
        let open = scanner(pass.p, end: pass.end, isFinal: false)
        if let look = ObjectLook(open, mayAskForMore: false, storage), look.reached - pass.p <= maxRecordBytes {
            return kind(look, open)
        }
        return Container.withCopy(of: pass.p, count: most) { base in
            let scanner = scanner(base, end: base + most, isFinal: false)
            return ObjectLook(scanner, mayAskForMore: false, storage).map { kind($0, scanner) }
        }
    }

    private func kind(_ look: ObjectLook, _ scanner: JSONScanner) -> ObjectKind {
        if look.hasField { return .record }
        let isWhole = look.end.map { $0 - scanner.p <= maxRecordBytes } ?? false
        let hasElements = ArraysAtPaths(scanner, recordPaths, storage).hasElements
        return hasElements == true || (hasElements == false && isWhole) ? .holder(isKnown: isWhole) : .record
    }

    /// A member of an object around records, or its array of them up to its first, or its end.
    mutating func member(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        let start = pass.p
        var scanner = JSONScanner(start, end: pass.end, lineMode: false, isFinal: pass.isFinal, isLenient: isLenient)
        var next = holder
        var search = ArraySearch(isOn: looksForArrays)
        let step: Holder.Step
        do throws(ScanFailure) {
            step = try scanner.step(&next, paths: recordPaths, &search, storage)
            if scanner.p - start > maxRecordBytes { throw .incomplete }
        } catch {
            // All records were read; only the object around them was cut.
            if error == .incomplete && pass.isFinal && pass.end - start <= maxRecordBytes {
                inputEnd = .insideValue
                pass.p = pass.end
                position = .betweenValues
                return true
            }
            let isRejected = try failed(ScanStop(failure: error, reached: scanner.p - start), start, &pass, receivers)
            if isRejected { noteUnread(search, start) }
            return isRejected
        }
        holder = next
        noteUnread(search, start)
        switch step {
        case .moved, .emptyArray: break
        case .member(let key, let value):
            if holder.mayHaveField && isField(key, value, scanner) {
                try reject(.recordTooLong, value, scanner.p, &pass, receivers)
                holder.mayHaveField = false
            }
        case .repeatedArray(let number): unread.addRepeated(recordPaths[number])
        case .array: (position, isInHolder) = (.elementOrEnd, true)
        case .end:
            holder.facts.held = recordsRead + actionLines - valuesBeforeHolder
            if container == .responses { answers.add(holder.facts) }
            position = .betweenValues
        }
        pass.p = scanner.p
        return true
    }

    private mutating func noteUnread(_ search: ArraySearch, _ start: UnsafePointer<UInt8>) {
        for found in search.whole where found.end - start <= maxRecordBytes {
            unread.add(found.path, beside: recordPaths)
        }
    }

    /// Whether a member of the object at hand, which was walked over, is or holds a field of the plan.
    private func isField(
        _ key: UnsafeBufferPointer<UInt8>, _ value: UnsafePointer<UInt8>, _ scanner: JSONScanner
    ) -> Bool {
        var inside = scanner
        inside.p = value
        var fields = FieldScanner(inside, storage)
        var node = 0
        for key in holder.open where node >= 0 {
            node = key.withUnsafeBufferPointer { fields.child(of: node, key: $0, $0.contains(UInt8(ascii: "\\"))) }
        }
        if node >= 0 { node = fields.child(of: node, key: key, key.contains(UInt8(ascii: "\\"))) }
        guard node >= 0 else { return false }
        storage.reset()
        return (try? fields.value(of: node, depth: holder.open.count + 1, storage: storage)) != nil && !storage.isEmpty
    }
}
