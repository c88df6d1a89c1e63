//  Durations in every form and by every setting, against expectations written by hand and against the plain reference.

import Engagement
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

private let all: Set<DurationForm> = [.padded, .hoursMinutesSeconds, .minutesSeconds, .iso8601, .units]

private func reading(_ text: String, isString: Bool = true, _ rules: DurationRules) -> DurationReading? {
    Array(text.utf8).withUnsafeBufferPointer {
        isString ? rules.reading(ofString: $0) : rules.reading(ofNumber: $0)
    }
}

@Suite struct DurationTests {
    @Test(arguments: [
        (DurationForm.hoursMinutesSeconds, "01:02:03", 3723), (.hoursMinutesSeconds, "1:02:03.000", 3723),
        (.hoursMinutesSeconds, "100:00:00", 360_000), (.hoursMinutesSeconds, "-00:00:05", -5),
        (.hoursMinutes, "01:02", 3720), (.minutesSeconds, "62:03", 3723), (.minutesSeconds, "62:03,0", 3723),
        (.iso8601, "PT1H2M3S", 3723), (.iso8601, "PT3723S", 3723), (.iso8601, "P1DT1S", 86_401),
        (.iso8601, "P1W", 604_800),
        (.iso8601, "PT1.5H", 5400), (.iso8601, "PT0,5M", 30), (.iso8601, "-PT5S", -5),
        (.units, "3723s", 3723), (.units, "1h2m3s", 3723), (.units, "1h 2min 3 sec", 3723), (.units, "1.5h", 5400),
        (.units, "2d", 172_800), (.units, "3000ms", 3), (.units, "1m1000ms", 61),
        (.padded, " 3723\t", 3723), (.padded, "+3723", 3723), (.padded, "00012", 12), (.padded, "-0012", -12),
        (.padded, "00", 0), (.padded, " +00.5e1\r\n", 5),
    ]) func aFormIsReadWhenItIsAskedFor(_ form: DurationForm, _ text: String, _ seconds: Int) {
        #expect(reading(text, DurationRules(forms: [form]))?.value == Int64(seconds))
        #expect(reading(text, DurationRules()) == nil, "by default")
        #expect(
            reading(text, DurationRules(forms: Set(DurationForm.allCases).subtracting([form]))) == nil
                || form == .padded
                || form == .hoursMinutes || form == .minutesSeconds, "by the others")
        #expect(reading(text, isString: false, DurationRules(forms: [form])) == nil, "as a number")
    }

    @Test(arguments: [
        "", " ", "3,723", "3723,4", "1_000", "1 000", "3723.5", "0x10", "٣", "true", "01:60:03", "01:02:60", "1:2:3",
        "01:02:03:04",
        "-", "+", "+-5", "--5", "PT", "P", "P1DT", "P1Y", "P1M", "PT1M1H", "PT1.5H3S", "PT-5S", "pt5s", "PT5", "1H",
        "5x",
        "1h1h", "1s1m", "1.5h2m", "1,500s", "500ms", "ms", "h", "5 s m", "1h2", "NaN", "Infinity",
        "9223372036854775808", "1e400",
        "2562047788015215:30:08", "18446744073709551616:00:00", "PT9223372036854775808S", "153722867280912931m",
    ]) func whatIsOfNoFormIsNoDuration(_ text: String) {
        #expect(reading(text, DurationRules(forms: all)) == nil)
    }

    /// Numbers around 2^128, in which durations are added up.
    @Test(arguments: [
        "340282366920938463463374607431768211454.5", "340282366920938463463374607431768211455.5",
        "340282366920938463463374607431768211456", "94522879700260684295381835397713392:04:15.5",
        "94522879700260684295381835397713392:04:16", "94522879700260684295381835397713393:00:00",
        "5671372782015641057722910123862803524:15.5", "PT94522879700260684295381835397713392H255.5S",
        "99999999999999999999999999999999999999:59:59.9", "P99999999999999999999999999999999999999W",
        "99999999999999999999999999999999999999d", "94522879700260684295381835397713392h255s500ms",
    ]) func whatIsFarBeyondInt64IsNoDuration(_ text: String) {
        for rounding in Rounding.allCases {
            let rules = DurationRules(forms: all, rounding: rounding)
            #expect(reading(text, rules) == nil && reading("-" + text, rules) == nil, "\(rounding)")
        }
    }

    private static let scaled: [(WrittenUnit, String, Rounding, Int?)] = [
        (WrittenUnit.milliseconds, "3723000", Rounding.reject, 3723), (.milliseconds, "3723417", .reject, nil),
        (.milliseconds, "3723417", .nearest, 3723), (.milliseconds, "3723500", .nearest, 3724),
        (.milliseconds, "3723417", .down, 3723), (.milliseconds, "3723001", .up, 3724),
        (.milliseconds, "5e5", .reject, 500),
        (.milliseconds, "9223372036854775807999", .down, Int.max), (.milliseconds, "9223372036854775807999", .up, nil),
        (.milliseconds, "-1500", .nearest, -2), (.milliseconds, "-9223372036854775808000", .reject, Int.min),
        (.minutes, "62.05", .reject, 3723), (.minutes, "62", .reject, 3720), (.minutes, "0.3333333333", .reject, nil),
        (.minutes, "0.3333333333", .nearest, 20), (.minutes, "0.3333333333", .down, 19),
        (.minutes, "153722867280912930", .reject, 9_223_372_036_854_775_800),
        (.minutes, "153722867280912931", .reject, nil),
        (.seconds, "0.5", .nearest, 1), (.seconds, "0.49999999999999999999999999", .nearest, 0),
        (.seconds, "2.5", .nearest, 3), (.seconds, "-2.5", .nearest, -3), (.seconds, "1e-400", .up, 1),
        (.seconds, "1e-400", .down, 0), (.seconds, "9223372036854775807.5", .down, Int.max),
        (.seconds, "9223372036854775807.5", .up, nil), (.seconds, "254.0", .up, 254),
    ]

    @Test(arguments: scaled) func unitsAndRoundingAreExact(
        _ unit: WrittenUnit, _ text: String, _ rounding: Rounding, _ seconds: Int?
    ) throws {
        let rules = DurationRules(unit: unit, rounding: rounding)
        #expect(reading(text, isString: false, rules)?.value == seconds.map(Int64.init))
        #expect(reading(text, rules)?.value == seconds.map(Int64.init), "in a string")
        // In a file, by all ways of reading, among others of its shape.
        var feeding = Feeding()
        (feeding.plan.durations, feeding.plan.keepsNegativeValues) = (rules, true)
        let line = #"{"Contract":"A","AppName":"B","TotalDuration":"#
        let lines = (0..<40).map { line + ($0 % 3 == 2 ? text : "60000") + "}\n" }.joined()
        let outcome = try readThroughAllWindows(lines, feeding)
        let plain: Int64 =
            switch unit {
            case .seconds: 60000
            case .milliseconds: 60
            case .minutes: 3_600_000
            }
        #expect(outcome.records.map(\.value) == (0..<40).compactMap { $0 % 3 == 2 ? seconds.map(Int64.init) : plain })
        #expect(outcome.reasons == (seconds == nil ? Array(repeating: .badDuration, count: 13) : []))
    }

    /// The unit of numbers is no unit of texts that name theirs.
    @Test func onlyNumbersAreInTheUnitOfTheSettings() {
        let rules = DurationRules(unit: .milliseconds, forms: all)
        #expect(reading("5000", rules)?.value == 5 && reading(" +5000", rules)?.value == 5)
        for text in ["00:00:05", "PT5S", "5s", "5000ms", "00:05"] {
            #expect(reading(text, rules)?.value == 5, "\(text)")
        }
    }

    /// What is below zero as it is written is so however it is rounded.
    @Test func aFractionBelowZeroIsNegative() throws {
        var feeding = Feeding()
        feeding.plan.durations = DurationRules(rounding: .down)
        let line = #"{"Contract":"A","AppName":"B","TotalDuration":"#
        #expect(try readThroughAllWindows(line + "-0.4}", feeding).reasons == [.negativeDuration])
        #expect(try readThroughAllWindows(line + "-0.0}", feeding).records.map(\.value) == [0])
        feeding.plan.keepsNegativeValues = true
        #expect(try readThroughAllWindows(line + "-0.4}", feeding).records.map(\.value) == [0])
    }

    @Test func randomTextsAreReadAsTheReferenceReadsThem() {
        var random = Dice(seed: 11)
        let pieces = [
            "0", "1", "5", "60", "59", "00", "007", "3723", "9223372036854775807", ":", ":", ".", ",", "P", "T", "W",
            "D", "H",
            "M", "S", "d", "h", "m", "min", "s", "sec", "ms", " ", "-", "+", "e", "E1", "_", "\t",
        ]
        var read = 0
        for round in 0..<30_000 {
            var text: String
            if round % 3 == 0 {
                text = (0..<1 + random.below(9)).map { _ in random.pick(pieces) }.joined()
            } else {
                text = random.pick(Dice.durations + Dice.integers)
                if random.once(in: 3) {
                    var bytes = Array(text.utf8)
                    let at = random.below(bytes.count + 1)
                    if at < bytes.count && random.once(in: 2) { bytes.remove(at: at) }
                    bytes.insert(contentsOf: random.pick(pieces).utf8, at: min(at, bytes.count))
                    text = String(decoding: bytes, as: UTF8.self)
                }
            }
            let rules = random.durationRules()
            for isString in [true, false] {
                let found = reading(text, isString: isString, rules)
                let expected = rules.reference(Array(text.utf8), isString: isString)
                read += expected == nil ? 0 : 1
                let same = found?.value == expected?.seconds && found?.isNegative == expected?.isNegative
                #expect(
                    same,
                    "\(text.debugDescription) by \(rules): \(String(describing: found)), \(String(describing: expected))"
                )
                if !same { return }
            }
        }
        #expect(read > 8000)
    }

    /// Every setting in every layout: shapes, the walk and the complete path against the reference.
    @Test(arguments: 0..<12) func recordsAreReadAsTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: 300 + seed)
        var feeding = Feeding(container: .lines)
        feeding.plan.durations = random.durationRules()
        feeding.plan.keepsNegativeValues = random.once(in: 3)
        var input: [UInt8] = []
        for _ in 0..<60 { input += random.record().printed(.compact, &random) + [0x0A] }
        // Shapes that come again and again, with durations of all kinds.
        let durations = Dice.durations + Dice.integers
        for i in 0..<120 {
            let text = random.pick(durations)
            let value: JSON = random.once(in: 2) ? .number(String(random.below(200_000))) : .text(text)
            let record = JSON.object([
                .init("Contract", .text("C\(i)")), .init("AppName", .text("VOD")), .init("TotalDuration", value),
            ])
            input += record.printed(.compact, &random) + [0x0A]
        }
        let expected = try referenceLines(input, plan: feeding.plan, maxRecordBytes: feeding.maxRecordBytes)
        var found = try readThroughAllWindows(input, feeding, steps: [61])
        found.rejectedBytes = expected.rejectedBytes
        for i in found.rejections.indices { found.rejections[i].raw = trimmed(found.rejections[i].raw) }
        #expect(found == expected)
        // In milliseconds that are not to be rounded, few numbers are whole seconds.
        #expect(found.counts.folded > 0 && found.recordsRead == 180)
    }
}
