//  Random numbers that are a function of where they are used: each chunk of a day has a stream of its own, so it does
//  not matter which thread makes a chunk, or when.
//
//      (seed, day, chunk) ── SplitMix64, three times ──▶ 64 bits ── SplitMix64 ──▶ 256 bits ── xoshiro256** ──▶
//
//  SplitMix64 is a bijection of its state, so chunks of a day never begin alike, nor do the same chunks of two days.
//
//  Sources: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), for SplitMix64; Blackman
//  and Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021), for xoshiro256**, which they advise to seed
//  this way.

/// Turns a few bits into many well mixed ones.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The generator behind every random choice of a line: xoshiro256**.
struct RandomStream {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// - Precondition: not all four words are zero; the generator would stay there.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        (s0, s1, s2, s3) = state
        precondition(s0 | s1 | s2 | s3 != 0, "xoshiro256** cannot leave the state of zeros")
    }

    /// The stream of one chunk.
    /// - Parameters:
    ///   - day: days since 1970-01-01, so that a date has the same records whatever the first day of the run.
    ///   - chunk: the chunk's number within its day.
    init(seed: UInt64, day: Int, chunk: Int) {
        var mixer = SplitMix64(state: seed)
        mixer.state = mixer.next() ^ UInt64(bitPattern: Int64(day))
        mixer.state = mixer.next() ^ UInt64(bitPattern: Int64(chunk))
        mixer.state = mixer.next()
        // Four successive outputs of a bijection of a counter are distinct, hence never all zero.
        self.init(state: (mixer.next(), mixer.next(), mixer.next(), mixer.next()))
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }
}

extension UInt64 {
    /// These random bits as a number in `0 ..< bound`, by their high bits: the low ones stay good for other uses while
    /// `bound` is small. The bias is below `bound / 2^64`.
    @inline(__always)
    func scaled(below bound: UInt64) -> UInt64 { multipliedFullWidth(by: bound).high }

    /// These random bits as a fraction in `0 ..< 1`, by their high 53 bits.
    @inline(__always)
    var fraction: Double { Double(self >> 11) * 0x1p-53 }
}
