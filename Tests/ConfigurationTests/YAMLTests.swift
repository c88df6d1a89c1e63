import Records
import TestSupport
import Testing
import Yams

@testable import Configuration

/// Aliases, masks, limits, and texts damaged at random.
@Suite struct YAMLTests {
    @Test func aliasesStandForTheirValues() throws {
        let rules = try layer(
            """
            memory: &size 20MB
            max_record_bytes: *size
            ignore: &names [a, "*b", 'c *d']   # *e
            categories:
              &tv TV: &apps
                - x*y
                - "*z"
                - >-
                  *folded
              Movie: &apps [B]
            """)
        #expect(rules.maxRecordBytes?.value == rules.memory?.value)
        #expect(rules.ignore?.value == ["a", "*b", "c *d"])
        #expect(
            rules.groups?.value == [GroupRule("TV", ["x*y", "*z", "*folded"]), GroupRule("Movie", ["B"])])
    }

    @Test(arguments: [
        Case(
            "ignore: *none",
            #"1:9: no anchor "none" before this alias; a text that begins with * needs quotes"#),
        Case("ignore: [*]", #"1:10: no anchor "" before this alias; a text that begins with * needs quotes"#),
        Case(
            "ignore: &a [b, *a]",
            #"1:16: no anchor "a" before this alias; a text that begins with * needs quotes"#),
        Case("<<: {jobs: 2}", "1:1: merge keys (<<) are not supported; write the keys out"),
        Case(
            "memory: &m 20MB\njobs: *m\n",
            #"1:9: jobs: expected a whole number from 1 to 1024, found "20MB"; write for example jobs: 2"#),
        Case(
            "categories: {A: &a [x], *a : [y]}", "1:25: the key is a list; a key is a plain word"),
        Case(
            "ignore: &k [a]\nfields: {app: &j jobs}\n*j : 2\n*j : 3\n",
            #"4:1: "jobs" is given twice, first in line 3; keep one of them"#),
    ])
    func aliasesThatAreWrongAreTold(row: Case) {
        #expect(complaints(row.yaml) == row.told.map { "watchfold.yaml:\($0)" })
    }

    @Test func aKeyMayBeAnAlias() throws {
        #expect(try layer("inbox: &j jobs\n*j : 2\n").jobs?.value == 2)
    }

    /// Forty levels of aliases to aliases are 2^40 values; as a key they would be hashed one by one.
    @Test(arguments: ["ignore: *a39", "*a39 : 1", "? [*a39, *a39]\n: 1", "jobs: {*a39, [*a39]}"])
    func aBombOfAliasesIsRefused(use: String) {
        var yaml = "ignore:\n  - &a0 x\n"
        for level in 1..<40 { yaml += "  - &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        let told = complaints(yaml + use.replacing("ignore", with: "inbox") + "\n")
        #expect(told.contains { $0.hasSuffix("more than 250000 values, aliases included; write fewer") })
        #expect(told.count < 100)
    }

    @Test func tooManyValuesAreRefusedWithAPlace() {
        let told = complaints("ignore:\n  [" + String(repeating: "a,", count: 260_000) + "]\n")
        #expect(told == ["watchfold.yaml:2:499998: more than 250000 values, aliases included; write fewer"])
    }

    @Test(arguments: [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")])
    func deepNestingIsRefused(open: String, close: String) {
        let told = complaints(String(repeating: open, count: 5000) + "x" + String(repeating: close, count: 5000))
        #expect(told.count == 1)
        #expect(told.first?.contains("Maximum nesting level reached") == true)
    }

    @Test func charactersUsedAsMasksMayStandInTheText() throws {
        let all = String(String.UnicodeScalarView((0xe000...0xf8ff).compactMap(Unicode.Scalar.init)))
        let given = try layer("ignore: ['\(all)*', '\u{e000}*\u{f8ff}']")
        #expect(given.ignore?.value == [all + "*", "\u{e000}*\u{f8ff}"])
        #expect(try layer("ignore: ['\u{e000}*\u{f8ff}']").ignore?.value == ["\u{e000}*\u{f8ff}"])
    }

    /// Random texts read as Yams reads them by itself, which resolves aliases in its own way.
    @Test func agreesWithYams() throws {
        var random = Dice(seed: 3)
        var compared = 0
        for _ in 0..<1500 {
            let yaml = randomYAML(depth: 3, anchors: ["n0", "n1"], &random)
            guard let node = try? Yams.compose(yaml: yaml, .basic) else { continue }
            let document = YAMLDocument(yaml)
            if !document.mistakes.isEmpty { continue }
            compared += 1
            let root = try #require(document.root)
            #expect(text(of: root) == text(of: node), "\(yaml)")
        }
        #expect(compared > 500, "only \(compared) texts were fit to be compared")
    }

    private func randomYAML(depth: Int, anchors: [String], _ random: inout Dice) -> String {
        let anchor = Int.random(in: 0..<3, using: &random) == 0 ? "&\(anchors.randomElement(using: &random)!) " : ""
        switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &random) {
        case 0: return "*\(anchors.randomElement(using: &random)!)"
        case 1: return anchor + ["'it''s *x'", "\"a\\t*\"", "''", "\"\\u00e9\""].randomElement(using: &random)!
        case 2, 3: return anchor + ["NO", "0012", "a*b", "x y", "~", "1.5"].randomElement(using: &random)!
        case 4, 5:
            let items = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                randomYAML(depth: depth - 1, anchors: anchors, &random)
            }
            return anchor + "[" + items.joined(separator: ", ") + "]"
        default:
            let entries = (0..<Int.random(in: 0..<4, using: &random)).map {
                "k\($0): " + randomYAML(depth: depth - 1, anchors: anchors, &random)
            }
            return anchor + "{" + entries.joined(separator: ", ") + "}"
        }
    }

    private func text(of value: YAMLValue) -> String {
        switch value.content {
        case .text(let text, _): text.debugDescription
        case .list(let items): "[" + items.map(text).joined(separator: ",") + "]"
        case .map(let entries): "{" + entries.map { "\($0.key):\(text(of: $0.value))" }.joined(separator: ",") + "}"
        }
    }

    private func text(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.debugDescription
        case .sequence(let items): "[" + items.map(text).joined(separator: ",") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key.scalar?.string ?? ""):\(text(of: $0.value))" }.joined(separator: ",") + "}"
        case .alias: "an alias"
        }
    }

    /// The example with random damage is either accepted, or refused with a place inside the file.
    @Test(arguments: 0..<4) func damagedExamplesNeverCrash(part: UInt64) {
        var random = Dice(seed: 100 + part)
        let original = Array(
            Sample.inForce.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n").utf8)
        let tokens = [
            "&a ", "*a", "- ", ": ", "[", "]", "{", "}", "\"", "'", "\n", "\t", "  ", "!!int ", "? ", "<<: ", "|\n",
            "#",
            "---\n", "%", "\\", "\0", "\u{85}", "\u{2028}", "é", "jobs: 2\n", "\r", "~", "*",
        ].map { Array($0.utf8) }
        var accepted = 0
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes.removeSubrange(place..<min(bytes.count - 1, place + 40))
                case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 60)], at: 0)
                default: bytes.insert(contentsOf: tokens.randomElement(using: &random)!, at: place)
                }
            }
            let told = complaints(bytes)
            if told.isEmpty { accepted += 1 }
            let lines = bytes.count + 1
            for line in told {
                let parts = line.split(separator: ":", maxSplits: 3)
                #expect(parts.count == 4 && parts[0] == "watchfold.yaml", "\(line)")
                #expect(Int(parts[1]).map { (1...lines).contains($0) } == true, "\(line)")
                #expect(Int(parts[2]).map { $0 >= 1 } == true, "\(line)")
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 }, "\(line)")
            }
        }
        #expect(accepted > 0 && accepted < 300)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("inbox", "imbox", 1), ("jobs", "josb", 1), ("kitten", "sitting", 3),
        ("ca", "abc", 3),
    ])
    func editDistances(a: String, b: String, distance: Int) {
        #expect(editDistance(Array(a.utf8), Array(b.utf8)) == distance)
        #expect(editDistance(Array(b.utf8), Array(a.utf8)) == distance)
    }
}
