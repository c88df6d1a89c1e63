import Foundation

/// The seed of a whole run of tests. `scripts/test` chooses one and, when a test fails, shows the line that repeats it.
package enum TestSeed {
    private static let given = ProcessInfo.processInfo.environment["WATCHFOLD_TEST_SEED"].flatMap { UInt64($0) }

    /// Tests that begin elsewhere each time begin here.
    package static let value: UInt64 = given ?? UInt64.random(in: 1...1_000_000)

    /// What makes tests with seeds of their own begin elsewhere; nothing, unless WATCHFOLD_TEST_SHIFT asks for it.
    package static let shift: UInt64 =
        ProcessInfo.processInfo.environment["WATCHFOLD_TEST_SHIFT"].flatMap { UInt64($0) }
        .map { $0 &* 0x9FB2_1C65_1E98_DF25 } ?? 0

    /// For messages: how to have the same again.
    package static var text: String { "WATCHFOLD_TEST_SEED=\(value)" }

    /// Random numbers of one test: the same for the same seed, whatever other tests draw.
    package static func dice(_ test: StaticString = #function, _ arguments: String = "") -> Dice {
        var seed = value
        for byte in "\(test) \(arguments)".utf8 { seed = (seed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Dice(seed: seed)
    }
}
