//  Files in which few shapes come again and again, with values and damage of every kind.

import TestSupport

/// Records of a few shapes, with values drawn anew, and then damaged.
package enum ShapedRecords {
    /// `S` stands for a text, `N` for a number, `C`, `A`, `D` for the engagement's fields.
    package static let templates = [
        #"{"_index":"history","_type":S,"_id":S,"_score":0,"_source":{"Contract":C,"Mac":S,"TotalDuration":D,"AppName":A}}"#,
        #"{"_index":"history","_type":S,"_id":S,"_score":0,"_source":{"Contract":C,"Mac":S,"AppName":A,"TotalDuration":D}}"#,
        #"{"_index":"history","_type":S,"_id":S,"_score":N,"_source":{"TotalDuration":D,"AppName":A,"Contract":C,"Mac":null}}"#,
        #"{"Contract":C,"AppName":A,"TotalDuration":D}"#,
        #"{"TotalDuration":D,"AppName":A,"Contract":C}"#,
        #"{ "Contract" : C, "AppName":A ,\#t"TotalDuration": D }"#,
        #"{"x":{"Contract":S,"a":[N,true,{"y":S}],"e":{}},"Contract":C,"AppName":A,"flag":false,"TotalDuration":D,"n":N}"#,
        #"{"Contract":S,"_source":{"Contract":C,"AppName":A,"TotalDuration":D},"TotalDuration":N,"AppName":S}"#,
        #"{"Contract":C,"Contract":C,"AppName":A,"TotalDuration":N,"TotalDuration":D}"#,
        #"{"_source":{"Contract":S,"TotalDuration":N},"_source":{"AppName":A,"TotalDuration":D,"Contract":C}}"#,
        #"{"Contract":C,"AppName":A,"TotalDuration":D,"exactly16bytes":N,"exactly17bytes!":S,"a much longer name than that is":N}"#,
        #"{"k":C,"a":{"b":{"k":A,"v":D},"k":S},"v":N,"":S}"#,
        #"{"Contr\u0061ct":C,"App\u004eame":A,"TotalDuration":D,"é":S}"#,
    ]
    private static let plainTexts = [
        "BDH013139", "E4AB8927BC01", "CHANNEL", "VOD", "AX_mod8fa1FFivsGq-wr", "exactly15bytes!", "exactly16bytes!!",
        "a text that is much longer than two blocks", "PAYTV", "x", "\u{7F}", "{}", "a:b,c",
    ]
    private static let oddTexts = ["", "0", "é", "Truyền", "\\n", "a\\u0030", "\\\"", "😀", "NONFPT"]
    private static let plainNumbers = ["0", "7", "72", "43388", "86400", "1234567", "12345678", "123456789"]
    private static let oddNumbers = [
        "-0", "-5", "01", "00", "1e3", "1.0", "2.5", "-", "+1", "1.", ".5", "0x1", "9223372036854775807",
        "9223372036854775808", "999999999999999999", "1000000000000000000", "0000000000000000001", "1E+2", "-1.5e-3",
        "12345678a", "null", "\"17\"", "\"x\"", "true", "60500", "153722867280912931", "\"01:02:03\"", "\" 5\"",
        #"{"$numberLong":"5"}"#, #"{"$numberInt": 7}"#, "NaN", "Infinity", "-Infinity", "-Inf", "[1,]",
    ]
    private static let inserts: [[UInt8]] = [
        [0], [0x0A], [0x0D], [0x20], [0x22], [0x5C], [0x2C], [0x7B], [0x7D], [0x80], [0xFF], [0xC3, 0xA9],
        [0xE2, 0x82],
        [0x30], [0x2D], [0x2E], [0x65], [0x1F],
    ]

    /// What stands between records and is none of them: byte order marks, NUL bytes, lines of bulk requests. Commas are of
    /// lenient JSON.
    package static let gaps: [[UInt8]] = [
        [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF], [0], [0, 0, 0, 0, 0], [0, 0x20, 0], [0xEF, 0xBB],
        [0x2C], Array("{\"index\":{\"_id\":\"7\"}}\n".utf8), Array("{\"delete\":{}}\n".utf8),
        Array("{\"create\" : {\"_index\":\"history\"} }\n".utf8), Array("{\"update\":{},\"x\":1}\n".utf8),
        Array("{\n  \"x\": [\n    {\"y\": 1}\n  ]\n}\n".utf8),
    ]

    /// One record, most often a plain one.
    package static func record(of template: String, _ random: inout Dice) -> [UInt8] {
        var out: [UInt8] = []
        let oddity = random.once(in: 3)
        func text(_ random: inout Dice) -> String {
            "\"" + random.pick(oddity && random.once(in: 3) ? oddTexts : plainTexts) + "\""
        }
        func number(_ random: inout Dice) -> String {
            random.pick(oddity && random.once(in: 3) ? oddNumbers : plainNumbers)
        }
        let bytes = Array(template.utf8)
        for (i, byte) in bytes.enumerated() {
            // A place holder stands behind a colon, a space or a bracket, and before something that ends a value.
            let isHolder =
                i > 0 && i + 1 < bytes.count && ":[ ".utf8.contains(bytes[i - 1]) && ",]} ".utf8.contains(bytes[i + 1])
            switch byte {
            case UInt8(ascii: "S") where isHolder, UInt8(ascii: "C") where isHolder, UInt8(ascii: "A") where isHolder:
                if oddity && random.once(in: 12) {
                    out += random.pick(["null", "17", "1.7e1", "true", "[]", "{}", #"{"$numberLong":"17"}"#]).utf8
                } else {
                    out += text(&random).utf8
                }
            case UInt8(ascii: "N") where isHolder, UInt8(ascii: "D") where isHolder: out += number(&random).utf8
            default: out.append(byte)
            }
        }
        return out
    }

    /// Changes a byte, takes some out, puts some in, swaps two members, repeats one, or cuts the record.
    package static func damage(_ record: inout [UInt8], _ random: inout Dice) {
        guard record.count > 2 else { return }
        let at = random.below(record.count)
        switch random.below(8) {
        case 0: record[at] ^= 1 << UInt8(random.below(8))
        case 1: record[at] = UInt8(random.below(256))
        case 2: record.removeSubrange(at..<min(record.count, at + 1 + random.below(3)))
        case 3: record.insert(contentsOf: random.pick(inserts), at: at)
        case 4: record.removeLast(record.count - at)
        case 5, 6:
            // Members by their commas; inside of strings and nested objects this makes other damage.
            var members = record.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Array.init)
            let (a, b) = (random.below(members.count), random.below(members.count))
            if random.once(in: 2) { members.swapAt(a, b) } else { members.insert(members[a], at: b) }
            record = Array(members.joined(separator: [UInt8(ascii: ",")]))
        default: record += random.pick([[0x20], [0x0D], [0x09, 0x20], [0x2C], [0x7D], [0], [0x31]])
        }
    }

    /// A file of `count` records, a part of them damaged. `layout` 0 and 1 are lines, 2 an array, 3 values.
    package static func file(_ count: Int, layout: Int, damaged: Int, _ random: inout Dice) -> [UInt8] {
        let chosen = (0..<1 + random.below(6)).map { _ in random.pick(templates) }
        let separator: [UInt8] = layout == 1 ? [0x0D, 0x0A] : layout == 2 ? [0x2C, 0x0A] : [0x0A]
        var out: [UInt8] = layout == 2 ? [0x5B] : []
        for i in 0..<count {
            if i > 0 { out += separator }
            if random.once(in: 40) { out += random.pick([[0x0A], [0x20], [0x0D, 0x0A], [0x09]]) }
            if random.once(in: 60) { out += random.pick(gaps) }
            var record = record(of: random.pick(chosen), &random)
            if layout == 3 {
                record = Array(record.split(separator: UInt8(ascii: ",")).joined(separator: [0x2C, 0x0A]))
            }
            while random.once(in: damaged) { damage(&record, &random) }
            out += record
        }
        if random.once(in: 4) { return out }
        return out + (layout == 2 ? [0x5D] : separator)
    }
}
