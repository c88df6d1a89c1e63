//  What a partial keeps of its keys, so that days can be compared without reading their rows.
//
//  A sketch is the k first keys with the least hashes (k = 1,024), a bottom-k sample, each with a hash of all its rows.
//  Whatever is below the largest hash that two sketches both reach is in them completely, so that part of the hash space is
//  a fair sample of both sets:
//
//      A  2a 5b 7c 9d │           all of A below 10: 2 5 7 9         A and B share 5 and 9 there: half of A's keys
//      B  3e 5b 9f 10g│ 14h       all of B below 10: 3 5 9           are in B. Of the five that either has, one (5b) has
//                                                                     the same rows in both
//
//  With 1,024 keys a share is known to within about 1.6 % (one standard deviation). Up to 1,024 keys are known
//  completely, but that two with one hash of 48 bits would be taken for one: among 1,024 keys, one time in 500 million. The sketch stands in the partial's metadata and decides nothing about sums.
//
//  `mix(a, b)` is the high word of the 128-bit product a × b, exclusive-or the low one (as in wyhash, Wang Yi). Words are
//  eight bytes, little-endian, the last one filled up with zeros.
//
//      hash(bytes)   h = 9E3779B97F4A7C15 ^ number of bytes; for each word w: h = mix(h ^ w, A0761D6478BD642F);
//                    mix(h ^ E7037ED1A0B428DB, 8EBC6AF09C88C6E3)
//      key           hash(key) >> 16                                                                  48 bits
//      its rows      the sum over its rows of mix(hash(label) ^ measure, A0761D6478BD642F), modulo 2^64, >> 32   32 bits
//
//  As text: `1 ` and for each key, ascending by hash, twelve hexadecimal digits for it and eight for its rows.
//
//  Source: Cohen and Kaplan, Summarizing Data using Bottom-k Sketches, PODC 2007.

import Columns
import Folding

/// A sample of the keys of a partial, by which it can be compared with others.
package struct KeySketch: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        /// 48 bits.
        var key: UInt64
        var rows: UInt32
    }

    /// Most keys that are kept.
    package static let size = 1024
    /// Fewer than these are no sample.
    private static let leastSample = 64

    /// Those with the least hashes; ascending, each hash once, at most `size`.
    private let members: [Member]

    init(_ members: [Member]) { self.members = members }

    /// Every key whose hash is below this is kept.
    private var limit: UInt64 { members.count < Self.size ? 1 << 48 : members[members.count - 1].key + 1 }

    /// Keys of this one, of the other and of both, and those of both whose rows are the same, in the part of the
    /// hash space that both know completely.
    private func sample(_ other: KeySketch) -> (own: Int, other: Int, common: Int, same: Int) {
        let limit = min(limit, other.limit)
        var (i, j, common, same) = (0, 0, 0, 0)
        while true {
            let a = i < members.count ? members[i].key : limit
            let b = j < other.members.count ? other.members[j].key : limit
            if a >= limit && b >= limit { return (i, j, common, same) }
            if a == b {
                common += 1
                if members[i].rows == other.members[j].rows { same += 1 }
            }
            if a <= b { i += 1 }
            if b <= a { j += 1 }
        }
    }

    /// The share of these keys that the other one has too, about; nil when too few of them are known.
    package func shareFound(in other: KeySketch) -> Double? {
        let sample = sample(other)
        return sample.own < Self.leastSample ? nil : Double(sample.common) / Double(sample.own)
    }

    /// Of the keys that either has, those with the same rows in both, about; nil when too few of them are known.
    package func similarity(to other: KeySketch) -> Double? {
        let sample = sample(other)
        let either = sample.own + sample.other - sample.common
        return either < Self.leastSample ? nil : Double(sample.same) / Double(either)
    }

    /// A sample that another program took.
    ///
    /// - Parameter digits: the text without its mark; a hash that is there more than once counts once.
    /// - Returns: nil when it is none.
    package init?(digits: String) {
        let characters = Array(digits.utf8)
        let starts = Array(stride(from: 0, to: characters.count, by: Self.memberDigits))
        guard characters.count % Self.memberDigits == 0 else { return nil }
        let kept = starts.filter { start in
            start == 0
                || characters[start..<start + Self.keyDigits]
                    != characters[start - Self.memberDigits..<start - Self.memberDigits + Self.keyDigits]
        }
        let unique = kept.flatMap { characters[$0..<$0 + Self.memberDigits] }
        self.init(text: String(decoding: Self.mark + unique, as: UTF8.self))
    }

    // MARK: Text

    private static let mark = Array("1 ".utf8)
    private static let digits = Array("0123456789abcdef".utf8)
    private static let keyDigits = 12
    private static let memberDigits = keyDigits + 8

    /// See the head of the file.
    package var text: String {
        var bytes = Self.mark
        bytes.reserveCapacity(bytes.count + members.count * Self.memberDigits)
        func append(_ value: UInt64, _ count: Int) {
            for place in stride(from: count - 1, through: 0, by: -1) {
                bytes.append(Self.digits[Int(truncatingIfNeeded: value >> UInt64(4 * place)) & 15])
            }
        }
        for member in members {
            append(member.key, Self.keyDigits)
            append(UInt64(member.rows), Self.memberDigits - Self.keyDigits)
        }
        // What the reader takes for a sketch.
        precondition(
            bytes.count == Self.mark.count + members.count * Self.memberDigits && members.count <= Self.size,
            "\(bytes.count) bytes for \(members.count) keys")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for a text that is not a sketch of this kind: a later version may write another.
    package init?(text: String) {
        var text = text
        let read: [Member]? = text.withUTF8 { bytes in
            let count = (bytes.count - Self.mark.count) / Self.memberDigits
            guard bytes.starts(with: Self.mark), bytes.count == Self.mark.count + count * Self.memberDigits,
                count <= Self.size
            else { return nil }
            var members: [Member] = []
            members.reserveCapacity(count)
            var at = Self.mark.count
            func number(_ count: Int) -> UInt64? {
                var value: UInt64 = 0
                for byte in bytes[at..<at + count] {
                    switch byte {
                    case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
                    case 0x61...0x66: value = value << 4 | UInt64(byte - 0x61 + 10)
                    default: return nil
                    }
                }
                at += count
                return value
            }
            for _ in 0..<count {
                guard let key = number(Self.keyDigits),
                    let rows = number(Self.memberDigits - Self.keyDigits)
                else { return nil }
                if let last = members.last, last.key >= key { return nil }
                members.append(Member(key: key, rows: UInt32(rows)))
            }
            return members
        }
        guard let read else { return nil }
        members = read
    }
}

