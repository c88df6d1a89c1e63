//  Reads an input in all the ways that must make no difference.

import ReaderReference
import Testing

/// Reads an input through windows of many sizes, with shapes, by fields and completely; all must say the same.
func readThroughAllWindows(
    _ input: [UInt8], _ feeding: Feeding = Feeding(), steps: [Int] = [1, 7, 61],
    location: SourceLocation = #_sourceLocation
) throws -> ReadOutcome {
    let whole = try read(input, feeding)
    var plain = feeding
    plain.usesShapes = false
    let complete = try read(input, plain)
    #expect(complete == whole && complete.isLike(whole), "without shapes", sourceLocation: location)
    plain.usesWalk = true
    let walked = try read(input, plain)
    #expect(walked == whole && walked.isLike(whole), "by fields", sourceLocation: location)
    if let step = steps.last, step < input.count {
        plain.step = step
        #expect(try read(input, plain) == whole, "by fields, windows of \(step) bytes", sourceLocation: location)
    }
    for step in steps where step < input.count {
        for tellsEndLate in step == steps[0] ? [false, true] : [false] {
            var cut = feeding
            (cut.step, cut.tellsEndLate) = (step, tellsEndLate)
            let other = try read(input, cut)
            #expect(other.isLike(whole), "windows of \(step) bytes", sourceLocation: location)
            if other != whole {
                let text = input.map { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A ? String(UnicodeScalar($0)) : "<\($0)>" }
                    .joined()
                Issue.record(
                    "windows of \(step) bytes, longest record \(feeding.maxRecordBytes):\n\(other)\nat once:\n\(whole)\ninput:\n\(text)",
                    sourceLocation: location)
                return whole
            }
        }
    }
    return whole
}

func readThroughAllWindows(
    _ text: String, _ feeding: Feeding = Feeding(), location: SourceLocation = #_sourceLocation
) throws -> ReadOutcome {
    try readThroughAllWindows(Array(text.utf8), feeding, location: location)
}
