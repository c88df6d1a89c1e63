//  What is reported about rejected records: what their fields are, and settings that do read them.

import DurableIO
import Engagement
import Foundation
import Records
import TestSupport
import Testing

@testable import Configuration
@testable import Face
@testable import Findings
@testable import Intake
@testable import Operations
@testable import Wording

@Suite struct AdviceTests {
    private func findings(_ lines: [String], yaml: String = "") throws -> FileFindings {
        let bench = Workbench()
        bench.yaml = yaml
        bench.put("a.json", lines.map { $0 + "\n" }.joined())
        let report = Checker(try bench.settings(), fileSystem: bench.fileSystem, observer: Silence())
            .check([bench.inbox + "/a.json"])
        return try #require(report.files[0].reading).findings
    }

    private func duration(_ value: String) -> String { #"{"Contract":"A","AppName":"VOD","TotalDuration":\#(value)}"# }

    @Test(arguments: [
        (#""01:02:03""#, "is hours, minutes and seconds", "duration_format: HH:MM:SS"),
        (#""PT1H2M3S""#, "is an ISO 8601 duration", "duration_format: ISO8601"),
        (#""3723s""#, "names its units", "duration_format: units"),
        (#""3723 ""#, "is padded with blanks, a plus sign or zeros", "duration_format: padded"),
        (#""+3723""#, "is padded with blanks, a plus sign or zeros", "duration_format: padded"),
        (#""00012""#, "is padded with blanks, a plus sign or zeros", "duration_format: padded"),
        (
            #"" 01:02:03""#, "is hours, minutes and seconds and is padded with blanks, a plus sign or zeros",
            "duration_format: [padded, HH:MM:SS]"
        ),
        ("3723.417", "is not a whole number of seconds", "rounding: nearest   # or down, or up"),
        (#"{"$numberDouble":"3723.5"}"#, "is not a whole number of seconds", "rounding: nearest   # or down, or up"),
    ]) func aSettingThatReadsADurationIsProposed(_ value: String, _ words: String, _ line: String) throws {
        let lines = [duration("5"), duration(value), duration(value)]
        let found = try findings(lines)
        let advice = try #require(found.advice[.badDuration])
        #expect(advice.notes == ["TotalDuration \(value) \(words)"])
        #expect(advice.configuration == [line] && advice.readable == 2 && advice.records == 2)
        #expect(advice.proposal == "this line in the configuration would read them:")
        let text = FindingsText(files: [(nil, found)], plan: .engagement, columns: nil).lines()
        let expected: [String] = [
            "bad-duration 2, first at line 2", "  \(lines[1])", "  TotalDuration \(value) \(words)",
            "  this line in the configuration would read them:", "    \(line)",
        ]
        #expect(Array(text.prefix(5)) == expected)
        // With the line there is nothing left to say.
        let mended = try findings(lines, yaml: line + "\n")
        #expect(mended.rejected.isEmpty && mended.advice.isEmpty)
    }

    @Test(arguments: [
        (
            #""3,723""#,
            "has a comma, which may separate thousands or begin a fraction; write it without, or with a point"
        ),
        (
            #""3723,4""#,
            "has a comma, which may separate thousands or begin a fraction; write it without, or with a point"
        ),
        (#""1_000""#, "has grouped digits; write it without the separators"),
        (#""""#, "is empty"), (#""  ""#, "is blank"),
        (
            #""01:02""#,
            "may be hours and minutes, or minutes and seconds; duration_format: HH:MM or duration_format: MM:SS decides"
        ),
        (#""P1Y""#, "has years or months, whose length varies"), ("true", "is a boolean"),
        ("1e30", "does not fit in 64 bits"), (#""9223372036854775808""#, "does not fit in 64 bits"),
        (#""2562047788015215:30:08""#, "does not fit in 64 bits"),
        (#""PT9223372036854775808S""#, "does not fit in 64 bits"),
        (#"{"$numberDouble":"NaN"}"#, "is not a number"),
        (#""soon""#, "is neither a number nor in a form that duration_format accepts"),
        (#""{\"s\":5}""#, "is a string that contains JSON"),
    ]) func whatNoSettingReadsIsNamed(_ value: String, _ words: String) throws {
        let advice = try #require(try findings([duration(value)]).advice[.badDuration])
        #expect(advice.notes == ["TotalDuration \(value) \(words)"])
        #expect(advice.configuration.isEmpty && advice.proposal == nil)
    }

    /// From the inbox to the report; and files folded under other settings are noticed.
    @Test func settingsOfDurationsReachTheSums() throws {
        let bench = Workbench()
        bench.yaml = "duration_unit: milliseconds\nrounding: nearest\n"
        bench.put("20220401.json", (0..<3000).map { _ in duration("1499") + "\n" }.joined())
        #expect(try bench.run().files[0].counts.coerced == 0)
        #expect(try bench.export(.engagement).contains("A,0,3000,0,0,0\n"))
        bench.yaml = "duration_unit: milliseconds\nrounding: up\nduration_format: HH:MM:SS\n"
        bench.put("20220402.json", duration("\"00:01:00\"") + "\n" + duration(#"{"$numberLong":"2000"}"#) + "\n")
        let report = try bench.run()
        #expect(
            report.notes.contains { $0.contains("1 counted files were folded under other settings") }, "\(report.notes)"
        )
        #expect(try bench.export(.engagement).contains("A,0,3062,0,0,0\n"))
        #expect(try bench.reprocess().files.count == 2)
        #expect(try bench.export(.engagement).contains("A,0,6062,0,0,0\n"))
    }

    @Test func manyFormsAreToldTogetherWithWhatIsReadOfThem() throws {
        let values = [
            #""01:02:03""#, #""PT1H2M3S""#, "3723.417", #""3723,4""#, #""3,723""#, #""3723 ""#, #""3723s""#, #""""#,
            #""3.723E3""#,
            #""+3723""#,
        ]
        let found = try findings(values.map(duration))
        let advice = try #require(found.advice[.badDuration])
        #expect(advice.notes.count == 7 && advice.notes[0].hasSuffix("(2 records)"))
        let lines = [
            "duration_format: [padded, HH:MM:SS, ISO8601, units]", "rounding: nearest   # or down, or up",
        ]
        #expect(advice.configuration == lines)
        #expect(advice.proposal == "these lines in the configuration would read 6 of the 9 records examined:")
        let mended = try findings(values.map(duration), yaml: lines.joined(separator: "\n") + "\n")
        #expect(mended.rejected == [.badDuration: 3])
        #expect(mended.advice[.badDuration]?.configuration == [])
    }

    @Test(arguments: [
        (
            #"{"Contract":"A","AppName":"V","TotalDuration":[1,2,3]}"#, RejectReason.badDuration,
            "TotalDuration is an array of 3 numbers"
        ),
        (
            #"{"Contract":"A","AppName":"V","TotalDuration":{"a":1,"b":2}}"#, .badDuration,
            "TotalDuration is an object with a, b"
        ),
        (#"{"Contract":["A"],"AppName":"V","TotalDuration":1}"#, .badContract, "Contract is an array of 1 string"),
        (
            #"{"Contract":1.5,"AppName":"V","TotalDuration":1}"#, .badContract,
            "Contract 1.5 is not a whole number, or has more than 64 digits"
        ),
        (
            #"{"Contract":true,"AppName":"V","TotalDuration":1}"#, .badContract,
            "Contract true is a boolean; only strings and whole numbers are accepted"
        ),
        (
            #"{"Contract":"A","AppName":7,"TotalDuration":1}"#, .badApp,
            "AppName 7 is a number; only strings are accepted"
        ),
        (#"{"Contract":"A","AppName":null,"TotalDuration":1}"#, .missingApp, "AppName is null"),
        (#""{\"Contract\":\"A\"}""#, .notAnObject, "the record is a string that contains JSON"),
        ("17", .notAnObject, "the record is a number"),
        (
            #"{"Contract":["A","B"],"AppName":["V","W"],"TotalDuration":[1,2]}"#, .badContract,
            "the record is a table stored by columns: Contract, AppName and TotalDuration have 2 values each; write an object for each row (pandas: to_json(orient=\"records\", lines=True))"
        ),
        (
            #"{"Contract":{"0":"A","1":"B"},"AppName":{"0":"V","1":"W"}}"#, .badContract,
            "the record is a table stored by columns: Contract and AppName have 2 values each; write an object for each row (pandas: to_json(orient=\"records\", lines=True))"
        ),
    ]) func fieldsAreNamedForWhatTheyAre(_ line: String, _ reason: RejectReason, _ note: String) throws {
        let advice = try findings([line]).advice
        #expect(advice[reason]?.notes == [note] && advice[reason]?.configuration == [])
    }

    @Test(arguments: [
        (#"{"payload":"{\"Contract\":\"A\"}"}"#, #"`payload` is a string that contains JSON: {"Contract":"A"}"#),
        (#"{"x":{"views":[{"Contract":"A"},{}]}}"#, "`x.views` is an array of 2 objects"),
    ]) func whatHoldsFieldsInAnotherWayIsNamed(_ line: String, _ note: String) throws {
        let lacking = try #require(try findings([line]).lacking)
        #expect(lacking.notes == [note] && lacking.sentence.hasSuffix("; " + note))
    }

    /// A field that is an object with one value is looked for in it, when that is so in all records.
    @Test func aValueInAnObjectIsFoundByItsPath() throws {
        func line(_ contract: String) -> String { #"{"Contract":\#(contract),"AppName":"V","TotalDuration":1}"# }
        let lines = (0..<5).map { line(#"{"$oid":"571e394cbad0c6dc5f72000\#($0)"}"#) }
        let advice = try #require(try findings(lines).advice[.badContract])
        #expect(advice.notes == ["Contract is an object with $oid"])
        #expect(advice.configuration == [#"fields: {contract: "Contract.$oid"}"#])
        #expect(try findings(lines, yaml: advice.configuration[0]).rejected.isEmpty)
        // A record with a flaw of another kind may have the field where it was looked for first.
        let other = #"{"Contract":"A","AppName":"V","TotalDuration":"x"}"#
        #expect(try findings(lines + [other]).advice[.badContract]?.configuration == [])
        #expect(try findings(lines + [line("\"A\"")]).advice[.badContract]?.configuration == [])
        #expect(try findings(lines + [line("[1]")]).advice[.badContract]?.configuration == [])
    }

    /// The sample is of the content, however it is cut, and has records of its end.
    @Test func recordsAreSampledAllOverTheFile() throws {
        let lines = (0..<5000).map { duration($0 < 4000 ? "\"x\"" : "\"PT\($0)S\"") }
        let bench = Workbench()
        bench.put("a.json", lines.map { $0 + "\n" }.joined())
        bench.put("b.json.gz", gzip(Array(lines.map { $0 + "\n" }.joined().utf8)))
        var all: [[RejectReason: RejectionAdvice]] = []
        for (jobs, unitSize) in [(1, 1 << 20), (2, 1 << 20), (1, FoldSettings.defaultUnitSize)] {
            (bench.jobs, bench.unitSize) = (jobs, unitSize)
            let report = Checker(try bench.settings(), fileSystem: bench.fileSystem, observer: Silence())
                .check(["a.json", "b.json.gz"].map { bench.inbox + "/" + $0 })
            all += report.files.compactMap { $0.reading?.findings.advice }
        }
        #expect(all.count == 6 && Set(all).count == 1)
        let advice = try #require(all[0][.badDuration])
        #expect(advice.configuration == ["duration_format: ISO8601"])
        #expect(advice.records > 40 && advice.readable > 0 && advice.readable < 20)
    }
}
