//  How fast records are read, and folded, by one thread out of memory.
//
//      ReaderBenchmark <file> [shapes | fields | complete | fold | merge] [rounds] [field…]
//
//  Where fields are named, records are read as rows with these: a.b is b in the object a, and a+json the text of a.
//
//  The file is given to the reader in windows of a mebibyte, as a fold gives it. It is a target of the package itself
//  and no package of its own, since the reader is seen inside the package only; no product is made of it.

import Engagement
import Folding
import Glibc
import JSONRecords
import Records

@main
struct ReaderBenchmark {
    private static let windowSize = 1 << 20

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let content = content(of: arguments[1]) else {
            print("usage: ReaderBenchmark <file> [shapes | fields | complete | fold | merge] [rounds] [field…]")
            exit(2)
        }
        let mode = arguments.count > 2 ? arguments[2] : "shapes"
        let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
        let schema = schema(arguments.dropFirst(4))
        for _ in 0..<rounds {
            if let schema {
                let begun = seconds()
                let reader = try read(content, mode: mode, ReadingPlan(schema)) { reader, window, count, isFinal in
                    try reader.read(
                        window, count: count, isFinal: isFinal, onCells: { _ in [] }, onRejection: { _ in })
                }
                report(mode, reader, content.count, seconds: seconds() - begun)
                continue
            }
            var table = FoldTable()
            let begun = seconds()
            let reader = try read(content, mode: mode, ReadingPlan(.engagement)) { reader, window, count, isFinal in
                try reader.read(
                    window, count: count, isFinal: isFinal,
                    onBatch: { batch in if mode == "fold" || mode == "merge" { try table.add(batch) } },
                    onRejection: { _ in })
            }
            let took = seconds() - begun
            if mode == "merge" {
                let keys = table.count
                let begun = seconds()
                var rows = 0
                try FoldRun.merge([FoldRun(sealing: table)], rowLimit: 16_384) { rows += $0.count }
                print("merge: \(keys) keys, \(Int((seconds() - begun) * 1e9) / max(keys, 1)) ns of processor time each")
                precondition(rows == keys, "\(rows) rows of \(keys) keys")
                continue
            }
            report(mode, reader, content.count, seconds: took)
        }
    }

    private static func report(_ mode: String, _ reader: borrowing RecordReader, _ bytes: Int, seconds: Double) {
        let (rate, records) = (Int(Double(bytes) / seconds / 1e6), reader.counts.read)
        print(
            "\(mode): \(records) records, \(reader.counts.folded) accepted, \(reader.recordsReadCompletely) read completely, "
                + "\(rate) MB/s, \(Int(seconds * 1e9) / max(records, 1)) ns a record of processor time")
    }

    /// Rows with the fields that are named; nil when none is.
    private static func schema(_ names: ArraySlice<String>) -> RowSchema? {
        if names.isEmpty { return nil }
        return RowSchema(
            names.map { name in
                let parts = name.split(separator: "+").map(String.init)
                let path = FieldPath([parts[0].split(separator: ".").map(String.init)])
                return RowField(parts[0], path: path, parts.count > 1 ? .json : .string, isRequired: false)
            })
    }

    private static func read(
        _ content: UnsafeMutableBufferPointer<UInt8>, mode: String, _ plan: ReadingPlan,
        _ take: (inout RecordReader, UnsafeMutablePointer<UInt8>, Int, Bool) throws -> Int
    ) throws -> RecordReader {
        var reader = RecordReader(plan, maxRecordBytes: 1 << 20)
        if mode == "complete" || mode == "fields" { reader.leaveOutShapes(keepingWalk: mode == "fields") }
        let window = UnsafeMutablePointer<UInt8>.allocate(capacity: 4 * windowSize + RecordReader.padding)
        defer { window.deallocate() }
        window.initialize(repeating: 0, count: 4 * windowSize + RecordReader.padding)
        var kept = 0
        var offset = 0
        repeat {
            let count = min(windowSize, content.count - offset)
            (window + kept).update(from: content.baseAddress! + offset, count: count)
            offset += count
            let isFinal = offset == content.count
            let done = try take(&reader, window, kept + count, isFinal)
            kept += count - done
            window.update(from: window + done, count: kept)
        } while offset < content.count
        return reader
    }

    private static func content(of path: String) -> UnsafeMutableBufferPointer<UInt8>? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let content = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: ftell(file))
        rewind(file)
        return fread(content.baseAddress, 1, content.count, file) == content.count ? content : nil
    }

    /// Processor time of this process, in seconds.
    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
