import Columns
import Engagement
import Folding
import Records
import Reports
import Tables
import TestSupport
import Testing

/// Collects what sinks get.
final class Collected {
    var bytes: [Bytes]
    init(_ count: Int) { bytes = Array(repeating: [], count: count) }
}

let everyReport = Report.ofEngagement.flatMap { report in [TableFormat.csv, .tsv].map { (report, $0) } }

/// All reports in all formats, in the order of `everyReport`.
func run(
    _ schema: KeyedSchema, _ batches: [KeyedBatch], _ days: DaySums, _ map: CategoryMap,
    _ wanted: [(Report, TableFormat)] = everyReport
) throws(ReportError) -> (texts: [Bytes], result: PassResult) {
    let collected = Collected(wanted.count)
    let outputs = wanted.enumerated().map { index, wanted in
        ReportOutput(wanted.0, format: wanted.1) { collected.bytes[index] += $0 }
    }
    let pass = try EngagementPass(schema: schema, map: map, outputs: outputs)
    for batch in batches { try pass.consume(batch) }
    let result = try pass.finish(days)
    return (collected.bytes, result)
}

@Suite struct ReportPassTests {
    private static let apps = [
        "CHANNEL", "DSHD", "KPLUS", "KPlus", "VOD", "FIMS_RES", "CHILD", "RELAX", "SPORT", "LATER", "", "quo\"te,",
        "a long name of an app", "a long name of an apq", "\tx", "é",
    ]

    private func randomMap(_ random: inout Dice) throws -> CategoryMap {
        if random.below(3) == 0 { return .standard }
        var categories = (0..<(1 + random.below(14))).map { index in
            CategoryMap.Category(["K", "na,me", "q\"", "t\tb", "Nr"][random.below(5)] + "\(index)", apps: [])
        }
        for app in Self.apps where random.below(4) > 0 {
            categories[random.below(categories.count)].apps.append(app)
        }
        return try CategoryMap(categories)
    }

