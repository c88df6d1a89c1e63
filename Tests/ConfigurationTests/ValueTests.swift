import Configuration
import TestSupport
import Testing

@Suite struct ByteSizeTests {
    @Test(arguments: [
        ("0", 0), ("0B", 0), ("17", 17), ("17B", 17), ("512MB", 512_000_000), ("512 MB", 512_000_000),
        ("512M", 512_000_000), ("1k", 1000), ("2 G", 2_000_000_000), ("1KB", 1000), ("1KiB", 1024), ("3MiB", 3_145_728),
        ("2GB", 2_000_000_000), ("2GiB", 2_147_483_648),
        ("1.5GB", 1_500_000_000), ("0.5KiB", 512), ("16mb", 16_000_000), ("16mib", 16_777_216), ("007", 7),
        ("9223372036854775807", -1), ("9223372.036854775KB", -1), ("999999999999999999", 999_999_999_999_999_999),
        ("8589934591GiB", 9_223_372_035_781_033_984), ("1.000000000000000000000MB", 1_000_000),
    ])
    func isRead(text: String, bytes: Int) {
        let size = try? ByteSize(parsing: text)
        #expect(size?.bytes == (bytes < 0 ? nil : bytes))
    }

    @Test(arguments: [
        ("", "no number"), ("MB", "no number"), ("-1", "no number"), (" 1", "no number"), ("٣MB", "no number"),
        ("512Mi", "\"Mi\" is not a unit"),
        ("1TB", "\"TB\" is not a unit"), ("1  MB", "\" MB\" is not a unit"), ("1_000", "\"_000\" is not a unit"),
        ("1..5MB", "\"1..5\" is not a number"), (".5MB", "\".5\" is not a number"), ("5.MB", "\"5.\" is not a number"),
        ("1.5", "not a whole number of bytes"), ("0.0001KB", "not a whole number of bytes"),
        ("8589934592GiB", "too large"), ("10000000000GB", "too large"),
        ("9223372036854775808", "\"9223372036854775808\" is not a number"),
    ])
    func isRefused(text: String, reason: String) {
        #expect(throws: ValueRefusal(reason)) { try ByteSize(parsing: text) }
    }

    @Test(arguments: [
        (0, "0B"), (1, "1B"), (1234, "1234B"), (1000, "1KB"), (1024, "1KiB"), (1_572_864, "1536KiB"),
        (512_000_000, "512MB"), (1 << 30, "1GiB"), (1_024_000, "1000KiB"),
    ])
    func isDescribed(bytes: Int, text: String) { #expect(ByteSize(bytes: bytes).description == text) }

    @Test func descriptionIsReadAsTheSameSize() throws {
        var random = Dice(seed: 1)
        for _ in 0..<2000 {
            let digits = Int.random(in: 0..<1_000_000, using: &random)
            let unit = [1, 1000, 1024, 1_000_000, 1 << 20, 1_000_000_000, 1 << 30].randomElement(using: &random)!
            let size = ByteSize(bytes: digits * unit)
            #expect(try ByteSize(parsing: size.description) == size)
        }
    }
}

@Suite struct RatioTests {
    @Test(arguments: [
        ("0", 0), ("1", 1_000_000), ("1.0", 1_000_000), ("0.05", 50_000), ("5%", 50_000), ("5 %", 50_000),
        ("100%", 1_000_000), ("0.25%", 2500), ("0.0001%", 1), ("0.000001", 1),
    ])
    func isRead(text: String, millionths: Int) throws { #expect(try Ratio(parsing: text).millionths == millionths) }

    @Test(arguments: [
        ("", "\"\" is not a number"), ("%", "\"\" is not a number"), ("five", "\"five\" is not a number"),
        ("-0.1", "\"-0.1\" is not a number"), ("5", "over 1; 5 in a hundred is 5%"), ("101%", "over 100%"),
        ("101", "over 1"), ("0.0000001", "finer than a millionth"), ("5%%", "\"5%\" is not a number"),
        ("1e-2", "\"1e-2\" is not a number"), ("999999999999999999", "too large"),
    ])
    func isRefused(text: String, reason: String) {
        #expect(throws: ValueRefusal(reason)) { try Ratio(parsing: text) }
    }

    @Test func descriptionIsReadAsTheSameShare() throws {
        var random = Dice(seed: 2)
        for _ in 0..<2000 {
            let ratio = Ratio(millionths: Int.random(in: 0...1_000_000, using: &random))
            #expect(try Ratio(parsing: ratio.description) == ratio)
        }
    }

    @Test func exceedsExactlyPastTheShare() {
        let ratio = Ratio(millionths: 50_000)
        #expect(!ratio.isExceeded(by: 0, of: 0))
        #expect(!ratio.isExceeded(by: 5, of: 100))
        #expect(ratio.isExceeded(by: 6, of: 100))
        #expect(!ratio.isExceeded(by: .max / 20, of: .max))
        #expect(ratio.isExceeded(by: .max / 20 + 1, of: .max))
        #expect(Ratio(millionths: 0).isExceeded(by: 1, of: .max))
        #expect(!Ratio(millionths: 1_000_000).isExceeded(by: .max, of: .max))
    }
}
