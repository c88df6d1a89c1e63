import TestSupport

/// Bytes that do not compress.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = Dice(seed: seed)
    return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
        for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
        initialized = count
    }
}

/// Lines that compress as the records do, with matches near and far.
func records(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = Dice(seed: seed)
    var text: [UInt8] = []
    while text.count < count {
        let contract = generator.next() % 1_000_000
        text +=
            #"{"_source":{"Contract":"HND\#(contract)","AppName":"CHANNEL","TotalDuration":\#(contract % 977)}}"#.utf8
        text.append(UInt8(ascii: "\n"))
    }
    return Array(text[..<count])
}
