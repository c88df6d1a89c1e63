//  Numbers and dates as people read them.

import Foundation
import Records
import TestSupport
import Testing
import Wording

@testable import Engagement

@Suite struct ReadableTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (48_457_499, "48,457,499"), (-1234, "−1,234"),
        (Int.min, "−9,223,372,036,854,775,808"),
    ])
    func numbersHaveACommaBeforeThreeDigits(value: Int, text: String) { #expect(Readable.number(value) == text) }

    @Test(arguments: [
        (1, 3, "33.3%"), (2, 3, "66.7%"), (0, 5, "0.0%"), (5, 5, "100.0%"), (1, 10_000, "<0.1%"),
        (9999, 10_000, ">99.9%"), (1, 0, "–"), (-1, 5, "–"), (12, 5, "240.0%"),
    ])
    func sharesSayWhatTheyAre(part: Int, whole: Int, text: String) {
        #expect(Readable.share(Int128(part), of: Int128(whole)) == text)
    }

    @Test(arguments: [
        (3_600_000, 3_600_000, "1,000"), (3_600_000, 1800, "1"), (3_600_000, 1799, "<1"), (3_600_000, 0, "0"),
        (36_000, 36_000, "10.0"), (36_000, 5400, "1.5"), (36_000, 179, "<0.1"), (100, 100, "0.03"), (100, 17, "<0.01"),
        (100, 18, "0.01"), (100, -3600, "−1.00"), (3_600_000, -5, "0"), (0, 0, "0.00"),
    ])
    func hoursHaveThePlacesOfTheLargest(largest: Int, seconds: Int, text: String) {
        #expect(HourFormat(largest: Int128(largest)).text(Int128(seconds)) == text)
    }

    /// Against numbers with a fraction, which are exact enough where the rest is no tie.
    @Test func hoursAreRoundedAsOthersRoundThem() throws {
        var random = Dice(seed: 5)
        for _ in 0..<3000 {
            let seconds = random.below(1 << (1 + random.below(34)))
            for places in 0...2 {
                let scale = [3600, 360, 36][places]
                if seconds * 2 % scale == 0 { continue }
                let text = HourFormat(places: places).text(Int128(seconds))
                let wanted = String(format: "%.\(places)f", Double(seconds) / 3600)
                if text.hasPrefix("<") {
                    #expect(Double(wanted) == 0 && seconds > 0, "\(seconds)")
                } else {
                    #expect(text.replacingOccurrences(of: ",", with: "") == wanted, "\(seconds)")
                }
            }
        }
    }

    @Test func aScaleHoldsItsLargestInAtMostFiveRoundSteps() {
        var random = Dice(seed: 6)
        for round in 0..<3000 {
            let largest = Int128(round < 50 ? round : random.below(1 << (1 + random.below(62))))
            let unit: Int128 = random.below(2) == 0 ? 1 : 36
            let scale = ChartScale(largest: largest, unit: unit)
            #expect(scale.top >= largest && scale.ticks.first == 0 && scale.ticks.last == scale.top)
            #expect((2...6).contains(scale.ticks.count))
            let digits = "\(scale.step)"
            #expect("125".contains(digits.first!) && digits.dropFirst().allSatisfy { $0 == "0" }, "\(scale.step)")
            // A smaller step would have needed more lines, or there is none.
            #expect(scale.step == 1 || largest * 5 > scale.top * 2, "\(largest) on \(scale.top)")
        }
        #expect(ChartScale(largest: 48_200, unit: 1).ticks == [0, 10_000, 20_000, 30_000, 40_000, 50_000])
    }

    @Test func textsAreCutByCodePointsAndNeverLonger() {
        #expect(Readable.cut("abc", to: 3) == "abc" && Readable.cut("abcd", to: 3) == "ab…")
        #expect(Readable.cut("ééé", to: 3) == "ééé" && Readable.cut("éééé", to: 3) == "éé…")
        let marks = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(Readable.cut(marks, to: 40).unicodeScalars.count == 40)
    }

    @Test(arguments: [
        ("2022-04-01", "2022-04-01", "1 April 2022"), ("2022-04-01", "2022-04-30", "1–30 April 2022"),
        ("2022-04-30", "2022-05-02", "30 April – 2 May 2022"),
        ("2021-12-31", "2022-01-02", "31 December 2021 – 2 January 2022"),
        ("2021-04-01", "2022-04-01", "1 April 2021 – 1 April 2022"),
    ])
    func rangesOfDaysSayNothingTwice(first: String, last: String, text: String) {
        #expect(DateText.range(CalendarDay(first)!...CalendarDay(last)!) == text)
    }

    @Test func momentsAreOfUniversalTime() {
        #expect(DateText.moment("2022-05-01T06:12:09Z") == "1 May 2022, 06:12 UTC")
        #expect(DateText.moment("????-??-??T06:12:09Z") == "????-??-??T06:12:09Z")
    }
}

