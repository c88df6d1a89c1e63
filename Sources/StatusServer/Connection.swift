//  One connection: requests in, answers out, both within bounds.
//
//      bytes of a head        at most `headLimit`
//      time for a head        at most `patience` from the end of the answer before it
//      time without progress  at most `patience` while an answer is sent
//      time for an answer     at most `patience` and what its bytes take at `slowest`
//      requests               at most `requestLimit`, then the connection is closed

import Glibc

/// What is sent back.
struct HTTPAnswer {
    var status: Int
    var fields: [(name: String, value: String)] = []
    /// Bytes of the body.
    var length = 0
    /// Lends the body piece by piece; not called for HEAD and without a body.
    var body: ((_ send: (UnsafeRawBufferPointer) throws -> Void) throws -> Void)?

    init(_ status: Int, text: String, type: String = "text/plain; charset=utf-8") {
        self.status = status
        let bytes = Array(text.utf8)
        length = bytes.count
        fields = [("Content-Type", type)]
        body = { send in try bytes.withUnsafeBytes { try send($0) } }
    }

    init(_ status: Int) { self.status = status }

    static let reasons = [
        200: "OK", 304: "Not Modified", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 421: "Misdirected Request", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}

/// The client went away, or took too long.
struct ConnectionLost: Error {}

/// A connected socket that nobody else uses.
struct Connection: Sendable {
    static let headLimit = 8192
    static let requestLimit = 1000
    /// Bytes a second below which a client keeps others waiting.
    static let slowest = 10_000

    let descriptor: Int32
    let port: UInt16
    /// Seconds.
    let patience: Double
    let respond: @Sendable (HTTPRequest) -> HTTPAnswer

    /// Answers until the client or a bound ends it. Closes the socket.
    func serve() {
        defer { close(descriptor) }
        var pending: [UInt8] = []
        for number in 1...Self.requestLimit {
            let answer: HTTPAnswer
            var keepsAlive = false
            var hasBody = true
            do {
                guard let head = try readHead(&pending) else { return }
                let request = try HTTPRequest(head: head)
                keepsAlive = request.keepsAlive && number < Self.requestLimit
                hasBody = request.method != "HEAD"
                answer = self.answer(request)
            } catch let refusal as HTTPRequest.Refusal {
                answer = HTTPAnswer(refusal.status, text: refusal.reason + "\n")
            } catch {
                return
            }
            guard (try? send(answer, keepsAlive: keepsAlive, hasBody: hasBody)) != nil, keepsAlive else { break }
        }
        // What the client still sends would make the system reset the connection, and the answer could be lost.
        shutdown(descriptor, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 4096)
        let end = ContinuousClock.now + .milliseconds(200)
        while wait(POLLIN, until: end), recv(descriptor, &rest, rest.count, 0) > 0 {}
    }

    private func answer(_ request: HTTPRequest) -> HTTPAnswer {
        if request.fields["host"] == nil, request.isHTTP11 { return HTTPAnswer(400, text: "Host is missing\n") }
        guard request.isForLoopback(port: port) else { return HTTPAnswer(421, text: "this is not that host\n") }
        guard request.method == "GET" || request.method == "HEAD" else {
            var answer = HTTPAnswer(405, text: "only GET and HEAD\n")
            answer.fields.append(("Allow", "GET, HEAD"))
            return answer
        }
        return respond(request)
    }

    // MARK: Reading

    /// - Parameter pending: what was read beyond the last head.
    /// - Returns: all before the empty line; nil when the client is done.
    private func readHead(_ pending: inout [UInt8]) throws -> [UInt8]? {
        let end = ContinuousClock.now + .seconds(patience)
        let mark: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        var searched = 0
        while true {
            if let found = pending[max(0, searched - 3)...].firstRange(of: mark) {
                guard found.lowerBound <= Self.headLimit else {
                    throw HTTPRequest.Refusal(431, "the request is too long")
                }
                defer { pending.removeSubrange(..<found.upperBound) }
                return Array(pending[..<found.lowerBound])
            }
            searched = pending.count
            guard pending.count <= Self.headLimit else { throw HTTPRequest.Refusal(431, "the request is too long") }
            guard wait(POLLIN, until: end) else {
                if pending.isEmpty { return nil }
                throw HTTPRequest.Refusal(408, "the request did not come in time")
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }

    // MARK: Writing

    private func send(_ answer: HTTPAnswer, keepsAlive: Bool, hasBody: Bool) throws {
        var head = "HTTP/1.1 \(answer.status) \(HTTPAnswer.reasons[answer.status] ?? "")\r\n"
        let fields =
            answer.fields + [
                ("X-Content-Type-Options", "nosniff"), ("Connection", keepsAlive ? "keep-alive" : "close"),
            ]
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        // 304 has no body, whatever its length would be.
        if answer.status != 304 { head += "Content-Length: \(answer.length)\r\n" }
        head += "\r\n"
        try head.utf8.withContiguousStorageIfAvailable { try send(UnsafeRawBufferPointer($0)) }
            ?? Array(head.utf8).withUnsafeBytes { try send($0) }
        if hasBody, answer.status != 304 {
            let end = ContinuousClock.now + .seconds(patience + Double(answer.length) / Double(Self.slowest))
            try answer.body? { bytes in
                try send(bytes)
                if ContinuousClock.now > end { throw ConnectionLost() }
            }
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.send(descriptor, part.baseAddress, part.count, Self.flags)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0 && errno == EINTR {
                continue
            } else if count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) {
                guard wait(POLLOUT, until: .now + .seconds(patience)) else { throw ConnectionLost() }
            } else {
                throw ConnectionLost()
            }
        }
    }

    private static let flags = Int32(bitPattern: UInt32(MSG_NOSIGNAL) | UInt32(MSG_DONTWAIT))

    /// - Returns: whether it is ready; not, when time is over.
    private func wait(_ events: Int32, until end: ContinuousClock.Instant) -> Bool {
        while true {
            var watched = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let left = max(.zero, end - .now).components
            let milliseconds = left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            let count = poll(&watched, 1, Int32(clamping: milliseconds))
            if count < 0 && errno == EINTR { continue }
            return count > 0
        }
    }
}
