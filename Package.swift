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

let package = Package(
    name: "watchfold",
    platforms: [.macOS(.v15)],
    targets: [
        systemLibrary("CZlib", apt: "zlib1g-dev"),
        systemLibrary("CLZ4", apt: "liblz4-dev"),
        systemLibrary("CXXHash", apt: "libxxhash-dev"),
        systemLibrary("CSQLite", apt: "libsqlite3-dev"),
        .target(name: "CByteScan"),

        library("Columns"),
        library("Records"),
        library("DurableIO"),
        library("Inbox", ["DurableIO", "Records"]),
        library("FaultInjection", ["DurableIO"]),
        library("JSONRecords", ["Records", "CByteScan"]),
        library("Folding", ["Records", "Columns", "CByteScan"]),
        library("Codecs", ["CZlib", "CLZ4", "CXXHash"]),
        library("ParquetTable", ["Columns", "CLZ4", "CZlib"]),
        library("SampleData", ["CZlib", "CLZ4"]),
        library("Reports", ["Columns", "Records", "Folding"]),
        library("Checkpoints", ["Columns", "Folding", "ParquetTable", "DurableIO", "CSQLite"]),

        tests("DurableIOTests", ["DurableIO", "FaultInjection"]),
        tests("InboxTests", ["Inbox", "DurableIO"]),
        tests("ReportsTests", ["Reports", "Columns", "Records", "Folding"]),
    ]
)
