//  The table of apps, checked after every step of random work.

import Records
import TestSupport
import Testing

@testable import Engagement

@Suite struct AppTableTests {
    private static func index(of name: [UInt8], in table: inout AppTable) -> Int {
        // An empty name has an address, too.
        (name + [0]).withUnsafeBufferPointer { bytes in
            let slice = ByteSlice(base: bytes.baseAddress!, count: name.count)
            return table.index(of: slice, leadingWord(slice.base, slice.count))
        }
    }

    private static func name(_ dice: inout Dice) -> [UInt8] {
        // Many begin alike, or differ in nothing but their length.
        (0..<dice.below(12)).map { _ in [0, 0x41, 0x42, 0xFF][dice.below(4)] }
    }

    @Test(arguments: 0..<6) func everyAppIsFoundAgain(seed: Int) {
        var dice = TestSeed.dice(#function, "\(seed)")
        var table = AppTable(map: .standard)
        var others = AppTable(map: .standard)
        var known: [[UInt8]: Int] = [:]
        var counted: [[UInt8]: Int128] = [:]
        for step in 0..<[5, 70, 700][seed % 3] {
            let name = dice.below(9) == 0 ? Array("CHANNEL".utf8) : Self.name(&dice)
            let records = Int128(1 + dice.below(9))
            let index = Self.index(of: name, in: &table)
            #expect(index == known[name] ?? known.count, "\(TestSeed.text)")
            known[name] = index
            table.entries[index].contracts += 1
            table.entries[index].records += records
            let other = Self.index(of: name + (dice.below(2) == 0 ? [] : [0x43]), in: &others)
            others.entries[other].contracts += 1
            others.entries[other].records += records
            counted[name, default: 0] += records
            if step < 70 {
                table.checkInvariants()
                others.checkInvariants()
            }
        }
        let before = (0..<table.count).reduce(Int128(0)) { $0 + table.entries[$1].records }
        #expect(before == counted.values.reduce(0, +), "\(TestSeed.text)")
        table.add(others)
        table.checkInvariants()
        let after = (0..<table.count).reduce(Int128(0)) { $0 + table.entries[$1].records }
        #expect(after == 2 * before, "\(TestSeed.text)")
        let positions = table.sortedPositions()
        #expect(positions.sorted() == Array(0..<table.count), "\(TestSeed.text)")
    }

    @Test(.enabled(if: _isDebugAssertConfiguration(), "traps have messages in debug builds"))
    func anAppThatIsNotFoundIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var table = AppTable(map: .standard)
            let index = AppTableTests.index(of: Array("VOD".utf8), in: &table)
            let slot = (0..<2 * table.capacity).first { table.slots[$0] == index }!
            table.slots[(slot + 2) & (2 * table.capacity - 1)] = index
            table.slots[slot] = -1
            table.checkInvariants()
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("app 0, VOD, is in slot"))
    }
}
