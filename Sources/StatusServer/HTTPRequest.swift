//  The head of an HTTP/1.1 request (RFC 9112), as much of it as a server of a few files needs.
//
//      GET /reports/daily.csv HTTP/1.1\r\n
//      Host: localhost:9117\r\n
//      If-None-Match: "3-9f3c"\r\n
//      \r\n
//
//  Strict where leniency has let requests through that two parties read differently: line ends are CR LF, a field's name
//  is a token with no blank behind it, no line is folded, Host is there exactly once. A body is refused: nothing that is
//  served here takes one.

/// What a client asks for.
struct HTTPRequest: Equatable {
    var method: String
    /// The path without the query.
    var path: String
    /// `HTTP/1.0` or `HTTP/1.1`.
    var isHTTP11: Bool
    /// Names in lower case; values of a name that comes twice are joined by commas.
    var fields: [String: String] = [:]

    /// Why a request is refused, with the status to answer.
    struct Refusal: Error, Equatable {
        var status: Int
        var reason: String

        init(_ status: Int, _ reason: String) {
            self.status = status
            self.reason = reason
        }
    }

    /// - Parameter head: all up to, and without, the empty line.
    init(head: [UInt8]) throws(Refusal) {
        guard let text = String(validating: head, as: UTF8.self) else { throw Refusal(400, "the request is not UTF-8") }
        if head.contains(where: { $0 < 0x20 && $0 != 0x0D && $0 != 0x0A && $0 != 0x09 || $0 == 0x7F }) {
            throw Refusal(400, "a control character in the request")
        }
        // Characters of Swift take CR LF for one: lines are cut by bytes.
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
        for index in lines.indices {
            let isLast = index == lines.count - 1
            if !isLast, lines[index].utf8.last != 0x0D { throw Refusal(400, "a line does not end in CR LF") }
            if !isLast { lines[index] = Substring(lines[index].utf8.dropLast()) }
            if lines[index].utf8.contains(0x0D) { throw Refusal(400, "a CR within a line") }
        }
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[1].first == "/" else {
            throw Refusal(400, "the first line is not METHOD /path HTTP/1.1")
        }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { throw Refusal(505, "only HTTP/1.0 and 1.1") }
        method = String(words[0])
        path = String(words[1].prefix { $0 != "?" })
        isHTTP11 = words[2] == "HTTP/1.1"
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), Self.isToken(line[..<colon]) else {
                throw Refusal(400, "a field is not NAME: VALUE")
            }
            let name = line[..<colon].lowercased()
            let value = Self.trimmed(line[line.index(after: colon)...])
            if let other = fields[name] {
                if name == "host" { throw Refusal(400, "Host is there twice") }
                fields[name] = other + ", " + value
            } else {
                fields[name] = value
            }
        }
        if fields["transfer-encoding"] != nil { throw Refusal(400, "a request with a body is not taken") }
        if let length = fields["content-length"], length != "0" {
            throw Refusal(400, "a request with a body is not taken")
        }
    }

    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
                }
            }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// Whether the client wants to ask again on this connection.
    var keepsAlive: Bool {
        let options = (fields["connection"] ?? "").lowercased().split(separator: ",").map { Self.trimmed($0) }
        return isHTTP11 ? !options.contains("close") : false
    }

    /// Whether the host is this machine's loopback under the server's port. A page from elsewhere whose name was made to
    /// lead here (DNS rebinding) brings its own host.
    func isForLoopback(port: UInt16) -> Bool {
        guard let host = fields["host"]?.lowercased() else { return false }
        return ["localhost", "127.0.0.1", "[::1]"].contains { host == "\($0):\(port)" || (port == 80 && host == $0) }
    }

    /// Whether the client has this already (RFC 9110, section 13.1.2).
    func hasAlready(_ tag: String) -> Bool {
        guard let tags = fields["if-none-match"] else { return false }
        if tags == "*" { return true }
        return tags.split(separator: ",").contains { candidate in
            let candidate = Self.trimmed(candidate)
            return candidate == tag || candidate == "W/" + tag
        }
    }
}
