//  Reports of ranges of days, and what the status tells.

import Checkpoints
import Engagement
import Foundation
import Records
import Reports
import TestSupport
import Testing
import Wording

@testable import Face
@testable import JSONRecords
@testable import Operations

@Suite struct ExportTests {
    private static let ranges: [(String?, String?)] = [
        (nil, nil), ("2022-04-02", nil), (nil, "2022-04-02"), ("2022-04-02", "2022-04-03"),
        ("2022-04-05", "2022-05-01"),
        ("2021-01-01", "2021-12-31"), ("2022-04-01", "2022-04-01"), ("0001-01-01", "9999-12-31"),
    ]

    @Test func everyReportOfEveryRangeIsTheReferences() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 51)
        let names = [
            "20220401.json", "20220401-b.json", "20220402.json", "20220403.json", "20220505.json", "undated.json",
            "dt=2022-04-30/x.json",
        ]
        let files = names.map { ReferenceFile(name: $0, content: source.lines(25)) }
        for file in files { bench.put(file.name, file.content) }
        try bench.run()
        let reference = ReferenceFold(files)
        for (first, last) in Self.ranges {
            let expected = reference.reports(from: first, to: last)
            for report in Report.ofEngagement {
                #expect(
                    try bench.export(report, from: first, to: last) == expected[report.fileName],
                    "\(report) from \(first ?? "the beginning") to \(last ?? "the end")")
            }
        }
        // The reports on disk are those of everything.
        expectSame(bench.outputs(), reference.reports())
    }

    @Test func statusTellsFilesRunsDaysAndUnmappedApps() throws {
        let bench = Workbench()
        let line = { (app: String, seconds: Int) in
            #"{"Contract":"C","AppName":"\#(app)","TotalDuration":\#(seconds)}"# + "\n"
        }
        bench.put("20220401.json", line("VOD", 5) + line("NEW", 7) + line("NEW", 1))
        bench.put("20220404.json", line("VOD", 5) + line("OTHER", 100))
        bench.put("20220404-copy.json", line("VOD", 5) + line("OTHER", 100))
        bench.put("20220406.json", "nonsense\n" + line("VOD", 1))
        bench.put("20220407.json.gz", [0x1F, 0x8B])
        try bench.run()
        try bench.run()
        let report = try bench.status()
        #expect(report.isIncomplete)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any])
        let files = try #require(json["files"] as? [[String: Any]])
        #expect(
            files.map { $0["name"] as? String }
                == ["20220401.json", "20220404-copy.json", "20220404.json", "20220406.json", "20220407.json"])
        #expect(files.map { $0["state"] as? String } == ["folded", "duplicate", "folded", "held", "waiting"])
        #expect(files.map { $0["counted"] as? Bool } == [true, false, true, false, false])
        #expect(files.map { $0["date"] as? String } == ["01", "04", "04", "06", "07"].map { "2022-04-" + $0 })
        #expect(files[3]["rejections"] as? [String: Int] == ["malformed-json": 1])
        #expect((files[0]["records"] as? [String: Int])?["folded"] == 3)
        #expect(files[0]["seconds"] as? Int == 13)
        #expect((files[0]["digest"] as? String)?.count == 32)
        #expect(json["generation"] as? Int == (try bench.status().generation))
        #expect(json["first_day"] as? String == "2022-04-01" && json["last_day"] as? String == "2022-04-04")
        #expect(json["missing_days"] as? [[String: String]] == [["first": "2022-04-02", "last": "2022-04-03"]])
        let apps = try #require(json["unmapped_apps"] as? [[String: Any]])
        #expect(apps.map { $0["app"] as? String } == ["OTHER", "NEW"])
        #expect(apps.map { $0["seconds"] as? Int } == [100, 8] && apps.map { $0["records"] as? Int } == [1, 2])
        let runs = try #require(json["runs"] as? [[String: Any]])
        #expect(runs.map { $0["outcome"] as? String } == ["incomplete", "incomplete"])
        #expect(runs.map { $0["command"] as? String } == ["run", "run"])
        #expect(runs[0]["published_generation"] == nil && runs[1]["published_generation"] as? Int == report.generation)

        let text = report.text(.plain)
        for part in ["held", "missing days: 2022-04-02 to 2022-04-03", "OTHER", "malformed-json 1"] {
            #expect(text.contains(part), "\(part) is not in\n\(text)")
        }
        #expect(!text.contains("\u{1B}"))
    }

    @Test func foldOfFilesIsRunAndExport() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 52)
        let shared = source.lines(40)
        let files = [
            ("a.json", shared), ("b.json.gz", gzip(source.lines(40))), ("c.json", shared),
            ("d.json.lz4", lz4(source.lines(9))),
        ]
        for (name, content) in files { bench.put(name, content) }
        try bench.run()
        for jobs in [1, 3] {
            bench.jobs = jobs
            var found: [UInt8] = []
            let fold = OneShotFold(
                try bench.settings(), fileSystem: bench.fileSystem, logger: noLog, observer: Silence())
            let report = try fold.run(files.map { bench.inbox + "/" + $0.0 }, format: .csv) { found += Array($0) }
            #expect(String(decoding: found, as: UTF8.self) == bench.outputs()["engagement.csv"])
            #expect(report.files.map(\.state) == [.folded, .folded, .duplicate, .folded])
        }
    }
}
