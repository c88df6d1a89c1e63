//  Which fields a record has, for plans of every kind.

import Engagement
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

private func plan(_ keys: [[[String]]], value: [[String]]) -> FoldPlan {
    var plan = FoldPlan.engagement
    plan.keys = keys.indices.map { "K\($0)" }
    plan.keyPaths = keys.map { FieldPath($0) }
    plan.keyWords = keys.indices.map { FieldWords(label: "k\($0)", noun: "k", plural: "ks") }
    plan.valuePath = FieldPath(value)
    return plan
}

@Suite struct FieldTests {
    private static let plans: [FoldPlan] = [
        .engagement, plan([[["k"]], [["a"]]], value: [["v"]]),
        // Deep, with alternatives at different depths.
        plan([[["a", "b", "k"], ["a", "k"], ["k"]], [["b", "a"], ["a"]]], value: [["a", "b", "v"], ["v"]]),
        // A field that is on the way to another, one path for two fields, the empty name.
        plan([[["a"]], [["a", "b"], ["b"]]], value: [["a", "b", "v"], ["v"]]),
        plan([[["k"]], [["k"]]], value: [["k"], ["v"]]),
        plan([[["", "k"], ["k"]], [["é", "a"], ["a"], [""]]], value: [["v"]]), plan([[["k"]]], value: [["v"]]),
        plan([[["k"]], [["a"]], [["b"]]], value: [["a", "v"], ["b", "v"], ["v"]]),
    ]

    @Test(arguments: plans.indices) func fieldsAreFoundByTheirPaths(index: Int) throws {
        let plan = Self.plans[index]
        var random = Dice(seed: 40 + index)
        let paths = plan.keyPaths + [plan.valuePath]
        let names = paths.flatMap { $0.alternatives.flatMap { $0 } } + ["aa", "k"]
        func value(_ depth: Int) -> JSON {
            switch random.below(depth > 3 ? 5 : 9) {
            case 0, 3: .number(random.pick(["1", "72", "2.50e1", "-3", "0"]))
            case 1, 2: .text(random.pick(["x", "17", "é", "0", "", "5.0", "a long name that is not inline"]))
            case 4: random.pick([.null, .bool(true), .array([]), .array([.object([.init("k", .text("y"))])])])
            default: .object((0..<random.below(8)).map { _ in .init(random.pick(names), value(depth + 1)) })
            }
        }
        /// Puts a value at a path, into what is there or beside it.
        func put(_ leaf: JSON, at path: ArraySlice<String>, in record: JSON) -> JSON {
            guard case .object(var members) = record else { return put(leaf, at: path, in: .object([])) }
            let rest = path.dropFirst()
            let old = random.once(in: 4) ? nil : members.lastIndex { $0.key == Array(path.first!.utf8) }
            let inner = rest.isEmpty ? leaf : put(leaf, at: rest, in: old.map { members[$0].value } ?? .object([]))
            if let old { members[old].value = inner } else { members.append(.init(path.first!, inner)) }
            return .object(members)
        }
        let records = (0..<400).map { _ in
            var record = JSON.object((0..<random.below(6)).map { _ in .init(random.pick(names), value(1)) })
            for (i, path) in paths.enumerated() where !random.once(in: 8) {
                let leaf =
                    i == paths.count - 1
                    ? JSON.number(String(random.below(1000))) : .text(random.pick(["x", "17", "é", "5"]))
                record = put(leaf, at: random.pick(path.alternatives)[...], in: record)
            }
            return record
        }
        var input: [UInt8] = []
        for record in records { input += record.printed(Printing(isOdd: index % 2 == 0), &random) + [0x0A] }
        let outcome = try read(input, Feeding(plan: plan, container: .lines))
        var folded: [FoldedRecord] = []
        var reasons: [RejectReason] = []
        var ignored = 0
        for record in records {
            switch plan.judge(record) {
            case .folded(let record, _): folded.append(record)
            case .rejected(let reason): reasons.append(reason)
            case .ignored: ignored += 1
            case .action, .row: Issue.record("none of these records is an action, or a row of cells")
            }
        }
        #expect(outcome.records == folded)
        #expect(outcome.reasons == reasons)
        #expect(outcome.counts.ignored == ignored)
        // In two of the plans one name would have to be text and object at once.
        #expect(folded.isEmpty == [3, 7].contains(index))
    }

