import Folding
import Foundation
import Records
import TestSupport
import Testing

@Suite struct CalendarDayTests {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        return calendar
    }()

    /// From 1900, so that a common century and a leap century are in it.
    @Test func agreesWithFoundationOnEveryDayOfThreeCenturies() throws {
        var day = try #require(CalendarDay("1900-01-01"))
        let first = day.daysSinceEpoch
        var wrong: [CalendarDay] = []
        for offset in 0..<109_573 {
            let date = Date(timeIntervalSince1970: Double(first + offset) * 86_400)
            let parts = Self.calendar.dateComponents([.year, .month, .day], from: date)
            let isRight =
                (day.year, day.month, day.day) == (parts.year!, parts.month!, parts.day!)
                && day.daysSinceEpoch == first + offset && CalendarDay(daysSinceEpoch: first + offset) == day
            if !isRight { wrong.append(day) }
            guard let next = day.successor else { break }
            day = next
        }
        #expect(wrong.isEmpty)
        #expect(day.description == "2200-01-01")
    }

    @Test func coversExactlyTheYears1To9999() throws {
        let first = try #require(CalendarDay("00010101"))
        let last = try #require(CalendarDay("9999-12-31"))
        #expect(first.predecessor == nil)
        #expect(last.successor == nil)
        #expect(CalendarDay(daysSinceEpoch: .max) == nil)
        #expect(CalendarDay(daysSinceEpoch: .min) == nil)
        // Days of 9,999 years: 365 each, and the leap days.
        #expect(last.daysSinceEpoch - first.daysSinceEpoch + 1 == 9999 * 365 + 2499 - 99 + 24)
        #expect(CalendarDay("1970-01-01")?.daysSinceEpoch == 0)
        for number in stride(from: first.daysSinceEpoch, through: last.daysSinceEpoch, by: 97) {
            #expect(CalendarDay(daysSinceEpoch: number)?.daysSinceEpoch == number)
        }
    }

    @Test(arguments: [
        "", "2022", "202204", "2022-4-1", "2022-04-31", "20220431", "2021-02-29", "1900-02-29", "2022-00-10",
        "2022-13-01", "2022-01-00", "0000-01-01", "2022/04/01", "2022-0401", "202204-01", "+2220401", " 2022040",
        "2022-04-01 ", "2022-04-011", "202204011", "２０２２０４０１", "2022-04-0a", "-022-04-01", "20-22-0401",
    ])
    func refusesWhatIsNoDay(_ text: String) { #expect(CalendarDay(text) == nil) }

    @Test(arguments: ["2022-04-01", "2000-02-29", "2024-02-29", "0001-01-01", "9999-12-31", "2022-12-31"])
    func readsBothFormsAndWritesDashes(_ text: String) throws {
        let day = try #require(CalendarDay(text))
        #expect(day.description == text)
        #expect(CalendarDay(text.filter { $0 != "-" }) == day)
        #expect(CalendarDay(Array(text.utf8)) == day)
    }

    @Test func ordersByTime() {
        let texts = ["2022-04-02", "2021-12-31", "2022-04-01", "0099-01-01", "2022-03-31"]
        #expect(texts.compactMap { CalendarDay($0) }.sorted().map(\.description) == texts.sorted())
    }

    @Test func gapsAreTheDaysBetween() {
        var random = Dice(seed: 7)
        for _ in 0..<200 {
            let start = Int.random(in: -1000...30_000, using: &random)
            let numbers = Set((0..<Int.random(in: 0...12, using: &random)).map { _ in start + random.below(20) })
            let days = Set(numbers.compactMap { CalendarDay(daysSinceEpoch: $0) })
            let gaps = CalendarDay.gaps(in: days)
            var missing = Set<Int>()
            for gap in gaps { missing.formUnion(gap.lowerBound.daysSinceEpoch...gap.upperBound.daysSinceEpoch) }
            let all = numbers.min().map { Set($0...numbers.max()!) } ?? []
            #expect(missing == all.subtracting(numbers))
            // Ranges are as long as they can be, and in order.
            for (a, b) in zip(gaps, gaps.dropFirst()) {
                #expect(a.upperBound.daysSinceEpoch + 1 < b.lowerBound.daysSinceEpoch)
            }
        }
    }
}

@Suite struct DayColumnTests {
    @Test func everyDayHasOneBitInOneColumn() throws {
        var day = try #require(CalendarDay("2019-12-30"))
        for _ in 0..<800 {
            let column = DayColumn(day)
            let set = DayColumn.set(of: day)
            #expect(column.name == "Days" + day.description.replacing("-", with: "").prefix(6))
            #expect(DayColumn(name: column.name) == column)
            #expect(set.nonzeroBitCount == 1 && set & ~column.allDays == 0)
            #expect(column.day(bit: set.trailingZeroBitCount) == day)
            #expect(column.allDays.nonzeroBitCount == CalendarDay.daysIn(month: day.month, year: day.year))
            day = try #require(day.successor)
        }
    }

    @Test func undatedIsAColumnOfItsOwn() {
        let column = DayColumn(nil)
        #expect(column == .undated && column.name == "DaysUndated" && column.allDays == 1)
        #expect(DayColumn.set(of: nil) == 1)
        #expect(DayColumn(name: "DaysUndated") == .undated)
        #expect(column.day(bit: 0) == nil)
        #expect(column.measure == Measure("DaysUndated", .union))
        #expect(DayColumn(CalendarDay("0007-03-05")).name == "Days000703")
    }

    @Test(arguments: ["Days", "Days2022", "Days202213", "Days202200", "days202204", "Days2022-04-", "Days2022040", ""])
    func otherNamesAreNoDaySets(_ name: String) { #expect(DayColumn(name: name) == nil) }
}