/// What a partial tells of its keys.
package struct PartialSketch: Sendable, Hashable {
    /// Distinct first keys. Counted by 64-bit hashes of neighbours in order, so that one is missing for each two
    /// neighbours with the same hash: once in 2^64 pairs.
    package var keyCount: Int
    package var keys: KeySketch
    /// What the file gives to folds beside its own partial.
    package var folds: [FoldProfile]

    package init(keyCount: Int, keys: KeySketch, folds: [FoldProfile] = []) {
        (self.keyCount, self.keys, self.folds) = (keyCount, keys, folds)
    }
}

/// Makes the sketch of rows that come in order.
package struct SketchBuilder {
    private struct Entry {
        var key: UInt64
        /// Sum over its rows.
        var rows: UInt64
    }

    private var keyCount = 0
    /// Hash of the last row's key; rows of one key stand together.
    private var lastKey: UInt64?
    /// The least keys and some more, the last row's at the end if it is among them; cut when it is full.
    private var kept: [Entry] = []
    /// What is not below this is not among the least.
    private var limit = UInt64.max

    private static let room = 4 * KeySketch.size

    package init() {}

    private static let start: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let step: UInt64 = 0xA076_1D64_78BD_642F
    private static let turn: UInt64 = 0xE703_7ED1_A0B4_28DB
    private static let end: UInt64 = 0x8EBC_6AF0_9C88_C6E3

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// - Parameter end: of the readable bytes.
    @inline(__always)
    private static func hash(_ start: UnsafePointer<UInt8>, _ count: Int, end: UnsafePointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawPointer(start)
        // Real keys have nine bytes.
        if count > 8, count <= 16, end - start >= 16 {
            let first = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
            let rest = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let second = rest & (UInt64.max &>> UInt64(truncatingIfNeeded: 8 &* (16 &- count)))
            let hash = mix(mix(Self.start ^ UInt64(truncatingIfNeeded: count) ^ first, step) ^ second, step)
            return mix(hash ^ turn, Self.end)
        }
        return longHash(bytes, count)
    }

    @inline(never)
    private static func longHash(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var hash = Self.start ^ UInt64(truncatingIfNeeded: count)
        var at = bytes
        var left = count
        while left >= 8 {
            hash = mix(hash ^ UInt64(littleEndian: at.loadUnaligned(as: UInt64.self)), step)
            at += 8
            left -= 8
        }
        if left > 0 {
            var word: UInt64 = 0
            for index in 0..<left {
                word |= UInt64(at.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index * 8)
            }
            hash = mix(hash ^ word, step)
        }
        return mix(hash ^ turn, Self.end)
    }

    /// - Parameter batch: first key and label, the summed measure first; after all rows before.
    package mutating func add(_ batch: KeyedBatch) {
        let count = batch.count
        batch.keys[0].withUnsafe { names, nameOffsets in
            batch.keys[min(1, batch.keys.count - 1)].withUnsafe { labels, labelOffsets in
                batch.measures[0].withUnsafeBufferPointer { sums in
                    let (namesEnd, labelsEnd) = (names + nameOffsets[count], labels + labelOffsets[count])
                    var last = lastKey ?? 0
                    var isFirst = lastKey == nil
                    var keys = 0
                    var limit = limit
                    for row in 0..<count {
                        let start = nameOffsets[row]
                        let key = Self.hash(names + start, nameOffsets[row + 1] - start, end: namesEnd)
                        let isNew = key != last || isFirst
                        if isNew {
                            keys += 1
                            last = key
                            isFirst = false
                        }
                        // Nearly all rows of a large file end here.
                        if key >> 16 >= limit { continue }
                        let label = Self.hash(
                            labels + labelOffsets[row], labelOffsets[row + 1] - labelOffsets[row], end: labelsEnd)
                        let hash = Self.mix(label ^ UInt64(bitPattern: sums[row]), Self.step)
                        if isNew {
                            if kept.count == Self.room { cut() }
                            kept.append(Entry(key: key >> 16, rows: hash))
                            limit = self.limit
                        } else {
                            kept[kept.count - 1].rows &+= hash
                        }
                    }
                    lastKey = isFirst ? nil : last
                    keyCount += keys
                }
            }
        }
    }

    private mutating func cut() {
        kept.sort { $0.key < $1.key }
        var last: UInt64?
        kept.removeAll { entry in
            defer { last = entry.key }
            return entry.key == last
        }
        if kept.count >= KeySketch.size {
            kept.removeLast(kept.count - KeySketch.size)
            limit = kept[kept.count - 1].key
        }
    }

    package mutating func finish() -> PartialSketch {
        cut()
        return PartialSketch(
            keyCount: keyCount,
            keys: KeySketch(kept.map { .init(key: $0.key, rows: UInt32($0.rows >> 32)) }))
    }
}
