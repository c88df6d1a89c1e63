//  What a partial keeps of its keys, so that days can be compared without reading their rows.
//
//  A sketch is the k least hashes of a set (k = 1,024), a bottom-k sample. Whatever is below the largest hash that two
//  sketches both reach is in them completely, so that part of the hash space is a fair sample of both sets:
//
//      A  2 5 7 9 │          all of A below 10: 2 5 7 9         A and B share 5 and 9 there: of A's hashes one half is
//      B  3 5 9 10│ 14       all of B below 10: 3 5 9           in B; of the five that either has, two are in both
//
//  With 1,024 hashes a share is known to within about 1.6 % (one standard deviation). Sets of up to 1,024 members are
//  known completely.
//
//  A partial has two: of its contracts, and of its whole rows (contract, app, seconds). They stand in its metadata and
//  decide nothing about sums.
//
//  Hashes have 48 bits. `mix(a, b)` is the high word of the 128-bit product a × b, exclusive-or the low one (as in
//  wyhash, Wang Yi). Words are eight bytes, little-endian, the last one filled up with zeros.
//
//      hash(bytes)   h = 9E3779B97F4A7C15 ^ number of bytes; for each word w: h = mix(h ^ w, A0761D6478BD642F);
//                    mix(h ^ E7037ED1A0B428DB, 8EBC6AF09C88C6E3)
//      contract      hash(contract) >> 16
//      row           mix(mix(hash(contract) ^ E7037ED1A0B428DB, hash(app) ^ 589965CC75374CC3) ^ seconds,
//                        A0761D6478BD642F) >> 16
//
//  As text: `1 ` and twelve hexadecimal digits for each hash, ascending.
//
//  Source: Cohen and Kaplan, Summarizing Data using Bottom-k Sketches, PODC 2007.

import Columns
import Folding

