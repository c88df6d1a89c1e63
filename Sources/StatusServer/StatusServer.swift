//  State, metrics and reports over HTTP, on loopback alone.
//
//      GET /healthz                    200 ok; 200 degraded, and what a person should look at; 503 and why nothing goes on
//      GET /metrics                    for Prometheus (text format 0.0.4)
//      GET /reports/daily.csv          the published reports and their receipt; ETag and If-None-Match
//
//  Degraded is 200 on purpose: the service does its work, and whoever restarts what answers 503 would stop that for a file
//  which is held. Monitoring looks at the first word, or at metrics.
//
//  A spreadsheet's "from web" asks for a report again and again: with the tag of the answer that it has it gets 304 and
//  no body. The tag is made of the file's inode, size and time: every publication makes a new file. One that is replaced
//  while it is sent is sent to its end from the open file; generations do not mix in an answer.
//
//  It is small on purpose: no TLS, no names but those below, no bodies, no ranges. A thread for each connection, of which
//  there are few; a client beyond them is told to come again. For more, put a web server in front. And it is our own on
//  purpose: bytes of a request, connections and times are bounded here, which embedded server libraries leave to their
//  users (FlyingFox 0.27 reads a head of any length for any time).

import DurableIO
import Glibc
import Pipelines
import Synchronization

/// The port cannot be served.
package struct StatusServerError: Error, CustomStringConvertible {
    package var port: UInt16
    package var doing: String
    package var code: Int32
    package var description: String {
        "cannot \(doing) port \(port) of 127.0.0.1: \(String(cString: strerror(code)))"
    }
}

