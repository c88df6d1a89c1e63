//  Text in other encodings than UTF-8 gives the reports of the same text in UTF-8.

import Foundation
import Records
import TestSupport
import Testing

@testable import Configuration
@testable import Face
@testable import Wording

@Suite struct EncodingTests {
    /// Records with titles and contracts beyond ASCII, all of them in Latin-1; more than a unit of 1 MiB when there are many.
    private static func text(_ records: Int) -> String {
        (0..<records).map { number in
            #"{"Contract":"Ça\#(number % 97)","AppName":"\#(number % 3 == 0 ? "CHANNEL" : "VOD")","#
                + #""TotalDuration":\#(number),"Title":"Café à la crème n° \#(number)"}"# + "\r\n"
        }.joined()
    }

    private func bytes(_ text: String, _ encoding: String.Encoding, mark: [UInt8] = []) throws -> [UInt8] {
        mark + Array(try #require(text.data(using: encoding)))
    }

    private func reference(_ text: String) throws -> [String: String] {
        let bench = Workbench()
        bench.put("20220401.json", text)
        try bench.run()
        return bench.outputs()
    }

    @Test(arguments: [5, 20_000]) func theReportsAreThoseOfUTF8(records: Int) throws {
        let text = Self.text(records)
        let expected = try reference(text)
        #expect(expected["engagement.csv"]?.contains("Ça4,") == true)
        for (setting, content) in [
            ("", try bytes(text, .utf16LittleEndian, mark: [0xFF, 0xFE])),
            ("", try bytes(text, .utf16BigEndian, mark: [0xFE, 0xFF])),
            ("", try bytes(text, .utf8, mark: [0xEF, 0xBB, 0xBF])),
            ("utf-16le", try bytes(text, .utf16LittleEndian)), ("utf-16be", try bytes(text, .utf16BigEndian)),
            ("latin1", try bytes(text, .isoLatin1)), ("windows-1252", try bytes(text, .windowsCP1252)),
            // A mark goes before the setting.
            ("latin1", try bytes(text, .utf16LittleEndian, mark: [0xFF, 0xFE])),
            ("latin1", try bytes(text, .utf8, mark: [0xEF, 0xBB, 0xBF])),
        ] {
            for storage in [Storage.plain, .zstd] {
                let bench = Workbench()
                bench.unitSize = 1 << 20
                bench.yaml = setting.isEmpty ? "" : "encoding: \(setting)\n"
                bench.put("20220401.json" + storage.suffix, storage.store(content))
                let report = try bench.run()
                #expect(report.files.map(\.state) == [.folded], "\(setting) \(report.files.map(\.reason))")
                expectSame(bench.outputs(), expected, "\(setting), \(storage)")
                #expect(report.files[0].size == content.count)
                #expect(try bench.verify().isSound)
            }
        }
    }

    /// The digest is of the bytes as they are, so a copy is a copy under any setting, and the settings are noticed.
    @Test func theContentIsTheSameUnderAnotherSetting() throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\n"
        let content = try bytes(Self.text(10), .isoLatin1)
        bench.put("20220401.json", content)
        #expect(try bench.run().counts.rejected[.invalidUTF8] == 10)
        let digest = try bench.status().files[0].digest
        bench.yaml += "encoding: latin1\n"
        #expect(try bench.run().notes.contains { $0.contains("folded under other settings") })
        #expect(try bench.reprocess().counts.folded == 10)
        #expect(try bench.status().files[0].digest == digest)
        bench.put("copy.json.gz", gzip(content))
        #expect(try bench.run().files.map(\.state) == [.duplicate])
        expectSame(bench.outputs(), try reference(Self.text(10)))
    }

