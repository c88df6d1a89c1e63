//  Values one after another, arrays of records and answers; and what all layouts do with a record.

import CByteScan
import Glibc
import Records

extension RecordReader {
    /// Takes one value. Returns false when it is not whole in this window.
    mutating func value(
        _ pass: inout Pass, next: Position,
        _ receivers: Receivers
    ) throws -> Bool {
        let start = pass.p
        if shapes.isReady && start.pointee == UInt8(ascii: "{") {
            if isFull { try flush(&pass, receivers) }
            let result =
                takesRows
                ? shapes.matchRecord(&pass.p, into: &rows) : shapes.matchRecord(&pass.p, into: &batch)
            count(result)
            if !result.missed {
                position = next
                return true
            }
        }
        if walkIsAsked && start.pointee == UInt8(ascii: "{") {
            if isFull { try flush(&pass, receivers) }
            let result = takesRows ? walk.takeRecord(&pass.p, into: &rows) : walk.takeRecord(&pass.p, into: &batch)
            countWalked(result)
            if !result.missed {
                position = next
                return true
            }
        }
        let isObject: Bool
        let end: UnsafePointer<UInt8>
        do throws(ScanStop) {
            (isObject, end) = try scanValue(start, pass, lineMode: false)
            if end - start > maxRecordBytes { throw ScanStop(failure: .incomplete, reached: end - start) }
        } catch {
            return try failed(error, start, &pass, receivers)
        }
        try take(start, end, isObject: isObject, &pass, receivers)
        pass.p = end
        position = next
        return true
    }

    mutating func array(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        let byte = pass.p.pointee
        switch position {
        case .elementOrEnd where byte == UInt8(ascii: "]"), .commaOrEnd where byte == UInt8(ascii: "]"):
            pass.p += 1
            position = isInHolder ? .holder : .betweenValues
            return true
        case .element where byte == UInt8(ascii: "]") && isLenient:
            position = .commaOrEnd
            return true
        case .commaOrEnd where byte == UInt8(ascii: ","):
            pass.p += 1
            position = .element
            return true
        case .commaOrEnd where byte == UInt8(ascii: "{") && isLenient:
            position = .element
            return true
        case .commaOrEnd:
            return try failed(ScanStop(failure: .malformed, reached: 0), pass.p, &pass, receivers)
        default: return try value(&pass, next: .commaOrEnd, receivers)
        }
    }

    // MARK: One record

    /// Whether the records in hand must be handed on before there is room for another.
    @inline(__always)
    var isFull: Bool { takesRows ? rows.batch.isFull : batch.isFull }

    /// Counts records that were matched.
    @inline(__always)
    mutating func count(_ result: MatchResult) {
        if result.hasEscapes { rows.undoEscapes(from: rows.batch.count - result.matched, &arena) }
        recordsRead += result.matched
        counts.ignored += result.ignored
    }

    /// Whether the next record is for the walk: unless it may teach a shape, or its fields are to be looked at.
    @inline(__always)
    var walkIsAsked: Bool { walk.isReady && !shapes.wantsToLearn && census.gapLeft > 0 }

    /// Counts records that were walked over.
    @inline(__always)
    mutating func countWalked(_ result: MatchResult) {
        count(result)
        census.pass(result.matched)
        shapes.countRecords(result.matched)
        shapes.passOver()
    }

    /// Walks over the value at `start`. For an object the storage holds its fields afterwards.
    @inline(__always)
    mutating func scanValue(
        _ start: UnsafePointer<UInt8>, _ pass: Pass, lineMode: Bool
    ) throws(ScanStop) -> (isObject: Bool, end: UnsafePointer<UInt8>) {
        var scanner = JSONScanner(
            start, end: pass.end, lineMode: lineMode, isFinal: pass.isFinal, isLenient: isLenient)
        if start.pointee == UInt8(ascii: "{") {
            storage.reset()
            scanner.p += 1
            var fields = FieldScanner(scanner, storage)
            do throws(ScanFailure) {
                try fields.members(of: 0, depth: 1, storage: storage)
            } catch {
                throw ScanStop(failure: error, reached: fields.scanner.p - start)
            }
            wasLenient = fields.scanner.wasLenient
            return (true, fields.scanner.p)
        }
        do throws(ScanFailure) {
            try scanner.skipValue(depth: 0)
        } catch {
            throw ScanStop(failure: error, reached: scanner.p - start)
        }
        return (false, scanner.p)
    }

    /// Bytes between the last line feed before `q` and `q`.
    func columnAt(_ q: UnsafePointer<UInt8>, _ pass: Pass) -> Int {
        lineColumn(of: q, window: pass.window, windowColumn: column)
    }
}
