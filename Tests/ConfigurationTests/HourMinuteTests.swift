import Testing

@testable import Configuration

@Suite struct HourMinuteTests {
    @Test(arguments: [
        ("00:00", 0, "00:00"), ("9:05", 545, "09:05"), ("09:00", 540, "09:00"), ("23:59", 1439, "23:59"),
        ("33:00", 1980, "33:00"), ("99:59", 5999, "99:59"),
    ])
    func areReadAndWritten(text: String, minutes: Int, written: String) throws {
        let time = try HourMinute(parsing: text)
        #expect(time.minutes == minutes && time.description == written)
        #expect(time.hour * 60 + time.minute == minutes)
        #expect(try HourMinute(parsing: time.description) == time)
    }

    @Test(arguments: [
        "", "9", "09", ":00", "09:", "09:0", "09:60", "100:00", "-1:00", "09:00:00", "٠٩:٠٠", "9 :00", "9h",
    ])
    func areRefused(text: String) { #expect(throws: ValueRefusal.self) { try HourMinute(parsing: text) } }
}

@Suite struct SameConfigurationTests {
    @Test func theSameInOtherPlacesIsTheSame() throws {
        let one = try Configuration.resolve(file: layer("jobs: 2\noutputs: [{file: a.csv}]\ncategories: {A: [x]}"))
        let other = try Configuration.resolve(
            file: layer("# moved\n\ncategories:\n  A: [x]\noutputs:\n  - file: a.csv\njobs: 2"))
        #expect(one != other && one.means(other) && other.means(one))
    }

    /// Also where the two are written alike when they are shown.
    @Test(arguments: [
        ("jobs: 2", "jobs: 3"), ("categories: {A: [b c]}", "categories: {A: [b, c]}"),
        ("categories: {A: [\"e\u{301}\"]}", "categories: {A: [\"\u{E9}\"]}"), ("watch: {on_problem: a}", "jobs: 2"),
        ("outputs: [{file: a.csv}]", "outputs: [{file: a.csv, every: 1s}]"),
        ("outputs: [{file: a.csv}]", "outputs: [{file: a.csv, report: daily}]"),
    ])
    func anythingElseIsAnother(one: String, other: String) throws {
        let (one, other) = try (Configuration.resolve(file: layer(one)), Configuration.resolve(file: layer(other)))
        #expect(!one.means(other) && !other.means(one))
    }
}
