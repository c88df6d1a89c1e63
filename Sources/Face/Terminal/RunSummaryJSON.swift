//  What a run did, for programs: `run --json`, `reprocess --json`, `fold --json -o FILE`. Members in the order of their names;
//  times in seconds.

import Events
import Findings
import Ledgers
import Operations
import Publishing
import Records
import SmallJSON
import Wording

extension RunResult {
    func json() -> [UInt8] {
        let counts = counts
        return TerminalJSON.object { text in
            text.member("bytes", bytes)
            text.array("files") { text in
                for file in files { text.object { file.write(to: &$0) } }
            }
            if foldedFromRows > 0 { text.member("folded_from_rows", foldedFromRows) }
            text.array("followed") { text in
                for file in followers { text.object { file.write(to: &$0) } }
            }
            text.memberIfAny("generation", publication.generation)
            text.array("notes") { text in
                for note in remarks {
                    text.object { text in
                        text.member("event", note.event.rawValue)
                        text.member("text", note.text)
                    }
                }
            }
            text.array("outputs") { text in
                for output in outputs { text.object { output.write(to: &$0) } }
            }
            text.member("publication", publication.name)
            text.records(
                read: counts.read, folded: counts.folded, ignored: counts.ignored, rejected: counts.rejectedTotal,
                coerced: counts.coerced)
            text.member("seconds", json: Show.seconds(seconds))
            text.object("stages") { text in
                for time in stages.sorted(by: { $0.stage.rawValue < $1.stage.rawValue }) {
                    text.member(time.stage.rawValue, json: Show.seconds(time.seconds))
                }
            }
            text.array("still_open") { text in
                for file in stillOpen { text.object { file.write(to: &$0) } }
            }
            text.member("stored_bytes", storedBytes)
            if !tables.isEmpty {
                text.array("tables") { text in
                    for table in tables {
                        text.object { text in
                            text.member("name", table.name)
                            if let problem = table.problem { text.member("problem", problem) }
                            text.member("rows", table.rows)
                        }
                    }
                }
            }
            text.member("unchanged", unchanged)
        }
    }
}

extension FileResult {
    fileprivate func write(to text: inout JSONText) {
        text.member("bytes", size)
        if let findings { text.object("findings", findings.write) }
        text.member("name", name)
        if !reason.isEmpty { text.member("reason", reason) }
        text.records(
            read: counts.read, folded: counts.folded, ignored: counts.ignored, rejected: counts.rejectedTotal,
            coerced: counts.coerced)
        text.member("seconds", json: Show.seconds(seconds))
        text.member("state", state.rawValue)
        text.member("unchanged", isUnchanged)
        text.member("unusual", isUnusual)
    }
}

extension OutputOutcome {
    fileprivate func write(to text: inout JSONText) {
        text.memberIfAny("error", error.map { ErrorName($0).rawValue })
        text.array("files") { text in
            for file in files {
                text.object { text in
                    text.member("bytes", file.bytes)
                    text.member("path", file.path)
                }
            }
        }
        text.member("path", path)
        text.memberIfAny("problem", problem)
        text.member("seconds", json: Show.seconds(seconds))
    }
}

extension Publication {
    fileprivate var name: String {
        switch self {
        case .current: "current"
        case .written: "written"
        case .nothing: "nothing"
        case .withheld: "withheld"
        }
    }
}