@Suite struct DaySeriesTests {
    private func days(_ texts: [String]) -> [ReportSummary.Day] {
        texts.enumerated().map { index, text in
            ReportSummary.Day(day: CalendarDay(text), contracts: 1, seconds: [Int64(index)], total: Int64(index) + 1)
        }
    }

    @Test func missingDaysAreGapsAndNotZero() {
        let series = DaySeries(days(["2022-04-01", "2022-04-03", ""]), over: nil, limit: 10)
        #expect(series.unit == .day && series.columns.map(\.seconds) == [1, nil, 2])
        #expect(series.columns.map { series.name($0) } == ["2022-04-01", "2022-04-02", "2022-04-03"])
        let asked = CalendarDay("2022-03-31")!...CalendarDay("2022-04-04")!
        let wider = DaySeries(days(["2022-04-01", "2022-04-03"]), over: asked, limit: 10)
        #expect(wider.columns.map(\.seconds) == [nil, 1, nil, 2, nil])
        #expect(DaySeries(days([""]), over: nil, limit: 10).columns.isEmpty)
    }

    @Test func longerStretchesAddUpAndLoseNothing() {
        var random = Dice(seed: 11)
        for round in 0..<200 {
            let start = CalendarDay("0001-01-01")!.daysSinceEpoch + random.below(3_600_000)
            let span = [10, 80, 300, 2000, 20_000, 45_000][round % 6]
            let numbers = Set((0..<(1 + random.below(60))).map { _ in start + random.below(span) })
            let rows = days(numbers.sorted().compactMap { CalendarDay(daysSinceEpoch: $0)?.description })
            let series = DaySeries(rows, over: nil, limit: 100)
            #expect(series.columns.count <= 100)
            #expect(series.columns.reduce(0) { $0 + $1.filled } == rows.count, "\(series.unit)")
            #expect(
                series.columns.compactMap(\.seconds).reduce(0, +) == rows.reduce(Int128(0)) { $0 + Int128($1.total) })
            #expect(series.columns.allSatisfy { ($0.filled == 0) == ($0.seconds == nil) })
            for (before, after) in zip(series.columns, series.columns.dropFirst()) {
                #expect(before.day < after.day)
                switch series.unit {
                case .day: #expect(before.day.successor == after.day)
                case .week: #expect(before.day.advanced(by: 7) == after.day)
                case .month: #expect(before.day.advanced(by: 31).map { $0.month == after.day.month } ?? false)
                case .year: #expect(series.isBroken || before.day.year + 1 == after.day.year)
                }
            }
            if series.unit == .week, let first = series.columns.first {
                #expect(
                    CalendarPeriod.week.name(of: first.day)
                        == CalendarPeriod.week.name(of: CalendarDay(rows[0].day!.description)!))
            }
        }
    }

    @Test func aMistypedYearMakesNoMillionColumns() {
        let series = DaySeries(days(["0022-04-01", "2022-04-01", "2022-04-02"]), over: nil, limit: 100)
        #expect(series.isBroken && series.unit == .year && series.columns.map(\.filled) == [1, 2])
    }

    @Test func activeDaysFallIntoBinsThatHoldAllContracts() {
        #expect(ActiveDayBins([]).bins.isEmpty && ActiveDayBins([0]).bins.isEmpty)
        #expect(ActiveDayBins([3, 0, 5]).bins.map(\.label) == ["0", "1", "2"])
        #expect(ActiveDayBins([0] + Array(repeating: 1, count: 62)).bins.map(\.label).prefix(2) == ["1–7", "8–14"])
        for count in [1, 30, 42, 43, 300, 2000, 100_000] {
            let counts = (0..<count).map { $0 % 7 }
            let bins = ActiveDayBins(counts).bins
            #expect(bins.count <= 43 && bins.reduce(0) { $0 + $1.contracts } == counts.reduce(0, +))
        }
    }
}
