import TestSupport
import Testing

@testable import StatusServer

@Suite struct RequestTests {
    private func parsed(_ text: String) throws -> HTTPRequest { try HTTPRequest(head: Array(text.utf8)) }

    private func refusal(_ text: String) -> Int? {
        do {
            _ = try parsed(text)
            return nil
        } catch { return (error as? HTTPRequest.Refusal)?.status }
    }

    @Test func aRequestIsTakenApart() throws {
        let request = try parsed("GET /reports/a.csv?x=1 HTTP/1.1\r\nHost: LocalHost:80\r\nX-a:\t b \r\nx-A: c")
        #expect(request.method == "GET" && request.path == "/reports/a.csv" && request.isHTTP11)
        #expect(request.fields == ["host": "LocalHost:80", "x-a": "b, c"])
    }

    @Test(arguments: [
        "", "GET", "GET /", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET http://a/ HTTP/1.1",
        "GET / HTTP/1.1\nHost: a", "GET / HTTP/1.1\r\nHost : a", "GET / HTTP/1.1\r\n Host: a", "GET / HTTP/1.1\r\n: a",
        "GET / HTTP/1.1\r\nHost", "GET / HTTP/1.1\r\nHost: a\r\nhost: a", "GET / HTTP/1.1\r\nA: b\rc",
        "GET / HTTP/1.1\r\nA: b\u{0}", "GET / HTTP/1.1\r\nContent-Length: 5", "GET / HTTP/1.1\r\nContent-Length: 0, 0",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked", "GET / HTTP/1.1\r\nA: b\r\n c", "GET / HTTP/1.1\r\nÄ: b",
    ])
    func badRequestsAreRefused(_ text: String) { #expect(refusal(text) == 400, "\(text.debugDescription)") }

    @Test func othersAreRefusedToo() {
        #expect(refusal("GET / HTTP/2.0") == 505)
        #expect(throws: HTTPRequest.Refusal.self) { try HTTPRequest(head: [0x47, 0xFF, 0x20]) }
    }

    @Test(arguments: [
        ("localhost:9117", true), ("LOCALHOST:9117", true), ("127.0.0.1:9117", true), ("[::1]:9117", true),
        ("localhost", false), ("localhost:9118", false), ("evil.example:9117", false), ("localhost.evil:9117", false),
        ("", false), ("127.0.0.1:9117, localhost:9117", false),
    ])
    func onlyLoopbackIsAHost(_ host: String, isOne: Bool) throws {
        #expect(try parsed("GET / HTTP/1.1\r\nHost: \(host)").isForLoopback(port: 9117) == isOne)
    }

    @Test(arguments: [
        (#""a-1""#, true), (#"W/"a-1""#, true), (#""b", "a-1""#, true), ("*", true), (#""b""#, false), ("a-1", false),
        ("", false),
    ])
    func tagsAreCompared(_ tags: String, has: Bool) throws {
        #expect(try parsed("GET / HTTP/1.1\r\nIf-None-Match: \(tags)").hasAlready(#""a-1""#) == has)
    }

    @Test func datesAreThoseOfHTTP() {
        #expect(HTTPDate.text(seconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(seconds: -5) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(seconds: 951_826_153) == "Tue, 29 Feb 2000 12:09:13 GMT")
    }

    @Test func connectionsAreKeptAsHTTPSays() throws {
        #expect(try parsed("GET / HTTP/1.1").keepsAlive)
        #expect(try !parsed("GET / HTTP/1.1\r\nConnection: Upgrade, Close").keepsAlive)
        #expect(try !parsed("GET / HTTP/1.0\r\nConnection: keep-alive").keepsAlive)
    }

    /// No head makes the parser trap, whatever it is.
    @Test func noiseIsRefusedOrTaken() {
        var dice = TestSeed.dice()
        var taken = 0
        let whole = Array("GET /metrics HTTP/1.1\r\nHost: localhost:1\r\nIf-None-Match: \"x\", *".utf8)
        for _ in 0..<3000 {
            var head = whole
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let at = Int.random(in: 0..<head.count, using: &dice)
                if Bool.random(using: &dice) {
                    head[at] = .random(in: 0...255, using: &dice)
                } else {
                    head.remove(at: at)
                }
            }
            if let request = try? HTTPRequest(head: head) {
                #expect(request.path.hasPrefix("/") && !request.method.isEmpty, "\(TestSeed.text): \(head)")
                taken += 1
            }
        }
        #expect(taken > 100 && taken < 2900, "\(TestSeed.text): \(taken)")
    }
}
