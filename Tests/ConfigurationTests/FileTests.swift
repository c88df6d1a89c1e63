import Configuration
import Engagement
import Foundation
import Records
import Testing

/// What a file gives.
@Suite struct FileTests {
    @Test(arguments: [
        "", "\n\n", "# only a comment\n", "---\n", "~\n", "null", "\u{feff}# mark\n", "{}", "%YAML 1.1\n---\n",
    ])
    func nothingIsGivenByAFileOfNothing(yaml: String) throws { #expect(try layer(yaml) == Overlay()) }

    @Test func commentedExampleGivesNothing() throws { #expect(try layer(Sample.commented) == Overlay()) }

    @Test func exampleInForceGivesTheDefaults() throws {
        var resolved = try Configuration.resolve(file: layer(Sample.inForce))
        let inFile = Setting.allCases.filter(\.isInFile)
        #expect(Set(resolved.origins.keys) == Set(inFile), "a key is missing from the example")
        #expect(resolved.jobs == 2 && resolved.planFolder == "plans/video")
        #expect(resolved.watch.onPublish == "./upload.sh" && resolved.watch.statusPort == 9117)
        (resolved.jobs, resolved.planFolder) = (nil, nil)
        #expect(resolved.watch.onProblem == "./notify.sh" && resolved.watch.expectBy == HourMinute(minutes: 540))
        resolved.watch.onPublish = nil
        resolved.watch.onProblem = nil
        resolved.watch.expectBy = nil
        resolved.watch.statusPort = nil
        resolved.origins = [:]
        #expect(resolved == Configuration.builtIn)
        for line in Sample.commented.split(separator: "\n") {
            #expect(line.hasPrefix("#"), "\(line)")
            #expect(line.count <= 120, "\(line)")
        }
    }

    @Test func everyKeyIsRead() throws {
        let yaml = #"""
            inbox: /data/in
            checkpoints: ./state
            output: "../out put"
            jobs: 1024
            memory: 1.5GiB
            fields:
              contract: doc.customer\.id
              app: [a.b\\c, 12]
              duration: seconds
            categories:
              NO: [yes, 0012, ~]
              Sport: SPORT
              Kids: []
            ignore: [0, "0", 0012, NO, ""]
            duration_unit: milliseconds
            duration_format: [HH:MM:SS, ISO8601, number, units]
            rounding: down
            negative_durations: keep
            json: lenient
            records: [data, hits.inner]
            duplicates: count
            max_reject_ratio: 0.125
            max_record_bytes: 65536
            rejects_per_file: 0
            encoding: windows-1252
            date: ["{dd}-{mm}-{yyyy}", "{yy}{mm}{dd}"]
            files: "*.log"
            gate: off
            gate_days: 7
            gate_threshold: 1000
            watch:
              {settle: 500ms, stale: 1h, poll: 1.5m, poll_only: true, publish_every: 0, on_publish: a b, on_problem: c,
              expect_by: 33:05, status_port: 0}
            """#
        let resolved = try Configuration.resolve(file: layer(yaml, path: "conf/watchfold.yaml"))
        #expect(resolved.inbox == "/data/in")
        #expect(resolved.checkpoints == "conf/./state")
        #expect(resolved.encoding == .windows1252)
        #expect(resolved.datePatterns.map(\.text) == ["{dd}-{mm}-{yyyy}", "{yy}{mm}{dd}"])
        #expect(resolved.filePatterns.map(\.text) == ["*.log"])
        #expect(resolved.output == "conf/../out put")
        #expect(resolved.jobs == 1024)
        #expect(resolved.memory.bytes == 1_610_612_736)
        var plan = FoldPlan.engagement
        plan.keyPaths = [FieldPath([["doc", "customer.id"]]), FieldPath([["a", "b\\c"], ["12"]])]
        plan.valuePath = FieldPath([["seconds"]])
        plan.ignoredKeys = ["0", "0012", "NO"]
        plan.keepsNegativeValues = true
        plan.durations = DurationRules(
            unit: .milliseconds, forms: [.hoursMinutesSeconds, .iso8601, .units], rounding: .down)
        plan.isLenient = true
        plan.recordPaths = [["data"], ["hits", "inner"]]
        #expect(resolved.plan == plan)
        #expect(
            resolved.groups
                == [
                    GroupRule("NO", ["yes", "0012", "~"]), GroupRule("Sport", ["SPORT"]),
                    GroupRule("Kids", []),
                ])
        #expect(resolved.duplicates == .count)
        var watch = WatchRules()
        watch.settle = TimeSpan(milliseconds: 500)
        watch.stale = .seconds(3600)
        watch.poll = .seconds(90)
        watch.pollsOnly = true
        watch.publishEvery = .seconds(0)
        watch.onPublish = "a b"
        watch.onProblem = "c"
        watch.expectBy = HourMinute(minutes: 33 * 60 + 5)
        watch.statusPort = 0
        #expect(resolved.watch == watch)
        #expect(resolved.maxRejectRatio.millionths == 125_000)
        #expect(resolved.maxRecordBytes.bytes == 65536)
        #expect(resolved.rejectsPerFile == 0)
        var gate = GateRules()
        gate.mode = .off
        gate.days = 7
        gate.threshold = 1000
        #expect(resolved.gate == gate)
        #expect(resolved.origin(of: .output) == .file(name: "conf/watchfold.yaml", line: 3, column: 9))
        #expect(resolved.origin(of: .secondKeyField) == .file(name: "conf/watchfold.yaml", line: 8, column: 8))
    }

    @Test func onePathAloneHasNoAlternative() throws {
        let plan = try Configuration.resolve(file: layer("fields: {contract: _source.Contract}")).plan
        #expect(plan.keyPaths[0] == FieldPath([["_source", "Contract"]]))
        #expect(plan.keyPaths[1] == FoldPlan.engagement.keyPaths[1])
    }

    @Test(arguments: [("w.yaml", "in"), ("./w.yaml", "./in"), ("/a/b/w.yaml", "/a/b/in"), ("/w.yaml", "/in")])
    func relativePathsStartAtTheFile(file: String, inbox: String) throws {
        #expect(try layer("inbox: in", path: file).inbox?.value == inbox)
        #expect(try layer("inbox: /in", path: file).inbox?.value == "/in")
    }

    @Test func lineEndsAndMarksOfOtherSystemsAreFine() throws {
        let plain = try layer("jobs: 3\nignore:\n  - a\n")
        #expect(try layer("jobs: 3\r\nignore:\r\n  - a\r\n") == plain)
        #expect(try layer("\u{feff}jobs: 3\nignore:\n  - a\n") == plain)
        #expect(complaints("jobs: 3\r\nmemory: 1\r\n") == complaints("jobs: 3\nmemory: 1\n"))
    }

    @Test func appsAreComparedByteForByte() throws {
        let rules = try layer("categories: {A: [e\u{301}, KPLUS], B: [\u{e9}, KPlus]}").groups?.value
        #expect(rules?.map(\.members.count) == [2, 2])
    }

    @Test func aFileOfTheLargestSizeIsRead() throws {
        var yaml = "categories:\n  All:\n"
        var apps = 0
        while yaml.utf8.count < Overlay.maxFileBytes - 100 {
            yaml += "    - app\(apps)\n"
            apps += 1
        }
        let category = try layer(yaml).groups?.value.first
        #expect(category?.members.count == apps)
        yaml += String(repeating: "#", count: Overlay.maxFileBytes + 1 - yaml.utf8.count)
        #expect(
            complaints(yaml)
                == ["watchfold.yaml:1:1: the file has 1000001 bytes, more than 1000000; is it a configuration?"])
    }
}
