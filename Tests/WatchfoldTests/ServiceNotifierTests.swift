//  The protocol of the service manager, against a socket such as it makes.

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Operations

@Suite struct ServiceNotifierTests {
    @Test(arguments: [false, true]) func messagesReachTheServiceManager(isAbstract: Bool) {
        let manager = ServiceManager(isAbstract: isAbstract)
        let notifier = ServiceNotifier(["NOTIFY_SOCKET": manager.name])
        #expect(notifier.aliveInterval == nil)
        notifier.alive()
        #expect(manager.messages == [])
        notifier.ready(status: "watching\ninbox")
        notifier.status("a\r\nb")
        notifier.reloading()
        notifier.ready(status: nil)
        notifier.stopping()
        let messages = manager.messages
        #expect(messages.count == 5)
        #expect(messages[0] == "READY=1\nSTATUS=watching inbox\n" && messages[1] == "STATUS=a b\n")
        #expect(messages[2].wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[0-9]+\n/) != nil)
        #expect(messages[3] == "READY=1\n" && messages[4] == "STOPPING=1\n")
    }

    @Test func theWatchdogIsFedWhenItIsDue() {
        let manager = ServiceManager(isAbstract: true)
        let notifier = ServiceNotifier([
            "NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": String(getpid()),
        ])
        #expect(notifier.aliveInterval == .milliseconds(100))
        let start = ContinuousClock.now
        for _ in 0..<1000 { notifier.alive() }
        // Not more often than twice in an interval, however long the machine was busy elsewhere.
        #expect(manager.messages.count <= 2 + Int((ContinuousClock.now - start) / .milliseconds(50)))
        usleep(100_000)
        notifier.alive()
        #expect(manager.messages == ["WATCHDOG=1\n"])
        let other = ServiceNotifier(["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"])
        #expect(other.aliveInterval == nil)
    }

    @Test(arguments: ["", "relative", "@", "/" + String(repeating: "x", count: 200), "/nowhere/at/all"])
    func whatIsNoSocketIsLeftAlone(name: String) {
        let notifier = ServiceNotifier(["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "x"])
        notifier.ready(status: "x")
        #expect(notifier.aliveInterval == nil)
    }
}
