//  What counts, written down a second time.
//
//  The ledger is the truth; the manifest is what the ledger can be rebuilt from when it is lost. Partials say of which
//  file they are, but not whether they count: one may have been replaced, retracted or held. So after every batch of
//  commits the set is written beside the ledger, in one atomic file:
//
//      watchfold manifest 1
//      ledger 5f0c…                                     identity of the ledger
//      generation 31
//      counts partials/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//      retracted partials/dt=2022-04-02/20220402-07d1….parquet
//      end 9b1f…                                        XXH3-128 of all bytes before this line
//
//  Paths of partials hold letters, digits and . _ - = / only, so the lines need no escapes.

import Codecs
import DurableIO

/// The set of counting partials at one generation.
package struct Manifest: Sendable, Equatable {
    package static let fileName = "manifest"
    private static let head = "watchfold manifest 1"

    package var ledger: String
    package var generation: Int
    /// Paths below the checkpoints folder of what counts.
    package var counting: [String]
    /// Paths of what a person took out.
    package var retracted: [String]

    package init(ledger: String, generation: Int, counting: [String], retracted: [String]) {
        self.ledger = ledger
        self.generation = generation
        self.counting = counting
        self.retracted = retracted
    }

    /// What the ledger says now.
    package init(_ ledger: Ledger) throws {
        self = try ledger.snapshot {
            var retracted: [String] = []
            for file in try ledger.files() {
                if case .retracted(_, let version?) = file.status, let facts = try ledger.version(version)?.facts {
                    retracted.append(facts.partial)
                }
            }
            return Manifest(
                ledger: ledger.identity, generation: try ledger.generation,
                counting: try ledger.countingVersions().map(\.facts.partial).sorted(), retracted: retracted.sorted())
        }
    }

    package var text: [UInt8] {
        var lines = [Self.head, "ledger \(ledger)", "generation \(generation)"]
        lines += counting.map { "counts \($0)" }
        lines += retracted.map { "retracted \($0)" }
        let body = Array((lines.joined(separator: "\n") + "\n").utf8)
        let digest = body.withUnsafeBytes { XXH128(of: $0) }
        return body + Array("end \(digest.hex)\n".utf8)
    }

    /// Nil when the text is no manifest, or not whole.
    package init?(text: [UInt8]) {
        guard let string = String(validating: text, as: UTF8.self) else { return nil }
        var lines = string.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines.removeLast().isEmpty, let last = lines.popLast(), last.hasPrefix("end ") else {
            return nil
        }
        let body = text.dropLast(last.utf8.count + 1)
        guard Array(body).withUnsafeBytes({ XXH128(of: $0) }).hex == last.dropFirst(4), lines[0] == Self.head,
            lines[1].hasPrefix("ledger "), lines[2].hasPrefix("generation "), let generation = Int(lines[2].dropFirst(11))
        else { return nil }
        self.init(ledger: String(lines[1].dropFirst(7)), generation: generation, counting: [], retracted: [])
        for line in lines.dropFirst(3) {
            if line.hasPrefix("counts ") { counting.append(String(line.dropFirst(7))) } else
            if line.hasPrefix("retracted ") { retracted.append(String(line.dropFirst(10))) } else { return nil }
        }
    }

    /// The manifest of a checkpoints folder; nil when it is missing or damaged.
    package static func read(_ root: String, in fileSystem: FileSystem) throws(IOError) -> Manifest? {
        let path = Path.join(root, fileName)
        guard try fileSystem.statusIfPresent(path)?.kind == .file else { return nil }
        return Manifest(text: try fileSystem.open(path, .read).readAll(limit: 1 << 30))
    }

    /// Replaces the manifest of a checkpoints folder.
    package func write(_ root: String, in fileSystem: FileSystem) throws(IOError) {
        let file = try AtomicFile(Path.join(root, Self.fileName), in: fileSystem)
        let bytes = text
        var failure: IOError?
        bytes.withUnsafeBytes { buffer in
            do throws(IOError) { try file.write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.commit()
    }
}
