//  What a file gives to a fold, in a few numbers, so that files can be compared without reading partials: how many keys, what its
//  sums add up to, and a sample of its keys. It stands in the metadata of the file's own partial and decides nothing about
//  numbers.
//
//  As text, a line for the fold and one for each sum:
//
//      fold 1 by_user 9d1c0a… 40000 1 00000c8d252074034a69…          version, name, identity, keys, sample (KeySketch.swift)
//      sum 3791.5 sum(value)                                         value, and the measure as it is written

/// What a file gives to a fold.
package struct FoldProfile: Sendable, Hashable {
    package var fold: String
    /// Of its partials: hashes of others are not compared.
    package var identity: String
    package var keys: Int
    package var sums: [Sum]
    package var sample: KeySketch

    package struct Sum: Sendable, Hashable {
        /// The measure as it is written.
        package var name: String
        package var value: Double

        package init(name: String, value: Double) { (self.name, self.value) = (name, value) }
    }

    package init(fold: String, identity: String, keys: Int, sums: [Sum], sample: KeySketch) {
        (self.fold, self.identity, self.keys, self.sums, self.sample) = (fold, identity, keys, sums, sample)
    }

    private static let version = "1"

    package static func text(_ profiles: [FoldProfile]) -> String {
        profiles.map { profile in
            let head = ["fold", version, profile.fold, profile.identity, "\(profile.keys)", profile.sample.text]
            // Of a measure's words only the words matter.
            let sums = profile.sums.map {
                "sum \($0.value) " + $0.name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
            return ([head.joined(separator: " ")] + sums).map { $0 + "\n" }.joined()
        }.joined()
    }

    /// Empty for a text of another kind: a later version may write one.
    package static func profiles(_ text: String) -> [FoldProfile] {
        var profiles: [FoldProfile] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 5)
            if words.count == 6, words[0] == "fold", words[1] == version, let keys = Int(words[4]),
                let sample = KeySketch(text: String(words[5]))
            {
                profiles.append(
                    FoldProfile(
                        fold: String(words[2]), identity: String(words[3]), keys: keys, sums: [], sample: sample))
                continue
            }
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, parts[0] == "sum", let value = Double(parts[1]), !profiles.isEmpty else {
                return []
            }
            profiles[profiles.count - 1].sums.append(Sum(name: String(parts[2]), value: value))
        }
        return profiles
    }
}
