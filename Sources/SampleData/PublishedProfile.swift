//  What a viewing record is drawn from: the published profile of April 2022, 48,457,499 records, as distributions.
//
//  AppName         the published counts, exactly: an integer below their sum falls into one app's stretch. The sum is
//                  48,457,493, six less than there are records: as many as have no contract. Those get an app as
//                  the others do.
//
//  TotalDuration   one fraction u in 0 ..< 1 is the record's quantile; straight lines join what is published:
//
//                      u        0.0015    0.25     0.50     0.75     0.95      1
//                      seconds       1   1,028    6,702   18,322   76,609   86,400
//
//                  All the knots but the first lie on multiples of 5 %, so 20 equal steps with a line each need no
//                  search. u = 0.6, say, is step 12: 6,702 + (0.6 − 0.5) / 0.25 · 11,620 = 11,350 seconds.
//                  Below 72,410 / 48,457,499 the duration is not positive. How those are spread is not published but
//                  for the minimum, −889,575,165. Assumed: half are 0; of the others each power of two from 2^0 to 2^29
//                  is as likely, and within it each value, so that the minimum can be met but seldom is.
//
//  Odd records     Contract null is published (6 of 48,457,499). Assumed, since only their existence is published:
//                  contract "0" 1 in 2,000; PAYTV, NONFPT, an IPv4 address and a contract in lower case 1 in 50,000
//                  each; a malformed device address 1 in 100,000.
//
//  Everything is integer arithmetic or IEEE 754 operations that round correctly, so no mathematical library can make
//  the bytes differ between machines.

/// The numbers of the published profile and the samplers made from them.
enum PublishedProfile {
    /// Records of the month.
    static let records: UInt64 = 48_457_499

    /// Records with a duration of zero or less, of `records`.
    static let nonPositiveDurations: UInt64 = 72_410

    /// The lowest duration, in seconds.
    static let minimumDuration: Int64 = -889_575_165

    /// The highest duration, in seconds: a day.
    static let maximumDuration: Int64 = 86_400

    /// The apps by falling share, with their records of the month.
    static let apps: [(name: String, records: UInt64)] = [
        ("CHANNEL", 43_747_334), ("VOD", 2_505_815), ("CHILD", 1_007_009), ("KPLUS", 853_265), ("RELAX", 213_864),
        ("SPORT", 97_834), ("FIMS", 32_371), ("BHD", 1),
    ]

    /// Records of all `apps`.
    static let appRecords: UInt64 = apps.reduce(0) { $0 + $1.records }

    /// Records whose contract is null, of `records`.
    static let nullContracts: UInt64 = 6
}

/// What sets a record apart from its neighbours. At most one thing does.
enum Oddity: CaseIterable {
    case nullContract, zeroContract, payTV, nonFPT, address, lowerCase, malformedMac

    /// How many of `PublishedProfile.records` are such.
    var records: UInt64 {
        switch self {
        case .nullContract: PublishedProfile.nullContracts
        case .zeroContract: PublishedProfile.records / 2_000
        case .payTV, .nonFPT, .address, .lowerCase: PublishedProfile.records / 50_000
        case .malformedMac: PublishedProfile.records / 100_000
        }
    }

    /// How many of `PublishedProfile.records` are odd at all.
    static let allRecords: UInt64 = allCases.reduce(0) { $0 + $1.records }

    /// The oddity in whose stretch `position` falls.
    /// - Precondition: `position < allRecords`.
    init(at position: UInt64) {
        var end: UInt64 = 0
        for oddity in Self.allCases {
            end += oddity.records
            if position < end {
                self = oddity
                return
            }
        }
        preconditionFailure("position \(position) lies beyond the \(end) odd records")
    }
}

/// Seconds watched, by quantile.
struct DurationSampler {
    /// Line `s` serves the quantiles `s / 20 ..< (s + 1) / 20`: seconds = `offset + slope * quantile`, rounded.
    private let lines: [(offset: Double, slope: Double)]

    /// Quantiles below this are not positive.
    static let nonPositiveShare = Double(PublishedProfile.nonPositiveDurations) / Double(PublishedProfile.records)

    private static let steps = 20

    init() {
        let knots: [(quantile: Double, seconds: Double)] = [
            (Self.nonPositiveShare, 1), (0.25, 1_028), (0.5, 6_702), (0.75, 18_322), (0.95, 76_609), (1, 86_400),
        ]
        lines = (0..<Self.steps).map { step in
            let middle = (Double(step) + 0.5) / Double(Self.steps)
            let right = knots.firstIndex { $0.quantile > middle }!
            let (from, to) = (knots[right - 1], knots[right])
            let slope = (to.seconds - from.seconds) / (to.quantile - from.quantile)
            return (from.seconds - slope * from.quantile, slope)
        }
    }

    /// The duration at a random quantile; a second draw is made only when it is not positive.
    @inline(__always)
    func draw(_ random: inout RandomStream) -> Int64 {
        let quantile = random.next().fraction
        if quantile < Self.nonPositiveShare { return Self.nonPositive(random.next()) }
        return seconds(at: quantile)
    }

    /// - Precondition: `nonPositiveShare <= quantile < 1`.
    @inline(__always)
    func seconds(at quantile: Double) -> Int64 {
        let line = lines[Int(quantile * Double(Self.steps))]
        return Int64(line.offset + line.slope * quantile + 0.5)
    }

    /// Zero or a negative duration from 64 random bits: the high bit chooses between them, the next ones the power of
    /// two, the low 32 the value.
    static func nonPositive(_ bits: UInt64) -> Int64 {
        if bits >> 63 == 0 { return 0 }
        let powers: UInt64 = 30
        let power = (bits << 1).scaled(below: powers)
        let lowest: UInt64 = 1 << power
        let width = power == powers - 1 ? UInt64(-PublishedProfile.minimumDuration) - lowest + 1 : lowest
        return -Int64(lowest + (bits << 32).scaled(below: width))
    }
}
