//  Which fields the reader says that records have, and in which types it took them.

import ReaderReference
import Records
import Testing

@testable import JSONRecords

/// The paths and kinds of all members outside of arrays, by a reader of its own.
private func referenceFields(_ documents: [String]) throws -> [ByteOrdered: ValueKinds] {
    var result: [ByteOrdered: ValueKinds] = [:]
    func kind(_ value: JSONTree) -> ValueKinds {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
    func walk(_ value: JSONTree, _ above: String?) {
        guard case .object(let members) = value else { return }
        for (key, value) in members {
            let escaped = key.map { $0 == "." || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
            let path = above.map { $0 + "." + escaped } ?? escaped
            result[ByteOrdered(path), default: []].formUnion(kind(value))
            walk(value, path)
        }
    }
    for document in documents { walk(try JSONTree(parsing: document), nil) }
    return result
}

/// JSON by the simplest means.
private indirect enum JSONTree {
    case null, bool, number
    case string(String)
    case array([JSONTree])
    case object([(String, JSONTree)])

    struct Broken: Error {}

    init(parsing text: String) throws {
        var rest = Array(text.unicodeScalars)[...]
        self = try Self.value(&rest)
    }

    private static func skip(_ rest: inout ArraySlice<Unicode.Scalar>) {
        rest = rest.drop { $0 == " " || $0 == "\n" }
    }

    private static func value(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> JSONTree {
        skip(&rest)
        guard let first = rest.first else { throw Broken() }
        switch first {
        case "{":
            var members: [(String, JSONTree)] = []
            rest.removeFirst()
            skip(&rest)
            while rest.first != "}" {
                guard case .string(let key) = try value(&rest) else { throw Broken() }
                skip(&rest)
                rest.removeFirst()
                members.append((key, try value(&rest)))
                skip(&rest)
                if rest.first == "," { rest.removeFirst() }
                skip(&rest)
            }
            rest.removeFirst()
            return .object(members)
        case "[":
            var elements: [JSONTree] = []
            rest.removeFirst()
            skip(&rest)
            while rest.first != "]" {
                elements.append(try value(&rest))
                skip(&rest)
                if rest.first == "," { rest.removeFirst() }
            }
            rest.removeFirst()
            return .array(elements)
        case "\"":
            var text = ""
            rest.removeFirst()
            while let scalar = rest.popFirst(), scalar != "\"" {
                guard scalar == "\\" else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                switch rest.removeFirst() {
                case "u":
                    text.unicodeScalars.append(
                        Unicode.Scalar(UInt32(String(String.UnicodeScalarView(rest.prefix(4))), radix: 16)!)!)
                    rest = rest.dropFirst(4)
                case "n": text += "\n"
                case let other: text.unicodeScalars.append(other)
                }
            }
            return .string(text)
        case "t", "f", "n":
            rest = rest.drop { $0.properties.isAlphabetic }
            return first == "n" ? .null : .bool
        default:
            rest = rest.drop { "+-.eE0123456789".unicodeScalars.contains($0) }
            return .number
        }
    }
}

private func fields(_ text: String, container: Container? = nil, usesShapes: Bool = true) throws -> FieldPaths {
    var feeding = Feeding()
    feeding.container = container
    feeding.usesShapes = usesShapes
    return try read(text, feeding).fields
}

@Suite struct FieldCensusTests {
    private static let odd = [
        #"{"Contract":"A","AppName":"VOD","TotalDuration":1,"x":{"y":[{"in":1}],"z":{"":null}},"":true}"#,
        #"{"a.b":{"c\\d":1.5e3},"é":"x","\u0065\u0301":false,"n\nl":{"deep":{}}}"#,
        #"{"_source":{"Contract":"A"},"TotalDuration":"5","dup":1,"dup":"s"}"#, "{}",
        #"{"\u0043ontract":7}"#,
    ]

    @Test func theFieldsAreThoseOfTheRecords() throws {
        for documents in Self.odd.map({ [$0] }) + [Self.odd] {
            let seen = try fields(documents.map { $0 + "\n" }.joined())
            #expect(try seen.kinds == referenceFields(documents), "\(documents)")
            #expect(!seen.hasMore)
        }
        #expect(try fields("[" + Self.odd.joined(separator: ",\n") + "]").kinds == referenceFields(Self.odd))
    }

    /// Shapes hide no field: what matches one has the keys of what it was learned from.
    @Test func aFieldOfOneRecordAmongManyIsSeenWithShapes() throws {
        let plain = #"{"Contract":"A","AppName":"VOD","TotalDuration":1}"# + "\n"
        for place in [0, 1, 40, 4000, 9999] {
            var lines = Array(repeating: plain, count: 10_000)
            lines[place] = #"{"Contract":"A","Region":"N","AppName":"VOD","TotalDuration":1}"# + "\n"
            #expect(
                try fields(lines.joined()).paths.map(\.string) == ["AppName", "Contract", "Region", "TotalDuration"])
        }
    }

    @Test func aFieldOfOneRecordInAHundredIsSeenWithoutShapes() throws {
        var lines: [String] = []
        for i in 0..<20_000 {
            lines.append(
                #"{"Contract":"A","AppName":"VOD",\#(i % 97 == 96 ? #""Region":"N","# : "")"TotalDuration":1}"#)
        }
        let seen = try fields(lines.joined(separator: "\n"), usesShapes: false)
        #expect(seen.kinds.count == 4)
    }

    @Test func manyKeysAreBounded() throws {
        let lines = (0..<2000).map { #"{"Contract":"A","AppName":"VOD","TotalDuration":1,"k\#($0)":{"a":1,"b":2}}"# }
        let seen = try fields(lines.joined(separator: "\n"))
        #expect(seen.kinds.count == FieldPaths.limit && seen.hasMore)
        let wide = "{" + (0..<50_000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try fields(wide).hasMore)
        let long = "{\"\(String(repeating: "x", count: FieldPaths.longestPath + 1))\":{\"y\":1},\"z\":1}"
        #expect(try fields(long).paths.map(\.string) == ["z"])
        #expect(try fields(long).hasMore)
        let escaped = "{\"\(String(repeating: "\\u0078", count: 100_000))\":1,\"z\":1}"
        #expect(try fields(escaped).paths.map(\.string) == ["z"])
        let deep = String(repeating: #"{"a":"#, count: 300) + "1" + String(repeating: "}", count: 300)
        #expect(try fields(deep).kinds.count == FieldPaths.depthLimit)
    }

    @Test func whatCannotBeReadHasNoFields() throws {
        #expect(try fields("17\n[1]\n{\"a\":x}\n{\"b\":1\n").kinds.isEmpty)
    }

    // MARK: Coercions

    @Test func coercionsAreCountedByField() throws {
        let lines = [
            #"{"Contract":"A","AppName":"V","TotalDuration":1}"#, #"{"Contract":5,"AppName":"V","TotalDuration":1}"#,
            #"{"Contract":5,"AppName":"V","TotalDuration":"1"}"#,
            #"{"Contract":"A","AppName":"V","TotalDuration":"1.0"}"#,
            #"{"Contract":"A","AppName":"V","TotalDuration":"\u0031"}"#,
            #"{"Contract":"A","AppName":"V","TotalDuration":1.0}"#,
            #"{"Contract":"A","AppName":"V","TotalDuration":1e2}"#,
            // Not folded, so not coerced.
            #"{"Contract":5,"AppName":"V","TotalDuration":"x"}"#, #"{"Contract":0,"AppName":"V","TotalDuration":"1"}"#,
            #"{"Contract":5,"AppName":"V","TotalDuration":-1.0}"#,
        ]
        let outcome = try readThroughAllWindows(lines.joined(separator: "\n"))
        var expected = Coercions()
        (expected.keyAsNumber, expected.valueAsString, expected.valueAsFloat) = (2, 3, 2)
        #expect(outcome.coercions == expected)
        #expect(outcome.counts.coerced == 6)
    }
}
