import Foundation
import Testing

@testable import SampleData

@Suite("Calendar days")
struct CalendarDayTests {
    @Test("agree with Foundation's calendar over 400 years, in both directions")
    func againstFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        // 1800 to 2200: beyond the Gregorian reform, with three century years that are not leap years and one that is.
        let first = CalendarDay(year: 1800, month: 1, day: 1)!.daysSinceEpoch
        for number in stride(from: first, to: first + 146_097, by: 13) {
            let day = try #require(CalendarDay(daysSinceEpoch: number))
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(number) * 86_400))
            #expect([day.year, day.month, day.day] == [parts.year, parts.month, parts.day])
            #expect(day.daysSinceEpoch == number)
        }
    }

    @Test("follow one another without a gap through all ten thousand years")
    func successive() throws {
        var day = CalendarDay.earliest
        var number = day.daysSinceEpoch
        #expect(number == -719_162)
        // Around the end of every February and every year.
        for year in 1...9_999 {
            for (month, last) in [(2, 28), (12, 31)] {
                let end = try #require(CalendarDay(year: year, month: month, day: last))
                #expect(end.daysSinceEpoch > number)
                number = end.daysSinceEpoch
                guard let next = CalendarDay(daysSinceEpoch: number + 1) else {
                    #expect(end == .latest)
                    continue
                }
                let isLeapDay = next.month == 2
                #expect(isLeapDay == (month == 2 && CalendarDay(year: year, month: 2, day: 29) != nil))
                #expect(next > end && next.daysSinceEpoch == number + 1)
                day = next
            }
        }
        #expect(day == CalendarDay(year: 9_999, month: 3, day: 1))
        #expect(CalendarDay.latest.daysSinceEpoch == 2_932_896)
    }

    @Test(
        "exist or do not",
        arguments: [
            ("2022-04-01", true), ("2020-02-29", true), ("2000-02-29", true), ("0001-01-01", true),
            ("9999-12-31", true), ("2022-02-29", false), ("1900-02-29", false), ("2022-04-31", false),
            ("2022-13-01", false), ("2022-00-10", false), ("2022-01-00", false), ("0000-01-01", false),
            ("2022-4-1", false), ("20220401", false), ("2022/04/01", false), ("2022-04-01 ", false), ("", false),
            ("-022-04-01", false), ("2022-+4-01", false), ("２022-04-01", false),
        ])
    func reading(text: String, exists: Bool) {
        #expect(CalendarDay(text)?.description == (exists ? text : nil))
    }

    @Test("end where the calendar ends")
    func limits() {
        #expect(CalendarDay.latest.advanced(by: 1) == nil)
        #expect(CalendarDay.earliest.advanced(by: -1) == nil)
        #expect(CalendarDay.latest.advanced(by: Int.max) == nil)
        #expect(CalendarDay.earliest.advanced(by: Int.min) == nil)
        #expect(CalendarDay.earliest.advanced(by: 3_652_058) == .latest)
        #expect(CalendarDay("2022-04-01")?.daysSinceEpoch == 19_083)
        #expect(CalendarDay("0007-01-02")?.compact == "00070102")
    }
}
