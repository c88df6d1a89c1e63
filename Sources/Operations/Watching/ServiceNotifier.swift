//  Telling the service manager how the service is.
//
//  systemd gives a service the path of a datagram socket in NOTIFY_SOCKET; what begins with @ is an abstract address. One
//  datagram holds lines `NAME=value` (sd_notify(3)):
//
//      READY=1            it is up, or the configuration was read again
//      RELOADING=1        with MONOTONIC_USEC: the configuration is being read
//      STOPPING=1         it is about to end
//      STATUS=text        what it does, for people
//      WATCHDOG=1         it is alive; due within WATCHDOG_USEC when WATCHDOG_PID is this process or not given
//
//  Nobody answers, and nothing depends on it: a message that cannot be sent is lost.

import Glibc
import Synchronization

/// Sends messages to the service manager; does nothing where there is none.
package final class ServiceNotifier: Sendable {
    private let descriptor: Int32
    private let address: [UInt8]
    /// How often to say that we are alive: half of what the service manager waits. Nil when it does not care.
    let aliveInterval: Duration?
    private let lastAlive = Mutex(ContinuousClock.Instant?.none)

    /// - Parameter variables: the environment.
    package init(_ variables: [String: String]) {
        var name = Array((variables["NOTIFY_SOCKET"] ?? "").utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        let isUsable = name.count > 1 && (isAbstract || name[0] == UInt8(ascii: "/")) && name.count < room
        address = name
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = isUsable ? socket(AF_UNIX, type, 0) : -1
        let isForUs = variables["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        if descriptor >= 0, isForUs, let text = variables["WATCHDOG_USEC"], let time = Int64(text), time > 0 {
            aliveInterval = .microseconds(time / 2)
        } else {
            aliveInterval = nil
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func ready(status text: String?) { send("READY=1\n" + (text.map { Self.line($0) } ?? "")) }

    func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)\n")
    }

    func stopping() { send("STOPPING=1\n") }
    package func status(_ text: String) { send(Self.line(text)) }

    /// We are alive. Cheap: says so only when it is due. From any thread.
    func alive() {
        guard let aliveInterval else { return }
        let now = ContinuousClock.now
        let isDue = lastAlive.withLock { last in
            if let last, now - last < aliveInterval / 2 { return false }
            last = now
            return true
        }
        if isDue { send("WATCHDOG=1\n") }
    }

    private static func line(_ text: String) -> String {
        "STATUS=" + String(text.map { $0.isNewline ? " " : $0 }) + "\n"
    }

    private static let noSignal = Int32(MSG_NOSIGNAL)

    private func send(_ message: String) {
        guard descriptor >= 0 else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        // An abstract address ends where its length says, not at a NUL.
        let isAbstract = address[0] == 0
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + address.count + (isAbstract ? 0 : 1)
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, bytes, bytes.count, Self.noSignal, address, socklen_t(length))
            }
        }
    }
}
