//  A manifest that is read line by line: what the strict reader refuses has a fault, and what it takes reads the same.

import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ManifestReadingTests {
    private static let manifest: Manifest = {
        func entry(_ name: String, _ records: Int, _ sum: Int64) -> Manifest.Entry {
            Manifest.Entry(partial: "partials/dt=2022-04-01/\(name).parquet", records: records, sum: sum)
        }
        var manifest = Manifest(
            ledger: "22e698396715b69b7d114f484f3c5322", generation: 7,
            counting: [entry("a", 5, 10), entry("b", 6, -3)], retracted: [entry("d", 1, 1)])
        manifest.copies = [entry("c", 5, 10)]
        manifest.held = [entry("f", 3, 4)]
        manifest.present = [entry("e", 2, 2), entry("f", 3, 4)]
        manifest.accepted = ["00ff", "01ff"]
        manifest.decisions = 3
        return manifest
    }()

    @Test func aWholeOneReadsTheSame() {
        let reading = ManifestReading(Self.manifest.text)
        #expect(reading.faults.isEmpty && reading.manifest == Self.manifest && reading.version == 2)
        #expect(reading.lines == 13)
    }

    @Test func everyFlippedByteAndEveryCutHasAFault() {
        let text = Self.manifest.text
        for offset in text.indices {
            var damaged = text
            damaged[offset] ^= 0x04
            #expect(Manifest(text: damaged) == nil)
            #expect(!ManifestReading(damaged).faults.isEmpty, "byte \(offset)")
            #expect(!ManifestReading(Array(text[..<offset])).faults.isEmpty, "cut at \(offset)")
        }
    }

    @Test func aFaultNamesItsLine() {
        var lines = String(decoding: Self.manifest.text, as: UTF8.self).split(separator: "\n").map(String.init)
        lines.swapAt(4, 5)
        let offset = lines[..<5].reduce(0) { $0 + $1.utf8.count + 1 }
        let faults = ManifestReading(Array((lines.joined(separator: "\n") + "\n").utf8)).faults
        #expect(
            faults.count == 2 && faults[0].line == 6 && faults[0].offset == offset
                && faults[0].text == "it does not ascend")
        #expect(faults[1].line == 13 && faults[1].text.hasPrefix("the digest"))
    }

    @Test func randomChangesAreRefusedByBothOrTakenByBoth() {
        var dice = Dice(seed: 1)
        let text = Self.manifest.text
        for _ in 0..<2000 {
            var changed = text
            for _ in 0..<dice.below(3) { changed[dice.below(changed.count)] = UInt8(dice.below(256)) }
            #expect((Manifest(text: changed) == nil) == !ManifestReading(changed).faults.isEmpty)
        }
    }
}
