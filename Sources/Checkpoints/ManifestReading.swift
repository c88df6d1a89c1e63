//  A manifest read line by line, for somebody who wants to see it: what is wrong is noted with its line and offset, and the
//  rest is read on. Where there is no fault, the manifest is the one that `Manifest.init(text:)` reads.

import Codecs
import DurableIO

/// A manifest as it is on disk.
package struct ManifestReading: Sendable {
    /// What is wrong with a line.
    package struct Fault: Sendable, Hashable, CustomStringConvertible {
        /// From 1.
        package var line: Int
        /// Where it begins, in bytes.
        package var offset: Int
        package var text: String

        package var description: String { "line \(line) (byte \(offset)): \(text)" }
    }

    /// What its first line says; nil when that is not the head of a manifest.
    package private(set) var version: Int?
    /// What could be read.
    package private(set) var manifest = Manifest(ledger: "", generation: 0, counting: [], retracted: [])
    package private(set) var faults: [Fault] = []
    /// Lines, the last one with the digest among them.
    package private(set) var lines = 0

    private static let head = "watchfold manifest "
    /// In the order in which they come; `held` and `present` are one kind in two words.
    private static let kinds = ["decisions", "counts", "copy", "retracted", "present", "accepted"]

    /// Whether bytes begin as a manifest does.
    package static func isManifest(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array(head.utf8)) }

    package init(_ text: [UInt8]) {
        var offset = 0
        var last: (kind: Int, text: String)?
        var rest = text[...]
        var hasEnd = false
        while !rest.isEmpty {
            lines += 1
            let isEnded = rest.firstIndex(of: 0x0A) != nil
            let bytes = rest.prefix { $0 != 0x0A }
            func fault(_ text: String) { faults.append(Fault(line: lines, offset: offset, text: text)) }
            if hasEnd { fault("there is more after the digest") }
            if !isEnded { fault("it has no line end") }
            if let line = String(validating: bytes, as: UTF8.self) {
                let problem =
                    line.hasPrefix("end ") && lines > 3
                    ? end(line, before: text[..<offset]) : read(line, number: lines, after: &last)
                if line.hasPrefix("end "), lines > 3 { hasEnd = true }
                if let problem { fault(problem) }
            } else {
                fault("it is not UTF-8")
            }
            offset += bytes.count + 1
            rest = rest.dropFirst(bytes.count + 1)
        }
        if !hasEnd {
            faults.append(
                Fault(line: lines + 1, offset: text.count, text: "the last line, with the digest, is missing"))
        }
    }

    /// Reads the line with the digest, and returns what is wrong with it.
    private func end(_ line: String, before: ArraySlice<UInt8>) -> String? {
        let digest = Array(before).withUnsafeBytes { XXH128(of: $0) }.hex
        return line.dropFirst(4) == digest ? nil : "the digest of the lines before it is \(digest)"
    }

    /// Reads a line, and returns what is wrong with it.
    private mutating func read(_ line: String, number: Int, after last: inout (kind: Int, text: String)?) -> String? {
        switch number {
        case 1:
            version = line.hasPrefix(Self.head) ? Int(line.dropFirst(Self.head.count)) : nil
            if let version, version > 2 { return "version \(version) is newer than this program" }
            return version.map { $0 > 0 } == true ? nil : "it is not the head of a manifest"
        case 2:
            guard line.hasPrefix("ledger ") else { return "expected the ledger's identity" }
            manifest.ledger = String(line.dropFirst(7))
            return nil
        case 3:
            guard line.hasPrefix("generation "), let generation = Int(line.dropFirst(11)) else {
                return "expected a generation"
            }
            manifest.generation = generation
            return nil
        default: return entry(line, after: &last)
        }
    }

    private mutating func entry(_ line: String, after last: inout (kind: Int, text: String)?) -> String? {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let word = String(parts[0])
        guard parts.count == 2, let kind = Self.kinds.firstIndex(of: word == "held" ? "present" : word) else {
            return "\(word) is no kind of line"
        }
        if let problem = manifest.add(parts[0], parts[1]) { return problem }
        // Of an entry its path decides about the order; it is the last field.
        let key = String(parts[1].split(separator: " ").last ?? "")
        defer { last = (kind, key) }
        guard let last else { return nil }
        if kind < last.kind { return "a line \(word) after one of \(Self.kinds[last.kind])" }
        return kind == last.kind && !Path.precedes(last.text, key) ? "it does not ascend" : nil
    }
}
