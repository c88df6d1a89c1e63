//  What was written beside the published reports, as a value and as JSON: `outputs.json` beside `receipt.json`. It tells
//  people what a workbook was made from, and the program whether it has to be made anew.
//
//      {
//        "format": 1,
//        "outputs": [
//          {
//            "output": "file: report.xlsx",          the words of the configuration
//            "tool": "watchfold 1.0.0",
//            "generation": 12,
//            "inputs": "9f3c…",                      identifies the contents that count
//            "map": "ab12…",                         digest of the category map
//            "files": [{"path", "digest", "bytes"}],
//            "left": ["report-2.csv"]                files of an earlier report that are still there; without any, no member
//          }
//        ]
//      }

/// Outputs as they were written last.
package struct OutputsRecord: Sendable, Equatable {
    package static let format = 1

    package struct File: Sendable, Equatable {
        package var path: String
        /// Of the file's bytes, in hexadecimal.
        package var digest: String
        package var bytes: Int

        package init(path: String, digest: String, bytes: Int) {
            self.path = path
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// One output. Two that differ in anything but their files and what is left are of different reports.
    package struct Entry: Sendable, Equatable {
        package var output: String
        package var tool: String
        package var generation: Int
        package var inputsDigest: String
        package var mapDigest: String
        package var files: [File]
        /// Paths that were written for an earlier report, with more or fewer parts, and are still there.
        package var left: [String] = []

        package init(
            output: String, tool: String, generation: Int, inputsDigest: String, mapDigest: String, files: [File]
        ) {
            self.output = output
            self.tool = tool
            self.generation = generation
            self.inputsDigest = inputsDigest
            self.mapDigest = mapDigest
            self.files = files
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry] = []) { self.entries = entries }

    /// The text, which ends in LF.
    package var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            text.member("format", Self.format)
            text.array("outputs") { text in
                for entry in entries {
                    text.object { text in
                        text.member("output", entry.output)
                        text.member("tool", entry.tool)
                        text.member("generation", entry.generation)
                        text.member("inputs", entry.inputsDigest)
                        text.member("map", entry.mapDigest)
                        text.array("files") { text in
                            for file in entry.files {
                                text.object { text in
                                    text.member("path", file.path)
                                    text.member("digest", file.digest)
                                    text.member("bytes", file.bytes)
                                }
                            }
                        }
                        if !entry.left.isEmpty {
                            text.array("left") { text in
                                for path in entry.left { text.member(nil, path) }
                            }
                        }
                    }
                }
            }
        }
        return text.finished()
    }

    /// Reads what `json` wrote; nil for anything else, and then all outputs are to be made anew.
    package init?(json: [UInt8]) {
        guard let value = try? JSONValue(json), value["format"]?.integer == Self.format,
            let outputs = value["outputs"]?.array
        else { return nil }
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
