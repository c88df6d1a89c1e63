//  What counts, written down a second time.
//
//  The ledger is the truth; the manifest is what the ledger can be rebuilt from when it is lost. Partials say of which
//  file they are, but not whether they count: one may have been replaced, retracted or held. So after every batch of
//  commits the set is written beside the ledger, in one atomic file:
//
//      watchfold manifest 1
//      ledger 5f0c…                                     identity of the ledger
//      generation 31
//      counts 1597920 28402637305 partials/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//      retracted 1204 8811204 partials/dt=2022-04-02/20220402-07d1….parquet
//      end 9b1f…                                        XXH3-128 of all bytes before this line
//
//  The numbers are the partial's folded records and seconds: should it be lost as well, they say how much is. Paths of
//  partials hold letters, digits and . _ - = / only, so the lines need no escapes.

import Codecs
import DurableIO

/// The set of counting partials at one generation.
package struct Manifest: Sendable, Equatable {
    package static let fileName = "manifest"
    private static let head = "watchfold manifest 1"

    /// One partial.
    package struct Entry: Sendable, Hashable {
        /// Below the checkpoints folder.
        package var partial: String
        /// Folded.
        package var records: Int
        package var seconds: Int64

        package init(partial: String, records: Int, seconds: Int64) {
            self.partial = partial
            self.records = records
            self.seconds = seconds
        }

        init(_ version: VersionRecord) {
            self.init(
                partial: version.facts.partial, records: version.tally.folded, seconds: version.facts.seconds)
        }

        init?(_ text: Substring) {
            let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let records = Int(parts[0]), let seconds = Int64(parts[1]) else { return nil }
            self.init(partial: String(parts[2]), records: records, seconds: seconds)
        }

        var text: String { "\(records) \(seconds) \(partial)" }
    }

    package var ledger: String
    package var generation: Int
    /// What counts.
    package var counting: [Entry]
    /// What a person took out.
    package var retracted: [Entry]

    package init(ledger: String, generation: Int, counting: [Entry], retracted: [Entry]) {
        self.ledger = ledger
        self.generation = generation
        self.counting = counting
        self.retracted = retracted
    }

    /// What stands in for a manifest while a ledger is rebuilt without one: no ledger is the one it names.
    static let placeholder = Manifest(ledger: "being rebuilt", generation: 0, counting: [], retracted: [])
    package var isPlaceholder: Bool { self == Self.placeholder }

    /// What the ledger says now.
    package init(_ ledger: Ledger) throws {
        self = try ledger.snapshot {
            var retracted: [Entry] = []
            for file in try ledger.files() {
                if case .retracted(_, let id?) = file.status, let version = try ledger.version(id) {
                    retracted.append(Entry(version))
                }
            }
            let order = { (a: Entry, b: Entry) in Path.precedes(a.partial, b.partial) }
            return Manifest(
                ledger: ledger.identity, generation: try ledger.generation,
                counting: try ledger.countingVersions().map { Entry($0) }.sorted(by: order),
                retracted: retracted.sorted(by: order))
        }
    }

    package var text: [UInt8] {
        var lines = [Self.head, "ledger \(ledger)", "generation \(generation)"]
        lines += counting.map { "counts \($0.text)" }
        lines += retracted.map { "retracted \($0.text)" }
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
            lines[1].hasPrefix("ledger "), lines[2].hasPrefix("generation "),
            let generation = Int(lines[2].dropFirst(11))
        else { return nil }
        self.init(ledger: String(lines[1].dropFirst(7)), generation: generation, counting: [], retracted: [])
        for line in lines.dropFirst(3) {
            if line.hasPrefix("counts "), let entry = Entry(line.dropFirst(7)) {
                counting.append(entry)
            } else if line.hasPrefix("retracted "), let entry = Entry(line.dropFirst(10)) {
                retracted.append(entry)
            } else {
                return nil
            }
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
