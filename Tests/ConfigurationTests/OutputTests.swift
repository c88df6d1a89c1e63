import Configuration
import Testing

/// Files that are kept beside the reports.
@Suite struct OutputTests {
    @Test func aListIsRead() throws {
        let yaml = """
            outputs:
              - file: book.xlsx
              - {file: /lake/p.parquet, report: profile, every: 1h}
              - {file: "x y.csv", for: excel, delimiter: ;, unit: hours, format: csv, every: 0}
            """
        let rules = try Configuration.resolve(file: layer(yaml, path: "etc/w.yaml")).outputs
        #expect(rules.map(\.file) == ["etc/book.xlsx", "/lake/p.parquet", "etc/x y.csv"])
        #expect(rules.map(\.every) == [.seconds(300), .seconds(3600), .seconds(0)])
        #expect(rules[0].text == "file: etc/book.xlsx")
        #expect(rules[2].text == "file: etc/x y.csv, format: csv, unit: hours, for: excel, delimiter: ;")
        #expect(rules[1].words[.report]?.origin == .file(name: "etc/w.yaml", line: 3, column: 37))
        #expect(try Configuration.resolve(file: layer("outputs: []")).outputs.isEmpty)
    }

    @Test(arguments: [
        (
            "outputs: x.csv",
            #"1:10: outputs: expected a list of files, each a mapping, found "x.csv"; "#
                + "write for example outputs: [{file: report.xlsx}]"
        ),
        (
            "outputs: [x.csv]",
            #"1:11: outputs: expected a list of files, each a mapping, found "x.csv" (in the list); "#
                + "write for example outputs: [{file: report.xlsx}]"
        ),
        ("outputs: [{report: apps}]", "1:11: outputs: an output has no file; write for example {file: report.xlsx}"),
        ("outputs: [{file: a.csv, reprot: apps}]", #"1:25: unknown key of an output "reprot"; did you mean "report"?"#),
        (
            "outputs: [{file: ~/a.csv}]",
            #"1:18: outputs: file: expected the path of a file, found "~/a.csv" "#
                + "(~ is not expanded here); write for example file: report.xlsx"
        ),
        (
            "outputs: [{file: a.csv, every: soon}]",
            "1:32: outputs: every: expected a time from 0s to 168h, "
                + #"found "soon" (no number); write for example every: 5m"#
        ),
        ("outputs: [{file: a.csv, report: [apps]}]", "1:33: outputs: report: expected a word, found a list"),
        ("outputs: [{file: a.csv, report: }]", "1:33: outputs: report: expected a word, found nothing"),
    ])
    func aMistakeIsToldWithItsPlace(_ yaml: String, _ told: String) {
        #expect(complaints(yaml) == ["watchfold.yaml:" + told])
    }

    @Test(arguments: [
        ("inbox/a.jsonl", "is inside the inbox"), ("./inbox/../inbox/x/a.csv", "is inside the inbox"),
        ("/here/checkpoints/a.csv", "is inside the checkpoints folder"),
        ("output/engagement.csv", "is the name of a file that Watchfold writes"),
        ("/here/output/receipt.json", "is the name of a file that Watchfold writes"),
        ("output/rejects/a.csv", "is the name of a file that Watchfold writes"),
        ("a.csv}, {file: ./a.csv", "is also written by the output of watchfold.yaml:1:18"),
    ])
    func aPlaceThatIsTakenIsRefused(_ file: String, _ told: String) throws {
        let file = try layer("outputs: [{file: \(file)}]")
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.resolve(file: file, workingDirectory: "/here")
        }
        #expect(error?.mistakes.count == 1 && error?.description.contains(told) == true, "\(String(describing: error))")
    }
}
