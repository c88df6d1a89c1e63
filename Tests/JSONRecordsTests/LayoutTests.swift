//  How records are laid out in a file: what stands between them, what is around them, and values of one line and of several
//  in one file.

import Engagement
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

private func record(_ contract: String, _ duration: String = "1") -> String {
    #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(duration)}"#
}

private func pretty(_ contract: String, indent: String = "") -> String {
    [
        "{", "  \"Contract\": \"\(contract)\",", "  \"AppName\": \"VOD\",", "  \"TotalDuration\": 1", "}",
    ].map { indent + $0 }.joined(separator: "\n")
}

private func plan(isLenient: Bool = false, records: [[String]] = []) -> FoldPlan {
    var plan = FoldPlan.engagement
    plan.isLenient = isLenient
    plan.recordPaths = records
    return plan
}

@Suite struct ActionLineTests {
    @Test func linesOfBulkRequestsAreCountedOnTheirOwn() throws {
        let text = """
            {"index":{"_index":"history","_id":"a1"}}
            \(record("A"))
            {"create": {"_id":"a2"}}\r
            \(record("B"))
            {"delete":{"_id":"a3"}}
             { "update" : { "_id" : "a4" } }
            \(record("C"))
            {"\\u0069ndex":{}}
            \(record("D"))
            """
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.contracts == ["A", "B", "C", "D"] && outcome.rejections.isEmpty)
        #expect(outcome.actionLines == 5 && outcome.recordsRead == 4 && outcome.container == .lines)
        // Their fields are no fields of records.
        #expect(outcome.fields.paths.map(\.string) == ["AppName", "Contract", "TotalDuration"])
        let values = "[{\"index\":{}},\(pretty("A"))]\n{\"delete\":{\n}}\n"
        let printed = try readThroughAllWindows(values)
        #expect(printed.contracts == ["A"] && printed.actionLines == 2)
    }

    @Test(arguments: [
        #"{"index":1}"#, #"{"index":[]}"#, #"{"index":{},"x":1}"#, #"{"x":1,"index":{}}"#, #"{"Index":{}}"#,
        #"{"index":{},"index":{}}"#, #"{"upsert":{}}"#, #"{}"#, #"{"indexes":{}}"#,
    ]) func everythingElseIsARecord(text: String) throws {
        let outcome = try readThroughAllWindows(text + "\n" + text)
        #expect(outcome.reasons == [.missingContract, .missingContract] && outcome.actionLines == 0)
    }

    /// With its record in it, and not behind it.
    @Test(arguments: [
        #"{"create":\#(record("A"))}"#, #"{"index":{"_source":{"AppName":null}}}"#, #"{"delete":{"Contract":{}}}"#,
    ]) func anActionAroundFieldsIsRejected(text: String) throws {
        for file in [text, "[" + text + "]", text + "\n" + record("A")] {
            let outcome = try readThroughAllWindows(file)
            #expect(outcome.reasons == [.missingContract] && outcome.actionLines == 0)
            #expect(outcome.flaws[0]?.words.contains("the action of a bulk request") == true)
        }
    }

    @Test func lenientActionLinesMayEndInAComma() throws {
        let text = #"{"index":{"_id":1},}"# + "\n" + record("A") + "\n" + #"{"index":{"_id":1,} , }"# + "\n"
        let outcome = try readThroughAllWindows(text, Feeding(plan: plan(isLenient: true)))
        #expect(outcome.contracts == ["A"] && outcome.actionLines == 2 && outcome.rejections.isEmpty)
        #expect(try readThroughAllWindows(text).reasons == [.malformedJSON, .malformedJSON])
    }

    @Test func whatThePlanReadsIsARecord() throws {
        var deep = FoldPlan.engagement
        deep.keyPaths = [FieldPath([["index", "c"]]), FieldPath([["index", "a"]])]
        deep.valuePath = FieldPath([["index", "d"]])
        let text = #"{"index":{"c":"A","a":"VOD","d":1}}"# + "\n" + #"{"index":{"a":"VOD"}}"# + "\n" + #"{"index":{}}"#
        let outcome = try readThroughAllWindows(text + "\n", Feeding(plan: deep))
        #expect(outcome.contracts == ["A"] && outcome.reasons == [.missingContract] && outcome.actionLines == 1)
    }
}

