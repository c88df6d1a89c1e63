//  Where windows end must not matter, whatever the input holds.

import Engagement
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

@Suite struct WindowTests {
    /// A file of one of six kinds.
    static func file(_ kind: Int, _ random: inout Dice) -> [UInt8] {
        let records = random.records(2 + random.below(6))
        let feed = random.once(in: 4) ? "\r\n" : "\n"
        let printing = Printing(indent: random.pick([nil, 0, 1, 2]), isOdd: random.once(in: 3), newline: feed)
        var out = random.once(in: 5) ? [0xEF, 0xBB, 0xBF] as [UInt8] : []
        func add(_ text: String) { out += Array(text.utf8) }
        func elements(_ level: Int) {
            for (i, record) in records.enumerated() {
                if i > 0 { add(",") }
                if printing.indent != nil { add(feed + String(repeating: " ", count: level * printing.indent!)) }
                out += record.printed(printing, &random, level: level)
            }
        }
        switch kind {
        case 0: for record in records { out += record.printed(.compact, &random) + Array(feed.utf8) }
        case 1: for record in records { out += record.printed(printing, &random) + Array(feed.utf8) }
        case 4:
            // Lines, and somewhere among them what goes on over several, and what is not a record.
            for record in records {
                if random.once(in: 3) { out += random.pick(ShapedRecords.gaps) }
                let isPretty = random.once(in: 4)
                out += record.printed(isPretty ? .pretty : .compact, &random) + Array(feed.utf8)
            }
        case 5:
            for _ in 0..<1 + random.below(3) {
                add("{\"ok\":true,\"result\":{\"data\":[" + feed)
                if random.once(in: 3) { out += random.pick(ShapedRecords.gaps) }
                elements(2)
                add(random.pick(["]},\"count\":3}", "],\"x\":{}}}" + feed]))
            }
        case 2:
            for _ in 0..<1 + random.below(2) {
                add("[")
                elements(1)
                add(random.pick(["]", feed + "]"]) + feed)
            }
        default:
            for _ in 0..<1 + random.below(3) {
                add("{" + feed + " \"hits\": {\"total\":1," + feed + "  \"hits\": [")
                elements(3)
                add("]" + feed + "  }," + feed + " \"took\": 3" + feed + "}" + feed)
            }
        }
        return out
    }

    @Test(arguments: 0..<160) func windowsChangeNothing(seed: Int) throws {
        var random = Dice(seed: 1000 + seed)
        var input = Self.file(seed % 6, &random)
        var plan = FoldPlan.engagement
        plan.isLenient = random.once(in: 3)
        for _ in 0..<random.below(4) { random.damage(&input) }
        if random.once(in: 4) { input.removeLast(random.below(input.count)) }
        let maxRecordBytes = random.pick([1, 7, 40, 90, 200, 1 << 20, 1 << 20])
        _ = try readThroughAllWindows(
            input, Feeding(plan: plan, maxRecordBytes: maxRecordBytes), steps: seed % 3 == 0 ? [1, 29] : [3, 11, 173])
    }
}
