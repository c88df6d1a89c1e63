//  The reader of records. The first two bytes of an input say how it is read, the rest is the file:
//
//      byte 0    bits 0-1  container: found out, lines, values, responses
//                bits 2-3  plan: engagement; negative values kept and lenient JSON; deep paths, and records in `a.r`;
//                          three keys
//                bits 4-5  longest record: 1 MiB, 200, 60 or 7 bytes
//                bit  6    the file is a range that does not begin at its start
//                bit  7    the end is told late
//      byte 1    bits 0-5  bytes of each window, less one
//                bits 6-7  durations: seconds; all forms, rounded; milliseconds; minutes, rounded up
//
//  For rows, bits 2-3 of byte 0 choose a schema, and bit 6 of byte 1 lenient JSON.

import Engagement
import JSONRecords
import ReaderReference
import Records

/// A file, and how it is read.
struct ReaderInput {
    var feeding = Feeding()
    /// Bytes that each window is longer than what was left over.
    var step = Int.max
    var tellsEndLate = false
    var file: [UInt8]

    init?(_ input: [UInt8]) {
        guard input.count >= 2 else { return nil }
        let bits = input[0]
        let containers: [Container?] = [nil, .lines, .values, .responses]
        feeding.container = containers[Int(bits & 3)]
        feeding.plan = Self.plans[Int(bits >> 2 & 3)]
        feeding.maxRecordBytes = [1 << 20, 200, 60, 7][Int(bits >> 4 & 3)]
        feeding.isAtStart = bits & 0x40 == 0
        tellsEndLate = bits & 0x80 != 0
        step = Int(input[1] & 0x3F) + 1
        feeding.plan.durations = Self.durations[Int(input[1] >> 6)]
        file = Array(input[2...])
    }

    /// The same for rows.
    init?(rows input: [UInt8]) {
        self.init(input)
        feeding.rows = RowReading(Self.schemas[Int(input[0] >> 2 & 3)], isLenient: input[1] & 0x40 != 0)
        if input[0] >> 2 & 3 == 3 { feeding.rows?.recordPaths = [["a", "r"]] }
    }

    /// Alternatives and required fields; none required; fields in fields and two of one path; one in another place.
    private static let schemas: [RowSchema] = [
        RowSchema([
            RowField("Contract", path: FieldPath([["_source", "Contract"], ["Contract"]]), .string),
            RowField("App Name", path: FieldPath([["_source", "AppName"], ["AppName"]]), .json, isRequired: false),
            RowField("n", path: FieldPath([["_source", "TotalDuration"], ["TotalDuration"]]), .integer),
        ]),
        RowSchema(["Contract", "AppName", "TotalDuration", "x"].map { RowField($0, .json, isRequired: false) }),
        RowSchema([
            RowField("_source", .json, isRequired: false),
            RowField("inner", path: FieldPath([["_source", "Contract"]]), .string, isRequired: false),
            RowField("Contract", .string, isRequired: false),
            RowField("text", path: FieldPath([["Contract"]]), .json, isRequired: false),
            RowField("é", .double, isRequired: false),
            RowField("empty", path: FieldPath([[""]]), .string, isRequired: false),
        ]),
        RowSchema([
            RowField("k", path: FieldPath([["a", "b", "k"], ["Contract"]]), .string),
            RowField("v", path: FieldPath([["a", "b", "v"], ["TotalDuration"]]), .integer, isRequired: false),
        ]),
    ]

    private static let durations: [DurationRules] = [
        DurationRules(),
        DurationRules(forms: [.padded, .hoursMinutesSeconds, .minutesSeconds, .iso8601, .units], rounding: .nearest),
        DurationRules(unit: .milliseconds, forms: [.hoursMinutes]),
        DurationRules(unit: .minutes, forms: [.padded], rounding: .up),
    ]

    private static let plans: [FoldPlan] = {
        var keeping = FoldPlan.engagement
        keeping.keepsNegativeValues = true
        keeping.isLenient = true
        keeping.ignoredKeys = ["0", "PAYTV"]
        var deep = FoldPlan.engagement
        deep.keyPaths = [
            FieldPath([["a", "b", "k"], ["_source", "Contract"], ["Contract"]]), FieldPath([["a", "k"], ["AppName"]]),
        ]
        deep.recordPaths = [["a", "r"]]
        deep.valuePath = FieldPath([["a", "b", "v"], ["TotalDuration"]])
        var three = FoldPlan.engagement
        three.keys = ["A", "B", "C"]
        three.keyWords = three.keys.map { FieldWords(label: $0.lowercased(), noun: $0, plural: $0) }
        three.keyPaths = [
            FieldPath([["Contract"]]), FieldPath([["Contract"]]), FieldPath([["x", "Contract"], ["AppName"]]),
        ]
        three.valuePath = FieldPath([["TotalDuration"]])
        return [.engagement, keeping, deep, three]
    }()
}

/// Rows, by the complete path, and by shapes and the walk.
func checkRows(_ bytes: [UInt8]) throws -> Bool {
    guard bytes.count >= 2, let input = ReaderInput(rows: bytes) else { return false }
    let isGood = try checkReader(input)
    _ = try checkShapes(input)
    return isGood
}

func checkReader(_ input: [UInt8]) throws -> Bool { try ReaderInput(input).map(checkReader) ?? false }

func checkShapes(_ input: [UInt8]) throws -> Bool { try ReaderInput(input).map(checkShapes) ?? false }

