//  What was written beside the published reports, as a value and as JSON: `outputs.json` beside `receipt.json`. It tells
//  people what a workbook was made from, and the program whether it has to be made again.
//
//      {
//        "format": 1,
//        "outputs": [
//          {
//            "output": "file: report.xlsx",          the words of the configuration
//            "tool": "watchfold 1.0.0",
//            "generation": 12,
//            "inputs": "9f3c…",                      identifies the contents that count
//            "map": "ab12…",                         digest of the groups
//            "files": [{"path", "digest", "bytes"}],
//            "left": ["report-2.csv"]                files of an earlier report that are still there; without any, no member
//          }
//        ]
//      }

import SmallJSON

/// Outputs as they were written last. Without a record that can be read all outputs are to be made again.
package struct OutputsRecord: VersionedRecord, Sendable, Equatable {
    package static let format = 1

    package struct File: Sendable, Equatable {
        package var path: String
        /// Of the file's bytes, in hexadecimal.
        package var digest: String
        package var bytes: Int
    }

    /// One output. Two that differ in anything but their files and what is left are of different reports.
    struct Entry: Sendable, Equatable {
        var output: String
        var tool: String
        var generation: Int
        var inputsDigest: String
        var mapDigest: String
        var files: [File]
        /// Paths that were written for an earlier report, with more or fewer parts, and are still there.
        var left: [String] = []
    }

    var entries: [Entry]

    init(_ entries: [Entry] = []) { self.entries = entries }

    package func write(to text: inout JSONText) {
        text.array("outputs") { text in
            for entry in entries {
                text.object { entry.write(to: &$0) }
            }
        }
    }

    package init?(members: JSONValue) {
        guard let outputs = members["outputs"]?.array else { return nil }
        entries = []
        for output in outputs {
            guard let name = output["output"]?.string, let tool = output["tool"]?.string,
                let generation = output["generation"]?.integer, let inputs = output["inputs"]?.string,
                let map = output["map"]?.string, let files = output["files"]?.array
            else { return nil }
            var entry = Entry(
                output: name, tool: tool, generation: generation, inputsDigest: inputs, mapDigest: map, files: [])
            for file in files {
                guard let path = file["path"]?.string, let digest = file["digest"]?.string,
                    let bytes = file["bytes"]?.integer
                else { return nil }
                entry.files.append(File(path: path, digest: digest, bytes: bytes))
            }
            for path in output["left"]?.array ?? [] {
                guard let path = path.string else { return nil }
                entry.left.append(path)
            }
            entries.append(entry)
        }
    }
}

extension OutputsRecord.Entry {
    fileprivate func write(to text: inout JSONText) {
        text.member("output", output)
        text.member("tool", tool)
        text.member("generation", generation)
        text.member("inputs", inputsDigest)
        text.member("map", mapDigest)
        text.array("files") { text in
            for file in files {
                text.object { text in
                    text.member("path", file.path)
                    text.member("digest", file.digest)
                    text.member("bytes", file.bytes)
                }
            }
        }
        if !left.isEmpty {
            text.array("left") { text in
                for path in left { text.member(nil, path) }
            }
        }
    }
}
