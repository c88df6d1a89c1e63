import Testing

@testable import SampleData

@Suite("Contracts, devices, durations")
struct PopulationTests {
    /// Half a million ranks in a row, then every 37th up to ten million, then the last ones.
    static let ranks =
        Array(0..<500_000) + Array(stride(from: 500_000, to: 10_000_000, by: 37))
        + Array(Population.limit - 1_000..<Population.limit)

    @Test("no two ranks share a contract")
    func distinctContracts() {
        var seen = Set<UInt32>(minimumCapacity: Self.ranks.count)
        var valid = true
        for rank in Self.ranks {
            let code = Population.contractCode(rank: rank)
            valid = valid && code & 0xF_FFFF < 1_000_000 && code >> 20 < 64
            seen.insert(code)
        }
        #expect(valid)
        #expect(seen.count == Self.ranks.count)
    }

    @Test("no two contracts share a device, and the published share has two")
    func devices() {
        var seen: Set<UInt32> = []
        var second = 0
        let ranks = 0..<200_000
        for rank in ranks {
            let contract = Population.contractCode(rank: rank)
            let devices = [0, 1].map { Population.deviceCode(rank: rank, contractCode: contract, coin: $0) }
            second += devices[0] == devices[1] ? 0 : 1
            seen.formUnion(devices)
        }
        #expect(seen.count == ranks.count + second)
        #expect(seen.allSatisfy { $0 >> 24 < 16 })
        // Published: 2,180,184 devices of 1,920,546 contracts. Four standard errors are 0.31 %.
        #expect(abs(Double(second) / Double(ranks.count) - 0.1352) < 0.0031)
    }

    @Test("all prefixes are distinct and of the right form")
    func prefixes() {
        #expect(Population.series.count == 64 && Set(Population.series).count == 64)
        #expect(Population.series.allSatisfy { $0.utf8.count == 3 && $0.allSatisfy { ("A"..."Z").contains($0) } })
        #expect(Population.vendors.count == 16 && Set(Population.vendors).count == 16)
        #expect(
            Population.vendors.allSatisfy { $0.utf8.count == 6 && $0.allSatisfy { "0123456789ABCDEF".contains($0) } })
    }

    @Test("ranks stay inside the population", arguments: [1, 2, 3, 1_920_546, Population.limit])
    func ranks(contracts: Int) {
        #expect(Population.rank(at: 0, of: contracts) == 0)
        #expect(Population.rank(at: UInt64.max.fraction, of: contracts) == contracts - 1)
    }

    @Test("durations pass through the published quantiles")
    func durationKnots() {
        let sampler = DurationSampler()
        #expect(sampler.seconds(at: DurationSampler.nonPositiveShare) == 1)
        for (quantile, seconds) in [(0.25, 1_028), (0.5, 6_702), (0.75, 18_322), (0.95, 76_609)] {
            #expect(sampler.seconds(at: quantile) == seconds)
            #expect(abs(sampler.seconds(at: quantile.nextDown) - Int64(seconds)) <= 1)
        }
        #expect(sampler.seconds(at: 0.6) == 11_350)
        #expect(sampler.seconds(at: UInt64.max.fraction) == 86_400)
    }

    @Test("negative durations reach the published minimum exactly and never pass it")
    func nonPositiveDurations() {
        // High bit: negative. The next bits choose the highest power of two, the low 32 the last value of its stretch.
        #expect(DurationSampler.nonPositive(.max) == -889_575_165)
        #expect(DurationSampler.nonPositive(0) == 0)
        #expect(DurationSampler.nonPositive(1 << 63) == -1)
        var random = RandomStream(state: (1, 2, 3, 4))
        var zeros = 0
        var inside = true
        for _ in 0..<100_000 {
            let seconds = DurationSampler.nonPositive(random.next())
            inside = inside && (-889_575_165...0).contains(seconds)
            zeros += seconds == 0 ? 1 : 0
        }
        #expect(inside)
        #expect((49_000...51_000).contains(zeros))
    }

    @Test("the published counts add up: all records but the six without a contract have an app")
    func profile() {
        #expect(PublishedProfile.appRecords + PublishedProfile.nullContracts == PublishedProfile.records)
    }
}
