//  Objects around records, and records that look like them.

import Records
import TestSupport

extension Dice {
    private static let paths: [[String]] = [
        ["data"], ["tv"], ["events"], ["hits", "hits"], ["a", "r"], ["_source", "events"], ["summary", "top"], ["DATA"],
    ]

    private mutating func good() -> [JSON.Member] {
        [
            .init("Contract", .text(pick(["A", "B", "C"]))), .init("AppName", .text("VOD")),
            .init("TotalDuration", .number(String(below(100)))),
        ]
    }

    /// Whole records, poor ones, none, or something else.
    private mutating func elements() -> JSON {
        switch below(6) {
        case 0: return .array([])
        case 1: return .array([.object([.init("t", .number("1"))])])
        case 2: return .array(records(below(3)))
        case 3: return once(in: 3) ? anyJSON() : .array([.object([.init("Contract", .text("A"))])])
        default: return .array((0...below(3)).map { _ in .object(good()) })
        }
    }

    /// Objects down a path, the innermost with an array.
    private mutating func member(at path: [String]) -> JSON.Member {
        var value = elements()
        for key in path.dropFirst().reversed() {
            var members = [JSON.Member(key, value)]
            if once(in: 4) { members.append(.init(once(in: 2) ? key : pick(["total", "n"]), elements())) }
            value = .object(members.shuffled(using: &self))
        }
        return .init(path[0], value)
    }

    /// An object with arrays, now and then with the fields of a record among them.
    package mutating func holder() -> JSON {
        var members = (0..<1 + below(3)).map { _ in member(at: pick(Self.paths)) }
        if once(in: 5) { members.append(.init(String(decoding: members[0].key, as: UTF8.self), elements())) }
        if once(in: 3) { members.append(JSON.Member(key: members[0].key, elements())) }
        if once(in: 4) { members += good() }
        if once(in: 6) { members.append(.init("_source", .object(good()))) }
        if once(in: 8) { members = [.init("AppName", .text("only"))] + members }
        if once(in: 3) { members.append(.init(pick(["took", "n", "x"]), anyJSON())) }
        if once(in: 12) { members = [.init(pick(["create", "index"]), .object(members))] }
        return .object(members.shuffled(using: &self))
    }

    /// A file of such objects and of records, without escapes.
    package mutating func holders(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        // Which kinds a file has more of is its own.
        let share = 1 + below(8)
        for _ in 0..<count {
            var value = once(in: share) ? JSON.object(good()) : holder()
            if once(in: 8) { value = once(in: 2) ? .object([.init("n", .number("1"))]) : record() }
            var text = value.printed(Printing(indent: once(in: 3) ? 1 : nil), &self)
            if text.contains(UInt8(ascii: "\\")) { text = Array("{}".utf8) }
            bytes += text + pick([[0x0A], [0x0A], [], [0x20, 0x0D, 0x0A]])
        }
        return bytes
    }
}
