//  Every way to hold records, stored in every way, gives the reports of the naive fold.

import TestSupport
import Testing

@testable import JSONRecords

@Suite struct ContainerTests {
    @Test(arguments: Layout.allCases, Storage.allCases)
    func everyContainerInEveryCompressionGivesTheReferencesReports(_ layout: Layout, _ storage: Storage) throws {
        let bench = Workbench()
        var source = RecordSource(seed: UInt64(layout.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) & 0xFFFF }))
        let names = ["20220401.json", "dt=2022-04-03/part.jsonl", "undated.ndjson"]
        var files: [ReferenceFile] = []
        for name in names {
            let content = layout.write(source.records(120))
            files.append(ReferenceFile(name: name, content: content, isLines: layout.isLines))
            bench.put(name + storage.suffix, storage.store(content))
        }
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded, .folded, .folded], "\(report.files.map(\.reason))")
        let reference = ReferenceFold(files)
        expectSame(bench.outputs(), reference.reports())
        for file in report.files {
            let expected = reference.counts(files.first { $0.name == file.name }!)
            let found = ReferenceCounts(
                folded: file.counts.folded, ignored: file.counts.ignored, rejected: file.counts.rejectedTotal)
            #expect(found == expected, "\(file.name)")
            #expect(expected.folded > 0 && expected.ignored > 0 && expected.rejected > 0)
        }
        #expect(try bench.verify().isSound)
    }

    @Test func storageIsFoundByContentAndNotByName() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 5)
        let contents = (0..<3).map { _ in source.lines(60) }
        bench.put("20220401.json", gzip(contents[0]))
        bench.put("20220402.json.gz", lz4(contents[1]))
        bench.put("20220403.json.lz4", contents[2])
        try bench.run()
        expectReference(
            bench,
            zip(["20220401.json", "20220402.json", "20220403.json"], contents).map {
                ReferenceFile(name: $0, content: $1)
            })
    }

    @Test func theSameContentInAnotherCompressionIsTheSameFile() throws {
        let bench = Workbench()
        var source = RecordSource(seed: 6)
        let content = source.lines(60)
        bench.put("20220401.json", content)
        try bench.run()
        bench.remove("20220401.json")
        bench.put("20220401.json.gz", gzip(content))
        let report = try bench.run()
        #expect(report.files.map(\.isUnchanged) == [true])
        #expect(report.publication == .current)
        #expect(try bench.status().generation == 1)
    }
}
