import Codecs
import TestSupport
import Testing

/// Zip archives: one file is read, anything else is named.
@Suite struct ZipTests {
    private static let content = records(3000)
    private static let entry = ZipArchive.Entry("a.json", content)

    private static let line = "{\"a\":1}\n"

    /// Made by Python 3's zipfile module (stored, into a file; deflated, into a pipe) and by Info-ZIP 3.0 (from its standard
    /// input into a pipe, with a zip64 field).
    @Test(arguments: [
        (
            """
            504b03041400000000000000215446a3e8740800000008000000060000006162632e6a737b2261223a317d0a504b01021403140000000000\
            0000215446a3e87408000000080000000600000000000000000000008001000000006162632e6a73504b05060000000001000100340000\
            002c0000000000
            """, line
        ),
        (
            """
            504b030414000800080000002154000000000000000000000000060000006162632e6a73ab564a54b232ace5aa46a301504b0708922d76f7\
            0c00000018000000504b0102140314000800080000002154922d76f70c00000018000000060000000000000000000000800100000000\
            6162632e6a73504b0506000000000100010034000000400000000000
            """, line + line + line
        ),
        (
            """
            504b03042d00080008004da67c5d00000000ffffffffffffffff010014002d010010000000000000000000000000000000\
            0000ab564a54b232ace50200504b070846a3e8740a000000000000000800000000000000504b01021e032d00080008004da67c5d46a3e874\
            0a000000080000000100000000000000010000008011000000002d504b050600000000010001002f000000550000000000
            """, line
        ),
    ])
    func archivesOfOtherProgramsAreRead(hex: String, content: String) throws {
        for size in [1, 3, 1000] {
            #expect(try decompress(bytes(hex: hex), .zip, inputSize: size) == Array(content.utf8))
        }
    }

    @Test(arguments: 0..<16) func everyKindOfEntryIsRead(bits: Int) throws {
        var archive = ZipArchive([
            Self.entry.with { entry in
                entry.isDeflated = bits & 1 == 0 || bits & 2 != 0
                entry.hasDescriptor = bits & 2 != 0
                entry.isZip64 = bits & 4 != 0
                entry.descriptorHasMark = bits & 8 == 0
            }
        ])
        archive.hasZip64End = bits & 4 != 0
        archive.comment = bits & 8 == 0 ? "" : "made by hand"
        for (inputSize, outputSize) in [(1, 64), (7, 1), (1 << 20, 1 << 20)] {
            let read = try decompress(archive.bytes, .zip, inputSize: inputSize, outputSize: outputSize)
            #expect(read == Self.content)
        }
    }