/// A sample of a set's hashes by which it can be compared with other sets.
package struct KeySketch: Sendable, Hashable {
    /// Most hashes that are kept.
    package static let size = 1024
    private static let hashBits = 48
    /// Fewer than these are no sample.
    private static let leastSample = 64

    /// Ascending, each once, at most `size`.
    private let hashes: [UInt64]

    /// - Parameter hashes: the least ones of a set, ascending, each once.
    init(_ hashes: [UInt64]) { self.hashes = hashes }

    /// Every member's hash that is below this is kept.
    private var limit: UInt64 { hashes.count < Self.size ? 1 << Self.hashBits : hashes[hashes.count - 1] + 1 }

    /// Members of this set, of the other and of both, in the part of the hash space that both know completely.
    private func sample(_ other: KeySketch) -> (own: Int, other: Int, common: Int) {
        let limit = min(limit, other.limit)
        var (i, j, common) = (0, 0, 0)
        while true {
            let a = i < hashes.count ? hashes[i] : limit
            let b = j < other.hashes.count ? other.hashes[j] : limit
            if a >= limit && b >= limit { return (i, j, common) }
            if a <= b { i += 1 }
            if b <= a { j += 1 }
            if a == b { common += 1 }
        }
    }

    /// The share of this set's members that the other one has too, about; nil when too few of them are known.
    package func shareFound(in other: KeySketch) -> Double? {
        let sample = sample(other)
        return sample.own < Self.leastSample ? nil : Double(sample.common) / Double(sample.own)
    }

    /// The members that both sets have, of those that either has, about; nil when too few of them are known.
    package func similarity(to other: KeySketch) -> Double? {
        let sample = sample(other)
        let either = sample.own + sample.other - sample.common
        return either < Self.leastSample ? nil : Double(sample.common) / Double(either)
    }

    // MARK: Text

    private static let mark: [UInt8] = Array("1 ".utf8)
    private static let digits = Array("0123456789abcdef".utf8)
    private static let digitCount = hashBits / 4

    /// See the head of the file.
    package var text: String {
        var bytes = Self.mark
        bytes.reserveCapacity(bytes.count + hashes.count * Self.digitCount)
        for hash in hashes {
            for shift in stride(from: Self.hashBits - 4, through: 0, by: -4) {
                bytes.append(Self.digits[Int(truncatingIfNeeded: hash >> UInt64(shift)) & 15])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for a text that is no sketch of this kind: a later version may write another.
    package init?(text: String) {
        var text = text
        let read: [UInt64]? = text.withUTF8 { bytes in
            let body = bytes.dropFirst(Self.mark.count)
            guard bytes.starts(with: Self.mark), body.count % Self.digitCount == 0,
                body.count / Self.digitCount <= Self.size
            else { return nil }
            var hashes: [UInt64] = []
            hashes.reserveCapacity(body.count / Self.digitCount)
            var hash: UInt64 = 0
            for (index, byte) in body.enumerated() {
                switch byte {
                case 0x30...0x39: hash = hash << 4 | UInt64(byte - 0x30)
                case 0x61...0x66: hash = hash << 4 | UInt64(byte - 0x61 + 10)
                default: return nil
                }
                guard index % Self.digitCount == Self.digitCount - 1 else { continue }
                if let last = hashes.last, last >= hash { return nil }
                hashes.append(hash)
                hash = 0
            }
            return hashes
        }
        guard let read else { return nil }
        hashes = read
    }
}

/// What a partial tells of its keys.
package struct PartialSketch: Sendable, Hashable {
    /// Distinct contracts; exact.
    package var contractCount: Int
    package var contracts: KeySketch
    package var rows: KeySketch
}

/// Keeps the least hashes of what comes.
private struct LeastHashes {
    /// The least `KeySketch.size` and some more; sorted and cut when it is full.
    private var kept: [UInt64] = []
    /// What is not below this is not among the least.
    private(set) var limit = UInt64.max

    private static let room = 4 * KeySketch.size

    mutating func add(_ hash: UInt64) {
        kept.append(hash)
        if kept.count == Self.room { cut() }
    }

    private mutating func cut() {
        kept.sort()
        var last: UInt64?
        kept.removeAll { hash in
            defer { last = hash }
            return hash == last
        }
        if kept.count >= KeySketch.size {
            kept.removeLast(kept.count - KeySketch.size)
            limit = kept[kept.count - 1]
        }
    }

    mutating func sketch() -> KeySketch {
        cut()
        return KeySketch(kept)
    }
}

/// Makes the sketches of rows that come in order.
struct SketchBuilder {
    private var contractCount = 0
    /// Hash of the last row's contract; rows of one contract stand together.
    private var lastContract: UInt64?
    private var contracts = LeastHashes()
    private var rows = LeastHashes()

    private static let start: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let step: UInt64 = 0xA076_1D64_78BD_642F
    private static let turn: UInt64 = 0xE703_7ED1_A0B4_28DB
    private static let end: UInt64 = 0x8EBC_6AF0_9C88_C6E3
    private static let appTurn: UInt64 = 0x5899_65CC_7537_4CC3

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// - Parameter end: of the readable bytes.
    private static func hash(_ start: UnsafePointer<UInt8>, _ count: Int, end: UnsafePointer<UInt8>) -> UInt64 {
        var hash = Self.start ^ UInt64(truncatingIfNeeded: count)
        var at = UnsafeRawPointer(start)
        var left = count
        while left >= 8 {
            hash = mix(hash ^ UInt64(littleEndian: at.loadUnaligned(as: UInt64.self)), step)
            at += 8
            left -= 8
        }
        if left > 0 {
            var word: UInt64 = 0
            if UnsafeRawPointer(end) - at >= 8 {
                word = UInt64(littleEndian: at.loadUnaligned(as: UInt64.self)) & ((1 << UInt64(left * 8)) - 1)
            } else {
                for index in 0..<left {
                    word |= UInt64(at.load(fromByteOffset: index, as: UInt8.self)) << UInt64(index * 8)
                }
            }
            hash = mix(hash ^ word, step)
        }
        return mix(hash ^ turn, Self.end)
    }

    /// - Parameter batch: contract and app, seconds first of the measures; behind all rows before.
    mutating func add(_ batch: KeyedBatch) {
        let count = batch.count
        batch.keys[0].withUnsafe { names, nameOffsets in
            batch.keys[1].withUnsafe { apps, appOffsets in
                batch.measures[0].withUnsafeBufferPointer { seconds in
                    let (namesEnd, appsEnd) = (names + nameOffsets[count], apps + appOffsets[count])
                    var last = lastContract
                    var (contractLimit, rowLimit) = (contracts.limit, rows.limit)
                    for row in 0..<count {
                        let contract = Self.hash(
                            names + nameOffsets[row], nameOffsets[row + 1] - nameOffsets[row], end: namesEnd)
                        if contract != last {
                            last = contract
                            contractCount += 1
                            if contract >> 16 < contractLimit {
                                contracts.add(contract >> 16)
                                contractLimit = contracts.limit
                            }
                        }
                        let app = Self.hash(apps + appOffsets[row], appOffsets[row + 1] - appOffsets[row], end: appsEnd)
                        let hash =
                            Self.mix(
                                Self.mix(contract ^ Self.turn, app ^ Self.appTurn)
                                    ^ UInt64(bitPattern: seconds[row]), Self.step) >> 16
                        if hash < rowLimit {
                            rows.add(hash)
                            rowLimit = rows.limit
                        }
                    }
                    lastContract = last
                }
            }
        }
    }

    mutating func finish() -> PartialSketch {
        PartialSketch(contractCount: contractCount, contracts: contracts.sketch(), rows: rows.sketch())
    }
}
