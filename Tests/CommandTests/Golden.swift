//  Golden texts: what people read of the program, each as a file in `Golden`, so that a change of words is seen in the diff.
//
//  A test makes the text anew and compares. `scripts/golden` accepts what is different, by WATCHFOLD_RENEW_GOLDEN=1; nothing
//  else writes here.

import Foundation
import Testing

enum Golden {
    static let folder = (#filePath as NSString).deletingLastPathComponent + "/Golden"
    static let isRenewing = ProcessInfo.processInfo.environment["WATCHFOLD_RENEW_GOLDEN"] == "1"

    /// Names of all golden texts that there are.
    static func names(in folder: String = folder) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    }

    static func read(_ name: String) throws -> String {
        let text = FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
        return try #require(text, "there is no golden text \(name)")
    }

    /// Compares a text with the golden one, or renews that.
    static func expect(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let complaint = try complaint(name, text, in: folder, isRenewing: isRenewing)
        if let complaint { Issue.record("\(complaint)", sourceLocation: sourceLocation) }
    }

    /// What is wrong with a golden text; nil when it is the text, or has been renewed.
    static func complaint(_ name: String, _ text: String, in folder: String, isRenewing: Bool) throws -> String? {
        let path = "\(folder)/\(name)"
        let golden = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        if golden == text { return nil }
        if isRenewing {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            print("golden: renewed \(name)")
            return nil
        }
        guard let golden else { return "there is no golden text \(name); `scripts/golden` makes it" }
        return """
            \(name) is not what the program writes (- golden, + now):
            \(difference(from: golden, to: text))
            If the new words are meant, run `scripts/golden` and commit the change of Tests/CommandTests/Golden.
            """
    }

    /// Lines that are shown around a difference, and most lines in all.
    private static let context = 2
    private static let limit = 80

    /// The lines that differ, with the lines around them, as `diff -u` shows them.
    static func difference(from old: String, to new: String) -> String {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false)
        let difference = after.difference(from: before)
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var all: [(sign: Character, text: Substring, line: Int)] = []
        var (i, j) = (0, 0)
        while i < before.count || j < after.count {
            if i < before.count, removed.contains(i) {
                all.append(("-", before[i], i + 1))
                i += 1
            } else if j < after.count, inserted.contains(j) {
                all.append(("+", after[j], i + 1))
                j += 1
            } else {
                all.append((" ", before[i], i + 1))
                (i, j) = (i + 1, j + 1)
            }
        }
        let changed = all.indices.filter { all[$0].sign != " " }
        let shown = Set(changed.flatMap { max(0, $0 - context)...min(all.count - 1, $0 + context) })
        var lines: [String] = []
        for index in shown.sorted() {
            if !shown.contains(index - 1) { lines.append("@@ line \(all[index].line) @@") }
            lines.append("\(all[index].sign)\(all[index].text)")
        }
        if lines.count > limit { lines = lines.prefix(limit) + ["… \(lines.count - limit) more lines"] }
        return lines.joined(separator: "\n")
    }
}
