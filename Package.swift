// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

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
        .target(name: "CPQ"),

        library("Columns"),
        library("Records"),
        library("Pipelines"),
        library("Engagement", ["Records"]),
        library("DurableIO", ["CWriteback"]),
        library("Inbox", ["DurableIO", "Records"]),
        library("Codecs", ["CZlib", "CISAL", "CLZ4", "CXXHash", "CZstd", "Records"]),
        library("JSONRecords", ["Records", "CByteScan"]),
        library("Folding", ["Records", "Columns", "CByteScan"]),
        library("ParquetTable", ["Columns", "CLZ4", "CISAL"]),
        library(
            "Checkpoints",
            ["Codecs", "Columns", "Records", "Folding", "ParquetTable", "Pipelines", "DurableIO", "CSQLite"]),
        library("FaultInjection", ["DurableIO", "CSQLite"]),
        library("Reports", ["Columns", "Records", "Folding", "ParquetTable", "Pipelines", "CISAL", "CXLSX"]),
        library("Configuration", ["Records", yams]),
        library("Postgres", ["CPQ"]),
        library("StatusServer", ["DurableIO", "Pipelines", "Records"]),
        library("SampleData", ["Records", "Pipelines", "CZlib", "CLZ4", "CZstd"]),
        library(
            "Watchfold",
            [
                "CSignals", "Checkpoints", "Codecs", "Configuration", "DurableIO", "Engagement", "Folding", "Inbox",
                "JSONRecords", "Records", "Pipelines", "Postgres", "Reports", "SampleData", "StatusServer", logging,
                subprocess,
            ]),
        .executableTarget(
            name: "watchfold", dependencies: ["Watchfold", "Configuration", "CWriteback", argumentParser],
            swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "ReaderReference", dependencies: ["Engagement", "JSONRecords", "Records"],
            path: "Tests/ReaderReference",
            swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CLZ4", "CXXHash", "CZlib", "CZstd", "Codecs", "Columns", "Configuration", "Engagement", "JSONRecords",
                "ParquetTable",
                "ReaderReference", "Records",
            ], path: "Fuzz/Targets", swiftSettings: strict),
        .executableTarget(
            name: "ReaderBenchmark", dependencies: ["Engagement", "JSONRecords", "Folding", "Records"],
            path: "Benchmarks/Reader",
            swiftSettings: strict),
        .executableTarget(
            name: "PartsBenchmark",
            dependencies: ["Columns", "Engagement", "Folding", "ParquetTable", "Records", "Reports"],
            path: "Benchmarks/Parts", swiftSettings: strict),

        tests("PipelinesTests", ["Pipelines"]),
        tests("DurableIOTests", ["DurableIO", "FaultInjection"]),
        tests("JSONRecordsTests", ["Engagement", "JSONRecords", "ReaderReference", "Records", "CByteScan"]),
        tests("FuzzTests", ["FuzzTargets", "ReaderReference"]),
        tests("FoldingTests", ["Folding", "Columns", "Engagement", "Records"]),
        tests("InboxTests", ["Inbox", "DurableIO", "Records", "TestSupport"]),
        tests(
            "CrashTests",
            [
                "Watchfold", "FaultInjection", "Checkpoints", "Configuration", "DurableIO", "Engagement", "Records",
                "Reports",
                "SampleData", "TestSupport", logging,
            ]),
        tests("StatusServerTests", ["StatusServer", "DurableIO", "TestSupport"]),
        tests("CodecsTests", ["Codecs", "CZlib", "CLZ4", "CZstd", "Records"]),
        tests("PostgresTests", ["Postgres"]),
        tests("ConfigurationTests", ["Configuration", "Engagement", "Records", yams]),
        tests("SampleDataTests", ["SampleData", "Records", "CZlib", "CLZ4", "CZstd"]),
        tests("ParquetTableTests", ["ParquetTable", "Columns"]),
        tests("ReportsTests", ["Reports", "Columns", "Engagement", "Folding", "ParquetTable", "Records"]),
        tests(
            "WatchfoldTests",
            [
                "Watchfold", "CLZ4", "CZlib", "CZstd", "Checkpoints", "Columns", "Configuration", "DurableIO",
                "Engagement",
                "Folding",
                "Inbox",
                "Records", "Reports", "TestSupport", logging,
            ]),
        tests("CommandTests", ["watchfold", "TestSupport", subprocess]),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: [
                "Checkpoints", "Columns", "DurableIO", "Engagement", "Folding", "Records", "TestSupport", "CSQLite",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
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
