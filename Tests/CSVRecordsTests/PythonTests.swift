import CSVRecords
import Foundation
import Records
import RowReference
import TestSupport
import Testing

/// Well-formed files, as Python's csv module reads them.
@Suite struct PythonTests {
    private static let hasPython =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/env") && run("print(1)", []) == "1\n"

    /// For each file named by `delimiter path`, the fields of its records in hexadecimal digits, a line for each record.
    private static let program = """
        import csv, sys
        for line in sys.stdin:
            delimiter, path = line.rstrip("\\n").split(" ", 1)
            print("file")
            with open(path, newline="", encoding="utf-8-sig") as file:
                for row in csv.reader(file, delimiter=chr(int(delimiter)), strict=True):
                    if row: print(" ".join("." + field.encode().hex() for field in row))
        """

    private static func run(_ program: String, _ input: [String]) -> String? {
        let (process, output, given) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        (process.standardInput, process.standardOutput, process.standardError) = (given, output, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return nil }
        given.fileHandleForWriting.write(Data(input.map { $0 + "\n" }.joined().utf8))
        try? given.fileHandleForWriting.close()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        "." + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(.enabled(if: hasPython)) func wellFormedFilesAreThoseOfPython() throws {
        var dice = TestSeed.dice()
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var (input, expected, records) = ([String](), [String](), 0)
        while input.count < 300 {
            let file = RandomCSV(&dice)
            guard file.settings.quote == 0x22 else { continue }
            // How many columns there are; then all are read by position, the header as a record.
            let none = RowSchema([RowField("none of them", .string, isRequired: false)])
            let first = CSVSettings(delimiter: file.delimiter)
            let names = try CSVReading(file.bytes, none, first, longest: 1 << 16).columns.indices.map { "column\($0)" }
            let all = CSVSettings(delimiter: file.delimiter, columns: names.isEmpty ? ["x"] : names, null: nil)
            let schema = RowSchema(all.columns!.map { RowField($0, .string) })
            let reading = try CSVReading(file.bytes, schema, all, longest: 1 << 16)
            // Python has no opinion about the number of fields.
            guard reading.rejected.isEmpty else { continue }
            let path = folder.appending(path: "\(input.count)").path
            try Data(file.bytes).write(to: URL(filePath: path))
            input.append("\(file.delimiter) \(path)")
            expected.append("file")
            for (_, row) in reading.rows.sorted(by: { $0.key < $1.key }) {
                expected.append(row.map { Self.hex($0.text) }.joined(separator: " "))
            }
            records += reading.rows.count
        }
        #expect(records > 1000)
        let output = try #require(Self.run(Self.program, input), "python3 failed; \(TestSeed.text)")
        let lines = output.split(separator: "\n").map(String.init)
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) where line != wanted {
            Issue.record("\(line), not \(wanted); \(TestSeed.text)")
            break
        }
    }
}
