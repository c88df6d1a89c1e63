//  Reading again: what changed settings mean for files that are known.

import Foundation
import Inbox
import Testing

@Suite struct ReprocessTests {
    private static let lines = #"""
        {"Contract":"A","AppName":"VOD","TotalDuration":10,"Other":{"Name":"x"}}
        {"Contract":"B","AppName":"CHANNEL","TotalDuration":-4,"Other":{"Name":"y"}}
        {"Contract":"SKIP","AppName":"SPORT","TotalDuration":3,"Other":{"Name":"z"}}

        """#

    private func started() throws -> (Workbench, [ReferenceFile]) {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\n"
        var source = RecordSource(seed: 31)
        let files = [
            ReferenceFile(name: "20220401.json", content: Array(Self.lines.utf8)),
            ReferenceFile(name: "20220402.json", content: source.lines(40)),
            ReferenceFile(name: "20220403.json", content: source.lines(40)),
        ]
        for file in files { bench.put(file.name, file.content) }
        try bench.run()
        return (bench, files)
    }

    @Test func allFilesAreReplacedInOneCommit() throws {
        let (bench, files) = try started()
        let before = try bench.status().generation
        bench.watcher.forget()
        let report = try bench.reprocess()
        #expect(bench.watcher.opened(below: bench.inbox) == Set(files.map(\.name)))
        #expect(report.files.map(\.state) == [.folded, .folded, .folded])
        #expect(try bench.status().generation == before + 1)
        expectReference(bench, files)
        #expect(try bench.verify().isSound)
    }

    @Test func onlyTheFilesThatAreNamedAreRead() throws {
        let (bench, files) = try started()
        bench.watcher.forget()
        _ = try bench.reprocess(["20220402.json", bench.inbox + "/20220402.json"])
        #expect(bench.watcher.opened(below: bench.inbox) == ["20220402.json"])
        expectReference(bench, files)
        #expect(throws: InboxError.self) { try bench.reprocess(["20220409.json"]) }
        expectReference(bench, files)
    }

    @Test func otherSettingsOfTheFoldNeedAReprocessAndAreNotedUntilThen() throws {
        let (bench, files) = try started()
        bench.yaml += "ignore: [SKIP, BDH013139]\nnegative_durations: keep\n"
        let report = try bench.run()
        #expect(report.files.isEmpty && report.notes.contains { $0.contains("other settings") }, "\(report.notes)")
        expectReference(bench, files)
        #expect(try !bench.reprocess().notes.contains { $0.contains("other settings") })
        expectSame(
            bench.outputs(),
            ReferenceFold(files, keepsNegatives: true, ignored: ["SKIP", "BDH013139"]).reports())
        #expect(try bench.verify().isSound)
    }

    @Test func otherFieldPathsGiveOtherReports() throws {
        let (bench, _) = try started()
        bench.remove("20220402.json")
        bench.remove("20220403.json")
        bench.yaml += "fields:\n  contract: Other.Name\n  app: AppName\n  duration: TotalDuration\n"
        _ = try bench.reprocess(["20220401.json"])
        #expect(bench.outputs()["engagement.csv"]!.contains("\nx,0,10,0,0,0\n"))
        // What has left the inbox keeps what it gave under the old paths.
        #expect(try bench.status().files.allSatisfy { $0.isCounted })
        #expect(try bench.verify().isSound)
    }

    @Test func heldAndFailedFilesAreJudgedAfresh() throws {
        let bench = Workbench()
        bench.put("20220401.json", Self.lines)
        bench.put("20220402.json", #"{"Contract":"C","AppName":"VOD","TotalDuration":1}"# + "\n")
        bench.put("20220403.json.gz", [0x1F, 0x8B, 0x08, 0xFF] + Array("garbage that is no gzip member".utf8))
        try bench.run()
        #expect(try bench.status().files.map(\.state) == [.held, .folded, .failed])
        let before = try bench.status().generation
        bench.yaml = "max_reject_ratio: 50%\n"
        // A run settles what is known anew, without reading; a reprocess reads what failed once more.
        bench.watcher.forget()
        try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox).isEmpty)
        #expect(try bench.state("20220401.json") == .folded)
        #expect(try bench.status().generation == before + 1)
        _ = try bench.reprocess()
        #expect(bench.watcher.opened(below: bench.inbox).count == 3)
        #expect(try bench.status().files.map(\.state) == [.folded, .folded, .failed])
        #expect(try bench.status().generation == before + 2)
        #expect(bench.outputs()["engagement.csv"]!.contains("\nA,0,10,0,0,0\n"))
        #expect(try bench.verify().isSound)
    }

    @Test func aHeldFileThatIsReadAgainUnderAHigherLimitCounts() throws {
        let bench = Workbench()
        bench.put("20220401.json", Self.lines)
        try bench.run()
        #expect(try bench.state("20220401.json") == .held)
        bench.yaml = "max_reject_ratio: 50%\n"
        bench.utime("20220401.json", Date(timeIntervalSinceNow: -50))
        try bench.run()
        #expect(try bench.state("20220401.json") == .folded)
        #expect(try bench.verify().isSound)
    }
}