    @Test func foldersAndHiddenFilesAreNoContent() throws {
        let archive = ZipArchive([
            ZipArchive.Entry("data/", []).with { $0.isDeflated = false },
            ZipArchive.Entry("__MACOSX/data/._a.json", noise(40_000)), ZipArchive.Entry("data/a.json", Self.content),
            ZipArchive.Entry("data/.DS_Store", noise(10)).with { $0.hasDescriptor = true },
        ])
        for (inputSize, outputSize) in [(1, 1 << 10), (1000, 17), (1 << 20, 1 << 20)] {
            #expect(
                try decompress(archive.bytes, .zip, inputSize: inputSize, outputSize: outputSize) == Self.content)
        }
    }

    @Test func noPrefixIsWhole() {
        let variants = [
            [Self.entry.with { $0.content = records(100) }],
            [
                ZipArchive.Entry("_x", noise(50)),
                Self.entry.with {
                    $0.content = records(100)
                    $0.hasDescriptor = true
                },
            ],
        ]
        for entries in variants {
            var archive = ZipArchive(entries)
            archive.comment = "!"
            let file = archive.bytes
            for length in 0..<file.count {
                guard case .truncated(.zip, let offset, _)? = failure(Array(file[..<length]), .zip, inputSize: 13)
                else {
                    Issue.record("\(length) bytes of \(file.count): \(outcome(Array(file[..<length]), .zip))")
                    return
                }
                #expect(offset == length)
            }
            #expect(failure(file, .zip) == nil)
            #expect(failure(file + [0], .zip) == .trailingGarbage(.zip, compressedOffset: file.count))
        }
    }

    /// Whatever bit is turned, the content comes out as it was or an error does.
    @Test(arguments: [false, true]) func anyFlippedBitIsFoundOrHarmless(hasDescriptor: Bool) {
        let content = records(120)
        let file = ZipArchive([
            Self.entry.with {
                $0.content = content
                $0.hasDescriptor = hasDescriptor
            }
        ]).bytes
        let start = 30 + "a.json".utf8.count
        let size = gzip(content).count - 18
        for offset in file.indices {
            for bit in 0..<8 {
                var altered = file
                altered[offset] ^= 1 << bit
                guard case .success(let decoded) = outcome(altered, .zip) else { continue }
                #expect(decoded == content, "byte \(offset), bit \(bit)")
                // But for the bits that pad the last deflated byte.
                #expect(!(start..<start + size - 1).contains(offset), "byte \(offset), bit \(bit)")
            }
        }
    }

    @Test(arguments: [
        (ZipArchive([]), "it contains no file"), (ZipArchive([.init("a/", [])]), "it contains no file"),
        (
            ZipArchive([.init("a.json", [1]), .init("b.json", [2])]),
            "it contains several files (a.json, b.json); unpack them into the inbox, or make an archive of each"
        ),
        (
            ZipArchive([ZipArchive.Entry("a.json", [1]).with { $0.flags = 1 }]),
            "a.json is encrypted; unpack it with its password"
        ),
        (
            ZipArchive([ZipArchive.Entry("a.json", [1]).with { $0.method = 99 }]),
            "a.json is encrypted; unpack it with its password"
        ),
        (
            ZipArchive([ZipArchive.Entry("a.json", [1]).with { $0.method = 14 }]),
            "a.json is compressed with LZMA; compress it with deflate"
        ),
        (
            ZipArchive([ZipArchive.Entry("a.json", [1]).with { $0.method = 77 }]),
            "a.json is compressed with method 77; compress it with deflate"
        ),
        (
            ZipArchive([.init("_rels/.rels", [1]), .init("[Content_Types].xml", [2])]),
            "it is an Office document (xlsx, docx or the like), not an archive of JSON; save its rows as JSON Lines"
        ),
    ]) func whatIsNotReadIsNamed(archive: ZipArchive, what: String) {
        for inputSize in [1, 1000] {
            guard case .unsupported(.zip, let found, _)? = failure(archive.bytes, .zip, inputSize: inputSize) else {
                Issue.record("read, or refused for another reason")
                return
            }
            #expect(found == what)
        }
    }

    @Test func aStoredFileOfUnknownLengthIsNamed() {
        var entry = ZipArchive.Entry("a.json", [])
        (entry.isDeflated, entry.hasDescriptor) = (false, true)
        #expect(failure(ZipArchive([entry]).bytes, .zip) != nil)
    }

    /// What was deleted from the directory, or is there twice, is not read as if nothing had happened.
    @Test func theDirectoryHasToFit() {
        let one = ZipArchive([Self.entry]).bytes
        let other = ZipArchive([Self.entry.with { $0.content[5] ^= 1 }]).bytes
        let directory = 46 + 6 + 22
        #expect(failure(one, .zip) == nil)
        let mixed = Array(one.dropLast(directory)) + other.suffix(directory)
        guard case .corrupt(.zip, let what, _)? = failure(mixed, .zip) else {
            Issue.record("read")
            return
        }
        #expect(what == "its directory does not list what it contains")
        guard case .corrupt(.zip, let missing, _)? = failure(Array(one.dropLast(directory)) + one.suffix(22), .zip)
        else {
            Issue.record("read")
            return
        }
        #expect(missing == "its directory lists 0 entries and there are 1")
    }
}
