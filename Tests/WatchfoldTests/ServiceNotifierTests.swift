//  The protocol of the service manager, against a socket such as it makes.

import Foundation
import Testing

@testable import Watchfold

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A datagram socket that waits for messages.
private final class Manager {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    let name: String

    init(isAbstract: Bool) {
        let id = UUID().uuidString
        name = isAbstract ? "@watchfold-\(id)" : "/tmp/watchfold-\(id.prefix(8))"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count + (isAbstract ? 0 : 1)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        precondition(code == 0, "cannot bind: \(errno)")
    }

    deinit {
        close(descriptor)
        if !name.hasPrefix("@") { unlink(name) }
    }

    /// The messages that wait.
    var messages: [String] {
        var all: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return all }
            all.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}

@Suite struct ServiceNotifierTests {
    @Test(arguments: [false, true]) func messagesReachTheManager(isAbstract: Bool) {
        let manager = Manager(isAbstract: isAbstract)
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
        let manager = Manager(isAbstract: true)
        let notifier = ServiceNotifier([
            "NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": String(getpid()),
        ])
        #expect(notifier.aliveInterval == .milliseconds(100))
        for _ in 0..<1000 { notifier.alive() }
        #expect(manager.messages.count <= 2)
        usleep(60_000)
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
