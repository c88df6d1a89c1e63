//  Patterns of contracts, against fnmatch(3).

import Foundation
import Records
import Reports
import TestSupport
import Testing

@testable import Engagement
@testable import Tables

@Suite struct KeyFilterTests {
    private func matches(_ filter: KeyFilter, _ contract: String) -> Bool {
        Array(contract.utf8).withUnsafeBufferPointer { bytes in
            var zero: UInt8 = 0
            return withUnsafePointer(to: &zero) { zero in
                filter.matches(ByteSlice(base: bytes.baseAddress ?? zero, count: bytes.count))
            }
        }
    }

    @Test(arguments: [
        ("*", "", true), ("", "", true), ("", "a", false), ("a*c", "abbc", true), ("a*c", "abcd", false),
        ("?", "é", true), ("?", "ab", false), ("??", "é", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
        ("[!a-c]x", "éx", true), ("[]a]", "]", true), ("[", "[", true), ("[a", "[a", true), ("\\*", "*", true),
        ("\\*", "a", false), ("*a*b*c", "xxaxxbxxc", true), ("*.*.*.*", "113.182.209.48", true), ("a\\", "a\\", true),
    ])
    func aPatternIsOneOfTheWholeText(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(matches(.pattern(GlobPattern(pattern)), text) == expected)
    }

    @Test func patternsAreThoseOfShells() {
        var dice = Dice(seed: 11)
        let letters = Array("ab*?[]!-\\")
        var agreed = (yes: 0, no: 0)
        for _ in 0..<60_000 {
            let pattern = String((0..<dice.below(7)).map { _ in letters[dice.below(letters.count)] })
            let text = String((0..<dice.below(6)).map { _ in letters[dice.below(letters.count)] })
            // What POSIX leaves open: a range from last to first, a backslash at the end or in a set, a set of sets.
            if pattern.hasSuffix("\\") || pattern.contains("[") && (pattern.contains("\\") || pattern.contains("-")) {
                continue
            }
            let expected = fnmatch(pattern, text, 0) == 0
            #expect(matches(.pattern(GlobPattern(pattern)), text) == expected, "\(pattern) and \(text)")
            if expected { agreed.yes += 1 } else { agreed.no += 1 }
        }
        #expect(agreed.yes > 1000 && agreed.no > 1000)
    }

    @Test func aHostilePatternIsNotSlow() {
        let pattern = String(repeating: "*a", count: 200) + "*b"
        #expect(!matches(.pattern(GlobPattern(pattern)), String(repeating: "a", count: 20_000)))
    }
}