@Suite struct GapTests {
    /// Of whatever length, wherever it stands between records.
    @Test(arguments: [1, 2, 63, 64, 65, 300]) func aRunOfNULBytesIsOneRejection(count: Int) throws {
        let nulls = String(repeating: "\u{0}", count: count)
        let files = [
            record("A") + "\n" + nulls + record("B") + "\n" + record("C"),
            record("A") + nulls + record("B") + "\n" + record("C"),
            record("A") + "\n" + record("B") + record("C") + nulls,
            nulls + "\n" + record("A") + "\n" + pretty("B") + "\n" + record("C") + "\n",
            "[" + record("A") + "," + nulls + record("B") + "," + record("C") + "]",
            "[" + nulls + pretty("A") + "," + record("B") + "," + record("C") + "]",
            "[" + record("A") + "," + record("B") + nulls + "," + record("C") + "]\n",
            #"{"hits":{"hits":["# + record("A") + nulls + "," + record("B") + "," + record("C") + "]}}",
        ]
        for text in files {
            for limit in [70, 1 << 20] {
                // A printed record is longer.
                if limit < 1000 && text.contains("  ") { continue }
                let outcome = try readThroughAllWindows(text, Feeding(maxRecordBytes: limit))
                #expect(outcome.contracts == ["A", "B", "C"], "\(text.debugDescription)")
                #expect(outcome.reasons == [.malformedJSON] && outcome.end == .whole)
                #expect(outcome.covered == [count] && outcome.rejectedBytes == count)
                #expect(outcome.rejections[0].raw == Array(repeating: 0, count: min(count, limit)))
            }
        }
    }

    @Test func byteOrderMarksMoveNoColumn() throws {
        let mark = "\u{FEFF}"
        // A brace at the column of the broken record is the next one, with or without marks in their lines.
        for (first, second) in [("", ""), (mark, ""), ("", mark), (mark + mark, mark)] {
            let text = "[\n\(first)  {\n    \"x\" 1\n  },\n\(second)  \(record("B"))\n]"
            let outcome = try readThroughAllWindows(text)
            #expect(outcome.contracts == ["B"] && outcome.reasons == [.malformedJSON] && outcome.end == .whole)
        }
    }
}

@Suite struct LenientTests {
    private static let good = #""Contract":"A","AppName":"VOD","TotalDuration":1"#

