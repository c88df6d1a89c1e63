//  What a partial keeps of its keys, so that days can be compared without reading their rows.
//
//  A sketch is the k contracts with the least hashes (k = 1,024), a bottom-k sample, each with a hash of all its rows.
//  Whatever is below the largest hash that two sketches both reach is in them completely, so that part of the hash space is
//  a fair sample of both sets:
//
//      A  2a 5b 7c 9d │           all of A below 10: 2 5 7 9         A and B share 5 and 9 there: half of A's contracts
//      B  3e 5b 9f 10g│ 14h       all of B below 10: 3 5 9           are in B. Of the five that either has, one (5b) has
//                                                                     the same rows in both
//
//  With 1,024 contracts a share is known to within about 1.6 % (one standard deviation). Up to 1,024 contracts are known
//  completely, but that two with one hash of 48 bits would be taken for one: among 1,024 contracts, one time in 500 million. The sketch stands in the partial's metadata and decides nothing about sums.
//
//  `mix(a, b)` is the high word of the 128-bit product a × b, exclusive-or the low one (as in wyhash, Wang Yi). Words are
//  eight bytes, little-endian, the last one filled up with zeros.
//
//      hash(bytes)   h = 9E3779B97F4A7C15 ^ number of bytes; for each word w: h = mix(h ^ w, A0761D6478BD642F);
//                    mix(h ^ E7037ED1A0B428DB, 8EBC6AF09C88C6E3)
//      contract      hash(contract) >> 16                                                                    48 bits
//      its rows      the sum over its rows of mix(hash(app) ^ seconds, A0761D6478BD642F), modulo 2^64, >> 32      32 bits
//
//  As text: `1 ` and for each contract, ascending by hash, twelve hexadecimal digits for it and eight for its rows.
//
//  Source: Cohen and Kaplan, Summarizing Data using Bottom-k Sketches, PODC 2007.

import Columns
import Folding

/// A sample of the contracts of a partial, by which it can be compared with others.
package struct KeySketch: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        /// 48 bits.
        var contract: UInt64
        var rows: UInt32
    }

    /// Most contracts that are kept.
    package static let size = 1024
    /// Fewer than these are no sample.
    private static let leastSample = 64

    /// Those with the least hashes; ascending, each hash once, at most `size`.
    private let members: [Member]

    init(_ members: [Member]) { self.members = members }

    /// Every contract whose hash is below this is kept.
    private var limit: UInt64 { members.count < Self.size ? 1 << 48 : members[members.count - 1].contract + 1 }

    /// Contracts of this one, of the other and of both, and those of both whose rows are the same, in the part of the
    /// hash space that both know completely.
    private func sample(_ other: KeySketch) -> (own: Int, other: Int, common: Int, same: Int) {
        let limit = min(limit, other.limit)
        var (i, j, common, same) = (0, 0, 0, 0)
        while true {
            let a = i < members.count ? members[i].contract : limit
            let b = j < other.members.count ? other.members[j].contract : limit
            if a >= limit && b >= limit { return (i, j, common, same) }
            if a == b {
                common += 1
                if members[i].rows == other.members[j].rows { same += 1 }
            }
            if a <= b { i += 1 }
            if b <= a { j += 1 }
        }
    }

    /// The share of these contracts that the other one has too, about; nil when too few of them are known.
    package func shareFound(in other: KeySketch) -> Double? {
        let sample = sample(other)
        return sample.own < Self.leastSample ? nil : Double(sample.common) / Double(sample.own)
    }

    /// Of the contracts that either has, those with the same rows in both, about; nil when too few of them are known.
    package func similarity(to other: KeySketch) -> Double? {
        let sample = sample(other)
        let either = sample.own + sample.other - sample.common
        return either < Self.leastSample ? nil : Double(sample.same) / Double(either)
    }

    // MARK: Text

    private static let mark = Array("1 ".utf8)
    private static let digits = Array("0123456789abcdef".utf8)
    private static let contractDigits = 12
    private static let memberDigits = contractDigits + 8

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
            append(member.contract, Self.contractDigits)
            append(UInt64(member.rows), Self.memberDigits - Self.contractDigits)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for a text that is no sketch of this kind: a later version may write another.
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
                guard let contract = number(Self.contractDigits),
                    let rows = number(Self.memberDigits - Self.contractDigits)
                else { return nil }
                if let last = members.last, last.contract >= contract { return nil }
                members.append(Member(contract: contract, rows: UInt32(rows)))
            }
            return members
        }
        guard let read else { return nil }
        members = read
    }
}

/// What a partial tells of its keys.
package struct PartialSketch: Sendable, Hashable {
    /// Distinct contracts. Counted by 64-bit hashes of neighbours in order, so that one is missing for each two
    /// neighbours with the same hash: once in 2^64 pairs.
    package var contractCount: Int
    package var keys: KeySketch

    package init(contractCount: Int, keys: KeySketch) {
        self.contractCount = contractCount
        self.keys = keys
    }
}

/// Makes the sketch of rows that come in order.
package struct SketchBuilder {
    private struct Entry {
        var contract: UInt64
        /// Sum over its rows.
        var rows: UInt64
    }

    private var contractCount = 0
    /// Hash of the last row's contract; rows of one contract stand together.
    private var lastContract: UInt64?
    /// The least contracts and some more, the last row's at the end if it is among them; cut when it is full.
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
        // Real contracts have nine bytes.
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

    /// - Parameter batch: contract and app, seconds first of the measures; behind all rows before.
    package mutating func add(_ batch: KeyedBatch) {
        let count = batch.count
        batch.keys[0].withUnsafe { names, nameOffsets in
            batch.keys[1].withUnsafe { apps, appOffsets in
                batch.measures[0].withUnsafeBufferPointer { seconds in
                    let (namesEnd, appsEnd) = (names + nameOffsets[count], apps + appOffsets[count])
                    var last = lastContract ?? 0
                    var isFirst = lastContract == nil
                    var contracts = 0
                    var limit = limit
                    for row in 0..<count {
                        let start = nameOffsets[row]
                        let contract = Self.hash(names + start, nameOffsets[row + 1] - start, end: namesEnd)
                        let isNew = contract != last || isFirst
                        if isNew {
                            contracts += 1
                            last = contract
                            isFirst = false
                        }
                        // Nearly all rows of a large file end here.
                        if contract >> 16 >= limit { continue }
                        let app = Self.hash(apps + appOffsets[row], appOffsets[row + 1] - appOffsets[row], end: appsEnd)
                        let hash = Self.mix(app ^ UInt64(bitPattern: seconds[row]), Self.step)
                        if isNew {
                            if kept.count == Self.room { cut() }
                            kept.append(Entry(contract: contract >> 16, rows: hash))
                            limit = self.limit
                        } else {
                            kept[kept.count - 1].rows &+= hash
                        }
                    }
                    lastContract = isFirst ? nil : last
                    contractCount += contracts
                }
            }
        }
    }

    private mutating func cut() {
        kept.sort { $0.contract < $1.contract }
        var last: UInt64?
        kept.removeAll { entry in
            defer { last = entry.contract }
            return entry.contract == last
        }
        if kept.count >= KeySketch.size {
            kept.removeLast(kept.count - KeySketch.size)
            limit = kept[kept.count - 1].contract
        }
    }

    package mutating func finish() -> PartialSketch {
        cut()
        return PartialSketch(
            contractCount: contractCount,
            keys: KeySketch(kept.map { .init(contract: $0.contract, rows: UInt32($0.rows >> 32)) }))
    }
}
