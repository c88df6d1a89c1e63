import Foundation
import Records
import Testing

@testable import SampleData

@Suite("Generating days")
struct GeneratorTests {
    @Test("the bytes do not depend on the number of threads", arguments: SampleCompression.allCases)
    func threads(compression: SampleCompression) throws {
        let runs = try [1, 2, 5].map { jobs in
            try bytes(
                options(records: 60_000) {
                    $0.jobs = jobs
                    $0.compression = compression
                })
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0] == runs[2])
    }

    @Test("a date has the same records whatever day the run begins with")
    func firstDay() throws {
        let early = options(records: 9_000)
        let late = options(records: 9_000) { $0.firstDay = CalendarDay("2022-04-03")! }
        #expect(try bytes(early, day: 2) == bytes(late, day: 0))
    }

    @Test("another seed, another day: other records; the same again: the same")
    func seeds() throws {
        let base = options(records: 2_000)
        let first = try bytes(base)
        #expect(try bytes(base) == first)
        #expect(try bytes(options(records: 2_000) { $0.seed = 2 }) != first)
        #expect(try bytes(base, day: 1) != first)
    }

    @Test(
        "the number of records is exact, around the size of a chunk too",
        arguments: [0, 1, 8_191, 8_192, 8_193, 30_000])
    func counts(records: Int) throws {
        let all = try bytes(options(records: records))
        #expect(all.count { $0 == 10 } == records)
        #expect(all.isEmpty == (records == 0))
    }

    @Test("a longer day begins like a shorter one")
    func prefix() throws {
        let short = try bytes(options(records: 9_000))
        #expect(try bytes(options(records: 20_000)).starts(with: short))
    }

    @Test("records vary by up to 4 % only when asked to")
    func variation() throws {
        let varied = try SampleGenerator(
            options(records: 1_600_000) {
                $0.variesRecords = true
                $0.days = 200
            })
        let counts = (0..<200).map { varied.records(day: $0) }
        #expect(counts.allSatisfy { (1_536_000...1_664_000).contains($0) })
        #expect(Set(counts).count > 190)
        #expect(counts.min()! < 1_545_000 && counts.max()! > 1_655_000)
        let steady = try SampleGenerator(options(records: 1_600_000))
        #expect((0..<3).allSatisfy { steady.records(day: $0) == 1_600_000 })

        let small = options(records: 1_000) { $0.variesRecords = true }
        let generator = try SampleGenerator(small)
        #expect(lines(try bytes(small, day: 1)).count == generator.records(day: 1))
    }

    @Test("days share their contracts as the distribution says")
    func overlap() throws {
        // The published proportions, a hundredth of the size.
        let small = options(records: 16_000) { $0.keys = 19_205 }
        let days = try (0..<3).map { contracts(try bytes(small, day: $0)) }
        // N · ∫ 1 − exp(−λ(t)) dt with λ(t) = R / N / 1.5 · t^(−1/3), by the midpoint rule.
        func expected(_ records: Double) -> Double {
            let steps = 100_000
            return (0..<steps).reduce(0.0) { sum, step in
                let t = (Double(step) + 0.5) / Double(steps)
                return sum + (1 - exp(-records / 19_205 / 1.5 * pow(t, -1.0 / 3)))
            } * 19_205 / Double(steps)
        }
        #expect(abs(Double(days[0].count) / expected(16_000) - 1) < 0.03)
        let both = days[0].union(days[1])
        #expect(abs(Double(both.count) / expected(32_000) - 1) < 0.03)
        #expect(days[0].intersection(days[1]).count > days[0].count / 2)
    }

    @Test("a tiny population repeats itself")
    func onlyContract() throws {
        let found = contracts(try bytes(options(records: 500) { $0.keys = 1 }))
        #expect(found.contains("SGH000000"))
        #expect(found.count < 5)
    }

    @Test("files are named by their day")
    func names() throws {
        let names = try SampleCompression.allCases.map { compression in
            try SampleGenerator(
                options(records: 1) {
                    $0.compression = compression
                    $0.firstDay = CalendarDay("2024-02-28")!
                }
            ).fileName(day: 2)
        }
        #expect(names == ["20240301.json", "20240301.json.gz", "20240301.json.lz4", "20240301.json.zst"])
    }

    /// Sets an option that a command names so.
    private func set(_ name: String, _ value: Int, in options: inout SampleOptions) {
        switch name {
        case "days": options.days = value
        case "records": options.recordsPerDay = value
        case "contracts": options.keys = value
        case "jobs": options.jobs = value
        default: Issue.record("no option \(name)")
        }
    }

    @Test(
        "an option out of range is refused by name",
        arguments: [
            ("days", -1), ("records", -1), ("records", 300_000_001), ("contracts", 0), ("contracts", 64_000_001),
            ("jobs", 0),
        ])
    func refused(name: String, value: Int) {
        #expect {
            try SampleGenerator(options(records: 1) { set(name, value, in: &$0) })
        } throws: { error in
            guard case .option(name, value, _)? = error as? SampleError else { return false }
            return "\(error)".hasPrefix("\(name) is \(value); it must be from")
        }
    }

    @Test("days past the end of the calendar are refused")
    func pastCalendar() throws {
        let last = options(records: 1) { $0.firstDay = CalendarDay("9999-12-29")! }
        #expect(try SampleGenerator(last).fileName(day: 2) == "99991231.json")
        let late = options(records: 1) { $0.firstDay = CalendarDay("9999-12-30")! }
        #expect(throws: SampleError.daysPastCalendar(firstDay: late.firstDay, days: 3)) { try SampleGenerator(late) }
    }

    private struct Refusal: Error, Equatable {
        var piece: Int
    }

    @Test("a sink that throws ends the generator with its error", arguments: SampleCompression.allCases, [1, 2, 3])
    func sinkFails(compression: SampleCompression, call failing: Int) throws {
        let generator = try SampleGenerator(
            options(records: 40_000) {
                $0.jobs = 4
                $0.compression = compression
            })
        var calls = 0
        #expect(throws: Refusal(piece: failing)) {
            try generator.generate(day: 0) { _ in
                calls += 1
                if calls == failing { throw Refusal(piece: calls) }
            }
        }
        #expect(calls == failing)
    }
}
