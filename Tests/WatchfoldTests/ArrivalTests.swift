//  The reports depend on which files there are, and on nothing else: not on the order in which they came, not on how
//  many runs it took, not on the number of threads.

import TestSupport
import Testing

@Suite struct ArrivalTests {
    /// A file as it comes, perhaps with contents that it had before.
    private struct Arrival {
        var name: String
        var storage: Storage
        var contents: [[UInt8]]
    }

    private func arrivals(_ source: inout RecordSource) -> [Arrival] {
        let shared = source.lines(50)
        let old = source.lines(45)
        return [
            Arrival(name: "20220403.json", storage: .gzip, contents: [shared]),
            // The same content under names before and after it, of other dates and of none.
            Arrival(name: "20220402-copy.json", storage: .plain, contents: [shared]),
            Arrival(name: "dt=2022-05-01/again.json", storage: .lz4, contents: [shared]),
            Arrival(name: "zz.json", storage: .plain, contents: [old, shared]),
            // Replacements, one of them by a content that another file had before.
            Arrival(name: "20220404.json", storage: .plain, contents: [shared, source.lines(40)]),
            Arrival(name: "20220405.json", storage: .plain, contents: [source.lines(30), old]),
            Arrival(name: "undated.json", storage: .lz4Frames, contents: [source.lines(35)]),
            Arrival(name: "20220405-second.json", storage: .gzipMembers, contents: [source.lines(20)]),
        ]
    }

    @Test(arguments: seeds(8))
    func anyOrderAndAnyNumberOfRunsGiveTheSameBytes(_ seed: UInt64) throws {
        var source = RecordSource(seed: 77)
        let all = arrivals(&source)
        let files = all.map { ReferenceFile(name: $0.name, content: $0.contents.last!) }
        var random = Dice(seed: seed)
        // Each file comes as often as it has contents; in which order files come is left to chance.
        var order = all.indices.flatMap { index in all[index].contents.map { _ in index } }
        order.shuffle(using: &random)
        let bench = Workbench()
        var next = [Int](repeating: 0, count: all.count)
        for (step, index) in order.enumerated() {
            let arrival = all[index]
            bench.put(arrival.name + arrival.storage.suffix, arrival.storage.store(arrival.contents[next[index]]))
            next[index] += 1
            if step + 1 < order.count && random.below(3) > 0 { continue }
            bench.jobs = [1, 2, 3, 8].randomElement(using: &random)!
            #expect(try !bench.run().isIncomplete)
            #expect(try bench.verify().isSound)
        }
        expectReference(bench, files)
    }

    @Test func oneRunOrThirtyGiveTheSameBytes() throws {
        var source = RecordSource(seed: 30)
        let files = (1...30).map { day in
            ReferenceFile(name: "202204\(day < 10 ? "0" : "")\(day).json", content: source.lines(12))
        }
        let (once, daily) = (Workbench(), Workbench())
        for file in files {
            once.put(file.name, file.content)
            daily.put(file.name, file.content)
            try daily.run()
        }
        try once.run()
        expectReference(once, files)
        expectSame(daily.outputs(), once.outputs())
        #expect(try daily.status().generation == 30)
        #expect(try daily.verify().isSound)
    }

    @Test(arguments: [1, 2, 3, 8])
    func contentsThatSwapNamesInOneRunOrInOneCommitStayWhole(_ jobs: Int) throws {
        var source = RecordSource(seed: 4)
        let (x, y) = (source.lines(30), source.lines(30))
        let bench = Workbench()
        bench.jobs = jobs
        bench.put("20220401.json", x)
        bench.put("20220402.json", y)
        try bench.run()
        bench.put("20220401.json", y)
        bench.put("20220402.json", x)
        try bench.run()
        let swapped = [
            ReferenceFile(name: "20220401.json", content: y), ReferenceFile(name: "20220402.json", content: x),
        ]
        expectReference(bench, swapped)
        bench.put("20220401.json", x)
        bench.put("20220402.json", y)
        let before = try bench.status().generation
        _ = try bench.reprocess()
        #expect(try bench.status().generation == before + 1)
        expectReference(
            bench, [ReferenceFile(name: "20220401.json", content: x), ReferenceFile(name: "20220402.json", content: y)])
        #expect(try bench.verify().isSound)
    }

    @Test func duplicatesThatCountedUnderOtherSettingsStepBackWhenACopyComes() throws {
        var source = RecordSource(seed: 9)
        let content = source.lines(30)
        let bench = Workbench()
        bench.yaml = "duplicates: count\n"
        bench.put("20220402.json", content)
        bench.put("20220403.json", content)
        try bench.run()
        let two = ["20220402.json", "20220403.json"].map { ReferenceFile(name: $0, content: content) }
        expectSame(bench.outputs(), ReferenceFold(two, countsDuplicates: true).reports())
        bench.yaml = ""
        bench.put("20220401.json", content)
        try bench.run()
        expectReference(bench, two + [ReferenceFile(name: "20220401.json", content: content)])
        #expect(try bench.status().files.map(\.state) == [.folded, .duplicate, .duplicate])
        #expect(try bench.verify().isSound)
    }

    @Test func aDuplicateTakesThePlaceOfTheFileThatLostItsContent() throws {
        var source = RecordSource(seed: 10)
        let (x, y) = (source.lines(30), source.lines(30))
        let bench = Workbench()
        bench.put("20220401.json", x)
        bench.put("20220402.json", x)
        try bench.run()
        #expect(try bench.state("20220402.json") == .duplicate)
        bench.put("20220401.json", y)
        bench.watcher.forget()
        try bench.run()
        #expect(try bench.state("20220402.json") == .folded)
        #expect(bench.watcher.opened(below: bench.inbox) == ["20220401.json"])
        expectReference(
            bench, [ReferenceFile(name: "20220401.json", content: y), ReferenceFile(name: "20220402.json", content: x)])
    }
}