/// The complete path: the same through all windows, and what the reference says.
private func checkReader(_ given: ReaderInput) throws -> Bool {
    var input = given
    input.feeding.usesShapes = false
    let whole = try read(input.file, input.feeding)
    try checkWindows(input, whole)
    if input.feeding.isAtStart {
        if whole.container == .lines || whole.container == .values { try checkOwnRecords(input) }
        switch whole.container {
        case .lines: try checkLines(input, whole)
        case .values where input.feeding.container != .values: try checkFoundValues(input, whole)
        case .values: try checkValues(input, whole)
        case .responses, .wrapped: try checkAnswers(input, whole)
        case nil: break
        }
    }
    return !whole.records.isEmpty || !whole.rows.isEmpty
}

/// Shapes change nothing, and walking over fields changes nothing. The file is read twice over, so that what the first half teaches is met in the second.
private func checkShapes(_ given: ReaderInput) throws -> Bool {
    var input = given
    input.file += [0x0A] + input.file
    input.feeding.usesShapes = false
    let plain = try read(input.file, input.feeding)
    input.feeding.usesShapes = true
    let shaped = try read(input.file, input.feeding)
    try promise(shaped == plain && shaped.isLike(plain), "with shapes \(shaped), without \(plain)")
    (input.feeding.usesShapes, input.feeding.usesWalk) = (false, true)
    let walked = try read(input.file, input.feeding)
    try promise(walked == plain && walked.isLike(plain), "by fields \(walked), completely \(plain)")
    input.feeding.usesShapes = true
    try checkWindows(input, plain)
    return !plain.records.isEmpty || !plain.rows.isEmpty
}

private func checkWindows(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    var feeding = input.feeding
    (feeding.step, feeding.tellsEndLate) = (input.step, input.tellsEndLate)
    let cut = try read(input.file, feeding)
    try promise(cut == whole && cut.isLike(whole), "in windows of \(input.step) bytes \(cut), at once \(whole)")
}

private func checkLines(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    var found = whole
    func trim(_ outcome: inout ReadOutcome) {
        for i in outcome.rejections.indices { outcome.rejections[i].raw = trimmed(outcome.rejections[i].raw) }
    }
    trim(&found)
    guard
        var expected = try? referenceLines(
            input.file, plan: input.feeding.judge, maxRecordBytes: input.feeding.maxRecordBytes)
    else { return }
    trim(&expected)
    // How much of a line is the rejected record is the reader's choice.
    expected.rejectedBytes = found.rejectedBytes
    try promise(found == expected, "read \(found), the reference \(expected)")
}

/// A file that was found to be one of values may have begun as one of lines, and so be what the reference makes of lines.
private func checkFoundValues(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    var lines = input.feeding
    lines.container = .lines
    if try read(input.file, lines) == whole { try checkLines(input, whole) } else { try checkValues(input, whole) }
}

/// Of a valid file of objects around records, the records are those of the reference.
private func checkAnswers(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    let plan = input.feeding.judge
    // Keys with escapes are not found, and what is between records is tried elsewhere.
    guard input.feeding.maxRecordBytes >= input.file.count, !plan.isLenient, !input.file.contains(UInt8(ascii: "\\")),
        !input.file.contains(0), !input.file.contains(0xEF)
    else { return }
    var paths = plan.recordPaths.isEmpty ? [["hits", "hits"]] : plan.recordPaths
    if input.feeding.container == nil {
        guard let found = try? referencePaths(input.file, plan: plan) else { return }
        try promise(!found.isEmpty, "read \(whole), the reference finds records of their own")
        try promise(
            whole.container == (found == [["hits", "hits"]] ? .responses : .wrapped),
            "read \(whole), the reference finds them at \(found)")
        paths = found
    }
    guard let expected = try? referenceAnswers(input.file, paths: paths, plan: plan) else { return }
    let outcome = expected.outcome
    try promise(
        whole.records == outcome.records && whole.reasons == outcome.reasons
            && whole.counts == outcome.counts && whole.actionLines == outcome.actionLines
            && expected.agrees(with: whole.unread),
        "read \(whole), the reference \(expected)")
}

/// A file that was found to hold records of their own has no others.
private func checkOwnRecords(_ input: ReaderInput) throws {
    guard input.feeding.container == nil, input.feeding.maxRecordBytes >= input.file.count,
        !input.feeding.judge.isLenient, !input.file.contains(UInt8(ascii: "\\")), !input.file.contains(0),
        !input.file.contains(0xEF), let found = try? referencePaths(input.file, plan: input.feeding.judge)
    else { return }
    try promise(found.isEmpty, "read as records of their own, the reference finds them at \(found)")
}

/// A valid file is read as the reference reads it; of any other the reader says that it is not.
private func checkValues(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    guard input.feeding.maxRecordBytes >= input.file.count else { return }
    let reference = Result { () throws(JSONFlaw) in try referenceValues(input.file, plan: input.feeding.judge) }
    switch reference {
    case .success(let expected): try promise(whole == expected, "read \(whole), the reference \(expected)")
    case .failure(let flaw):
        let flaws: [RejectReason] = [.malformedJSON, .invalidUTF8, .truncated]
        try promise(
            whole.end != .whole || whole.reasons.contains(where: flaws.contains),
            "the reference says \(flaw), the reader \(whole)")
    }
}
