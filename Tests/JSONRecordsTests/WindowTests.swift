//  Where windows end must not matter, whatever the input holds.

import ReaderReference
import Records
import Testing

@testable import JSONRecords

@Suite struct WindowTests {
    /// A file of one of the four kinds.
    static func file(_ kind: Int, _ random: inout RandomSource) -> [UInt8] {
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
        var random = RandomSource(seed: 1000 + seed)
        var input = Self.file(seed % 4, &random)
        for _ in 0..<random.below(4) { random.damage(&input) }
        if random.once(in: 4) { input.removeLast(random.below(input.count)) }
        let maxRecordBytes = random.pick([1, 7, 40, 90, 200, 1 << 20, 1 << 20])
        _ = try readThroughAllWindows(
            input, Feeding(maxRecordBytes: maxRecordBytes), steps: seed % 3 == 0 ? [1, 29] : [3, 11, 173])
    }
}
