//  The tables of folds that are kept beside the reports, as they were written last: `folds.json` beside `receipt.json`. It tells
//  people what a table was made from, and the program whether it has to be made again.
//
//      {"format": 1, "tables": [{"file": "session.csv", "fold": "session", "identity": "9f3c…", "tool": "watchfold 1.0.0",
//        "generation": 12, "inputs": "ab12…", "digest": "77d0…", "bytes": 812, "rows": 40}]}

import SmallJSON

struct FoldsRecord: VersionedRecord, Sendable, Equatable {
    static let format = 1
    static let fileName = "folds.json"

    struct Table: Sendable, Equatable {
        var file: String
        var fold: String
        var identity: String
        var tool: String
        var generation: Int
        /// Identifies the partials that were merged.
        var inputs: String
        /// Of the file's bytes, in hexadecimal.
        var digest: String
        var bytes: Int
        var rows: Int
    }

    var tables: [Table]

    init(_ tables: [Table] = []) { self.tables = tables }

    func write(to text: inout JSONText) {
        text.array("tables") { text in
            for table in tables {
                text.object { text in
                    text.member("file", table.file)
                    text.member("fold", table.fold)
                    text.member("identity", table.identity)
                    text.member("tool", table.tool)
                    text.member("generation", table.generation)
                    text.member("inputs", table.inputs)
                    text.member("digest", table.digest)
                    text.member("bytes", table.bytes)
                    text.member("rows", table.rows)
                }
            }
        }
    }

    init?(members: JSONValue) {
        guard let values = members["tables"]?.array else { return nil }
        tables = []
        for value in values {
            guard let file = value["file"]?.string, let fold = value["fold"]?.string,
                let identity = value["identity"]?.string, let tool = value["tool"]?.string,
                let generation = value["generation"]?.integer, let inputs = value["inputs"]?.string,
                let digest = value["digest"]?.string, let bytes = value["bytes"]?.integer,
                let rows = value["rows"]?.integer
            else { return nil }
            tables.append(
                Table(
                    file: file, fold: fold, identity: identity, tool: tool, generation: generation, inputs: inputs,
                    digest: digest, bytes: bytes, rows: rows))
        }
    }
}
