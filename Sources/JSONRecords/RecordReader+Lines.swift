//  Records of which each begins a line: JSON Lines, and values on several lines among them.

import CByteScan
import Glibc
import Records

extension RecordReader {
    /// Takes lines as long as there are whole ones. Returns false when the window is used up.
    mutating func lines(_ pass: inout Pass, _ receivers: Receivers) throws -> Bool {
        while true {
            while isSpace(pass.p.pointee) { pass.p += 1 }
            if pass.p == pass.end { return false }
            if shapes.isReady && pass.p.pointee == UInt8(ascii: "{") {
                if isFull { try flush(&pass, receivers) }
                let result =
                    takesRows
                    ? shapes.matchLines(&pass.p, into: &rows) : shapes.matchLines(&pass.p, into: &batch)
                count(result)
                if !result.missed { continue }
            }
            if walkIsAsked && pass.p.pointee == UInt8(ascii: "{") {
                if isFull { try flush(&pass, receivers) }
                // Behind a record that fits no shape there may be one that does.
                let limit = shapes.isReady ? 1 : census.gapLeft
                let result =
                    takesRows
                    ? walk.takeLines(&pass.p, limit: limit, into: &rows)
                    : walk.takeLines(&pass.p, limit: limit, into: &batch)
                countWalked(result)
                if !result.missed { continue }
            }
            if let isDone = try gap(&pass, receivers) {
                if isDone, case .betweenValues = position { continue }
                return isDone
            }
            let start = pass.p
            var stop: ScanStop?
            var isObject = false
            var next = start
            do throws(ScanStop) {
                (isObject, next) = try scanValue(start, pass, lineMode: true)
                // `next` is at the NUL at the latest, which is not a space.
                // Behind a record stands the end of its line, another record, or what is between records.
                while next.pointee == 0x20 || next.pointee == 0x09 || next.pointee == 0x0D { next += 1 }
                if next.pointee != 0x0A && next.pointee != UInt8(ascii: "{"),
                    let failure = failureBehindRecord(next, pass)
                {
                    throw ScanStop(failure: failure, reached: next - start)
                }
            } catch { stop = error }
            // A record that is too long costs its line even if it is whole: a shorter window would not see where it ends.
            if next - start > maxRecordBytes { stop = ScanStop(failure: .incomplete, reached: next - start) }

            guard let stop else {
                try take(start, next, isObject: isObject, &pass, receivers)
                pass.p = next
                continue
            }
            if stop.failure == .malformed && start[stop.reached] == 0x0A {
                guard let goesOn = goesOn(start, pass) else { return false }
                if goesOn {
                    container = .values
                    return true
                }
            }
            // The end of the line says how long the bad record is.
            let newline = memchr(start, 0x0A, pass.end - start).map {
                UnsafePointer($0.assumingMemoryBound(to: UInt8.self))
            }
            let lineEnd = newline ?? pass.end
            if newline == nil && !pass.isFinal {
                if pass.end - start <= maxRecordBytes { return false }
                try reject(.recordTooLong, start, pass.end, &pass, receivers)
                pass.p = pass.end
                position = .skippingLine
                return true
            }
            var reason: RejectReason =
                switch stop.failure {
                case .malformed: .malformedJSON
                case .invalidUTF8: .invalidUTF8
                // Only the last line of all can be incomplete; any other ran into its line feed.
                case .incomplete: newline == nil ? .truncated : .malformedJSON
                }
            if lineEnd - start > maxRecordBytes { reason = .recordTooLong }
            if reason == .truncated { inputEnd = .insideValue }
            try reject(reason, start, lineEnd, stop: start + stop.reached, &pass, receivers)
            pass.p = lineEnd
        }
    }

    /// Why a line cannot go on as it does behind a record; nil when it can.
    private func failureBehindRecord(_ next: UnsafePointer<UInt8>, _ pass: Pass) -> ScanFailure? {
        if next >= pass.end { return pass.isFinal ? nil : .incomplete }
        switch next.pointee {
        case UInt8(ascii: "["), 0: return nil
        case UInt8(ascii: ",") where isLenient: return nil
        case 0xEF:
            let mark = markLength(next, end: pass.end)
            return mark > 0 ? nil : mark < 0 && !pass.isFinal ? .incomplete : .malformed
        default: return .malformed
        }
    }

    /// Whether a value that its line does not hold is whole with the lines after it: then the file is one of values, from
    /// here on. Nil when a longer window is needed.
    ///
    /// A line that was cut never becomes whole with the next: a record cannot stand where a key, a comma or a bracket has
    /// to. Where such a value is broken, or longer than a record may be, no line of it is asked again, so that all of
    /// this looks at each byte once.
    private mutating func goesOn(_ start: UnsafePointer<UInt8>, _ pass: Pass) -> Bool? {
        let place = offset + (start - pass.window)
        if place < noValueBefore { return false }
        var scanner = JSONScanner(
            start, end: pass.end, lineMode: false, isFinal: pass.isFinal, isLenient: isLenient)
        var failure: ScanFailure?
        do throws(ScanFailure) { try scanner.skipValue(depth: 0) } catch { failure = error }
        triedBytes += scanner.p - start
        if scanner.p - start > maxRecordBytes { failure = .incomplete }
        guard let failure else { return true }
        if failure == .incomplete && !pass.isFinal && pass.end - start <= maxRecordBytes { return nil }
        noValueBefore = place + min(scanner.p - start, maxRecordBytes)
        return false
    }

    mutating func skipLine(_ pass: inout Pass) -> Bool {
        let newline = memchr(pass.p, 0x0A, pass.end - pass.p)
        let lineEnd = newline.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? pass.end
        rejectedBytes += lineEnd - pass.p
        pass.p = lineEnd
        if newline != nil { position = .betweenValues }
        return newline != nil
    }
}
