//  Random numbers that are the same in every run.

/// SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014).
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    /// Streams of different seeds have nothing in common: a state that is a multiple of the step from another would be
    /// further along in the same stream.
    init(seed: Int) { state = UInt64(seed) &* 0xD134_2543_DE82_EF95 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// True once in `n` times.
    mutating func once(in n: Int) -> Bool { Int.random(in: 0..<n, using: &self) == 0 }

    mutating func below(_ n: Int) -> Int { Int.random(in: 0..<n, using: &self) }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