    @Test(arguments: 0..<40)
    func agreesWithNaivePivot(seed: Int) throws {
        var random = Dice(seed: UInt64(seed))
        let map = try randomMap(&random)
        let count = [0, 1, 5, 50, 400][seed % 5]
        let events = Events(seed: UInt64(seed), events: count, negative: seed % 2 == 1)
        let cuts = Set((0..<random.below(40)).map { _ in random.below(400) })
        let (texts, result) = try run(events.schema, events.batches(cuts: cuts), events.daySums, map)
        let naive = NaivePivot(events: events, map: map)
        for (index, (report, format)) in everyReport.enumerated() {
            let parsed = try #require(format == .csv ? parseCSV(texts[index]) : parseTSV(texts[index]))
            let expected = naive.table(report)
            #expect(parsed == expected, "\(report) as \(format)")
            #expect(result.written[index].rows == expected.count - 1)
            #expect(result.written[index].bytes == texts[index].count)
            #expect(result.written[index].report == report)
        }
        #expect(result.keys == Set(events.all.map { bytes($0.contract) }).count)
        #expect(result.groupedKeys == naive.table(.engagement).count - 1)
        #expect(result.records == Int128(events.all.count))
        #expect(result.sum == events.all.reduce(0) { $0 + Int128($1.seconds) })
        #expect(result.labels.map { bytes($0.name) } == naive.table(.apps).dropFirst().map { $0[0] })
        for app in result.labels { #expect(app.group == map.category(ofApp: app.name.utf8)) }
    }

    @Test func everyCutOfTheTotalGivesTheSameBytes() throws {
        let events = Events(seed: 99, events: 150, negative: true)
        let whole = events.batches(cuts: [])
        let expected = try run(events.schema, whole, events.daySums, .standard).texts
        for cut in 1..<whole[0].count {
            let texts = try run(events.schema, events.batches(cuts: [cut]), events.daySums, .standard).texts
            #expect(texts == expected, "cut at \(cut)")
        }
        let single = events.batches(cuts: Set(1..<whole[0].count))
        #expect(try run(events.schema, single, events.daySums, .standard).texts == expected)
        let padded = single.flatMap { [events.batches(cuts: [0])[0], $0] }
        #expect(try run(events.schema, padded, events.daySums, .standard).texts == expected)
    }

    /// Parts of the total, cut between contracts, in memory that is used again and again.
    @Test(arguments: 0..<30) func partsGiveTheSameBytes(seed: Int) throws {
        var random = Dice(seed: UInt64(seed) &+ 1000)
        let map = try randomMap(&random)
        let events = Events(seed: UInt64(seed), events: [0, 1, 30, 400][seed % 4], negative: seed % 2 == 1)
        let whole = events.batches(cuts: [])
        // One report may be wanted without the others.
        let wanted = [everyReport, [(.engagement, .csv)], [(.profile, .tsv), (.daily, .csv)]][seed % 3]
        let (expected, expectedResult) = try run(events.schema, whole, events.daySums, map, wanted)
        let collected = Collected(wanted.count)
        let outputs = wanted.enumerated().map { index, wanted in
            ReportOutput(wanted.0, format: wanted.1) { collected.bytes[index] += $0 }
        }
        let pass = try EngagementPass(schema: events.schema, map: map, outputs: outputs)
        let parts = (0..<2).map { _ in pass.makePart() }
        let contracts = whole.first.map { batch in (0..<batch.count).map { batch.keys[0][$0] } } ?? []
        var cuts = Set(
            (1..<max(contracts.count, 1)).filter { row in
                !contracts[row].utf8.elementsEqual(contracts[row - 1].utf8) && random.below(3) == 0
            })
        cuts.remove(contracts.count)
        for (index, batch) in events.batches(cuts: cuts).enumerated() {
            let part = parts[index % 2]
            part.removeAll()
            try part.consume(batch)
            try part.finish()
            try pass.append(part)
        }
        let result = try pass.finish(events.daySums)
        #expect(collected.bytes == expected)
        #expect(result.written == expectedResult.written && result.labels == expectedResult.labels)
        #expect(result.keys == expectedResult.keys)
        #expect(result.groupedKeys == expectedResult.groupedKeys)
    }

    /// More contracts than a block or an output chunk holds, against sums made by hand.
    @Test func manyContractsCrossBlocksAndChunks() throws {
        let day = CalendarDay("2022-04-30")
        let all = (0..<9000).flatMap { number in
            let contract = "contract number \(10_000 + number)"
            return [
                Event(contract: contract, app: "VOD", seconds: Int64(number), day: number % 3 == 0 ? nil : day),
                Event(contract: contract, app: "SPORT", seconds: 1, day: day),
            ]
        }
        let events = Events(all)
        var chunks = 0
        var text: Bytes = []
        let profile = ReportOutput(.profile, format: .csv) {
            chunks += 1
            text += $0
        }
        let daily = Collected(1)
        let outputs = [profile, ReportOutput(.daily, format: .csv) { daily.bytes[0] += $0 }]
        let pass = try EngagementPass(schema: events.schema, map: .standard, outputs: outputs)
        for batch in events.batches(cuts: [1, 7001, 16_383]) { try pass.consume(batch) }
        #expect(try pass.finish(events.daySums).keys == 9000)
        let rows = try #require(parseCSV(text)).dropFirst().map { $0.map { String(decoding: $0, as: UTF8.self) } }
        #expect(chunks > 1)
        #expect(rows.count == 9000)
        for (number, row) in rows.enumerated() {
            let taste = number > 0 ? "Movie-Sport" : "Sport"
            let most = number > 0 ? "Movie" : "Sport"
            let sums = ["0", "\(number)", "0", "0", "1", "\(number + 1)"]
            #expect(row == ["contract number \(10_000 + number)"] + sums + [most, taste, "1"])
        }
        let sumDated = (0..<9000).filter { $0 % 3 != 0 }.reduce(0, +)
        let sumUndated = (0..<9000).filter { $0 % 3 == 0 }.reduce(0, +)
        #expect(
            String(decoding: daily.bytes[0], as: UTF8.self) == """
                Date,Contracts,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration,TotalDuration
                2022-04-30,9000,0,\(sumDated),0,0,9000,\(sumDated + 9000)
                ,3000,0,\(sumUndated),0,0,0,\(sumUndated)

                """)
    }

