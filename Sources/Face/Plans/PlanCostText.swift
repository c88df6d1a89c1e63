//  What a plan would cost, as lines and as JSON.

import PlanRuns
import SmallJSON
import Wording

extension PlanCommands {
    /// Says what the next run would have to do because of the plan.
    package func cost(asJSON: Bool) throws {
        try session.logged {
            guard let work = session.plan else {
                throw CommandFailure(
                    .usage,
                    "say with --plan, or `plan:` in watchfold.yaml, which plan: the built-in one has no folds to add")
            }
            let cost = try PlanCost(work.tables, settings, in: fileSystem)
            try session.print(asJSON ? cost.json : Array((cost.lines.joined(separator: "\n") + "\n").utf8))
        }
    }
}

extension PlanCost {
    fileprivate var lines: [String] {
        if tables.isEmpty { return ["nothing: every file that counts has what the plan says"] }
        var lines = tables.map { table in
            "\(table.name): \(Show.count(table.files, "file")) to fold, \(Show.bytes(table.bytes))"
        }
        if fromRows.files > 0 {
            lines.append(
                "\(Show.count(fromRows.files, "file")) from kept rows, \(Show.bytes(fromRows.bytes)) of content")
        }
        if fromInbox.files > 0 {
            lines.append("\(Show.count(fromInbox.files, "file")) read again, \(Show.bytes(fromInbox.bytes))")
        }
        if let first = gone.first {
            lines.append(
                "\(Show.count(gone.count, "file")) gone from the inbox, or changed there: \(Show.name(first))"
                    + (gone.count > 1 ? " and others" : "")
                    + "; until \(gone.count == 1 ? "it is" : "they are") back, or retracted, these tables stay as they are"
            )
        }
        if fromRows.files + fromInbox.files > 0 {
            lines.append(
                seconds.map { "about \(Show.duration($0)), at the speed of the last runs" }
                    ?? "how long is not known: no run has read enough yet")
        }
        return lines
    }

    fileprivate var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.object("from_inbox") { fromInbox.write(to: &$0) }
            text.object("from_rows") { fromRows.write(to: &$0) }
            text.array("gone", gone)
            if let seconds { text.member("seconds", json: Show.seconds(seconds)) }
            text.array("tables") { text in
                for table in tables {
                    text.object { text in
                        text.member("bytes", table.bytes)
                        text.member("files", table.files)
                        text.member("name", table.name)
                    }
                }
            }
        }
        return text.finished()
    }
}

extension PlanCost.Share {
    fileprivate func write(to text: inout JSONText) {
        text.member("bytes", bytes)
        text.member("files", files)
    }
}
