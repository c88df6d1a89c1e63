import Configuration
import DuckDB
import DurableIO
import Foundation
import TestSupport
import Testing

@testable import Plans

/// The real program, where there is one.
enum RealDuckDB {
    static let program: DuckDBProgram? = {
        if let program = try? DuckDBProgram(Tools.duckDB, .real) { return program }
        return try? DuckDBProgram.find(
            option: nil, environment: ProcessInfo.processInfo.environment, beside: nil, in: .real)
    }()
}

extension Trait where Self == ConditionTrait {
    static var needsDuckDB: Self {
        .enabled(if: RealDuckDB.program != nil, "DuckDB 1.5 is not here; scripts/setup duckdb installs it")
    }
}

/// A plan in a folder of its own.
struct PlanBench {
    let folder: TemporaryFolder

    static let yaml = """
        sources:
          events:
            files: "dt={day:date}/events-{zone}.json"
            fields:
              moment: timestamp
              user: string
              name: string
              n: {type: integer, required: no}
              amount: {type: "decimal(18,3)", required: no}
              score: {type: double, required: no}
              on: boolean
              born: {type: date, required: no}
              more: {type: json, required: no}
        parameters: {reach: 2, label: "it's"}
        """

    init(_ folds: [String: String], marts: [String: String] = [:], yaml: String = Self.yaml) throws {
        folder = try TemporaryFolder()
        let text = yaml.replacingOccurrences(of: "\n              on: boolean", with: "\n              \"on\": boolean")
        try folder.add("plan/plan.yaml", text)
        for (name, text) in folds { try folder.add("plan/folds/\(name)", text) }
        for (name, text) in marts { try folder.add("plan/marts/\(name)", text) }
    }

    func plan() throws -> PlanFolder { try PlanFolder(folder.file("plan"), in: .real) }

    /// Mistakes without the folder's path.
    func mistakes(_ body: () throws -> Void) throws -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try body() }
        return (error?.mistakes ?? []).map { $0.description.replacingOccurrences(of: folder.file("plan/"), with: "") }
    }

    /// - Parameter memory: megabytes of DuckDB's.
    func check(_ plan: PlanFolder, memory: Int = 256) throws -> PlanCheck {
        let session = try DuckDBSession(
            try #require(RealDuckDB.program), files: DuckDBFiles(),
            limits: DuckDBLimits(threads: 2, memoryBytes: memory << 20, temporaryBytes: 0, seconds: 60),
            scratchBelow: try FileSystem.real.physicalPath(folder.path), in: .real)
        return try PlanCheck(plan, session)
    }
}
