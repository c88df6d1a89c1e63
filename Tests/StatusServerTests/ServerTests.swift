//  The server over real sockets on loopback.

import DurableIO
import Foundation
import Glibc
import Synchronization
import Testing

@testable import StatusServer

private final class Health: Sendable { let value = Mutex(ServiceHealth.well) }

/// A server on a folder of its own.
private final class Scene {
    let folder = NSTemporaryDirectory() + "watchfold-status-" + UUID().uuidString
    let health = Health()
    private(set) var server: StatusServer!

    private static let files = [
        "engagement.csv": "text/csv; charset=utf-8", "profile.csv": "text/csv; charset=utf-8",
        "receipt.json": "application/json",
    ]

    init(patience: Double = 10) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        server = try StatusServer(
            port: 0,
            pages: StatusPages(
                health: { [health] in health.value.withLock { $0 } },
                metrics: {
                    [
                        Metric(
                            "watchfold_files", .gauge, "Files \\ by\nstate.",
                            [([("state", "a\"b\\c\nd")], 3), ([], 1.5)]),
                        Metric("watchfold_errors_total", .counter, "Errors.", 7),
                    ]
                }, reports: { [folder] in folder }, files: Self.files), patience: patience)
    }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func put(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    }

    func connect() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(code == 0, "cannot connect: \(errno)")
        var time = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    /// Sends bytes and reads until the server closes the connection.
    func exchange(_ text: String) -> String {
        let descriptor = connect()
        defer { close(descriptor) }
        _ = send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
        return readAll(descriptor)
    }

    func readAll(_ descriptor: Int32) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }

    func get(_ path: String, _ fields: String = "", method: String = "GET") -> (status: Int, head: String, body: String)
    {
        let answer = exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\(fields)Connection: close\r\n\r\n")
        let parts = answer.components(separatedBy: "\r\n\r\n")
        return (
            Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0, parts[0],
            parts.dropFirst().joined(separator: "\r\n\r\n")
        )
    }
}

@Suite struct ServerTests {
    @Test func healthIsSaid() throws {
        let scene = try Scene()
        #expect(scene.get("/healthz").status == 200 && scene.get("/healthz").body == "ok\n")
        scene.health.value.withLock { $0 = .down("the disk is full") }
        let answer = scene.get("/healthz")
        #expect(answer.status == 503 && answer.body == "down: the disk is full\n")
    }

    /// Whoever restarts what does not answer 200 must not do so for a file that is held.
    @Test func degradedIsNoReasonToBeEnded() throws {
        let scene = try Scene()
        scene.health.value.withLock { $0 = .degraded(["held a.json: why", "hook watch.on_publish: because"]) }
        let answer = scene.get("/healthz")
        #expect(answer.status == 200)
        #expect(answer.body == "degraded\nheld a.json: why\nhook watch.on_publish: because\n")
        scene.health.value.withLock { $0 = .degraded((0..<250).map { "held \($0).json: why" }) }
        let lines = scene.get("/healthz").body.split(separator: "\n")
        #expect(lines.count == 102 && lines[100] == "held 99.json: why" && lines[101] == "and 150 more")
    }