/// How the service is.
package enum ServiceHealth: Sendable, Equatable {
    case well
    /// It does its work, and a person should look at something: a line for each.
    case degraded([String])
    /// Something keeps it from its work.
    case down(String)

    /// Most lines that are shown of what is wrong.
    private static let lineLimit = 100

    var status: Int { if case .down = self { 503 } else { 200 } }

    /// The first line begins with what a program looks for.
    var text: String {
        switch self {
        case .well: return "ok\n"
        case .degraded(let lines):
            let shown = lines.prefix(Self.lineLimit)
            let rest = lines.count - shown.count
            return (["degraded"] + shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n") + "\n"
        case .down(let reason): return "down: \(reason)\n"
        }
    }
}

/// What the server shows, asked for with every request.
package struct StatusPages: Sendable {
    package var health: @Sendable () -> ServiceHealth
    package var metrics: @Sendable () -> [Metric]
    /// The folder of the reports.
    package var reports: @Sendable () -> String
    /// The files in it that are served: content types by name.
    package var files: [String: String]

    package init(
        health: @escaping @Sendable () -> ServiceHealth, metrics: @escaping @Sendable () -> [Metric],
        reports: @escaping @Sendable () -> String, files: [String: String]
    ) {
        self.files = files
        self.health = health
        self.metrics = metrics
        self.reports = reports
    }
}

/// Serves until it is stopped.
package final class StatusServer: Sendable {
    /// Connections at one time.
    static let connectionLimit = 32

    package let port: UInt16
    private let listener: Int32
    private let pages: StatusPages
    private let fileSystem: FileSystem
    private let patience: Double
    private let open = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - port: 0 takes one that is free.
    ///   - patience: seconds that a client may take.
    /// - Throws: `StatusServerError`.
    package init(
        port: UInt16, pages: StatusPages, patience: Double = 10, in fileSystem: FileSystem = .real
    ) throws(StatusServerError) {
        self.pages = pages
        self.patience = patience
        self.fileSystem = fileSystem
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, type, 0)
        guard listener >= 0 else { throw StatusServerError(port: port, doing: "open a socket for", code: errno) }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                guard bind(listener, address, size) == 0, listen(listener, 64) == 0,
                    getsockname(listener, address, &size) == 0
                else { return errno }
                return 0
            }
        }
        guard code == 0 else {
            close(listener)
            throw StatusServerError(port: port, doing: "listen on", code: code)
        }
        self.listener = listener
        self.port = UInt16(bigEndian: address.sin_port)
        guard DetachedThread.start({ [self] in accept() }) else {
            close(listener)
            throw StatusServerError(port: port, doing: "begin a thread for", code: EAGAIN)
        }
    }

    /// Takes no more connections; those that are open go on to their end.
    package func stop() {
        isStopped.store(true, ordering: .relaxed)
        // Wakes the thread that accepts, which closes it.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        defer { close(listener) }
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if isStopped.load(ordering: .relaxed) {
                if descriptor >= 0 { close(descriptor) }
                return
            }
            guard descriptor >= 0 else {
                // Out of descriptors, or the client was gone before: what is open ends some time.
                if errno != EINTR { usleep(50_000) }
                continue
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            guard open.add(1, ordering: .relaxed).newValue <= Self.connectionLimit else {
                let text =
                    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                close(descriptor)
                open.subtract(1, ordering: .relaxed)
                continue
            }
            let connection = Connection(descriptor: descriptor, port: port, patience: patience) { [self] in
                respond(to: $0)
            }
            let isServed = DetachedThread.start { [self] in
                connection.serve()
                open.subtract(1, ordering: .relaxed)
            }
            if !isServed {
                close(descriptor)
                open.subtract(1, ordering: .relaxed)
            }
        }
    }

    // MARK: Pages

    private func respond(to request: HTTPRequest) -> HTTPAnswer {
        var answer: HTTPAnswer
        switch request.path {
        case "/healthz":
            let health = pages.health()
            answer = HTTPAnswer(health.status, text: health.text)
        case "/metrics":
            answer = HTTPAnswer(
                200, text: Metric.text(pages.metrics()), type: "text/plain; version=0.0.4; charset=utf-8")
        case let path where path.hasPrefix("/reports/"):
            let name = String(path.dropFirst("/reports/".count))
            guard let type = pages.files[name] else { return HTTPAnswer(404, text: "there is no such report\n") }
            return report(name, type, request)
        default:
            return HTTPAnswer(404, text: "there are /healthz, /metrics and /reports/NAME.csv\n")
        }
        answer.fields.append(("Cache-Control", "no-store"))
        return answer
    }

    private func report(_ name: String, _ type: String, _ request: HTTPRequest) -> HTTPAnswer {
        do {
            let file = try fileSystem.open(Path.join(pages.reports(), name), .read)
            let status = try file.status()
            guard status.kind == .file else { return HTTPAnswer(404, text: "there is no such report yet\n") }
            let tag = "\"\(String(status.inode, radix: 16))-\(status.size)-\(String(status.modified, radix: 16))\""
            var answer = HTTPAnswer(request.hasAlready(tag) ? 304 : 200)
            answer.fields = [
                ("ETag", tag), ("Last-Modified", HTTPDate.text(seconds: status.modified / 1_000_000_000)),
                ("Cache-Control", "no-cache"),
            ]
            if answer.status == 200 {
                answer.fields += [("Content-Type", type), ("Content-Disposition", "inline; filename=\"\(name)\"")]
            }
            answer.length = status.size
            answer.body = { send in try Self.send(file, count: status.size, send) }
            return answer
        } catch  where error.isMissing {
            return HTTPAnswer(404, text: "there is no such report yet\n")
        } catch {
            return HTTPAnswer(500, text: "\(error)\n")
        }
    }

    /// Sends as many bytes as were promised; a file that became shorter breaks the connection off.
    private static func send(
        _ file: OpenFile, count: Int, _ send: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var at = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while at < count {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - at)])
            let read = try file.read(at: at, into: part)
            guard read > 0 else { throw ConnectionLost() }
            try send(UnsafeRawBufferPointer(rebasing: part[..<read]))
            at += read
        }
    }
}
