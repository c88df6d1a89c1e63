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

/// Problems that were told and are still there.
package struct ProblemsRecord: Sendable, Equatable {
    package static let format = 1

    /// One problem. Texts are compared by their bytes.
    package struct Entry: Sendable, Hashable {
        /// What kind of problem, as commands are told it.
        package let problem: String
        private let subjectBytes: ByteOrdered
        private let reasonBytes: ByteOrdered

        /// - Parameters:
        ///   - subject: the file, day or command that it is about.
        ///   - reason: in words; empty where a problem with other words is the same problem.
        package init(problem: String, subject: String, reason: String) {
            self.problem = problem
            subjectBytes = ByteOrdered(subject)
            reasonBytes = ByteOrdered(reason)
        }

        package var subject: String { subjectBytes.string }
        package var reason: String { reasonBytes.string }
    }

    package var told: Set<Entry>

    package init(_ told: Set<Entry> = []) { self.told = told }

    /// The text, which ends in LF; the same for the same problems.
    package var json: [UInt8] {
        let entries = told.sorted {
            ($0.problem, ByteOrdered($0.subject), ByteOrdered($0.reason))
                < ($1.problem, ByteOrdered($1.subject), ByteOrdered($1.reason))
        }
        var text = JSONText()
        text.object { text in
            text.member("format", Self.format)
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
        return text.finished()
    }

    /// Reads what `json` wrote; nil for anything else, and then all problems are told again.
    package init?(json: [UInt8]) {
        guard let value = try? JSONValue(json), value["format"]?.integer == Self.format,
            let entries = value["told"]?.array
        else { return nil }
        told = []
        for entry in entries {
            guard let problem = entry["problem"]?.string, let subject = entry["subject"]?.string,
                let reason = entry["reason"]?.string
            else { return nil }
            told.insert(Entry(problem: problem, subject: subject, reason: reason))
        }
    }
}
