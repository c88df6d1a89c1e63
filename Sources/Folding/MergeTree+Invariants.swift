//  What is true of a tree of losers between two rows.

extension MergeTree {
    /// Traps when the tree is not that of a tournament of the rows its inputs are at.
    ///
    /// Who won a match below the root is not kept, but follows from above: of the two below a node, one is the node's
    /// winner, and the other is its loser.
    ///
    /// - Complexity: n log n in the inputs.
    func checkInvariants() {
        for input in 0..<count {
            let (row, rows) = (lanes[input].row, lanes[input].count)
            precondition(row < rows || (row == 0 && rows == 0), "input \(input) is at row \(row) of \(rows)")
            let words = rows > 0 ? lanes[input].words[row] : .atEnd
            precondition(
                keys[input] == words, "input \(input) is at row \(row), \(words), and takes part with \(keys[input])")
        }
        check(below: 1, winner: winner)
    }

    /// Checks the matches at a node and below, which this input has won.
    private func check(below node: Int, winner: Int) {
        if node >= count {
            precondition(node - count == winner, "input \(winner) has won where only input \(node - count) plays")
            return
        }
        let loser = losers[node]
        precondition((0..<count).contains(loser), "node \(node) holds input \(loser) of \(count)")
        let (sideOfWinner, sideOfLoser) = (side(of: winner, below: node), side(of: loser, below: node))
        precondition(
            sideOfWinner != nil && sideOfLoser != nil && sideOfWinner != sideOfLoser,
            "at node \(node) input \(winner) has won against \(loser), which it does not play there")
        precondition(
            !precedes(loser, winner),
            "at node \(node) input \(winner) has won with \(keys[winner]) against \(loser) with \(keys[loser])")
        check(below: sideOfWinner!, winner: winner)
        check(below: sideOfLoser!, winner: loser)
    }

    /// The node right below the given one that an input's way up goes through; nil when it goes another way.
    private func side(of input: Int, below node: Int) -> Int? {
        var place = input + count
        while place / 2 > node { place /= 2 }
        return place / 2 == node ? place : nil
    }
}
