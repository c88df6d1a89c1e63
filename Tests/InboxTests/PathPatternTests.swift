import Foundation
import Records
import TestSupport
import Testing

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("events*.jsonl", "events.jsonl", PathPattern.Outcome.match([])),
        ("events*.jsonl", "2022/Events-1.JSONL", .match([])),
        ("events*.jsonl", "events/x.jsonl", .other), ("events?.json", "eventsü.json", .match([])),
        ("events?.json", "events.json", .other),
        ("dt={day:date}/events-*.json", "dt=2022-04-01/events-7.json", .match(["2022-04-01"])),
        ("dt={day:date}/events-*.json", "dt=20220401/events-.json", .match(["2022-04-01"])),
        ("dt={day:date}/events-*.json", "dt=2022-02-31/events-7.json", .notADate(column: "day", text: "2022-02-31")),
        ("dt={day:date}/events-*.json", "dt=2022-04-01/more/events-7.json", .other),
        ("y={y}/m={m}/h={h}/be*", "y=2022/m=4/h=13/be_0", .match(["2022", "4", "13"])),
        ("{kind}-{day:date}.csv", "a-b-2022-04-01.csv", .match(["a-b", "2022-04-01"])),
        ("{a}-{b}.csv", "x-y-z.csv", .match(["x", "y-z"])), ("{a}-{b}.csv", "-y.csv", .other),
        ("{a}.csv", "Zoë.csv", .match(["Zoë"])), ("*.csv", "deep/er/a.csv", .match([])),
    ])
    func pathsAreDividedAsThePatternSays(pattern: String, path: String, outcome: PathPattern.Outcome) throws {
        #expect(try PathPattern(pattern).match(path) == outcome)
    }

    @Test(arguments: [
        ("", "an empty one"), ("/a", "without a slash"), ("a/", "like a folder"), ("{a", "a { without a }"),
        ("a}", "a } without a {"), ("{a}{b}", "nothing that ends one"), ("{a}-{A}", "given twice"),
        ("{}", "a name is missing"), ("{_a}", "Watchfold's own"), ("{a:int}", "there is only date"),
        ("{1}", "begins with a letter"),
    ])
    func aPatternThatIsNoneIsRefused(pattern: String, reason: String) {
        let error = #expect(throws: PatternMistake.self) { try PathPattern(pattern) }
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    /// Regular expressions divide a path in the same way.
    @Test func patternsAgreeWithRegularExpressions() throws {
        var dice = TestSeed.dice()
        var matches = 0
        for _ in 0..<4000 {
            var (pattern, expression, columns) = ("", "^", 0)
            for _ in 0...dice.below(6) {
                let isAfterColumn = pattern.hasSuffix("}")
                switch dice.below(6) {
                case 0: (pattern, expression) = (pattern + "*", expression + "[^/]*?")
                case 1: (pattern, expression) = (pattern + "?", expression + "[^/]")
                case 2 where !isAfterColumn:
                    pattern += "{c\(columns)}"
                    expression += "([^/]+?)"
                    columns += 1
                case 3 where !pattern.isEmpty: (pattern, expression) = (pattern + "/", expression + "/")
                default:
                    let letter = dice.pick(["a", "b", "ä"])
                    (pattern, expression) = (pattern + letter, expression + letter)
                }
            }
            if pattern.hasSuffix("/") { (pattern, expression) = (pattern + "a", expression + "a") }
            let regex = try NSRegularExpression(pattern: expression + "$", options: [.caseInsensitive])
            let read = try PathPattern(pattern)
            for _ in 0..<6 {
                let path = (0...dice.below(7)).map { _ in dice.pick(["a", "b", "ä", "A", "/"]) }.joined()
                let text =
                    pattern.contains("/")
                    ? path : String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
                let found = regex.firstMatch(in: text, range: NSRange(text.startIndex..., in: text))
                let wanted = found.map { found in
                    PathPattern.Outcome.match(
                        (0..<columns).map { String(text[Range(found.range(at: $0 + 1), in: text)!]) })
                }
                matches += found == nil ? 0 : 1
                #expect(read.match(path) == wanted ?? .other, "\(pattern) with \(path); \(TestSeed.text)")
            }
        }
        #expect(matches > 1000)
    }
}
