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

/// The complete path: the same through all windows, and what the reference says.
func checkReader(_ input: [UInt8]) throws -> Bool {
    guard var input = ReaderInput(input) else { return false }
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
    return !whole.records.isEmpty
}

/// Shapes change nothing, and walking over fields changes nothing. The file is read twice over, so that what the first half teaches is met in the second.
func checkShapes(_ input: [UInt8]) throws -> Bool {
    guard var input = ReaderInput(input) else { return false }
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
    return !plain.records.isEmpty
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
            input.file, plan: input.feeding.plan, maxRecordBytes: input.feeding.maxRecordBytes)
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
    let plan = input.feeding.plan
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
        !input.feeding.plan.isLenient, !input.file.contains(UInt8(ascii: "\\")), !input.file.contains(0),
        !input.file.contains(0xEF), let found = try? referencePaths(input.file, plan: input.feeding.plan)
    else { return }
    try promise(found.isEmpty, "read as records of their own, the reference finds them at \(found)")
}

/// A valid file is read as the reference reads it; of any other the reader says that it is not.
private func checkValues(_ input: ReaderInput, _ whole: ReadOutcome) throws {
    guard input.feeding.maxRecordBytes >= input.file.count else { return }
    let reference = Result { () throws(JSONFlaw) in try referenceValues(input.file, plan: input.feeding.plan) }
    switch reference {
    case .success(let expected): try promise(whole == expected, "read \(whole), the reference \(expected)")
    case .failure(let flaw):
        let flaws: [RejectReason] = [.malformedJSON, .invalidUTF8, .truncated]
        try promise(
            whole.end != .whole || whole.reasons.contains(where: flaws.contains),
            "the reference says \(flaw), the reader \(whole)")
    }
}