    /// Records whose outcome is laid down, one by one.
    @Test(arguments: [
        (#"{"Contract":"A","AppName":"B","TotalDuration":1}"#, "A B 1"),
        (#"{"Contract":17,"AppName":"B","TotalDuration":"1"}"#, "17 B 1 coerced"),
        (#"{"Contract":-17,"AppName":"","TotalDuration":254.0}"#, "-17  254 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":"\u0031\u002e0"}"#, "A B 1 coerced"),
        (#"{"Contract":null}"#, "ignored"), (#"{"Contract":""}"#, "ignored"), (#"{"Contract":"0"}"#, "ignored"),
        (#"{"Contract":0}"#, "ignored"), (#"{"Contract":"\u0030"}"#, "ignored"),
        (#"{}"#, "missing-contract"),
        (#"{"_source":{},"Contract":"A","AppName":"B","TotalDuration":1}"#, "missing-contract"),
        (#"{"_source":null,"Contract":"A","AppName":"B","TotalDuration":1}"#, "missing-contract"),
        (#"{"Contract":17.5}"#, "bad-contract"), (#"{"Contract":1e-3}"#, "bad-contract"),
        (#"{"Contract":10023456.0,"AppName":"B","TotalDuration":1}"#, "10023456 B 1 coerced"),
        (#"{"Contract":-1.70e2,"AppName":"B","TotalDuration":1}"#, "-170 B 1 coerced"),
        (#"{"Contract":0.0,"AppName":"B"}"#, "ignored"), (#"{"Contract":0.0012e4,"AppName":"B"}"#, "missing-duration"),
        (
            #"{"Contract":12345678901234567890123.0,"AppName":"B","TotalDuration":1}"#,
            "12345678901234567890123 B 1 coerced"
        ),
        (#"{"Contract":1e64,"AppName":"B","TotalDuration":1}"#, "bad-contract"),
        (#"{"Contract":"17.0","AppName":"B","TotalDuration":1}"#, "17.0 B 1"),
        (#"{"Contract":" A ","AppName":" B","TotalDuration":1}"#, " A   B 1"),
        (#"{"Contract":{"$numberLong":"17"},"AppName":"B","TotalDuration":{"$numberInt":"60"}}"#, "17 B 60 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{ "$numberDouble" : "30.0" }}"#, "A B 30 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"\u0024numberLong":"\u0035"}}"#, "A B 5 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberDecimal":"1.5E+2"}}"#, "A B 150 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":5}}"#, "A B 5 coerced"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":"-5"}}"#, "negative-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberDouble":"NaN"}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":"05"}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":""}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":null}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$numberLong":"5","x":1}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{"$date":"5"}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":{}}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":{"$numberLong":"5"},"TotalDuration":1}"#, "bad-app"),
        (#"{"Contract":true}"#, "bad-contract"), (#"{"Contract":{}}"#, "bad-contract"),
        (#"{"Contract":["A"]}"#, "bad-contract"), (#"{"Contract":"A"}"#, "missing-app"),
        (#"{"Contract":"A","AppName":null}"#, "missing-app"), (#"{"Contract":"A","AppName":1}"#, "bad-app"),
        (#"{"Contract":"A","AppName":false}"#, "bad-app"),
        (#"{"Contract":"A","AppName":"B"}"#, "missing-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":null}"#, "missing-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":2.5}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":""}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":" 1"}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":9223372036854775808}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":1e400}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":[1]}"#, "bad-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":-1}"#, "negative-duration"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":-0}"#, "A B 0"),
        (#"{"Contract":"A","AppName":"B","TotalDuration":9223372036854775807}"#, "A B 9223372036854775807"),
        (#"{"Contract":"X","Contract":"A","AppName":"B","TotalDuration":5,"TotalDuration":1}"#, "A B 1"),
        (#"{"_source":{"Contract":"X","AppName":"Y","TotalDuration":5},"_source":{"Contract":"A"}}"#, "missing-app"),
        (
            #"{"_source":{"Contract":"X","AppName":"Y","TotalDuration":5},"_source":3,"Contract":"A"}"#,
            "missing-contract"
        ),
        (#"{"_source":3,"_source":{"Contract":"A","AppName":"B","TotalDuration":1}}"#, "A B 1"),
        (#"{"\u005fsource":{"Cont\u0072act":"A","AppName":"B","TotalDuration":1}}"#, "A B 1"),
        (#"{"Contract":"A","Contract":null,"AppName":"B","TotalDuration":1}"#, "ignored"),
        (#"{"contract":"A","AppName":"B","TotalDuration":1}"#, "missing-contract"),
    ]) func recordsEndAsTheDesignSays(record: String, expected: String) throws {
        let outcome = try readThroughAllWindows(Array((record + "\n").utf8), steps: [1, 9])
        var found = outcome.records.map {
            "\(String(decoding: $0.keys[0], as: UTF8.self)) \(String(decoding: $0.keys[1], as: UTF8.self)) \($0.value)"
        }
        if outcome.counts.coerced > 0 { found[0] += " coerced" }
        found += outcome.rejections.map(\.reason.rawValue) + (outcome.counts.ignored > 0 ? ["ignored"] : [])
        #expect(found == [expected])
    }

    /// Names that need decoding fill the arena many times over, in the middle of batches and of records.
    @Test(arguments: [1, 100, 40_000, 70_000, 140_000]) func decodedNamesOfAnyLengthArriveWhole(length: Int) throws {
        var input: [UInt8] = []
        var expected: [FoldedRecord] = []
        let count = length < 1000 ? 2500 : 12
        for i in 0..<count {
            let name = String(repeating: "n", count: i % 3 == 0 ? length : 3) + "\(i)"
            let app = String(repeating: "a", count: i % 2 == 0 ? length : 2)
            let isEscaped = i % 5 != 0
            input += Array(
                "{\"Contract\":\"\(isEscaped ? "\\u00e9" : "é")\(name)\",\"AppName\":\"\(app)\\n\",\"TotalDuration\":\(i)}\n"
                    .utf8)
            expected.append(FoldedRecord(keys: [Array("é\(name)".utf8), Array("\(app)\n".utf8)], value: Int64(i)))
        }
        #expect(try read(input).records == expected)
        if length >= 1000 { #expect(try read(input, Feeding(step: 50_001)).records == expected) }
    }
}
