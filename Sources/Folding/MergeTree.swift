//  Which of many inputs has the least key: a tree of losers (Knuth, The Art of Computer Programming 3, 5.4.1).
//
//  A knock-out tournament: the leaves are the inputs, an inner node holds the loser of the match played there, and the
//  winner of all is kept apart. When the winner moves on to its next row, only the matches on its way up are played
//  again, one for each level:
//
//                 winner 1            node 1 holds 2
//              ┌─────┴─────┐
//            node 2: 0   node 3: 3    leaves are nodes 4 ... 7, inputs 0 ... 3
//
//  The best of the losers on the winner's way is the second least key of all.

/// The inputs of a merge; at least one.
struct MergeTree: ~Copyable {
    private let feeds: [MergeFeed]
    let count: Int
    let lanes: UnsafeMutablePointer<MergeLane>
    /// Words of the row that each input is at; the greatest there are at its end.
    let keys: UnsafeMutablePointer<MergeKey>
    /// The loser of each inner node; nodes are numbered from 1.
    let losers: UnsafeMutablePointer<Int>
    /// The input with the least key.
    private(set) var winner = 0
    #if WATCHFOLD_CHECKS
        /// How often the winner went on: the tree is checked after 1, 2, 4 … times, and after every 256.
        private var advances = 0
    #endif

    /// - Throws: what the inputs throw; `FoldError`.
    init(_ inputs: [MergeInput], keyCount: Int) throws {
        count = inputs.count
        // Together they should fit into the second-level cache: a row takes about 80 bytes.
        let capacity = max(128, min(4096, 8192 / inputs.count))
        feeds = inputs.map { MergeFeed($0, keyCount: keyCount, capacity: capacity) }
        lanes = .allocate(capacity: count)
        keys = .allocate(capacity: count)
        losers = .allocate(capacity: count)
        for (index, feed) in feeds.enumerated() {
            (lanes + index).initialize(to: MergeLane(feed.storage))
            (keys + index).initialize(to: MergeKey(high: 0, low: 0, second: 0))
            (losers + index).initialize(to: index)
        }
        for index in 0..<count { try refill(index) }
        winner = play(1)
        checkNow()
    }

    deinit {
        lanes.deallocate()
        keys.deallocate()
        losers.deallocate()
    }

    /// Whether all inputs are at their end.
    var isAtEnd: Bool { isAtEnd(winner) }

    @inline(__always)
    private func isAtEnd(_ input: Int) -> Bool { lanes[input].count == 0 }

    /// Plays all matches below a node and returns the winner.
    private func play(_ node: Int) -> Int {
        if node >= count { return node - count }
        let (left, right) = (play(2 * node), play(2 * node + 1))
        let isLeft = precedes(left, right)
        losers[node] = isLeft ? right : left
        return isLeft ? left : right
    }

    @inline(__always)
    func precedes(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (keys[a], keys[b])
        return left == right ? precedesByBytes(a, b) : left < right
    }

    /// Among equal words. Which of two equal keys comes first does not matter.
    private func precedesByBytes(_ a: Int, _ b: Int) -> Bool {
        if isAtEnd(a) || isAtEnd(b) { return !isAtEnd(a) }
        return feeds[a].storage.compare(lanes[a].row, feeds[b].storage, lanes[b].row) < 0
    }

    /// The winner goes to its next row.
    @inline(__always)
    mutating func advance() throws { try advance(to: lanes[winner].row + 1) }

    /// The winner goes to a row that is loaded, or behind the last one.
    @inline(__always)
    mutating func advance(to row: Int) throws {
        let lane = lanes + winner
        if row < lane.pointee.count {
            lane.pointee.row = row
            // Below the lane's count, and so one of the rows that are loaded.
            keys[winner] = lane.pointee.words[row]
        } else {
            try refill(winner)
        }
        var best = winner
        var bestKey = keys[best]
        // Nodes on the way up are 1 ..< count, and a loser is an input, as `play` left it.
        var node = (best + count) / 2
        // Which of two inputs comes first is as good as random, so the matches are played without branches.
        while node > 0 {
            let other = losers[node]
            let otherKey = keys[other]
            let isEqual = otherKey == bestKey
            var isLess = otherKey < bestKey
            if isEqual && !bestKey.isExact { isLess = precedesByBytes(other, best) }
            losers[node] = isLess ? best : other
            best = isLess ? other : best
            bestKey.high = isLess ? otherKey.high : bestKey.high
            bestKey.low = isLess ? otherKey.low : bestKey.low
            bestKey.second = isLess ? otherKey.second : bestKey.second
            node /= 2
        }
        winner = best
        #if WATCHFOLD_CHECKS
            advances += 1
            if advances & (advances - 1) == 0 || advances % 256 == 0 { checkInvariants() }
        #endif
    }

    @inline(__always)
    private func checkNow() {
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
    }

    private func refill(_ input: Int) throws {
        let lane = lanes + input
        lane.pointee.row = 0
        lane.pointee.count = try feeds[input].refill()
        keys[input] = lane.pointee.count > 0 ? lane.pointee.words[0] : .atEnd
    }

    /// The winner's rows, from the one that it is at, whose words are less than those of every other input.
    var lead: Range<Int> {
        let lane = lanes[winner]
        if count == 1 { return lane.row..<lane.count }
        var node = (winner + count) / 2
        var second = losers[node]
        node /= 2
        while node > 0 {
            if precedes(losers[node], second) { second = losers[node] }
            node /= 2
        }
        if isAtEnd(second) { return lane.row..<lane.count }
        let bound = keys[second]
        // Leaps of 1, 2, 4 … rows until one is too far, then by halves.
        var low = lane.row
        var leap = 1
        while low < lane.count, lane.words[low] < bound {
            if low + leap >= lane.count || !(lane.words[low + leap] < bound) { break }
            low += leap
            leap *= 2
        }
        guard low < lane.count, lane.words[low] < bound else { return lane.row..<low }
        var high = min(low + leap, lane.count)
        // Rows up to `low` are less, those from `high` on are not.
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if lane.words[middle] < bound { low = middle } else { high = middle }
        }
        return lane.row..<high
    }
}
