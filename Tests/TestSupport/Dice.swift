/// Random numbers that can be had again: SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators,
/// 2014). The only source of chance in tests: a seed of their own makes them alike in every run, WATCHFOLD_TEST_SEED is
/// where the others begin, and WATCHFOLD_TEST_SHIFT makes all of them others.
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) ^ TestSeed.shift }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True once in `n` times.
    package mutating func once(in n: Int) -> Bool { below(n) == 0 }

    package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
