//  What is true of runs that were cut into ranges, and of a range that was sorted.

extension RunMerge {
    /// Traps when a run was not cut by the bounds: each of its entries in one range, ranges back to back.
    ///
    /// - Precondition: the run was distributed.
    /// - Complexity: linear in the run's entries.
    func checkInvariants(ofRun run: Int) {
        let (entries, numbers, starts) = (runs[run].entries, numbers[run], starts[run])
        precondition(
            starts[0] == 0 && starts[rangeCount] == entries.count,
            "run \(run) of \(entries.count) entries is cut from \(starts[0]) to \(starts[rangeCount])")
        var isMet = [Bool](repeating: false, count: entries.count)
        for range in 0..<rangeCount {
            precondition(
                starts[range] <= starts[range + 1],
                "range \(range) of run \(run) is from \(starts[range]) to \(starts[range + 1])")
            for place in starts[range]..<starts[range + 1] {
                let number = Int(numbers[place])
                precondition(number < entries.count, "run \(run) has entry \(number) of \(entries.count)")
                precondition(!isMet[number], "entry \(number) of run \(run) is in a second range, \(range)")
                isMet[number] = true
                let word = entries[number].key.high
                precondition(
                    (range == 0 || bounds[range - 1] <= word) && (range == rangeCount - 1 || word < bounds[range]),
                    "entry \(number) of run \(run), \(word), is in range \(range) of bounds \(bounds)")
            }
        }
    }
}

extension EntrySort {
    /// Traps when `items` does not have each entry once, in order.
    ///
    /// - Complexity: linear in the entries.
    func checkInvariants(_ count: Int, precedes: (Int, Int) -> Bool) {
        var isMet = [Bool](repeating: false, count: count)
        for i in 0..<count {
            precondition((0..<count).contains(items[i].place), "item \(i) is entry \(items[i].place) of \(count)")
            precondition(!isMet[items[i].place], "entry \(items[i].place) comes a second time, at \(i)")
            isMet[items[i].place] = true
            if i == 0 { continue }
            precondition(
                items[i - 1].word <= items[i].word,
                "item \(i) with \(items[i].word) comes behind one with \(items[i - 1].word)")
            precondition(
                !precedes(items[i].place, items[i - 1].place),
                "entry \(items[i].place) comes behind entry \(items[i - 1].place), which is greater")
        }
    }
}
