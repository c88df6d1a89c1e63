//  The plan of SQL that a configuration names, at work on its checkpoints.

import DuckDB
import DurableIO
import Foundation
import PlanRuns
import Plans
import RunSettings

extension SQLWork {
    init(_ plan: PlanFolder, _ settings: Settings) {
        self.init(plan) { scratch in
            try Signals.beforeEnd { DuckDBSession.endUnfinished() }
            return PlanEngine(settings, duckDB: nil, scratch: scratch)
        }
    }
}

extension PlanEngine {
    /// - Parameter duckDB: what an option names.
    init(_ settings: Settings, duckDB: String?, scratch: String) {
        let own = try? FileSystem.real.physicalPath("/proc/self/exe")
        self.init(
            duckDB: duckDB, environment: ProcessInfo.processInfo.environment, ownFolder: own.map { Path.parent($0) },
            threads: settings.jobs, memory: settings.fold.memory / 2, scratch: scratch)
    }
}
