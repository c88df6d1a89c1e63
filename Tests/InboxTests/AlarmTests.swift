import Foundation
import Glibc
import Inbox
import Testing

@Suite struct AlarmTests {
    @Test func aWaitEndsInTime() throws {
        let alarm = try Alarm()
        let start = ContinuousClock.now
        #expect(alarm.wait(.milliseconds(30)) == .time)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        #expect(alarm.wait(.zero) == .time)
        #expect(alarm.wait(.seconds(-1)) == .time)
    }

    @Test func aRingEndsTheWaitOrTheNext() async throws {
        let alarm = try Alarm()
        // More than a pipe holds.
        for _ in 0..<100_000 { alarm.ring() }
        #expect(alarm.wait(.seconds(60)) == .ring)
        #expect(alarm.wait(.zero) == .time)
        let thread = Thread {
            Thread.sleep(forTimeInterval: 0.02)
            alarm.ring()
        }
        thread.start()
        let start = ContinuousClock.now
        #expect(alarm.wait(.seconds(60)) == .ring)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func aDescriptorEndsTheWait() throws {
        let alarm = try Alarm()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(alarm.wait(.milliseconds(5), for: ends[0]) == .time)
        try #require(write(ends[1], "x", 1) == 1)
        #expect(alarm.wait(.seconds(60), for: ends[0]) == .event)
        alarm.ring()
        #expect(alarm.wait(.seconds(60), for: ends[0]) == .ring)
    }
}