    @Test func utf16WithoutAMarkIsNamed() throws {
        for (encoding, word) in [(String.Encoding.utf16LittleEndian, "utf-16le"), (.utf16BigEndian, "utf-16be")] {
            for records in [1, 20_000] {
                let bench = Workbench()
                bench.unitSize = 1 << 20
                bench.put("20220401.json", try bytes(Self.text(records), encoding))
                let file = try #require(try bench.run().files.first)
                #expect(file.state == .failed && file.reason.contains("without a byte order mark"))
                #expect(file.reason.hasSuffix("set encoding: \(word) and run `watchfold reprocess`"))
                bench.yaml = "encoding: \(word)\n"
                #expect(try bench.reprocess().files.map(\.state) == [.folded])
            }
        }
    }

    @Test func halfACharacterAtTheEndWaits() throws {
        let bench = Workbench()
        let whole = try bytes(Self.text(3), .utf16LittleEndian, mark: [0xFF, 0xFE])
        bench.put("20220401.json", whole.dropLast())
        let file = try #require(try bench.run().files.first)
        #expect(file.state == .waiting && file.reason.contains("odd number"))
        bench.age("20220401.json")
        #expect(try bench.run().files.map(\.state) == [.failed])
        bench.put("20220401.json", whole)
        #expect(try bench.run().files.map(\.state) == [.folded])
    }

    @Test func halfOfASurrogatePairRejectsItsRecordAlone() throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 50%\n"
        let lines = Self.text(4).split(separator: "\r\n").map { Array("\($0)\n".utf16) }
        let broken = Array(lines[1].dropLast(3)) + [0xD83D] + lines[1].suffix(3)
        let units = [0xFEFF] + lines[0] + broken + lines[2] + lines[3]
        bench.put("20220401.json", units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        let report = try bench.run()
        #expect(report.counts.folded == 3 && report.counts.rejected == [.invalidUTF8: 1])
        let example = try #require(report.files[0].findings?.examples[.invalidUTF8])
        #expect(example.flawText?.hasPrefix("half of a surrogate pair, not a character at line 2, column ") == true)
    }

    /// Whoever follows the advice need not ask for the file.
    @Test func whatIsHeldIsReadAgainUnderOtherSettings() throws {
        let bench = Workbench()
        bench.put("20220401.json", try bytes(Self.text(10), .isoLatin1))
        bench.put("20220402.json", "not json")
        #expect(try bench.run().files.map(\.state) == [.held, .held])
        #expect(try bench.run().files.isEmpty)
        bench.yaml = "encoding: latin1\n"
        #expect(try bench.run().files.map(\.state) == [.folded, .held])
        #expect(try bench.run().files.isEmpty)
        expectSame(bench.outputs(), try reference(Self.text(10)))
    }

    @Test func theReasonSaysWhichByteAndWhatReadsIt() throws {
        let bench = Workbench()
        bench.put("20220401.json", Array(#"{"Contract":"A","Title":"Caf"#.utf8) + [0xE9] + Array("\"}\n".utf8))
        let report = try bench.run()
        let text = try #require(report.files[0].findings?.examples[.invalidUTF8]?.flawText)
        #expect(text == #"the byte \xe9 is not valid UTF-8 at line 1, column 29; `encoding: latin1` reads it"#)
        let words =
            #"at line 1, column 29 of 20220401.json: the byte \xe9 is not valid UTF-8; `encoding: latin1` reads it"#
        #expect(report.summary("x", .engagement).contains { $0.contains(words) })
    }

    @Test func otherFormatsAreNamedForWhatTheyAre() throws {
        let bench = Workbench()
        bench.unitSize = 1 << 20
        let parquet = Array("PAR1".utf8) + [UInt8](repeating: 7, count: 3 << 20)
        bench.put("20220401.json", parquet)
        bench.put("20220402.json.gz", gzip(parquet))
        let rounds = (0..<5).reduce(Array(Self.text(1).utf8)) { content, _ in gzip(content) }
        bench.put("20220403.json.gz", rounds)
        let files = try bench.run().files
        #expect(files.map(\.state) == [.failed, .failed, .failed])
        #expect(files[0].reason == "it is a Parquet file, which cannot be read directly; export its rows as JSON Lines")
        #expect(files[1].reason.hasPrefix("inside gzip it is a Parquet file"))
        #expect(files[2].reason.contains("compressed more than 4 times"))
    }
}
