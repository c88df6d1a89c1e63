//  A file of lines may be cut at any line start and read by several readers.

import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

@Suite struct RangeTests {
    @Test(arguments: 0..<24) func rangesOfLinesHoldTheSameRecords(seed: Int) throws {
        var random = Dice(seed: 70 + seed)
        let feed: [UInt8] = seed % 2 == 0 ? [0x0A] : [0x0D, 0x0A]
        let maxRecordBytes = seed % 4 == 1 ? 120 : 1 << 20
        var input: [UInt8] = []
        var whole = ReadOutcome()
        // Damage may make a value that goes on over lines. Such a file is none of lines, and is read in one piece.
        repeat {
            input = seed % 3 == 0 ? [0xEF, 0xBB, 0xBF] : []
            for record in random.records(40) {
                var line = record.printed(Printing(isOdd: seed % 4 == 0), &random)
                if random.once(in: 4) { random.damage(&line) }
                input += line + feed
            }
            if seed % 5 == 0 { input.removeLast(1 + random.below(30)) }
            whole = try read(input, Feeding(maxRecordBytes: maxRecordBytes, container: .lines))
        } while whole.container != .lines

        let starts = input.indices.filter { $0 > 0 && input[$0 - 1] == 0x0A && random.once(in: 6) }
        var sum = ReadOutcome()
        sum.container = .lines
        for (start, end) in zip([0] + starts, starts + [input.count]) {
            let range = try read(
                Array(input[start..<end]),
                Feeding(
                    step: random.pick([1, 37, .max]), maxRecordBytes: maxRecordBytes, container: .lines,
                    isAtStart: start == 0))
            #expect(range.end == .whole || end == input.count)
            sum.records += range.records
            sum.rejections += range.rejections.map {
                RejectedRecord(
                    reason: $0.reason, offset: start + $0.offset, linesBefore: sum.lines + $0.linesBefore, raw: $0.raw)
            }
            sum.counts.add(range.counts)
            sum.recordsRead += range.recordsRead
            sum.lines += range.lines
            sum.rejectedBytes += range.rejectedBytes
            sum.end = range.end
        }
        #expect(sum == whole)
    }
}
