//  Which problems a watch has told, as a value and as JSON: `problems.json` beside `receipt.json`. It keeps a watch that is
//  started again from telling them again.
//
//      {
//        "format": 1,
//        "told": [
//          {"problem": "held", "subject": "20220405.json", "reason": "812 of 5000 records were rejected …"}
//        ]
//      }

import Records
import SmallJSON

/// Problems that were told and are still there. Without a record that can be read all problems are told again.
struct ProblemsRecord: VersionedRecord, Sendable, Equatable {
    static let format = 1

    /// One problem. Texts are compared by their bytes.
    struct Entry: Sendable, Hashable {
        /// What kind of problem, as commands are told it.
        let problem: String
        private let subjectBytes: ByteOrdered
        private let reasonBytes: ByteOrdered

        /// - Parameters:
        ///   - subject: the file, day or command that it is about.
        ///   - reason: in words; empty where a problem with other words is the same problem.
        init(problem: String, subject: String, reason: String) {
            self.problem = problem
            subjectBytes = ByteOrdered(subject)
            reasonBytes = ByteOrdered(reason)
        }

        var subject: String { subjectBytes.string }
        var reason: String { reasonBytes.string }
    }

    var told: Set<Entry>

    init(_ told: Set<Entry> = []) { self.told = told }

    func write(to text: inout JSONText) {
        let entries = told.sorted {
            ($0.problem, ByteOrdered($0.subject), ByteOrdered($0.reason))
                < ($1.problem, ByteOrdered($1.subject), ByteOrdered($1.reason))
        }
        text.array("told") { text in
            for entry in entries {
                text.object { text in
                    text.member("problem", entry.problem)
                    text.member("subject", entry.subject)
                    text.member("reason", entry.reason)
                }
            }
        }
    }

    init?(members: JSONValue) {
        guard let entries = members["told"]?.array else { return nil }
        told = []
        for entry in entries {
            guard let problem = entry["problem"]?.string, let subject = entry["subject"]?.string,
                let reason = entry["reason"]?.string
            else { return nil }
            told.insert(Entry(problem: problem, subject: subject, reason: reason))
        }
    }
}