    @Test func aSmallTotalGivesTheDocumentedFiles() throws {
        let april = CalendarDay("2022-04-01")
        let events = Events([
            Event(contract: "B", app: "VOD", seconds: 60, day: april),
            Event(contract: "B", app: "CHANNEL", seconds: 60, day: CalendarDay("2022-04-03")),
            Event(contract: "0012", app: "KIDS", seconds: 5, day: april),
            Event(contract: "A,1", app: "SPORT", seconds: 0, day: nil),
            Event(contract: "Z", app: "LATER", seconds: 9, day: april),
        ])
        let kids = CategoryMap.Category("Kids", apps: ["KIDS"])
        let map = try CategoryMap(CategoryMap.standard.categories + [kids])
        let texts = try run(
            events.schema, events.batches(cuts: []), events.daySums, map, Report.ofEngagement.map { ($0, .csv) }
        ).texts.map { String(decoding: $0, as: UTF8.self) }
        let sums = "TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration,KidsDuration"
        #expect(texts[0] == "Contract,\(sums)\n0012,0,0,0,0,0,5\n\"A,1\",0,0,0,0,0,0\nB,60,60,0,0,0,0\n")
        #expect(
            texts[1] == """
                Contract,\(sums),TotalDuration,MostWatch,Taste,ActiveDays
                0012,0,0,0,0,0,5,5,Kids,Kids,1
                "A,1",0,0,0,0,0,0,0,,,0
                B,60,60,0,0,0,0,120,TV,TV-Movie,2

                """)
        #expect(
            texts[2] == """
                Date,Contracts,\(sums),TotalDuration
                2022-04-01,2,0,60,0,0,0,5,65
                2022-04-03,1,60,0,0,0,0,0,60
                ,1,0,0,0,0,0,0,0

                """)
        #expect(
            texts[3] == """
                AppName,Category,Records,Contracts,TotalDuration
                CHANNEL,TV,1,1,60
                KIDS,Kids,1,1,5
                LATER,,1,1,9
                SPORT,Sport,1,1,0
                VOD,Movie,1,1,60

                """)
    }

    @Test func noRowsGiveHeadersOnly() throws {
        let schema = KeyedSchema(keys: ["Contract", "AppName"], measures: FoldPlan.engagement.measures)
        let (texts, result) = try run(schema, [], DaySums(), .standard)
        for (index, (report, format)) in everyReport.enumerated() {
            let separator = format == .csv ? "," : "\t"
            let header = CategoryMap.standard.columns(report).map(\.name).joined(separator: separator) + "\n"
            #expect(texts[index] == bytes(header))
        }
        #expect(result.keys == 0 && result.labels.isEmpty && result.records == 0)
        #expect(
            texts[0]
                == bytes("Contract,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration\n"))
    }

    @Test func manyAppsAreToldApart() throws {
        var all: [Event] = []
        for number in 0..<3000 {
            let app = number % 2 == 0 ? "application \(number)" : "a\(number)"
            all.append(Event(contract: "C\(number % 7)", app: app, seconds: Int64(number), day: nil))
        }
        let events = Events(all)
        let half = CategoryMap.Category("Half", apps: (0..<1500).map { "application \(2 * $0)" })
        let map = try CategoryMap([half])
        let texts = try run(events.schema, events.batches(cuts: [5]), events.daySums, map).texts
        let naive = NaivePivot(events: events, map: map)
        #expect(parseCSV(texts[everyReport.firstIndex { $0 == (.apps, .csv) }!]) == naive.table(.apps))
    }

    /// 64 categories use every bit of a set, and sets beyond the table of small ones.
    @Test func sixtyFourCategoriesFit() throws {
        let map = try CategoryMap((0..<64).map { CategoryMap.Category("C\($0)", apps: ["app\($0)"]) })
        var random = Dice(seed: 3)
        let all = (0..<600).map { _ in
            Event(
                contract: "\(random.below(60))", app: "app\(random.below(64))", seconds: Int64(random.below(3)),
                day: CalendarDay("2022-05-31"))
        }
        let events = Events(all)
        let texts = try run(events.schema, events.batches(cuts: []), events.daySums, map).texts
        let naive = NaivePivot(events: events, map: map)
        #expect(parseCSV(texts[everyReport.firstIndex { $0 == (.profile, .csv) }!]) == naive.table(.profile))
    }
}
