import Foundation

/// The seed of tests that begin elsewhere each time. They name it when they fail, and WATCHFOLD_TEST_SEED repeats it.
package enum TestSeed {
    package static let value: UInt64 = {
        let given = ProcessInfo.processInfo.environment["WATCHFOLD_TEST_SEED"].flatMap { UInt64($0) }
        return given ?? UInt64.random(in: 1...1_000_000)
    }()

    /// For messages: how to have the same again.
    package static var text: String { "WATCHFOLD_TEST_SEED=\(value)" }

    /// Random numbers of one test: the same for the same seed, whatever other tests draw.
    package static func dice(_ test: StaticString = #function, _ arguments: String = "") -> Dice {
        var seed = value
        for byte in "\(test) \(arguments)".utf8 { seed = (seed ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Dice(seed: seed)
    }
}
