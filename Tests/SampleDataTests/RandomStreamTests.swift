import Testing

@testable import SampleData

@Suite("Random streams")
struct RandomStreamTests {
    @Test("SplitMix64 gives the sequence published for seed 1234567")
    func splitMix() {
        var mixer = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in mixer.next() } == expected)
    }

    @Test("xoshiro256** gives the reference sequence for the state 1, 2, 3, 4")
    func xoshiro() {
        var random = RandomStream(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            16_172_922_978_634_559_625, 8_476_171_486_693_032_832, 10_595_114_339_597_558_777,
            2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test("seed, day and chunk each choose another stream")
    func coordinates() {
        var firsts: Set<UInt64> = []
        for seed: UInt64 in [0, 1, 2, .max] {
            for day in [-719_162, -1, 0, 1, 19_083] {
                for chunk in -1..<200 {
                    var random = RandomStream(seed: seed, day: day, chunk: chunk)
                    firsts.insert(random.next())
                }
            }
        }
        #expect(firsts.count == 4 * 5 * 201)
    }

    @Test("scaling reaches both ends and never the bound")
    func scaling() {
        #expect(UInt64.min.scaled(below: 7) == 0)
        #expect(UInt64.max.scaled(below: 7) == 6)
        #expect(UInt64.max.fraction < 1)
        #expect(UInt64.min.fraction == 0)
    }
}
