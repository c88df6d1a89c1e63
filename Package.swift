// swift-tools-version: 6.2
import PackageDescription

/// Structures check themselves (`checkInvariants`) where this is defined: in debug builds, and wherever the environment asks
/// for it, as scripts/fuzz does.
let checks = "WATCHFOLD_CHECKS"
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    Context.environment[checks] == nil ? .define(checks, .when(configuration: .debug)) : .define(checks),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func systemLibrary(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The commit that is built, for `--version`: `WATCHFOLD_COMMIT='abc1234 2026-11-29'`, with a third word when the sources
/// were changed since. scripts/run sets it; the manifest runs no git, so a build depends on nothing around it.
let commit: [CSetting] = {
    let words = (Context.environment["WATCHFOLD_COMMIT"] ?? "").split(separator: " ")
    guard words.count >= 2, words[0].allSatisfy(\.isHexDigit), words[1].allSatisfy({ $0.isNumber || $0 == "-" })
    else { return [] }
    let named: [CSetting] = [
        .define("WATCHFOLD_COMMIT", to: String(words[0])), .define("WATCHFOLD_COMMIT_DAY", to: String(words[1])),
    ]
    return words.count == 2 ? named : named + [.define("WATCHFOLD_COMMIT_CHANGED")]
}()

let package = Package(
    name: "watchfold",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        systemLibrary("CZlib", apt: "zlib1g-dev"),
        systemLibrary("CISAL", apt: "libisal-dev"),
        systemLibrary("CLZ4", apt: "liblz4-dev"),
        systemLibrary("CZstd", apt: "libzstd-dev"),
        systemLibrary("CXXHash", apt: "libxxhash-dev"),
        systemLibrary("CSQLite", apt: "libsqlite3-dev"),
        systemLibrary("CXLSX", apt: "libxlsxwriter-dev"),
        .target(name: "CByteScan"),
        .target(name: "CWriteback"),
        .target(name: "CSignals"),
        .target(name: "CChildProcess"),
        .target(name: "CPQ"),
        .target(name: "CBuild", cSettings: commit),

        library("Columns"),
        library("Events"),
        library("Records"),
        library("Pipelines"),
        library("DurableIO", ["CWriteback"]),
        library("Inbox", ["DurableIO", "Records"]),
        library("Codecs", ["CISAL", "CLZ4", "CXXHash", "CZlib", "CZstd", "Records"]),
        library("JSONRecords", ["CByteScan", "Records"]),
        library("CSVRecords", ["CByteScan", "Records"]),
        library("Folding", ["CByteScan", "Columns", "Records"]),
        library("ParquetTable", ["CISAL", "CLZ4", "CZstd", "Columns"]),
        library("TypedRows", ["ParquetTable", "Records"]),
        library(
            "KeyedTables",
            ["Codecs", "Columns", "DurableIO", "Events", "Folding", "ParquetTable", "Pipelines", "Records"]),
        library("Ledgers", ["CSQLite", "Records"]),
        library(
            "Checkpoints",
            [
                "Codecs", "DurableIO", "Events", "Folding", "KeyedTables", "Ledgers", "ParquetTable", "Pipelines",
                "Records",
            ]),
        library("FaultInjection", ["CSQLite", "DurableIO"]),
        library("SmallJSON"),
        library("Tables", ["CISAL", "CXLSX", "Columns", "ParquetTable", "Pipelines", "Records", "SmallJSON"]),
        library("Reports", ["Folding", "Records", "SmallJSON", "Tables", "Wording"]),
        library("Engagement", ["Columns", "Folding", "Records", "Reports", "Tables", "Wording"]),
        library("Configuration", ["Records", yams]),
        library("Postgres", ["CPQ"]),
        library("DuckDB", ["CChildProcess", "DurableIO", "Pipelines", "SmallJSON"]),
        library("FoldSQL", ["Records"]),
        library(
            "Plans",
            [
                "CSVRecords", "Codecs", "Columns", "Configuration", "Conversion", "DuckDB", "DurableIO", "FoldSQL",
                "Inbox", "Intake", "KeyedTables", "ParquetTable", "Records", "Tables",
            ]),
        library(
            "PlanRuns",
            [
                "Admission", "Checkpoints", "Codecs", "Columns", "Configuration", "Conversion", "DuckDB", "DurableIO",
                "Events", "FoldSQL", "Folding", "Inbox", "Intake", "KeyedTables", "Ledgers", "Operations", "Pipelines",
                "Plans",
                "Publishing",
                "Records", "Reports", "RunSettings", "SmallJSON", "Tables", "Wording",
            ]),
        library("StatusServer", ["DurableIO", "Pipelines", "Records"]),
        library("SampleData", ["CLZ4", "CZlib", "CZstd", "Pipelines", "Records"]),
        library("Wording", ["Records"]),
        library(
            "Intake",
            [
                "CSVRecords", "Codecs", "DurableIO", "Events", "Folding", "JSONRecords", "KeyedTables", "Pipelines",
                "Records", "Wording",
            ]),
        library(
            "Conversion",
            [
                "CSVRecords", "Codecs", "Configuration", "DurableIO", "Intake", "JSONRecords", "ParquetTable",
                "Records",
                "Tables",
                "TypedRows",
            ]),
        library("RunSettings", ["Configuration", "DurableIO", "Inbox", "Intake", "Records", "Reports", "Wording"]),
        library(
            "Findings", ["Configuration", "Intake", "JSONRecords", "Records", "RunSettings", "SmallJSON", "Wording"]),
        library(
            "Admission",
            [
                "Checkpoints", "Codecs", "Configuration", "DurableIO", "Events", "Findings", "Folding", "Intake",
                "JSONRecords", "KeyedTables", "Ledgers", "Records", "RunSettings", "SmallJSON", "Wording",
            ]),
        library(
            "Publishing",
            [
                "Admission", "Checkpoints", "Codecs", "Configuration", "DurableIO", "Events", "Folding", "Inbox",
                "JSONRecords", "KeyedTables", "Ledgers", "Pipelines", "Postgres", "Records", "Reports", "RunSettings",
                "SmallJSON",
                "Tables", "Wording",
            ]),
        library(
            "Operations",
            [
                "Admission", "Checkpoints", "Codecs", "Configuration", "DurableIO", "Events", "Findings", "Folding",
                "Inbox", "Intake", "JSONRecords", "KeyedTables", "Ledgers", "Pipelines", "Publishing", "Records",
                "Reports", "RunSettings", "SampleData", "SmallJSON", "StatusServer", "Tables", "Wording", logging,
                subprocess,
            ]),
        library(
            "Face",
            [
                "Admission", "CSVRecords", "CSignals", "Checkpoints", "Configuration", "Conversion", "DuckDB",
                "DurableIO", "Engagement", "Events", "Findings", "FoldSQL", "Inbox", "Intake", "JSONRecords",
                "KeyedTables", "Ledgers", "Operations", "ParquetTable", "Pipelines", "PlanRuns", "Plans", "Postgres",
                "Publishing", "Records", "Reports", "RunSettings", "SampleData", "SmallJSON", "Tables", "TypedRows",
                "Wording", logging,
            ]),
        .executableTarget(
            name: "watchfold",
            dependencies: [
                "CBuild", "CLZ4", "CSQLite", "CWriteback", "CXLSX", "CXXHash", "CZlib", "CZstd", "Configuration",
                "Face", "Records", "Reports", "Wording", argumentParser,
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["CLZ4", "CZlib", "CZstd"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "ReaderReference",
            dependencies: ["Engagement", "JSONRecords", "Records", "TestSupport"],
            path: "Tests/ReaderReference",
            swiftSettings: strict),
        .target(
            name: "RowReference", dependencies: ["CSVRecords", "ParquetTable", "Records", "TestSupport", "TypedRows"],
            path: "Tests/RowReference", swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CLZ4", "CSVRecords", "CXXHash", "CZlib", "CZstd", "Codecs", "Columns", "Configuration", "Engagement",
                "JSONRecords", "ParquetTable", "ReaderReference", "Records", "RowReference", "TestSupport", "TypedRows",
            ], path: "Fuzz/Targets", swiftSettings: strict),
        .executableTarget(
            name: "ReaderBenchmark",
            dependencies: ["Engagement", "Folding", "JSONRecords", "Records"],
            path: "Benchmarks/Reader",
            swiftSettings: strict),
        .executableTarget(
            name: "PartsBenchmark",
            dependencies: ["Columns", "Engagement", "Folding", "ParquetTable", "Records", "Reports"],
            path: "Benchmarks/Parts", swiftSettings: strict),

        .executableTarget(
            name: "ParquetSamples", dependencies: ["ParquetTable", "TestSupport"], path: "Tests/ParquetSamples",
            swiftSettings: strict),

        tests("PipelinesTests", ["Pipelines"]),
        tests("DurableIOTests", ["DurableIO", "FaultInjection", "TestSupport"]),
        tests(
            "JSONRecordsTests",
            ["CByteScan", "Engagement", "JSONRecords", "ReaderReference", "Records", "TestSupport"]),
        tests("FuzzTests", ["FuzzTargets", "ReaderReference", "TestSupport"]),
        tests("FoldingTests", ["CByteScan", "Columns", "Engagement", "Folding", "Records", "TestSupport"]),
        tests("InboxTests", ["DurableIO", "Inbox", "Records", "TestSupport"]),
        tests(
            "CrashTests",
            [
                "Checkpoints", "Configuration", "DurableIO", "Engagement", "Face", "FaultInjection", "JSONRecords",
                "Ledgers", "Operations", "ParquetTable", "Publishing", "Records", "Reports", "RunSettings",
                "TestSupport",
                logging,
            ]),
        tests(
            "ConversionTests",
            [
                "CSVRecords", "Configuration", "Conversion", "DurableIO", "Intake", "ParquetTable", "Records",
                "RowReference",
                "TestSupport", "TypedRows",
            ]),
        tests("StatusServerTests", ["DurableIO", "StatusServer", "TestSupport"]),
        tests("CodecsTests", ["CLZ4", "CZlib", "CZstd", "Codecs", "Records", "TestSupport"]),
        tests("PostgresTests", ["Postgres"]),
        tests("DuckDBTests", ["DuckDB", "DurableIO", "TestSupport"]),
        tests("PlansTests", ["Configuration", "DuckDB", "DurableIO", "FoldSQL", "Plans", "Records", "TestSupport"]),
        tests(
            "PlanRunsTests",
            [
                "Admission", "Checkpoints", "Codecs", "Configuration", "DuckDB", "DurableIO", "FaultInjection",
                "FoldSQL",
                "Ledgers", "Operations", "PlanRuns", "Plans", "Publishing", "Records", "RunSettings", "TestSupport",
                logging,
            ]),
        tests("ConfigurationTests", ["Configuration", "Engagement", "Records", "TestSupport", yams]),
        tests("FoldSQLTests", ["FoldSQL", "Records", "TestSupport"], exclude: ["Corpus", "Golden"]),
        tests("SampleDataTests", ["CLZ4", "CZlib", "CZstd", "Records", "SampleData"]),
        tests("ParquetTableTests", ["Columns", "ParquetTable", "TestSupport"]),
        tests("CSVRecordsTests", ["CSVRecords", "Records", "RowReference", "TestSupport"]),
        tests("TypedRowsTests", ["ParquetTable", "Records", "RowReference", "TestSupport", "TypedRows"]),
        tests("SmallJSONTests", ["SmallJSON", "TestSupport"]),
        tests("TablesTests", ["Columns", "ParquetTable", "Records", "Tables", "TestSupport"]),
        tests(
            "EngagementTests",
            ["Columns", "Engagement", "Folding", "Records", "Reports", "SmallJSON", "Tables", "TestSupport", "Wording"]),
        tests(
            "WatchfoldTests",
            [
                "Admission", "Checkpoints", "Columns", "Configuration", "DurableIO", "Engagement", "Events", "Face",
                "FaultInjection", "Findings", "Folding", "Inbox", "Intake", "JSONRecords", "KeyedTables", "Ledgers",
                "Operations", "Publishing", "Records", "Reports", "RunSettings", "SmallJSON", "Tables", "TestSupport",
                "Wording",
                logging,
            ]),
        tests("CommandTests", ["TestSupport", "watchfold", subprocess], exclude: ["Golden"]),
        tests(
            "CheckpointsTests",
            [
                "CSQLite", "Checkpoints", "Columns", "DurableIO", "Engagement", "Folding", "KeyedTables", "Ledgers",
                "Records", "TestSupport",
            ], exclude: ["Fixtures"]),
    ]
)

// What scripts/fuzz builds, into a scratch folder of its own: the program that fuzzes, and the sources instrumented so that
// it sees which branches an input takes ("coverage": left as they are, for llvm-cov).
if let mode = Context.environment["WATCHFOLD_FUZZ"] {
    for target in package.targets where target.type == .regular && mode != "coverage" {
        if target.swiftSettings == nil {
            target.cSettings = [.unsafeFlags(["-fsanitize=fuzzer-no-link"])]
        } else {
            target.swiftSettings = strict + [.unsafeFlags(["-sanitize=fuzzer"])]
        }
    }
    package.targets.append(
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Fuzz/Fuzzer", swiftSettings: strict))
}