    /// A record, and its reason when it is read as strict and as lenient JSON; nil when it is folded.
    @Test(arguments: [
        (#"{\#(good),"x":NaN}"#, nil), (#"{\#(good),"x":Infinity}"#, nil), (#"{\#(good),"x":-Infinity}"#, nil),
        (#"{\#(good),"x":[NaN,{"y":-Infinity}]}"#, nil), (#"{"x":NaN,\#(good)}"#, nil),
        (#"{"Contract":"A","AppName":"VOD","TotalDuration":{"$numberLong":"1",}}"#, nil),
        (#"{"Contract":{"$numberLong":1 , },"AppName":"VOD","TotalDuration":1}"#, nil),
        (#"{\#(good),}"#, nil), (#"{\#(good),"x":[1,2,]}"#, nil), (#"{\#(good),"x":{"y":1 , } }"#, nil),
        (#"{"Contract":"A","AppName":"VOD","TotalDuration":NaN}"#, RejectReason.badDuration),
        (#"{"Contract":"A","AppName":"VOD","TotalDuration":-Infinity}"#, .badDuration),
        (#"{"Contract":NaN,"AppName":"VOD","TotalDuration":1}"#, .badContract),
        (#"{"Contract":-Infinity,"AppName":"VOD","TotalDuration":1}"#, .badContract),
        (#"{"Contract":"A","AppName":Infinity,"TotalDuration":1}"#, .badApp),
        (#"{\#(good),"x":nan}"#, .malformedJSON), (#"{\#(good),"x":+Infinity}"#, .malformedJSON),
        (#"{\#(good),"x":-NaN}"#, .malformedJSON), (#"{\#(good),"x":NaNs}"#, .malformedJSON),
        (#"{\#(good),"x":Inf}"#, .malformedJSON), (#"{\#(good),,}"#, .malformedJSON),
        (#"{,\#(good)}"#, .malformedJSON), (#"{\#(good),"x":[,]}"#, .malformedJSON),
        (#"{\#(good),"x":[1,,2]}"#, .malformedJSON), (#"{\#(good),"x":[1 2]}"#, .malformedJSON),
        (#"{\#(good),'x':1}"#, .malformedJSON), (#"{\#(good),"x":1} x"#, .malformedJSON),
    ]) func whatLenientJSONIs(text: String, reason: RejectReason?) throws {
        for file in [text + "\n", "{}\n\(text)\n\(text)", "{\n}\n" + text, "[\(text)]"] {
            let strict = try readThroughAllWindows(file)
            #expect(strict.reasons.contains(.malformedJSON))
            // What cannot be read hides its end where there are no lines.
            if reason == .malformedJSON && !file.hasPrefix("{}") { continue }
            let lenient = try readThroughAllWindows(file, Feeding(plan: plan(isLenient: true)))
            let count = file.components(of: text)
            #expect(
                lenient.reasons.filter { $0 != .missingContract }
                    == (reason.map { Array(repeating: $0, count: count) } ?? []))
            #expect(lenient.counts.folded == (reason == nil ? count : 0))
            #expect(
                lenient.counts.coerced == lenient.counts.folded && lenient.coercions.leniently == lenient.counts.folded)
        }
    }

    /// Of what stands between records, no record is coerced.
    @Test(arguments: [
        record("A") + ",\n" + record("B") + ",\n" + record("C") + ",\n",
        record("A") + "\n," + record("B") + "\n , " + record("C") + "\n",
        record("A") + "," + record("B") + " , " + record("C"),
        "[\n" + record("A") + ",\n" + record("B") + ",\n" + record("C") + ",\n]\n",
        "[" + record("A") + ",," + record("B") + "\n" + record("C") + "]",
        pretty("A") + ",\n" + pretty("B") + ",\n" + pretty("C"),
        #"{"hits":{"hits":["# + record("A") + "," + record("B") + record("C") + ",],},}",
    ]) func commasBetweenRecordsAreNothing(text: String) throws {
        let lenient = try readThroughAllWindows(text, Feeding(plan: plan(isLenient: true)))
        #expect(lenient.contracts == ["A", "B", "C"] && lenient.rejections.isEmpty && lenient.end == .whole)
        #expect(lenient.counts.coerced == 0)
        let strict = try readThroughAllWindows(text)
        #expect(strict.reasons.contains(.malformedJSON))
    }

    /// Valid JSON is read alike.
    @Test(arguments: 0..<12) func whatIsStrictIsReadAlike(seed: Int) throws {
        var random = Dice(seed: 700 + seed)
        let input = WindowTests.file(seed % 4, &random)
        let strict = try readThroughAllWindows(input)
        let lenient = try readThroughAllWindows(input, Feeding(plan: plan(isLenient: true)))
        #expect(lenient == strict && lenient.isLike(strict))
    }
}

extension String {
    /// How often another text stands in this one.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

@Suite struct WrappedTests {
    private static let three = [record("A"), record("B"), record("C")].joined(separator: ",\n  ")
    private static let misnamed = #"{"customer":"A","app":"VOD","secs":1}"#

    /// Found by its first element, or by its name.
    @Test(arguments: [
        #"{"data":[\#(three)]}"#, "{\n  \"Records\": [\n  \(three)\n]}\n",
        #"{"took_ms":12,"viewing":[\#(three)],"x":[1]}"#,
        #"{"ok":true,"response":{"page":{"n":1},"rows":[\#(three)]},"next":null}"#,
        #"{"errors":[],"data":[\#(three)]}"#, #"{"d":{"results":[\#(three)]}}"#,
        #"{"data":[{}],"payload":[\#(three)]}"#,
        #"{"hits":[\#(three)]}"#, "\u{FEFF}\n" + #"{"value":[\#(three)],"@odata.count":3}"#,
    ]) func anArrayInAnObjectIsFound(text: String) throws {
        for file in [text, text + "\n", text + "\n" + text] {
            let outcome = try readThroughAllWindows(file)
            #expect(outcome.container == .wrapped && outcome.end == .whole)
            let wanted = Array(repeating: ["A", "B", "C"], count: outcome.counts.folded / 3).flatMap(\.self)
            #expect(outcome.contracts == wanted && outcome.rejections.isEmpty)
            #expect(outcome.counts.folded == 3 * (file.ranges(of: "\"A\"").count))
        }
    }

    @Test func oneOfAKnownNameIsFoundWhateverIsInIt() throws {
        let outcome = try readThroughAllWindows(#"{"data":{"items":[\#(Self.misnamed),\#(Self.misnamed)]}}"#)
        #expect(outcome.container == .wrapped && outcome.reasons == [.missingContract, .missingContract])
        for empty in [#"{"data":[]}"#, #"{"took":1,"rows":[],"x":[{}]}"#] {
            let outcome = try readThroughAllWindows(empty)
            #expect(outcome.container == .wrapped && outcome.recordsRead == 0)
        }
    }

    /// What is a record itself stays one, whatever arrays it has.
    @Test(arguments: [
        #"{"Contract":"A","AppName":"VOD","TotalDuration":1,"data":[\#(three)]}"#,
        #"{"data":[\#(three)],"Contract":"A","AppName":"VOD","TotalDuration":1}"#,
        #"{"items":[\#(misnamed)],"_source":{"Contract":"A","AppName":"VOD","TotalDuration":1}}"#,
    ]) func aRecordWithAnArrayIsARecord(text: String) throws {
        let line = text.filter { $0 != "\n" }
        let outcome = try readThroughAllWindows(line + "\n" + line + "\n")
        #expect(outcome.container == .lines && outcome.contracts == ["A", "A"] && outcome.recordsRead == 2)
    }

    @Test(arguments: [
        #"{"things":[\#(misnamed)]}"#, #"{"data":[1,2]}"#, #"{"data":{}}"#,
        #"{"error":{"root_cause":[{"type":"x"}]},"status":404}"#,
    ]) func whatHoldsNoRecordsIsAskedForItsFields(text: String) throws {
        #expect(try readThroughAllWindows(text).reasons == [.missingContract])
    }

    /// By name of the path, best first, and nothing but these.
    @Test func thePathMayBeSet() throws {
        let text = #"{"meta":{"things":[{}]},"a.b":{"things":[\#(Self.three)]},"data":[\#(record("X"))]}"#
        let paths = [["none"], ["a.b", "things"]]
        let outcome = try readThroughAllWindows(text, Feeding(plan: plan(records: paths)))
        #expect(outcome.container == .wrapped && outcome.contracts == ["A", "B", "C"])
        let other = try readThroughAllWindows(text, Feeding(plan: plan(records: [["none"]])))
        #expect(other.container != .wrapped && other.reasons == [.missingContract])
        let answer = #"{"hits":{"hits":[\#(record("A"))]}}"#
        let found = try readThroughAllWindows(answer, Feeding(plan: plan(records: [["none"]])))
        #expect(found.container == .responses && found.contracts == ["A"])
        let set = try readThroughAllWindows(answer, Feeding(plan: plan(records: [["hits", "hits"]])))
        #expect(set.container == .responses && set.contracts == ["A"])
    }

    @Test func aBrokenElementCostsItselfAlone() throws {
        let text =
            "{\"data\":[\n  \(record("A")),\n  {\"Contract\" 1},\n  \(record("C"))\n], \"n\": 3}\n{\"data\":[\(record("D"))]}"
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.contracts == ["A", "C", "D"] && outcome.reasons == [.malformedJSON] && outcome.end == .whole)
        for cut in ["{\"data\":[\(record("A")),", "{\"data\":[\(record("A"))]", "{\"data\":[\(record("A"))],\"x\":"] {
            #expect(try readThroughAllWindows(cut).end == .insideValue, "\(cut)")
        }
    }

    /// Longer than a record may be: its elements are read one by one.
    @Test func theWholeMayBeLongerThanARecord() throws {
        let records = (0..<400).map { record("C\($0)") }.joined(separator: ",")
        for (text, container) in [
            (#"{"x":[{"data":1}],"data":[\#(records)],"n":400}"#, Container.wrapped),
            (#"{"hits":{"hits":[\#(records)]}}"#, .responses),
        ] {
            let outcome = try readThroughAllWindows(text, Feeding(maxRecordBytes: 200))
            #expect(outcome.container == container && outcome.contracts == (0..<400).map { "C\($0)" })
            #expect(outcome.rejections.isEmpty && outcome.end == .whole)
        }
    }

    /// Against the tree of the whole text.
    @Test(arguments: 0..<24) func answersHoldWhatTheReferenceFinds(seed: Int) throws {
        var random = Dice(seed: 900 + seed)
        let path = random.pick([["hits", "hits"], ["data"], ["a", "b", "c"]])
        var input: [UInt8] = []
        for _ in 0..<1 + random.below(4) {
            var value: JSON = .array(random.records(random.below(5)))
            if random.once(in: 5) { value = random.anyJSON() }
            for key in path.reversed() {
                var members = (0..<random.below(3)).map { _ in
                    JSON.Member(random.pick(["x", "hits", "b"]), random.anyJSON())
                }
                members.insert(.init(key, value), at: random.below(members.count + 1))
                value = .object(members)
            }
            input += value.printed(Printing(indent: random.pick([nil, 1])), &random) + [0x0A]
        }
        let isHits = path == ["hits", "hits"]
        let settings = plan(records: isHits ? [] : [path])
        let container = isHits ? Container.responses : .wrapped
        let outcome = try readThroughAllWindows(input, Feeding(plan: settings, container: container))
        let expected = try referenceAnswers(input, paths: [path], plan: settings)
        #expect(outcome.records == expected.outcome.records && outcome.reasons == expected.outcome.reasons)
        #expect(outcome.counts == expected.outcome.counts && outcome.end == .whole)
        #expect(expected.agrees(with: outcome.unread))
    }
}

/// Objects with arrays: which of them are records, and that no record within them is lost without a word.
@Suite struct HolderTests {
    private static let (a, b, c) = (record("A"), record("B"), record("C"))

    /// Layout and content against the tree of the whole text.
    @Test(arguments: 0..<120) func objectsWithArraysAreReadLikeTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: 2000 + seed)
        let input = random.holders(1 + random.below(6))
        let sets: [[[String]]] = [
            [], [], [["data"]], [["tv"], ["a", "r"]], [["none"]], [["hits", "hits"], ["data"]],
        ]
        let settings = plan(records: random.pick(sets))
        let outcome = try readThroughAllWindows(input, Feeding(plan: settings))
        let paths = try referencePaths(input, plan: settings)
        #expect((outcome.container?.isAnswers == true) == !paths.isEmpty, "\(paths)")
        if paths.isEmpty {
            let expected = try referenceLines(input, plan: settings, maxRecordBytes: 1 << 20)
            #expect(outcome.records == expected.records && outcome.counts == expected.counts)
            return
        }
        #expect(outcome.container == (paths == [["hits", "hits"]] ? .responses : .wrapped))
        let expected = try referenceAnswers(input, paths: paths, plan: settings)
        #expect(outcome.records == expected.outcome.records && outcome.reasons == expected.outcome.reasons)
        #expect(outcome.counts == expected.outcome.counts && outcome.end == .whole)
        #expect(outcome.actionLines == expected.outcome.actionLines)
        #expect(expected.agrees(with: outcome.unread), "\(outcome.unread), the reference \(expected)")
    }

    /// Broken anywhere, and longer than records may be: the same through all windows.
    @Test(arguments: 0..<90) func brokenOnesAreReadAlikeThroughAllWindows(seed: Int) throws {
        var random = Dice(seed: 3000 + seed)
        var input = random.holders(1 + random.below(5))
        for _ in 0..<seed % 3 where !input.isEmpty { random.damage(&input) }
        let settings = plan(isLenient: random.once(in: 3), records: random.pick([[], [["data"], ["a", "r"]]]))
        for limit in [30, 120, 1 << 20] {
            let feeding = Feeding(
                plan: settings, maxRecordBytes: limit, container: random.pick([nil, .responses, .wrapped]))
            _ = try readThroughAllWindows(input, feeding)
        }
    }

    /// What the files above are made of is in them.
    @Test func theFilesAreOfEveryKind() throws {
        var (layouts, unread, repeated, inRecord) = (Set<Container>(), 0, 0, 0)
        for seed in 0..<120 {
            var random = Dice(seed: 2000 + seed)
            let outcome = try read(random.holders(1 + random.below(6)))
            layouts.insert(try #require(outcome.container))
            unread += outcome.unread.paths.isEmpty ? 0 : 1
            repeated += outcome.unread.repeated == nil ? 0 : 1
            inRecord += outcome.unread.inRecord == nil ? 0 : 1
        }
        #expect(layouts == [.lines, .values, .responses, .wrapped])
        #expect(unread > 10 && repeated > 3 && inRecord > 3, "\(unread), \(repeated), \(inRecord)")
    }

    /// A poor first object decides nothing for the good ones behind it.
    @Test(arguments: [
        #"{"_index":"h","_source":{"Mac":"x","events":[]}}"#, #"{"type":"header","items":[]}"#, #"{"things":[]}"#,
        #"{"_index":"h","_source":{"Mac":"x","events":[{"t":1}]}}"#, #"{"hits":{"hits":[]}}"#,
    ]) func onePoorFirstObjectCostsItselfAlone(first: String) throws {
        let owners = (0..<20).map { number in
            let array = [#""events":[]"#, #""items":[{"t":1}]"#, #""hits":{"hits":[]}"#, #""things":[]"#][number % 4]
            let fields = #""Contract":"C\#(number)","AppName":"VOD","TotalDuration":1"#
            switch number % 3 {
            case 0: return "{\(fields),\(array)}"
            case 1: return "{\(array),\(fields)}"
            default: return #"{"_index":"h","_source":{\#(array),\#(fields)}}"#
            }
        }
        let outcome = try readThroughAllWindows(([first] + owners).joined(separator: "\n"))
        #expect(outcome.contracts == (0..<20).map { "C\($0)" } && outcome.reasons == [.missingContract])
        #expect(outcome.container == .lines)
    }

    /// In every layout.
    @Test(arguments: [
        ([#"{"data":[\#(a)]}"#, #"{"Contract":"B","AppName":"VOD","TotalDuration":1,"data":[]}"#], ["A", "B"]),
        ([#"{"data":[\#(a)]}"#, #"{"data":[\#(c)],"_source":\#(b)}"#], ["A", "B"]),
        ([#"{"hits":{"hits":[\#(a)]}}"#, #"{"hits":{"hits":[]},"_source":\#(b)}"#], ["A", "B"]),
        (
            [#"{"hits":{"hits":[{"x":1}]},"_source":\#(b)}"#, #"{"hits":{"hits":[\#(c)]},"_source":\#(a)}"#],
            ["B", "A"]
        ),
    ]) func anObjectWithAFieldIsARecord(lines: [String], contracts: [String]) throws {
        let outcome = try readThroughAllWindows(lines.joined(separator: "\n"))
        #expect(outcome.contracts == contracts && outcome.rejections.isEmpty && outcome.unread.isEmpty)
    }

    @Test func emptyArraysLetTheNextObjectDecide() throws {
        let text = #"{"items":[],"viewings":[]}"# + "\n" + #"{"items":[],"viewings":[\#(Self.a),\#(Self.b)]}"#
        for file in [text, #"{"data":[]}"# + "\n" + text] {
            let outcome = try readThroughAllWindows(file)
            #expect(outcome.contracts == ["A", "B"] && outcome.container == .wrapped)
            #expect(outcome.reasons == (file == text ? [] : [.missingContract]))
        }
    }

    @Test(arguments: [
        (#"{"tv":[\#(a)],"vod":[\#(b),\#(c)]}"#, ["tv"], ["vod"]),
        (#"{"d1":{"data":[\#(a)]},"d2":{"data":[\#(b),\#(c)]}}"#, ["d1.data"], ["d2.data"]),
        (#"{"data":[\#(b)],"hits":{"hits":[\#(a)]},"x":{"y":[\#(c)]}}"#, ["hits.hits"], ["data", "x.y"]),
        (#"{"summary":{"top":[\#(a)]},"data":[\#(b),\#(c)]}"#, ["summary.top"], ["data"]),
        (#"{"data":[\#(a)]}"# + "\n" + #"{"n":1,"vod":[\#(b),\#(c)]}"#, ["data"], ["vod"]),
    ]) func anArrayThatIsNotReadIsTold(text: String, read: [String], others: [String]) throws {
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.unread.read.map { $0.joined(separator: ".") } == read)
        #expect(outcome.unread.paths.map { $0.joined(separator: ".") } == others && outcome.contracts == ["A"])
        // Who names one path does not want the others; who names all gets all.
        let paths = (read + others).map { $0.split(separator: ".").map(String.init) }
        let one = try readThroughAllWindows(text, Feeding(plan: plan(records: [paths[0]])))
        #expect(one.unread.isEmpty && one.contracts == ["A"])
        let all = try readThroughAllWindows(text, Feeding(plan: plan(records: paths)))
        #expect(all.unread.isEmpty && all.rejections.isEmpty && all.contracts.sorted() == ["A", "B", "C"])
    }

    @Test func aPathThatComesTwiceIsTold() throws {
        for text in [#"{"data":[\#(Self.a)],"data":[\#(Self.b)]}"#, #"{"data":[],"data":[\#(Self.a)],"data":[1]}"#] {
            let outcome = try readThroughAllWindows(text)
            #expect(outcome.contracts == ["A"] && outcome.unread.repeated == ["data"])
        }
        let empty = try readThroughAllWindows(#"{"data":[],"data":[\#(Self.a)],"data":[]}"#)
        #expect(empty.contracts == ["A"] && empty.unread.isEmpty)
    }

    /// Among records, and in the array of records.
    @Test(arguments: [
        record("A") + "\n" + #"{"n":1,"vod":[\#(b),\#(c)]}"#, #"{"data":[\#(a),{"n":1,"vod":[\#(b),\#(c)]}]}"#,
        record("A") + "\n" + #"{"index":{"vod":[\#(b)]}}"#,
    ]) func recordsWithinARecordWithoutFieldsAreTold(text: String) throws {
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.contracts == ["A"] && outcome.unread.inRecord?.last == "vod")
    }

    /// However many there are.
    @Test func whatIsKeptOfThemIsBounded() throws {
        let arrays = (0..<50).map { #""k\#($0)":[\#(Self.a)]"# }.joined(separator: ",")
        let outcome = try readThroughAllWindows("{\(arrays)}")
        #expect(outcome.contracts == ["A"] && outcome.unread.paths.count == 8 && outcome.unread.hasMore)
        let key = String(repeating: "k", count: 300)
        let long = try readThroughAllWindows(#"{"data":[\#(Self.a)],"\#(key)":[\#(Self.b)]}"#)
        #expect(long.unread.paths.isEmpty && long.unread.hasMore && !long.unread.isEmpty)
    }

    /// A member behind the array must be short, all of them together need not be.
    @Test func whatStandsBehindTheArrayMayBeLong() throws {
        let rest = (0..<100).map { #""k\#($0)":[1,2,{"x":"\#($0)"}]"# }.joined(separator: ",\n")
        let limited = Feeding(maxRecordBytes: 200)
        let text = #"{"data":[\#(Self.a),\#(Self.b)],\#(rest),"more":{"vod":[\#(Self.c)]}}"#
        let outcome = try readThroughAllWindows(text + "\n" + text, limited)
        #expect(outcome.contracts == ["A", "B", "A", "B"] && outcome.rejections.isEmpty && outcome.end == .whole)
        #expect(outcome.unread.paths == [["more", "vod"]])
        // The first element is enough to tell of an array that is too long a member.
        let many = (0..<20).map { _ in Self.c }.joined(separator: ",")
        let huge = try readThroughAllWindows(#"{"data":[\#(Self.a)],"vod":[\#(many)]}"#, limited)
        #expect(huge.contracts == ["A"] && huge.unread.paths == [["vod"]] && huge.reasons == [.recordTooLong])
    }

    /// The fields of a record behind an array that makes it too long, or a flaw that hides its end.
    @Test(arguments: [#""Contract":"Z""#, #""_source":{"x":1,"AppName":"Z"}"#, #""Contra\u0063t":"Z""#])
    func fieldsBehindALongArrayAreRejected(field: String) throws {
        let records = (0..<20).map { record("C\($0)") }.joined(separator: ",\n")
        let outcome = try readThroughAllWindows(
            "{\"n\":1,\"data\":[\(records)],\(field),\"x\":{}}", Feeding(maxRecordBytes: 200))
        #expect(outcome.contracts == (0..<20).map { "C\($0)" } && outcome.reasons == [.recordTooLong])
        let broken = try readThroughAllWindows("{\"data\":[\(Self.a),\n{\"x\" 1}\n,\n\(Self.b)],\(field)}")
        #expect(broken.contracts == ["A", "B"] && broken.reasons == [.malformedJSON, .recordTooLong])
        let good = try readThroughAllWindows("{\"data\":[\(Self.a)],\(field)}")
        #expect(good.contracts == [] && good.recordsRead == 1)
    }
}

@Suite struct MixedLayoutTests {
    /// Records of one line and of several in any order, and what stands between them.
    @Test(arguments: 0..<40) func valuesOfOneLineAndOfSeveralMayBeMixed(seed: Int) throws {
        var random = Dice(seed: 300 + seed)
        let settings = plan(isLenient: seed % 5 == 0)
        var input: [UInt8] = Array((record("FIRST") + "\n").utf8)
        for record in random.records(12) {
            let printing = Printing(indent: random.pick([nil, nil, 2, 0]), isOdd: random.once(in: 5))
            if random.once(in: 6) {
                input += random.pick(ShapedRecords.gaps.filter { $0 != [0xEF, 0xBB] && $0 != [0x2C] })
            }
            input += record.printed(printing, &random) + random.pick([[0x0A], [0x0D, 0x0A], [0x0A, 0x0A]])
        }
        let outcome = try readThroughAllWindows(input, Feeding(plan: settings))
        let expected = try referenceLines(input, plan: settings, maxRecordBytes: 1 << 20)
        #expect(outcome.records == expected.records && outcome.counts == expected.counts)
        #expect(
            outcome.reasons == expected.reasons && outcome.rejections.map(\.offset) == expected.rejections.map(\.offset)
        )
        #expect(outcome.actionLines == expected.actionLines && outcome.container == expected.container)
        #expect(outcome.end == .whole)
    }

    @Test func aPrettyValueBehindALineIsRead() throws {
        let text =
            record("A") + "\n" + pretty("B") + "\n" + record("C") + "\n[\n" + record("D") + ",\n" + pretty("E") + "]\n"
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.contracts == ["A", "B", "C", "D", "E"] && outcome.container == .values)
        #expect(outcome.rejections.isEmpty && outcome.end == .whole)
    }

    /// A line that was cut anywhere never swallows the next one.
    @Test func aLineThatWasCutCostsItselfAlone() throws {
        let line =
            #"{"x":[{"y":[1,null]},"s"],"_source":{"Contract":"X","AppName":"VOD","TotalDuration":1},"z":{"a":{}}}"#
        for length in 1..<line.utf8.count {
            let cut = String(line.prefix(length))
            let text = record("A") + "\n" + cut + "\n" + record("B") + "\n" + cut + "\n" + record("C") + "\n"
            let outcome = try readThroughAllWindows(text)
            #expect(outcome.contracts == ["A", "B", "C"] && outcome.container == .lines, "\(cut)")
            #expect(outcome.reasons == [.malformedJSON, .malformedJSON])
        }
    }

    /// What begins like a value of several lines and is none costs no more than being looked at once more.
    @Test func eachByteIsTriedOnce() throws {
        let open = String(repeating: "[\n", count: 500)
        let text = "{}\n" + open + String(repeating: "0,\n", count: 100_000) + "x\n" + record("A") + "\n"
        for input in [text, "{}\n" + String(repeating: "{\"a\":\n", count: 20_000), text + text] {
            var reader = RecordReader(plan: .engagement, maxRecordBytes: 1 << 20)
            var bytes = Array(input.utf8) + [UInt8](repeating: 0, count: RecordReader.padding)
            let count = bytes.count - RecordReader.padding
            _ = try bytes.withUnsafeMutableBufferPointer {
                try reader.read(
                    $0.baseAddress!, count: count, isFinal: true, onBatch: { _ in }, onRejection: { _ in })
            }
            #expect(reader.container == .lines && reader.triedBytes > 1000 && reader.triedBytes <= count + 10_000)
        }
    }
}

@Suite struct AnswerTests {
    private func facts(_ text: String) throws -> AnswerFacts {
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.container == .responses)
        return outcome.answers
    }

    /// Wherever its members stand.
    @Test(arguments: [
        (#"{"timed_out":false,"hits":{"total":1,"hits":[R]}}"#, nil),
        (
            #"{"timed_out":false,"_shards":{"total":5,"failed":0},"hits":{"total":{"value":1,"relation":"eq"},"hits":[R]}}"#,
            nil
        ),
        (#"{"hits":{"hits":[R],"total":1},"timed_out":true}"#, "partial answer: it timed out"),
        (#"{"terminated_early":true,"hits":{"hits":[R]}}"#, "partial answer: it ended early"),
        (#"{"_shards":{"total":5,"successful":3,"failed":2},"hits":{"hits":[R]}}"#, "partial answer: 2 shards failed"),
        (#"{"hits":{"hits":[R]},"_shards":{"failures":[{"failed":7}],"failed":1}}"#, "partial answer: 1 shard failed"),
        (#"{"hits":{"total":900,"hits":[R]}}"#, "partial answer: 1 of 900 hits"),
        (
            #"{"hits":{"total":{"relation":"gte","value":900},"max_score":null,"hits":[R]}}"#,
            "partial answer: 1 of 900 hits"
        ),
        (#"{"hits":{"hits":[R,R],"total":3},"timed_out":true}"#, "partial answer: it timed out, 2 of 3 hits"),
        (
            #"{"hits":{"total":0,"hits":[]},"aggregations":{"c":{}}}"#,
            "partial answer: it holds aggregations in place of hits"
        ),
        (
            #"{"hits":{"total":{"value":3},"hits":[]},"aggregations":{}}"#,
            "partial answer: 0 of 3 hits, it holds aggregations in place of hits"
        ),
        (#"{"hits":{"total":2,"hits":[R,R]},"aggregations":{}}"#, nil), (#"{"hits":{"total":0,"hits":[]}}"#, nil),
        (#"{"x":{"timed_out":true,"_shards":{"failed":1}},"hits":{"x":{"total":9},"hits":[R]}}"#, nil),
        (#"{"hits":{"total":"many","hits":[R]},"_shards":7,"timed_out":"true"}"#, nil),
    ]) func whatIsMissingIsTold(template: String, partial: String?) throws {
        let text = template.replacing("R", with: record("A"))
        #expect(try facts(text).partial == partial, "\(text)")
        #expect(try facts(text.replacing(",", with: " ,\n ")).partial == partial)
    }

    /// Pages of one search each tell the same total.
    @Test func pagesAreTakenTogether() throws {
        func page(_ contracts: [String]) -> String {
            #"{"hits":{"total":{"value":5},"hits":["# + contracts.map { record($0) }.joined(separator: ",") + "]}}\n"
        }
        #expect(try facts(page(["A", "B"]) + page(["C", "D"]) + page(["E"])).partial == nil)
        #expect(try facts(page(["A", "B"]) + page(["C"])).partial == "partial answer: 3 of 5 hits")
    }
}
