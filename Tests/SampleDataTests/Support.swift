import Foundation

@testable import SampleData

/// Options of a small run.
func options(records: Int, _ change: (inout SampleOptions) -> Void = { _ in }) -> SampleOptions {
    var options = SampleOptions()
    options.recordsPerDay = records
    options.days = 3
    options.jobs = 2
    change(&options)
    return options
}

/// All bytes of a day.
func bytes(_ options: SampleOptions, day: Int = 0) throws -> [UInt8] {
    var all: [UInt8] = []
    try SampleGenerator(options).generate(day: day) { all += $0 }
    return all
}

/// A line as a JSON library sees it. Reading fails unless the keys are exactly the published ones, with values of their
/// types.
struct ParsedLine: Sendable {
    struct Mismatch: Error {
        var line: String
    }

    let index: String
    let type: String
    let id: String
    let score: Int
    /// Nil for null.
    let contract: String?
    let mac: String
    let app: String
    let duration: Int
    /// Bytes, LF included.
    let length: Int
    /// The keys of `_source` as they stand in the text.
    let order: [String]

    init(_ text: ArraySlice<UInt8>) throws {
        length = text.count + 1
        let string = String(decoding: text, as: UTF8.self)
        guard let top = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any], top.count == 5,
            let index = top["_index"] as? String, let type = top["_type"] as? String, let id = top["_id"] as? String,
            let score = top["_score"] as? Int, let source = top["_source"] as? [String: Any], source.count == 4,
            let contract = source["Contract"], contract is String || contract is NSNull,
            let mac = source["Mac"] as? String, let app = source["AppName"] as? String,
            let duration = source["TotalDuration"] as? Int
        else { throw Mismatch(line: string) }
        self.index = index
        self.type = type
        self.id = id
        self.score = score
        self.contract = contract as? String
        self.mac = mac
        self.app = app
        self.duration = duration
        // A key is what stands between quotes before a colon; a value never is. The first five are those at the top.
        var keys: [String] = []
        var open: Int?
        for position in text.indices where text[position] == UInt8(ascii: "\"") {
            if let start = open {
                if position + 1 < text.endIndex, text[position + 1] == UInt8(ascii: ":") {
                    keys.append(String(decoding: text[start..<position], as: UTF8.self))
                }
                open = nil
            } else {
                open = position + 1
            }
        }
        guard keys.prefix(5) == ["_index", "_type", "_id", "_score", "_source"] else { throw Mismatch(line: string) }
        order = Array(keys.dropFirst(5))
    }
}

/// The lines of a file whose every line ends in LF.
func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    precondition(bytes.isEmpty || bytes.last == 10, "the last line has no end")
    return bytes.dropLast().split(separator: 10, omittingEmptySubsequences: false)
}

/// Contract and Mac of each line found by plain text search, for the runs where a JSON library takes too long.
func contracts(_ bytes: [UInt8]) -> Set<String> {
    let mark = Array("\"Contract\":\"".utf8)
    var found: Set<String> = []
    for line in lines(bytes) {
        for start in line.indices.dropLast(mark.count)
        where line[start + 1] == mark[1] && line[start..<start + mark.count].elementsEqual(mark) {
            let value = line[(start + mark.count)...].prefix { $0 != UInt8(ascii: "\"") }
            found.insert(String(decoding: value, as: UTF8.self))
            break
        }
    }
    return found
}
