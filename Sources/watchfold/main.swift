import Watchfold
import Folding
import DurableIO
import Foundation
let t0 = Date()
let pool = FoldPool(settings: FoldSettings(), fileSystem: .real, jobs: Int(CommandLine.arguments[1])!)
let inputs = CommandLine.arguments.dropFirst(2).map { FoldInput(name: $0, path: $0) }
pool.fold(inputs) { i, outcome in
    switch outcome {
    case .failed(let e): print(i, "failed", e)
    case .read(let s, let runs):
        let t1 = Date()
        var rows = 0; var total: Int64 = 0
        try! FoldRun.merge(runs, rowLimit: 65536) { b in rows += b.count; total += b.measures[0].reduce(0, +) }
        print(i, s.counts, s.digest, s.end, "rows", rows, total, "read", t1.timeIntervalSince(t0), "merge", Date().timeIntervalSince(t1))
    }
}
print(Date().timeIntervalSince(t0))