    @Test func metricsAreInPrometheusFormat() throws {
        let scene = try Scene()
        let answer = scene.get("/metrics")
        #expect(answer.head.contains("Content-Type: text/plain; version=0.0.4"))
        #expect(
            answer.body == #"""
                # HELP watchfold_files Files \\ by\nstate.
                # TYPE watchfold_files gauge
                watchfold_files{state="a\"b\\c\nd"} 3
                watchfold_files 1.5
                # HELP watchfold_errors_total Errors.
                # TYPE watchfold_errors_total counter
                watchfold_errors_total 7

                """#)
    }

    @Test func reportsAreServedWithTags() throws {
        let scene = try Scene()
        #expect(scene.get("/reports/engagement.csv").status == 404)
        try scene.put("engagement.csv", "a,b\n1,2\n")
        let first = scene.get("/reports/engagement.csv")
        #expect(first.status == 200 && first.body == "a,b\n1,2\n" && first.head.contains("Content-Length: 8"))
        #expect(first.head.contains("Content-Type: text/csv; charset=utf-8"))
        let tag = try #require(first.head.components(separatedBy: "ETag: ").last?.components(separatedBy: "\r\n").first)
        let again = scene.get("/reports/engagement.csv", "If-None-Match: \(tag)\r\n")
        #expect(again.status == 304 && again.body.isEmpty && again.head.contains(tag))
        let head = scene.get("/reports/engagement.csv", method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head.head.contains("Content-Length: 8"))
        // The same text, published anew, is a new answer.
        try scene.put("engagement.csv", "a,b\n1,2\n")
        #expect(scene.get("/reports/engagement.csv", "If-None-Match: \(tag)\r\n").status == 200)
    }

    @Test(arguments: [
        "/", "/reports/", "/reports/../secret.csv", "/reports/secret.csv", "/reports/%2e%2e/secret.csv",
        "/reports/engagement.csv/", "/reports//engagement.csv", "/metrics/", "//healthz", "/reports/rejects",
    ])
    func otherPathsAreUnknown(path: String) throws {
        let scene = try Scene()
        try scene.put("secret.csv", "x")
        try scene.put("engagement.csv", "x")
        #expect(scene.get(path).status == 404)
    }

    @Test func foreignHostsAndOtherMethodsAreRefused() throws {
        let scene = try Scene()
        let port = scene.server.port
        #expect(
            scene.exchange("GET /healthz HTTP/1.1\r\nHost: evil.example:\(port)\r\nConnection: close\r\n\r\n")
                .hasPrefix("HTTP/1.1 421 "))
        #expect(scene.exchange("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"] {
            let answer = scene.get("/healthz", method: method)
            #expect(answer.status == 405 && answer.head.contains("Allow: GET, HEAD"), "\(method)")
        }
        #expect(scene.get("/healthz", "Content-Length: 3\r\n").status == 400)
    }

    @Test func aLargeReportIsOfOneGeneration() throws {
        let scene = try Scene()
        let text = (0..<400_000).map { "B\($0),1,2,3,4,5\n" }.joined()
        try scene.put("profile.csv", text)
        let descriptor = scene.connect()
        defer { close(descriptor) }
        let request =
            "GET /reports/profile.csv HTTP/1.1\r\nHost: localhost:\(scene.server.port)\r\nConnection: close\r\n\r\n"
        _ = send(descriptor, request, request.utf8.count, 0)
        // The answer has begun, and the socket's buffers are full.
        var buffer = [UInt8](repeating: 0, count: 1000)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_WAITALL))
        usleep(50_000)
        try scene.put("profile.csv", "another\n")
        let answer = String(decoding: buffer[..<count], as: UTF8.self) + scene.readAll(descriptor)
        #expect(answer.components(separatedBy: "\r\n\r\n").last == text)
    }

    @Test func connectionsAreKeptAndRequestsMayBePipelined() throws {
        let scene = try Scene()
        let one = "GET /healthz HTTP/1.1\r\nHost: localhost:\(scene.server.port)\r\n\r\n"
        let last = "GET /healthz HTTP/1.1\r\nHost: localhost:\(scene.server.port)\r\nConnection: close\r\n\r\n"
        let answer = scene.exchange(one + one + last)
        #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 4, "\(answer)")
    }

    @Test func headsAreBounded() throws {
        let scene = try Scene()
        let long = String(repeating: "x", count: 100_000)
        #expect(scene.exchange("GET /\(long)").hasPrefix("HTTP/1.1 431 "))
        #expect(
            scene.exchange("GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 9000))\r\n\r\n").hasPrefix(
                "HTTP/1.1 431 "))
        #expect(scene.exchange("\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
    }

    @Test func slowClientsAreNotWaitedFor() throws {
        let scene = try Scene(patience: 0.3)
        let start = ContinuousClock.now
        #expect(scene.exchange("GET /healthz HTT").hasPrefix("HTTP/1.1 408 "))
        #expect(scene.exchange("").isEmpty)
        // One that sends a byte now and then is no better.
        let descriptor = scene.connect()
        defer { close(descriptor) }
        for _ in 0..<10 {
            _ = send(descriptor, "G", 1, Int32(MSG_NOSIGNAL))
            usleep(50_000)
        }
        #expect(scene.readAll(descriptor).hasPrefix("HTTP/1.1 408 "))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func connectionsAreBounded() throws {
        let scene = try Scene()
        let held = (0..<StatusServer.connectionLimit).map { _ in scene.connect() }
        usleep(100_000)
        #expect(scene.exchange("").hasPrefix("HTTP/1.1 503 "))
        for descriptor in held { close(descriptor) }
        let end = ContinuousClock.now + .seconds(10)
        while scene.get("/healthz").status != 200 { try #require(ContinuousClock.now < end) }
    }

    @Test func aPortInUseIsAnError() throws {
        let scene = try Scene()
        let pages = StatusPages(health: { .well }, metrics: { [] }, reports: { "." }, files: [:])
        #expect(throws: StatusServerError.self) { try StatusServer(port: scene.server.port, pages: pages) }
    }
}
