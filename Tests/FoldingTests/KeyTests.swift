//  Keys as words, keys as numbers, and sorting by them.

import TestSupport
import Testing

@testable import Folding

extension Dice {
    /// Byte strings with much in common: few letters, lengths around those where words end, NULs, 0xFF.
    mutating func key(_ lengths: ClosedRange<Int> = 1...40) -> [UInt8] {
        let borders = [7, 8, 9, 14, 15, 16, 17, 23, 24].filter { lengths.contains($0) }
        let length = !borders.isEmpty && once(in: 3) ? pick(borders) : Int.random(in: lengths, using: &self)
        let alphabet: [UInt8] = once(in: 2) ? [0x41, 0x42] : [0x00, 0x01, 0x41, 0x7F, 0x80, 0xFF]
        let shared = once(in: 2) ? Array("BDH013139BDH013139BDH0".utf8.prefix(length)) : []
        return (0..<length).map { i in i < shared.count && !once(in: 12) ? shared[i] : pick(alphabet) }
    }
}

/// A key's words, with anything at all behind its bytes.
private func words(_ key: [UInt8], _ random: inout Dice) -> KeyWords {
    let padded = key + (0..<16).map { _ in random.pick([0x00, 0xFF, 0x41] as [UInt8]) }
    return padded.withUnsafeBufferPointer { KeyWords(padded: $0.baseAddress!, count: key.count) }
}

@Suite struct KeyTests {
    @Test func wordsCompareLikeBytes() {
        var random = Dice(seed: 1)
        let keys = (0..<300).map { _ in random.key(1...15) } + [[]]
        for a in keys {
            let wordsOfA = words(a, &random)
            #expect(wordsOfA.count == a.count)
            let stored = [UInt8](unsafeUninitializedCapacity: 16) { out, count in
                wordsOfA.store(to: out.baseAddress!)
                count = a.count
            }
            #expect(stored == a)
            var wrong = 0
            for b in keys {
                let wordsOfB = words(b, &random)
                if (wordsOfA == wordsOfB) != (a == b) || (wordsOfA < wordsOfB) != a.lexicographicallyPrecedes(b) {
                    wrong += 1
                }
            }
            #expect(wrong == 0)
        }
    }

    @Test func equalKeysHashAlikeAndOthersSeldom() {
        var random = Dice(seed: 2)
        var seen: [UInt64: (key: [UInt8], app: UInt32)] = [:]
        var collisions = 0
        for i in 0..<20_000 {
            let key = Array("C\(i % 5000)".utf8)
            let app = UInt32(i / 5000)
            let hash = words(key, &random).hash(with: app, seed: 0x1234_5678_9ABC_DEF0)
            #expect(hash == words(key, &random).hash(with: app, seed: 0x1234_5678_9ABC_DEF0))
            // Tables use the low bits.
            if seen.updateValue((key, app), forKey: hash & 0xFF_FFFF) != nil { collisions += 1 }
        }
        // 20,000 balls in 16.7 million bins: 12 expected.
        #expect(collisions < 60)
    }

    @Test func stringsAreNumberedInTheOrderTheyCame() {
        var random = Dice(seed: 3)
        var interner = KeyInterner()
        var numbers: [[UInt8]: UInt32] = [:]
        var order: [[UInt8]] = []
        for _ in 0..<3000 {
            let key = random.once(in: 400) ? [] : random.key()
            let number = key.withUnsafeBufferPointer { interner.intern($0) }
            if numbers[key] == nil {
                numbers[key] = UInt32(order.count)
                order.append(key)
            }
            #expect(number == numbers[key])
        }
        #expect(order.count > 500)
        #expect(interner.count == order.count)
        #expect(
            order.indices.allSatisfy {
                Array(interner.string($0)) == order[$0] && interner.withBytes($0, Array.init) == order[$0]
            })
    }

    private static let distributions = [
        "random", "equal", "ascending", "descending", "one byte", "last byte", "apps", "prefixes", "two",
    ]

    @Test(arguments: distributions, [0, 1, 2, 39, 40, 41, 42, 300, 5000])
    func entriesAreSorted(distribution: String, count: Int) {
        var random = Dice(seed: 4)
        let entries = (0..<count).map { i -> FoldTable.Entry in
            let key: KeyWords =
                switch distribution {
                case "random": KeyWords(high: random.next(), low: random.next())
                case "equal": KeyWords(high: 7, low: 7)
                case "ascending": KeyWords(high: 0, low: UInt64(i))
                case "descending": KeyWords(high: UInt64(count - i) << 32, low: 3)
                case "one byte": KeyWords(high: UInt64(random.below(3)) << 56, low: 0)
                case "last byte": KeyWords(high: .max, low: UInt64(random.below(256)))
                case "apps": KeyWords(high: 1, low: UInt64(random.below(2)))
                case "prefixes": words(random.key(1...15), &random)
                default: KeyWords(high: random.once(in: 2) ? .max : 0, low: 0)
                }
            return FoldTable.Entry(
                key: key, sum: Int64(i), second: UInt32(random.below(distribution == "apps" ? 5000 : 3)), count: 1)
        }
        func order(_ a: FoldTable.Entry, _ b: FoldTable.Entry) -> Bool {
            (a.key.high, a.key.low, a.second) < (b.key.high, b.key.low, b.second)
        }
        let expected = entries.sorted(by: order).map { [$0.key.high, $0.key.low, UInt64($0.second)] }
        var sort = EntrySort()
        // The room is used again.
        for part in [entries[...], entries.prefix(count / 2), entries[...]] {
            let part = Array(part)
            var places: [Int] = []
            part.withUnsafeBufferPointer { part in
                guard let base = part.baseAddress else { return }
                let isExact = sort.sort(base, part.count, hasLong: false) { order(part[$0], part[$1]) }
                places = (0..<part.count).map { sort.items[$0].place }
                for i in 1..<max(part.count, 1) where isExact {
                    let isEqual = !order(part[places[i - 1]], part[places[i]])
                    #expect((sort.items[i - 1].word == sort.items[i].word) == isEqual)
                }
            }
            #expect(places.sorted() == Array(part.indices))
            guard part.count == count else { continue }
            #expect(places.map { [part[$0].key.high, part[$0].key.low, UInt64(part[$0].second)] } == expected)
        }
    }
}
