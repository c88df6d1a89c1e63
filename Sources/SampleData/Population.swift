//  Who watches: contracts and their set-top boxes, as pure functions of a rank.
//
//  Rank 0 is the contract that watches most often. The population is the same for every day and every seed, and a
//  larger one contains a smaller one. Nothing is kept in a table: what a rank is called is worked out when a line needs
//  it, which costs less than a miss of the cache.
//
//  Contract   three letters and six digits. Ranks are spread over 64 series of a million numbers each (large provinces
//             have several series) by a bijection, so that neighbours in rank are no neighbours in name:
//
//                 rank ──▶ rank / 10^6 · 2^20 + rank mod 10^6 ── scrambled, 26 bits ──▶ 6 bits series, 20 bits number
//
//             20 bits reach past 999,999; such a result is scrambled again until it does not ("cycle walking"). As the
//             start is a valid pair too, the walk is a bijection of the 64,000,000 valid pairs: no name comes twice.
//
//  Mac        a vendor's six digits and six more. Device 2 · rank, and 2 · rank + 1 for those with a second one, are
//             scrambled in 28 bits: 4 bits choose the vendor, 24 are the rest. Distinct for the same reason. 259,638 of
//             1,920,546 contracts have a second device (2,180,184 in all are published); which ones, the name decides.
//
//  Popularity the rank of a record is N · u^1.5 for a uniform u, so the density falls as rank^(−1/3). With 1.6 million
//             records a day over 1,920,546 contracts, rank r expects 0.56 · (r / N)^(−1/3) records a day: the last one
//             0.56, the one in the middle 0.7, the first about 100. Within 30 days the last one expects 17, so
//             everybody appears. u^1.5 is u · √u, whose rounding IEEE 754 defines. An exponent of 1 would have no
//             favourites and 1.09 million contracts a day, one of 2 only 0.88 million. Counted with seed 1:
//
//                 days   distinct contracts   distinct devices
//                    1            1,036,623          1,067,669      (56 % of these contracts again the next day)
//                    6            1,890,752          2,096,106
//                   30            1,922,440          2,180,544      (published: 1,920,546 and 2,180,184)
//
//             The last line counts some 1,900 odd contracts and some 400 odd device addresses, see `PublishedProfile`.
//
//  A scramble is a xor with its own high half, a product with an odd number, and the xor again, all in b bits. Each
//  step can be undone, so their sequence is a bijection of 0 ..< 2^b.

/// The subscribers that all days share.
enum Population {
    /// Contracts with names of their own, at most.
    static let limit = 64_000_000

    /// Contracts in the published month.
    static let publishedContracts = 1_920_546

    /// Where contracts come from: a province's two letters and a series' letter. 64 of them.
    static let series = [
        "SGH", "SGD", "SGA", "SGB", "SGC", "SGE", "SGF", "SGG", "SGJ", "SGK", "HNH", "HND", "HNA", "HNB", "HNC", "HNE",
        "HNF", "HNG", "BDH", "BDD", "DNH", "DND", "HPH", "HPD", "CTH", "CTD", "AGH", "BGH", "BLH", "BNH", "BPH", "BTH",
        "BVH", "CMH", "DGH", "DLH", "DTH", "GLH", "HDH", "HGH", "HTH", "HUH", "HYH", "KGH", "KHH", "KTH", "LAH", "LDH",
        "LSH", "NAH", "NBH", "NDH", "NTH", "PTH", "PYH", "QAD", "QBH", "QNH", "QTH", "STH", "TBH", "TGH", "THH", "TNH",
    ]

    /// How the addresses of devices begin: the two of the published example and fourteen more in their manner.
    static let vendors = [
        "E4AB89", "0C96E6", "A0BC6F", "B8D4E7", "70D93A", "3C1E04", "84E986", "F0B429", "48A9D2", "D46A6A", "5C8E10",
        "2C3AE8", "9C6F52", "C8D779", "10B36F", "681DEF",
    ]

    /// The rank for a uniform fraction in `0 ..< 1`.
    @inline(__always)
    static func rank(at fraction: Double, of contracts: Int) -> Int {
        // The product is below `contracts`, but may round up to it.
        min(Int(fraction * fraction.squareRoot() * Double(contracts)), contracts - 1)
    }

    /// The contract of a rank as series (bits 20 ... 25) and number (bits 0 ... 19, below 1,000,000).
    /// - Precondition: `0 <= rank < limit`.
    @inline(__always)
    static func contractCode(rank: Int) -> UInt32 {
        let rank = UInt32(truncatingIfNeeded: rank)
        var code = (rank / 1_000_000) << 20 | rank % 1_000_000
        repeat {
            code = scramble(code, bits: 26, multiplier: 0x2C9_2A35)
        } while code & 0xF_FFFF >= 1_000_000
        return code
    }

    /// The device that a contract watches with as vendor (bits 24 ... 27) and the six digits after (bits 0 ... 23).
    /// - Parameter coin: 0 or 1: which of two devices, for the contracts that have two.
    @inline(__always)
    static func deviceCode(rank: Int, contractCode: UInt32, coin: UInt32) -> UInt32 {
        let second = coin & (hasSecondDevice(contractCode) ? 1 : 0)
        return scramble(UInt32(truncatingIfNeeded: rank) << 1 | second, bits: 28, multiplier: 0xB4F_3C5D)
    }

    /// 259,638 of 1,920,546 is 8,860 of 65,536.
    @inline(__always)
    static func hasSecondDevice(_ contractCode: UInt32) -> Bool {
        (contractCode &* 0x9E37_79B1) >> 16 < 8_860
    }

    @inline(__always)
    private static func scramble(_ value: UInt32, bits: UInt32, multiplier: UInt32) -> UInt32 {
        let mask: UInt32 = (1 << bits) - 1
        var x = value
        x ^= x >> (bits / 2)
        x = (x &* multiplier) & mask
        x ^= x >> (bits / 2)
        x = (x &* (multiplier ^ 0x15A_4E34)) & mask
        x ^= x >> (bits / 2)
        return x
    }
}
