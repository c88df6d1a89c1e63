//  The machinery of golden texts: that it sees every change, hides what differs by machine and nothing else, and writes only
//  when it is asked to.

import Foundation
import Testing

@Suite struct GoldenTextTests {
    @Test func aTranscriptIsReadBackFromItsOwnText() {
        let transcript = Transcript([
            .prose("# Two commands."), .command(["cat <<END", "", "x", "END"]), .prose(""), .command(["false"]),
        ])
        let text = transcript.text([
            .init(output: "\nx\n", errors: "", code: 0), .init(output: "no end", errors: "\u{1B}[1ma\n", code: 1),
        ])
        #expect(
            text
                == """
                # Two commands.
                $ cat <<END
                >
                > x
                > END
                |
                | x

                $ false
                | no end
                \\ no line end
                ! ␛[1ma
                [1]

                """)
        #expect(Transcript(text) == transcript)
        #expect(transcript.commands == ["cat <<END\n\nx\nEND", "false"])
    }

    @Test func whatDiffersFromRunToRunIsHidden() {
        for (text, masked) in [
            ("a.json  folded  508 records  0.01 s  14.6 MB/s", "a.json  folded  508 records  N s  N B/s"),
            ("616 kB in 3:05 min: 853 B/s", "616 kB in N s: N B/s"),
            ("2022-05-01T08:00:03.417+02:00 watchfold: x", "TIME watchfold: x"),
            ("is in use by process 8826 since 2022-04-01T10:11:12Z", "is in use by process PID since TIME"),
            ("\"process\" : 17,", "\"process\" : PID,"), ("http://127.0.0.1:9117/", "http://127.0.0.1:PORT/"),
            ("watchfold 1.0.0 (commit abc1234, 2026-11-29)", "watchfold VERSION (commit COMMIT)"),
            ("lz4 1.9.4, SQLite 3.40.1", "lz4 VERSION, SQLite VERSION"),
            ("cannot open /tmp/x y/in/a", "cannot open /FOLDER/a"),
        ] {
            #expect(Mask.hide(text, folder: "/tmp/x y/in") == masked)
        }
        for text in [
            "20220401.json", "settle: 2s", "line 508, column 106", "2022-04-01 to 2022-04-03", "1,500 records",
            "263 kB",
        ] {
            #expect(Mask.hide(text, folder: "/tmp/x") == text)
        }
    }

    @Test func aChangeIsReportedByItsLines() throws {
        let folder = NSTemporaryDirectory() + "watchfold-golden-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func complaint(_ text: String, isRenewing: Bool = false) throws -> String? {
            try Golden.complaint("x.txt", text, in: folder, isRenewing: isRenewing)
        }
        // What is missing is not made by the way.
        let missing = try #require(try complaint("a\n"))
        #expect(missing.contains("there is no golden text x.txt") && missing.contains("scripts/golden"))
        #expect(try Golden.names(in: folder).isEmpty)
        let old = (1...20).map { "line \($0)\n" }.joined()
        #expect(try complaint(old, isRenewing: true) == nil && Golden.names(in: folder) == ["x.txt"])
        #expect(try complaint(old) == nil)
        let new = old.replacingOccurrences(of: "line 10\n", with: "line ten\n") + "more\n"
        let changed = try #require(try complaint(new))
        #expect(
            changed.contains("@@ line 8 @@\n line 8\n line 9\n-line 10\n+line ten\n line 11\n line 12\n@@ line 19 @@\n")
        )
        #expect(
            changed.contains(" line 20\n+more\n") && changed.contains("scripts/golden") && !changed.contains("line 7\n")
        )
        #expect(try complaint(new, isRenewing: true) == nil && complaint(new) == nil && complaint(old) != nil)
    }
}
