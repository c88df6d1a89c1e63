//  A long life in small steps: after each of them the reports are those of a naive fold over what counts, and
//  everything on disk agrees with everything else.

import Foundation
import TestSupport
import Testing

@Suite struct HistoryTests {
    /// What has happened so far, as the reference sees it.
    private struct Story {
        /// Contents by name, also of files that have left the inbox.
        var known: [String: [UInt8]] = [:]
        var present: Set<String> = []
        var categories = ReferenceFold.builtInCategories
        var serial = 0

        var files: [ReferenceFile] { known.map { ReferenceFile(name: $0.key, content: $0.value) } }
    }

    private static let otherCategories: [(String, [String])] = [
        ("Live", ["CHANNEL", "SPORT", "x,y"]), ("Later", ["LATER", "VOD"]),
    ]

    @Test(arguments: seeds(5))
    func everyStepLeavesTheReferencesReports(_ seed: UInt64) throws {
        let bench = Workbench()
        var random = Dice(seed: seed &* 1000)
        var source = RecordSource(seed: seed)
        var story = Story()
        var totals: [Data] = []
        for step in 1...14 {
            let what = act(bench, &story, &source, &random)
            if let data = FileManager.default.contents(atPath: bench.totalPath) { totals.append(data) }
            // Now and then the total is lost, or an older one is put back.
            switch random.below(6) {
            case 0: try? FileManager.default.removeItem(atPath: bench.totalPath)
            case 1: try totals.randomElement(using: &random)?.write(to: URL(fileURLWithPath: bench.totalPath))
            default: break
            }
            let report = try bench.run()
            #expect(!report.isIncomplete, "step \(step), \(what)")
            expectSame(
                bench.outputs(), ReferenceFold(story.files, categories: story.categories).reports(),
                "after step \(step), \(what)")
            let verified = try bench.verify()
            #expect(verified.isSound, "step \(step), \(what): \(verified.damages + verified.stale)")
        }
    }

    /// Changes something and says what.
    private func act(
        _ bench: Workbench, _ story: inout Story, _ source: inout RecordSource, _ random: inout Dice
    ) -> String {
        func put(_ name: String, _ content: [UInt8]) {
            bench.put(name, content)
            story.known[name] = content
            story.present.insert(name)
        }
        func anyPresent() -> String? { story.present.sorted().randomElement(using: &random) }
        story.serial += 1
        let serial = story.serial
        switch random.below(story.known.isEmpty ? 1 : 10) {
        case 0, 1:
            // Few dates, so that files share them.
            let name = "2022040\(random.below(4) + 1)-\(serial).json"
            put(name, source.lines(25))
            return "add \(name)"
        case 2:
            put("undated-\(serial).json", source.lines(25))
            return "add an undated file"
        case 3, 4:
            guard let name = anyPresent() else { return "nothing" }
            put(name, source.lines(25))
            return "replace \(name)"
        case 5:
            guard let name = anyPresent() else { return "nothing" }
            let lines = story.known[name]!.split(separator: 0x0A).prefix(24).flatMap { $0 + [0x0A] }
            put(name, Array(lines))
            return "shorten \(name)"
        case 6, 7:
            let other = story.known.keys.sorted().randomElement(using: &random)!
            let name = random.below(2) == 0 ? "0-copy-\(serial).json" : "20220402-copy-\(serial).json"
            put(name, story.known[other]!)
            return "copy \(other) to \(name)"
        case 8:
            guard let name = anyPresent() else { return "nothing" }
            bench.remove(name)
            story.present.remove(name)
            return "remove \(name) from the inbox"
        default:
            let isOther = bench.yaml.isEmpty
            bench.yaml = isOther ? "categories:\n  Live: [CHANNEL, SPORT, \"x,y\"]\n  Later: [LATER, VOD]\n" : ""
            story.categories = isOther ? Self.otherCategories : ReferenceFold.builtInCategories
            return "other categories"
        }
    }
}
