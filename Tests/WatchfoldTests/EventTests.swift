//  Every decision that costs or changes something is provoked on purpose, and seen in the log with its reason.

import DurableIO
import Events
import Foundation
import Intake
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Operations

@Suite struct EventTests {
    /// A bench whose log is kept.
    private func bench(_ level: Logger.Level = .debug) -> (Workbench, LogBox) {
        let (bench, box) = (Workbench(), LogBox())
        bench.logger = box.logger(level)
        return (bench, box)
    }

    private func lines(_ range: Range<Int>, app: String = "CHANNEL") -> String {
        range.map { #"{"Contract":"C\#($0)","AppName":"\#(app)","TotalDuration":5}"# + "\n" }.joined()
    }

    /// Runs, and returns the lines of an event.
    private func run(_ bench: Workbench, _ box: LogBox, _ event: EventName) throws -> [LogBox.Line] {
        _ = box.take()
        try bench.run()
        return box.take().filter { $0.event == event.rawValue }
    }

    // MARK: Files

    @Test func aFirstRunTellsWhatItReadsAndMakes() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<9))
        bench.put("20220402.json", lines(5..<20))
        try bench.run()
        let all = box.take()
        func one(_ event: EventName) -> [LogBox.Line] { all.filter { $0.event == event.rawValue } }
        #expect(one(.ledgerMade).count == 1)
        #expect(one(.fileDue).map { $0.fields["file"] } == ["20220401.json", "20220402.json"])
        #expect(one(.fileDue).map(\.reason) == ["new", "new"])
        #expect(one(.fileNotCut).map(\.reason) == ["small", "small"])
        #expect(one(.partialWritten).compactMap { $0.fields["rows"] }.sorted() == ["15", "9"])
        #expect(one(.committed).compactMap { $0.fields["files"].flatMap { Int($0) } }.reduce(0, +) == 2)
        #expect(one(.manifestWritten).count == 1)
        #expect(one(.reportsDue).map(\.reason) == ["no-receipt"])
        #expect(one(.partialsMerged).map(\.reason) == ["no-total"])
        #expect(one(.partialsMerged).first?.fields["files"] == "2" && one(.partialsMerged).first?.level == .debug)
        // Nothing is to be done the second time, and nothing is said to be.
        try bench.run()
        #expect(Set(box.take().map(\.event)) == [EventName.stageTimes.rawValue])
    }

    @Test func nothingIsSaidOfDecisionsUnlessTheLevelIsOn() throws {
        let (bench, box) = bench(.info)
        bench.put("20220401.json", lines(0..<9))
        try bench.run()
        #expect(box.take().isEmpty)
    }

    @Test func smallFilesShareACommit() throws {
        let (bench, box) = bench()
        bench.jobs = 1
        for day in 10..<30 { bench.put("202204\(day).json", lines(0..<day)) }
        let commits = try run(bench, box, .committed)
        #expect(commits.compactMap { $0.fields["files"].flatMap { Int($0) } }.reduce(0, +) == 20)
        #expect(commits.count < 20)
    }

    @Test func itSaysInWhatAFileIsNotAsItWas() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<9))
        try bench.run()
        bench.age("20220401.json")
        #expect(try run(bench, box, .fileDue).map(\.reason) == ["modified"])
        bench.age("20220401.json")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.inbox + "/20220401.json")
        let all = try run(bench, box, .fileDue)
        #expect(all.map(\.reason) == ["modified"] || all.map(\.reason) == ["changed"], "\(all)")
        bench.put("20220401.json", lines(0..<10))
        #expect(try run(bench, box, .fileDue).map(\.reason) == ["size"])
        bench.yaml = "date: \"{yyyy}{dd}{mm}\"\n"
        #expect(try run(bench, box, .fileDue).map(\.reason) == ["date"])
    }

    @Test func knownContentsAndEarlierPartialsAreUsedAgain() throws {
        let (bench, box) = bench()
        let (first, second) = (lines(0..<9), lines(0..<12))
        bench.put("20220401.json", first)
        try bench.run()
        bench.age("20220401.json")
        #expect(try run(bench, box, .contentKnown).map { $0.fields["file"] } == ["20220401.json"])
        bench.put("20220401.json", second)
        try bench.run()
        bench.put("20220401.json", first)
        let reused = try run(bench, box, .partialReused)
        #expect(reused.count == 1)
        // The other partial is cut short, so it has to be made once more.
        bench.put("20220401.json", second)
        let partials = bench.checkpoints + "/partials/dt=2022-04-01"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: partials).first {
                !reused[0].fields["partial"]!.hasSuffix($0)
            })
        try Data("PAR1".utf8).write(to: URL(fileURLWithPath: partials + "/" + name))
        let damaged = try run(bench, box, .partialDamaged)
        #expect(damaged.count == 1 && damaged[0].level == .info && !damaged[0].reason.isEmpty, "\(damaged)")
    }

    @Test func aFileThatChangesIsReadAgain() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<9))
        let path = bench.inbox + "/20220401.json"
        let isTouched = Mutex(false)
        bench.watcher.bend { call in
            switch call {
            case .read(path, _), .readAt(path, _, _):
                // Once, at the first read.
                if isTouched.withLock({ was in
                    defer { was = true }
                    return !was
                }) {
                    utimes(path, nil)
                }
            default: break
            }
            return .proceed
        }
        #expect(try run(bench, box, .fileRetried).map { $0.fields["attempt"] } == ["2"])
    }

    // MARK: How a file is read

    /// More than a megabyte.
    private static let many = 0..<30_000

    @Test func largeFilesAreCutWhereTheyCanBe() throws {
        let (bench, box) = bench()
        bench.unitSize = 1 << 20
        let text = lines(Self.many)
        // The last record is on two lines.
        let pretty = text.replacingOccurrences(
            of: "{", with: "{\n", options: [], range: text.range(of: "{", options: .backwards))
        let wide = ("\u{FEFF}" + text).utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        bench.put("20220401.json", text)
        bench.put("20220402.json", "[" + text.dropLast().replacingOccurrences(of: "\n", with: ",\n") + "]\n")
        bench.put("20220403.json", pretty)
        bench.put("20220404.json", wide)
        try bench.run()
        let all = box.take()
        let cut = all.filter { $0.event == "file-cut" }
        #expect(cut.map { $0.fields["file"] } == ["20220401.json"])
        #expect(cut.first?.fields["ranges"] == "\((text.utf8.count + (1 << 20) - 1) >> 20)")
        let reasons = Dictionary(
            all.filter { $0.event == "file-not-cut" }.map { ($0.fields["file"]!, $0.reason) }, uniquingKeysWith: { $1 })
        #expect(
            reasons == [
                "20220402.json": "layout", "20220403.json": "value-across-lines", "20220404.json": "other-encoding",
            ])
    }

    @Test func compressedFilesAreNotCut() throws {
        let (bench, box) = bench()
        bench.unitSize = 1 << 20
        // What cannot be compressed, so that the file is longer than a range.
        var dice = Dice(seed: 1)
        let noise = (0..<90_000).map { _ in #"{"Contract":"\#(dice.next())","AppName":"VOD","TotalDuration":5}"# + "\n"
        }
        bench.put("20220401.json.gz", gzip(Array(noise.joined().utf8)))
        #expect(try run(bench, box, .fileNotCut).map(\.reason) == ["compressed"])
    }

    @Test func recordsOfUnknownShapesAreCounted() throws {
        let (bench, box) = bench()
        // Escapes and extra fields in other orders: no two are of one shape.
        let odd = (0..<4000).map { n in
            let extra = (0..<5).map { #""f\#((n * 7 + $0 * n) % 997)":\#($0)"# }.joined(separator: ",")
            return #"{\#(extra),"Contract":"C\u0041\#(n)","AppName":"VOD","TotalDuration":"5"}"# + "\n"
        }
        bench.put("20220401.json", odd.joined())
        let slow = try run(bench, box, .slowRecords)
        #expect(slow.count == 1 && slow[0].fields["of"] == "4000")
        let count = try #require(slow.first?.fields["records"].flatMap { Int($0) })
        #expect(count > 1000 && count <= 4000)
    }

    @Test func shapesThatAreForgottenAreCounted() throws {
        let (bench, box) = bench()
        // Each record has a field of its own name, so each shape is met once.
        let odd = (0..<4000).map { #"{"x\#($0)":1,"Contract":"C\#($0)","AppName":"VOD","TotalDuration":5}"# + "\n" }
        bench.put("20220401.json", odd.joined())
        let forgotten = try run(bench, box, .shapesForgotten)
        #expect(forgotten.count == 1 && forgotten[0].fields["times"].flatMap { Int($0) } ?? 0 > 0, "\(forgotten)")
    }

    @Test func aTableThatIsPutAsideIsTold() throws {
        let (bench, box) = bench()
        bench.unitSize = 1 << 20
        bench.yaml = "memory: 16MB\nmax_record_bytes: 1MB\n"
        let count = 45_000
        let text = (0..<2 * count).map {
            #"{"Contract":"a-contract-with-a-very-long-name-\#($0 * 7919 % count)","AppName":"VOD","TotalDuration":1}"#
                + "\n"
        }
        bench.put("20220401.json", text.joined())
        let spilled = try run(bench, box, .tableSpilled)
        #expect(spilled.count > 1 && spilled.allSatisfy { Int($0.fields["rows"]!)! > 0 })
        // The same in a fold that keeps nothing.
        let fold = OneShotFold(
            try bench.settings(), fileSystem: bench.fileSystem, logger: bench.logger, observer: Silence())
        _ = try fold.run([bench.inbox + "/20220401.json"], format: .csv) { _ in }
        let told = box.take()
        #expect(told.contains { $0.event == "table-spilled" } && told.contains { $0.event == "file-cut" })
        #expect(told.last?.event == "stage-times" && told.last?.fields["seconds_reading"] != nil)
    }

    // MARK: Total, reports, outputs

    @Test func itSaysWhatBecomesOfTheTotal() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<400))
        bench.put("20220402.json", lines(0..<401))
        try bench.run()
        bench.put("20220403.json", lines(0..<9))
        let kept = try run(bench, box, .totalKept)
        #expect(kept.map { $0.fields["changed_files"] } == ["1"] && kept[0].fields["generation"] != nil)
        bench.put("20220404.json", lines(0..<402))
        #expect(try run(bench, box, .totalRenewed).map { $0.fields["changed_files"] } == ["2"])
        // More files come and go than count.
        for name in ["20220401.json", "20220402.json", "20220403.json", "20220404.json"] {
            bench.put(name, lines(500..<700, app: name.hasPrefix("20220401") ? "VOD" : name))
        }
        #expect(try run(bench, box, .partialsMerged).map(\.reason) == ["many-changes"])
    }

    @Test func itSaysWhyTheTotalCannotBeUsed() throws {
        let (bench, box) = bench(.info)
        bench.put("20220401.json", lines(0..<40))
        bench.put("20220402.json", lines(0..<41))
        try bench.run()
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.totalPath))
        func put(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: bench.totalPath)) }
        // Its end is cut off: it is noticed at once.
        try put(whole.dropLast(3))
        var merged = try run(bench, box, .partialsMerged)
        #expect(merged.map(\.reason) == ["total-damaged"] && merged[0].text.contains("does not end with PAR1"))
        // A page is wrong: it is noticed when it is read, by a run that needs it.
        var bytes = whole
        bytes[40] ^= 1
        try put(bytes)
        bench.put("20220403.json", lines(0..<4))
        merged = try run(bench, box, .partialsMerged)
        #expect(merged.map(\.reason) == ["merge-failed"] && merged[0].fields["files"] == "3", "\(merged)")
        // That of another ledger.
        let other = Workbench()
        other.put("20220401.json", lines(0..<40))
        try other.run()
        try FileManager.default.removeItem(atPath: bench.totalPath)
        try FileManager.default.copyItem(atPath: other.totalPath, toPath: bench.totalPath)
        #expect(try run(bench, box, .partialsMerged).map(\.reason) == ["total-of-other-ledger"])
    }

    @Test func itSaysWhyReportsAreWritten() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<40))
        try bench.run()
        bench.put("20220402.json", lines(0..<4))
        #expect(try run(bench, box, .reportsDue).map(\.reason) == ["contents"])
        bench.yaml = "categories: {TV: [CHANNEL, VOD]}\n"
        #expect(try run(bench, box, .reportsDue).map(\.reason) == ["groups"])
        let report = bench.output + "/apps.csv"
        try FileManager.default.removeItem(atPath: report)
        #expect(try run(bench, box, .reportsDue).map(\.reason) == ["report-lost"])
        try Data("{".utf8).write(to: URL(fileURLWithPath: bench.output + "/receipt.json"))
        #expect(try run(bench, box, .reportsDue).map(\.reason) == ["damaged-receipt"])
        try FileManager.default.removeItem(atPath: bench.totalPath)
        #expect(try run(bench, box, .reportsDue).map(\.reason) == ["total-due"])
    }

    @Test func veryManyTablesAreMergedInStages() throws {
        let (bench, box) = bench()
        for day in 0..<40 { bench.put("d\(day).json", lines(day..<day + 2)) }
        let staged = try run(bench, box, .mergeStaged)
        #expect(staged.map { $0.fields["tables"] } == ["40"])
        // And at once, where there is no place for files.
        try FileManager.default.removeItem(atPath: bench.totalPath)
        bench.watcher.bend { call in
            if case .open(let path, let flags) = call, path.contains("merge.parquet"), flags & O_CREAT != 0 {
                return .fail(errno: ENOSPC)
            }
            return .proceed
        }
        let unstaged = try run(bench, box, .mergeUnstaged)
        #expect(
            unstaged.count == 1 && unstaged[0].level == .info && unstaged[0].fields["tables"] == "40", "\(unstaged)")
    }

    @Test func itSaysWhyAnOutputIsMade() throws {
        let (bench, box) = bench()
        bench.yaml = "outputs:\n  - {file: \(bench.root)/out.csv, report: apps}\n"
        bench.put("20220401.json", lines(0..<40))
        #expect(try run(bench, box, .outputDue).map(\.reason) == ["no-entry"])
        bench.put("20220402.json", lines(0..<41))
        #expect(try run(bench, box, .outputDue).map(\.reason) == ["contents"])
        try FileManager.default.removeItem(atPath: bench.root + "/out.csv")
        #expect(try run(bench, box, .outputDue).map(\.reason) == ["file-lost"])
        #expect(try run(bench, box, .outputDue).isEmpty)
    }

    // MARK: Checkpoints

    @Test func otherRulesAreTold() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<4))
        bench.put("20220402.json", lines(0..<4))
        try bench.run()
        bench.yaml = "duplicates: count\n"
        #expect(try run(bench, box, .rulesChanged).map { $0.fields["files"] } == ["1"])
    }

    @Test func aLockThatIsWaitedForIsTold() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<4))
        try bench.run()
        let held = Mutex<FileLock?>(nil)
        if case .taken(let lock) = try FileLock.attempt(bench.checkpoints + "/lock", in: .real, now: "now") {
            held.withLock { $0 = lock }
        }
        #expect(held.withLock { $0 != nil })
        Thread.detachNewThread {
            usleep(35_000)
            held.withLock { $0 = nil }
        }
        _ = box.take()
        _ = try bench.processor()
        let waited = box.take().filter { $0.event == "lock-waited" }
        #expect(waited.count == 1 && Int(waited[0].fields["tries"]!)! >= 1, "\(waited)")
    }

    // MARK: Times

    @Test func stagesAreTimed() throws {
        let (bench, box) = bench()
        bench.put("20220401.json", lines(0..<400))
        let result = try bench.run()
        let stages = result.stages.map(\.stage)
        #expect(
            stages == [
                .finding, .settling, .reading, .partials, .commits, .manifest, .planning, .merging, .placing, .outputs,
            ])
        #expect(result.stages.allSatisfy { $0.seconds >= 0 })
        // Those that follow one another are within the whole; partials and commits are within reading.
        let apart = result.stages.filter { ![.partials, .commits, .outputs].contains($0.stage) }
        #expect(apart.reduce(0) { $0 + $1.seconds } <= result.seconds + 0.001)
        let line = try #require(box.take().last)
        #expect(line.event == "stage-times" && line.level == .debug)
        #expect(Set(line.fields.keys) == Set(stages.map { "seconds_\($0.rawValue)" } + ["seconds", "memory", "event"]))
        #expect(try #require(line.fields["memory"].flatMap { Int($0) }) > 1 << 20)
    }

    // MARK: Names

    private static let root = (#filePath as NSString).deletingLastPathComponent + "/../.."

    /// First cells between backquotes of the table in a section of the document.
    private func names(_ section: String) throws -> [String] {
        let text = try String(contentsOfFile: Self.root + "/docs/debugging.md", encoding: .utf8)
        let part = try #require(text.components(separatedBy: "\n## \(section)\n").last)
        let body = part.components(separatedBy: "\n## ")[0]
        return body.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^\| `([a-z-]+)` \|/).map { String($0.1) }
        }
    }

    @Test func theDocumentListsEveryNameOnce() throws {
        let (events, errors) = (try names("Names of events"), try names("Names of errors"))
        #expect(Set(events) == Set(EventName.allCases.map(\.rawValue)) && events.count == EventName.allCases.count)
        #expect(Set(errors) == Set(ErrorName.allCases.map(\.rawValue)) && errors.count == ErrorName.allCases.count)
        let stages = try names("Times of stages")
        #expect(Set(stages) == Set(Stage.allCases.map(\.rawValue)))
    }

    /// The sources of the program.
    private func sources() throws -> [(name: String, text: String)] {
        let folder = Self.root + "/Sources"
        let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map {
            ($0, try String(contentsOfFile: folder + "/" + $0, encoding: .utf8))
        }
    }

    @Test func everyNameIsEmittedSomewhere() throws {
        let sources = try sources()
        #expect(sources.count > 300)
        let logging = sources.filter { $0.text.contains("import Events") || $0.text.contains("import Logging") }
            .map(\.text).joined()
        for event in EventName.allCases {
            #expect(logging.contains(try Regex("[(\\s]\\.\(event)\\b")), "\(event) is emitted nowhere")
        }
        let errors = try #require(sources.first { $0.name.hasSuffix("ErrorName.swift") }).text
        for error in ErrorName.allCases where error != .unknown {
            #expect(errors.contains(try Regex(": \\.\(error)\\b|\\n\\s+\\.\(error)\\b")), "\(error) is never given")
        }
    }

    @Test func everyLineOfTheLogHasAName() throws {
        var calls = 0
        for (name, text) in try sources() where !name.hasSuffix("Logger+Events.swift") {
            for match in text.matches(of: /ogger\.(trace|debug|info|notice|warning|error|critical)\(\s*(.)/) {
                calls += 1
                #expect(match.2 == "." || match.2 == "n", "\(name): \(match.0)")
            }
            #expect(!text.contains("ogger.log(level:"), "\(name)")
        }
        #expect(calls > 40)
    }
}
