//  The program that scripts/fuzz builds: libFuzzer around one of the targets.
//
//      Fuzzer TARGET [libFuzzer's arguments]      invents inputs until something fails or the time is over
//      Fuzzer replay TARGET FOLDER                runs the files of a folder, without libFuzzer
//      Fuzzer seeds TARGET FOLDER [FILES]         writes the inputs to begin with; FILES: a folder of Parquet files
//      Fuzzer targets                             lists the targets
//
//  libFuzzer's own main is left out; its driver is called from here, so that one program serves all targets.

import Foundation
import FuzzTargets

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// libFuzzer, `FuzzerInterface.h`.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
struct Fuzzer {
    /// Set once, before libFuzzer begins.
    nonisolated(unsafe) private static var target = FuzzTarget.reader

    static func main() throws {
        var words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "targets": for target in FuzzTarget.allCases { print(target.rawValue) }
        case "seeds" where 3...4 ~= words.count:
            let target = try named(words[1])
            let others = try words.count == 4 ? files(of: words[3]).map { [UInt8](try Data(contentsOf: $0)) } : []
            for (number, seed) in target.seeds(from: others).enumerated() {
                try Data(seed).write(to: URL(filePath: words[2]).appending(path: "seed-\(number)"))
            }
        case "replay" where words.count == 3:
            target = try named(words[1])
            for file in try files(of: words[2]) { try target.check([UInt8](Data(contentsOf: file))) }
        case let name?:
            target = try named(name)
            words.removeFirst()
            exit(fuzz([CommandLine.arguments[0], "-max_len=\(target.longestInput)"] + words))
        case nil: throw Usage()
        }
    }

    private struct Usage: Error {}

    private static func named(_ name: String) throws -> FuzzTarget {
        guard let target = FuzzTarget(rawValue: name) else { throw Usage() }
        return target
    }

    private static func files(of folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: URL(filePath: folder), includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }

    private static func fuzz(_ words: [String]) -> CInt {
        var count = CInt(words.count)
        // libFuzzer keeps them to the end.
        var arguments = Arguments.allocate(capacity: words.count + 1)
        for (i, word) in words.enumerated() { arguments[i] = strdup(word) }
        arguments[words.count] = nil
        return runDriver(&count, &arguments) { bytes, count in
            do {
                try Fuzzer.target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
            } catch {
                fatalError("\(Fuzzer.target.rawValue): \(error)")
            }
            return 0
        }
    }
}
