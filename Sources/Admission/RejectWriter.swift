//  Dead letters: the records that were not taken, as JSON Lines.
//
//      output/rejects/NAME.jsonl
//
//      {"file":"a.json","line":12,"offset":2071,"bytes":63,"reason":"bad-length","raw":"{\"User\": …}"}
//      {"file":"a.json","line":14,"offset":2341,"bytes":66,"reason":"malformed-json","flaw":"trailing comma at …","raw": …}
//      {"file":"a.json","line":15,"offset":2602,"bytes":71,"reason":"invalid-utf8","raw_base64":"eyJDb…"}
//      {"file":"a.json","shown":2,"rejected":73}                  last, when not all are shown
//
//  `raw` is the record's text; when its bytes are not valid UTF-8 they stand in `raw_base64` instead (RFC 4648, section 4).
//  `offset` and `bytes` say what the rejection covers: the record, or all up to the next one that could be found.
//  `"cut":true` marks a text that is not all of it. A file without rejected records has no dead letters, and old ones are removed.

import Codecs
import DurableIO
import Foundation
import Intake
import Records
import SmallJSON

/// Writes the dead letters of files.
package struct RejectWriter {
    package let output: String
    package let fileSystem: FileSystem

    package init(output: String, fileSystem: FileSystem) {
        self.output = output
        self.fileSystem = fileSystem
    }

    /// A name may be as long as a file system allows (255 bytes), but the name of its dead letters, and their temporary
    /// name, are longer than that: of a long one only the beginning stands, with the digest of all of it.
    private func path(_ name: String) -> String {
        var last = Path.name(name)
        if last.utf8.count > Self.longestName {
            let digest = Array(last.utf8).withUnsafeBytes { XXH128(of: $0) }
            var kept = 0
            let start = last.unicodeScalars.prefix { scalar in
                kept += UTF8.width(scalar)
                return kept <= Self.longestName - 33
            }
            last = String(start) + "-" + digest.hex
        }
        let folder = name.contains("/") ? Path.join("rejects", Path.parent(name)) : "rejects"
        return Path.join(Path.join(output, folder), last + ".jsonl")
    }

    /// Bytes of a name that leave room for `.jsonl` and for what a temporary name adds.
    private static let longestName = 200

    /// Replaces the dead letters of a file that was read.
    package func write(_ name: String, _ content: FileSummary) throws {
        let path = path(name)
        if content.rejections.isEmpty { return try fileSystem.removeIfPresent(path) }
        try fileSystem.createFolders(Path.parent(path))
        let file = try AtomicFile(path, in: fileSystem)
        try Self.write(name, content) { text in
            var text = text
            try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
        }
        try file.commit()
    }

    /// Hands on the dead letters of a file, in pieces.
    package static func write(_ name: String, _ content: FileSummary, to sink: (String) throws -> Void) throws {
        var text = ""
        for rejection in content.rejections {
            text += line(name, rejection)
            if text.utf8.count > 1 << 18 {
                try sink(text)
                text = ""
            }
        }
        let rejected = content.counts.rejectedTotal
        if content.rejections.count < rejected {
            text += JSONText.line { line in
                line.member("file", name)
                line.member("shown", content.rejections.count)
                line.member("rejected", rejected)
            }
        }
        try sink(text)
    }

    private static func line(_ name: String, _ rejection: RejectedRecord) -> String {
        JSONText.line { line in
            line.member("file", name)
            line.member("line", rejection.line)
            line.member("offset", rejection.offset)
            line.member("bytes", rejection.size)
            line.member("reason", rejection.reason.rawValue)
            if let flaw = rejection.flaw { line.member("flaw", flaw.text(recordLine: rejection.line)) }
            if let raw = text(rejection) {
                line.member("raw", raw)
            } else {
                line.member("raw_base64", Data(rejection.raw).base64EncodedString())
            }
            if rejection.isCut { line.member("cut", true) }
        }
    }

    /// The text of a record, unless its bytes are not valid UTF-8. A cut may go through a character; what is left of it is left
    /// out.
    private static func text(_ rejection: RejectedRecord) -> String? {
        for dropped in 0...(rejection.isCut ? min(3, rejection.raw.count) : 0) {
            if let text = String(validating: rejection.raw.dropLast(dropped), as: UTF8.self) { return text }
        }
        return nil
    }
}
