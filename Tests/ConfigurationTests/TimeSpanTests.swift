import Testing

@testable import Configuration

@Suite struct TimeSpanTests {
    @Test(arguments: [
        ("0", 0, "0s"), ("2", 2000, "2s"), ("0.5", 500, "500ms"), ("500ms", 500, "500ms"), ("1500 ms", 1500, "1500ms"),
        ("90s", 90_000, "90s"), ("1.5m", 90_000, "90s"), ("10M", 600_000, "10m"), ("24h", 86_400_000, "24h"),
    ])
    func areReadAndWritten(text: String, milliseconds: Int, shortest: String) throws {
        let span = try TimeSpan(parsing: text)
        #expect(span.milliseconds == milliseconds && span.description == shortest)
        #expect(try TimeSpan(parsing: span.description) == span)
    }

    @Test(arguments: ["", "s", "-1s", "1d", "0.5ms", "1.2.3s", "1e3", "9999999999999999h", "١s", "2 s s"])
    func areRefused(text: String) { #expect(throws: ValueRefusal.self) { try TimeSpan(parsing: text) } }

    @Test func areInOrder() {
        #expect(TimeSpan(milliseconds: 1) < .seconds(1) && TimeSpan.seconds(60) == TimeSpan(milliseconds: 60_000))
    }
}
