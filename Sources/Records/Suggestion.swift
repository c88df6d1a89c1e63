//  The known word nearest to a mistyped one.

/// The candidate that was probably meant: small and capital letters are alike, `-` and `_` too, and up to a third of
/// the letters (one at least) may be missing, extra, wrong, or swapped with their neighbour. Of several equally near, the first.
package func nearest(to word: String, among candidates: [String]) -> String? {
    let wanted = folded(word)
    guard wanted.count <= 64 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(wanted, folded(candidate))
        if distance <= max(1, candidate.utf8.count / 3), distance < best?.distance ?? .max {
            best = (candidate, distance)
        }
    }
    return best?.candidate
}

private func folded(_ word: String) -> [UInt8] {
    word.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each place touched once.
/// - Complexity: O(a.count × b.count) time and three rows.
package func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforeLast[j - 1] + 1) }
            row.append(distance)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
