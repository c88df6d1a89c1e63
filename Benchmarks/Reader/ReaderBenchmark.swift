//  How fast records are read, and folded, by one thread out of memory.
//
//      ReaderBenchmark <file> [shapes | fields | complete | fold | merge] [rounds]
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
            print("usage: ReaderBenchmark <file> [shapes | fields | complete | fold | merge] [rounds]")
            exit(2)
        }
        let mode = arguments.count > 2 ? arguments[2] : "shapes"
        let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
        for _ in 0..<rounds {
            var table = FoldTable()
            let begun = seconds()
            let counts = try read(content, mode: mode) { batch in
                if mode == "fold" || mode == "merge" { try table.add(batch) }
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
            let rate = Int(Double(content.count) / took / 1e6)
            print("\(mode): \(counts.read) records, \(counts.folded) folded, \(rate) MB/s of processor time")
        }
    }

    private static func read(
        _ content: UnsafeMutableBufferPointer<UInt8>, mode: String, onBatch: (borrowing RecordBatch) throws -> Void
    ) throws -> OutcomeCounts {
        var reader = RecordReader(plan: .engagement, maxRecordBytes: 1 << 20)
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
            let done = try reader.read(
                window, count: kept + count, isFinal: isFinal, onBatch: onBatch, onRejection: { _ in })
            kept += count - done
            window.update(from: window + done, count: kept)
        } while offset < content.count
        return reader.counts
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
