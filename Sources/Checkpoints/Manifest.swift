//  What counts, written down a second time.
//
//  The ledger is the truth; the manifest is what the ledger can be rebuilt from when it is lost. Partials say of which
//  file they are, but not whether they count: one may have been replaced, retracted or held. So after every batch of
//  commits the set is written beside the ledger, in one atomic file:
//
//      watchfold manifest 2
//      ledger 5f0c…                                     identity of the ledger
//      generation 31
//      decisions 3                                      how many a person took, if any
//      counts 1597920 28402637305 partials/dt=2022-04-01/20220401-9f3c1de2a0b45c77.parquet
//      copy 1597920 28402637305 partials/dt=2022-04-01/20220401-again-9f3c1de2a0b45c77.parquet
//      retracted 1204 8811204 partials/dt=2022-04-02/20220402-07d1….parquet
//      held 300 12 partials/dt=2022-04-03/20220403-31aa….parquet
//      present 300 12 partials/dt=2022-04-04/20220404-5b70….parquet
//      accepted 07d1fe…                                 a content, under whatever name
//      end 9b1f…                                        XXH3-128 of all bytes before this line
//
//  `copy` is what a name would give if the same content did not count under another; `present` and `held` are what lies
//  under a name when that is not what the name gives, held because of what was found out when it came, or not. The
//  numbers are the partial's folded records and sum: should it be lost as well, they say how much is. Paths of
//  partials hold letters, digits and . _ - = / only, so the lines need no escapes. Version 1 had `counts` and `retracted`
//  alone and is read as well.

import Codecs
import DurableIO
import Ledgers
import Records

/// The set of counting partials at one generation.
package struct Manifest: Sendable, Equatable {
    package static let fileName = "manifest"
    private static let head = "watchfold manifest 2"
    private static let heads: Set<String> = ["watchfold manifest 1", head]

    /// One partial.
    package struct Entry: Sendable, Hashable {
        /// Below the checkpoints folder.
        package var partial: String
        /// Folded.
        package var records: Int
        /// Of the plan's measure.
        package var sum: Int64

        package init(partial: String, records: Int, sum: Int64) {
            self.partial = partial
            self.records = records
            self.sum = sum
        }

        init(_ version: VersionRecord) {
            self.init(
                partial: version.facts.partial, records: version.tally.folded, sum: version.facts.sum)
        }

        init?(_ text: Substring) {
            let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let records = Int(parts[0]), let sum = Int64(parts[1]) else { return nil }
            self.init(partial: String(parts[2]), records: records, sum: sum)
        }

        var text: String { "\(records) \(sum) \(partial)" }
    }

    package var ledger: String
    package var generation: Int
    /// What counts.
    package var counting: [Entry]
    /// What a person took out.
    package var retracted: [Entry]
    /// What names would give if the same content did not count under another.
    package var copies: [Entry] = []
    /// What lies under names that give something else, or nothing.
    package var present: [Entry] = []
    /// Those of them that are held because of what was found out when they came.
    package var held: [Entry] = []
    /// Digests of contents that a person accepted, ascending.
    package var accepted: [String] = []
    /// How many decisions the ledger knew: not every one changes what counts, and so the generation.
    package var decisions = 0

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
            var manifest = Manifest(
                ledger: ledger.identity, generation: try ledger.generation,
                counting: try ledger.countingVersions().map { Entry($0) }, retracted: [])
            for file in try ledger.files() {
                func entry(_ id: VersionID) throws -> Entry { Entry(try ledger.version(id)!) }
                let holding = file.holding
                if let claim = holding.claim, claim != file.counting { manifest.copies.append(try entry(claim)) }
                if let present = holding.present, present != holding.claim {
                    manifest.present.append(try entry(present))
                    if try ledger.judgement(of: present)?.held != nil { manifest.held.append(try entry(present)) }
                }
            }
            let decisions = try ledger.decisions()
            let names = Set(decisions.filter { $0.kind == .retract }.map { ByteOrdered($0.name) })
            for name in names {
                for digest in try ledger.retractedContents(of: name.string) {
                    let version = try ledger.versions(digest: digest).last { ByteOrdered($0.facts.name) == name }
                    if let version { manifest.retracted.append(Entry(version)) }
                }
            }
            manifest.decisions = decisions.count
            manifest.accepted = Set(decisions.filter { $0.kind == .accept }.map(\.digest)).sorted()
            let order = { (a: Entry, b: Entry) in Path.precedes(a.partial, b.partial) }
            manifest.counting.sort(by: order)
            manifest.retracted.sort(by: order)
            manifest.copies.sort(by: order)
            manifest.present.sort(by: order)
            manifest.held.sort(by: order)
            return manifest
        }
    }

    package var text: [UInt8] {
        var lines = [Self.head, "ledger \(ledger)", "generation \(generation)"]
        if decisions > 0 { lines.append("decisions \(decisions)") }
        lines += counting.map { "counts \($0.text)" }
        lines += copies.map { "copy \($0.text)" }
        lines += retracted.map { "retracted \($0.text)" }
        let held = Set(held)
        lines += present.map { (held.contains($0) ? "held " : "present ") + $0.text }
        lines += accepted.map { "accepted \($0)" }
        let body = Array((lines.joined(separator: "\n") + "\n").utf8)
        let digest = body.withUnsafeBytes { XXH128(of: $0) }
        return body + Array("end \(digest.hex)\n".utf8)
    }

    /// Nil when the text is not a manifest, or not whole.
    package init?(text: [UInt8]) {
        guard let string = String(validating: text, as: UTF8.self) else { return nil }
        var lines = string.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines.removeLast().isEmpty, let last = lines.popLast(), last.hasPrefix("end ") else {
            return nil
        }
        let body = text.dropLast(last.utf8.count + 1)
        guard Array(body).withUnsafeBytes({ XXH128(of: $0) }).hex == last.dropFirst(4),
            Self.heads.contains(String(lines[0])),
            lines[1].hasPrefix("ledger "), lines[2].hasPrefix("generation "),
            let generation = Int(lines[2].dropFirst(11))
        else { return nil }
        self.init(ledger: String(lines[1].dropFirst(7)), generation: generation, counting: [], retracted: [])
        for line in lines.dropFirst(3) {
            guard let blank = line.firstIndex(of: " ") else { return nil }
            if add(line[..<blank], line[line.index(after: blank)...]) != nil { return nil }
        }
    }

    /// Adds what a line says, its first word and the rest, and returns what is wrong with it.
    mutating func add(_ word: Substring, _ rest: Substring) -> String? {
        switch word {
        case "accepted":
            accepted.append(String(rest))
            return nil
        case "decisions":
            guard let number = Int(rest), number > 0 else { return "expected a number above 0" }
            decisions = number
            return nil
        default: break
        }
        guard let entry = Entry(rest) else { return "expected records, a sum and a path" }
        switch word {
        case "counts": counting.append(entry)
        case "copy": copies.append(entry)
        case "retracted": retracted.append(entry)
        case "present": present.append(entry)
        case "held":
            present.append(entry)
            held.append(entry)
        default: return "\(word) is no kind of line"
        }
        return nil
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
