//  What is read, and what is not read again.

import DurableIO
import Foundation
import Testing

@Suite struct RereadTests {
    private func started() throws -> (Workbench, [ReferenceFile], RecordSource) {
        let bench = Workbench()
        var source = RecordSource(seed: 21)
        let files = ["20220401.json", "20220402.json", "a/b/20220403.json"].map {
            ReferenceFile(name: $0, content: source.lines(30))
        }
        for file in files { bench.put(file.name, file.content) }
        bench.put("held.json", "nonsense\nnonsense\n")
        #expect(try bench.run().isIncomplete)
        bench.watcher.forget()
        return (bench, files, source)
    }

    @Test func aRunWithNothingNewReadsNoRawFile() throws {
        let (bench, files, _) = try started()
        let report = try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox).isEmpty)
        #expect(report.unchanged == 4 && report.files.isEmpty)
        #expect(report.publication == .current)
        #expect(report.stillOpen.map(\.name) == ["held.json"] && report.isIncomplete)
        expectReference(bench, files)
    }

    @Test func afterOneMoreFileOnlyThatOneIsRead() throws {
        var (bench, files, source) = try started()
        files.append(ReferenceFile(name: "20220404.json", content: source.lines(30)))
        bench.put("20220404.json", files[3].content)
        try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox) == ["20220404.json"])
        // The total is extended: of the partials only the new one is read.
        let partials = bench.watcher.opened(below: bench.checkpoints + "/partials").filter { !$0.contains(".tmp") }
        #expect(partials.count == 1 && partials.first!.hasPrefix("dt=2022-04-04/"), "\(partials)")
        expectReference(bench, files)
    }

    @Test func otherCategoriesNeedNeitherRawFilesNorPartials() throws {
        let (bench, files, _) = try started()
        bench.yaml = "categories:\n  All: [CHANNEL, VOD, LATER]\n"
        let report = try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox).isEmpty)
        #expect(bench.watcher.opened(below: bench.checkpoints + "/partials").isEmpty)
        #expect(report.publication != .current)
        expectSame(
            bench.outputs(), ReferenceFold(files, categories: [("All", ["CHANNEL", "VOD", "LATER"])]).reports())
        #expect(try bench.run().publication == .current)
    }

    @Test func aFileThatWasOnlyTouchedIsReadAndFoundUnchanged() throws {
        let (bench, files, _) = try started()
        bench.utime("20220402.json", Date(timeIntervalSinceNow: -100))
        let report = try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox) == ["20220402.json"])
        #expect(report.files.map(\.isUnchanged) == [true])
        #expect(report.publication == .current)
        bench.watcher.forget()
        try bench.run()
        #expect(bench.watcher.opened(below: bench.inbox).isEmpty)
        expectReference(bench, files)
    }

    @Test func filesThatLeaveTheInboxKeepCounting() throws {
        let (bench, files, _) = try started()
        for file in files { bench.remove(file.name) }
        #expect(try bench.run().publication == .current)
        bench.yaml = "categories:\n  TV: [CHANNEL]\n"
        try bench.run()
        expectSame(bench.outputs(), ReferenceFold(files, categories: [("TV", ["CHANNEL"])]).reports())
        #expect(try bench.verify().isSound)
    }
}
