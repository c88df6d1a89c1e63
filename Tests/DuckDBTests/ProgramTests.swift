import DurableIO
import Foundation
import Testing

@testable import DuckDB

@Suite("Finding the DuckDB program")
struct ProgramTests {
    private func find(
        _ bench: Workbench, option: String? = nil, _ environment: [String: String] = [:], beside: String? = nil
    ) -> Result<DuckDBProgram, DuckDBProgramError> {
        let variables = ["PATH": bench.path("empty")].merging(environment) { $1 }
        do {
            return .success(try DuckDBProgram.find(option: option, environment: variables, beside: beside, in: .real))
        } catch { return .failure(error) }
    }

    private func version(_ bench: Workbench, _ name: String, _ version: String) throws -> String {
        try bench.script(name, "echo '\(version)'\n")
    }

    @Test("option, variable, beside, PATH: the first that is there")
    func order() throws {
        let bench = try Workbench()
        let names = ["option", "variable", "beside/duckdb", "path/duckdb"]
        let paths = try names.enumerated().map { try version(bench, $1, "v1.5.\($0) (Name) abc") }
        let environment = ["WATCHFOLD_DUCKDB": paths[1], "PATH": "\(bench.path("none")):\(bench.path("path"))"]
        let beside = bench.path("beside")
        #expect(try find(bench, option: paths[0], environment, beside: beside).get().path == paths[0])
        #expect(try find(bench, environment, beside: beside).get().path == paths[1])
        #expect(try find(bench, ["PATH": environment["PATH"]!], beside: beside).get().path == paths[2])
        let last = try find(bench, ["PATH": environment["PATH"]!]).get()
        #expect(last.path == paths[3])
        #expect(last.version == "1.5.3")
    }

    @Test("nothing is one sentence with what was looked at and the command")
    func missing() throws {
        let bench = try Workbench()
        let error = #expect(throws: DuckDBProgramError.self) { try find(bench, beside: bench.path("bin")).get() }
        let places = "\(bench.path("bin"))/duckdb, \(bench.path("empty"))/duckdb"
        #expect(
            error?.description == "there is no DuckDB at \(places); install it with: pip install duckdb-cli==1.5.5")
        let named = #expect(throws: DuckDBProgramError.self) { try find(bench, option: bench.path("x")).get() }
        #expect(named == .missing(looked: ["\(bench.path("x")) (--duckdb)"]))
    }

    @Test(
        "other versions are refused by name",
        arguments: [
            ("v1.4.2 (Name) abc", "which is too old: DuckDB 1.5 is needed"),
            ("v0.10.0 abc", "which is too old: DuckDB 1.5 is needed"),
            ("v1.6.0", "which is of another series: DuckDB 1.5 is needed"),
            ("v2.0.0-dev12", "which is of another series: DuckDB 1.5 is needed"),
            ("3.45.1 2024-01-30", "calls itself \"3.45.1 2024-01-30\", but DuckDB 1.5 is needed"),
            ("", "calls itself \"\", but DuckDB 1.5 is needed"), ("vvv", "calls itself \"vvv\""),
            ("v1", "calls itself \"v1\""),
        ])
    func versions(answer: String, words: String) throws {
        let bench = try Workbench()
        let path = try version(bench, "duckdb", answer)
        let error = #expect(throws: DuckDBProgramError.self) { try find(bench, option: path).get() }
        #expect(error?.description.hasPrefix(path) == true)
        #expect(error?.description.contains(words) == true)
        #expect(error?.description.hasSuffix("; install it with: pip install duckdb-cli==1.5.5") == true)
    }

    @Test("what does not run is refused with the reason")
    func notRunnable() throws {
        let bench = try Workbench()
        let plain = try bench.folder.add("plain", "text")
        let broken = try bench.folder.add("broken", "#!/nowhere/python\n")
        chmod(broken, 0o755)
        let failing = try bench.script("failing", "echo no >&2\nexit 3\n")
        for (path, reason) in [
            (plain, "Permission denied"), (broken, "No such file or directory"), (failing, "it ended with code 3"),
        ] {
            let real = try FileSystem.real.physicalPath(path)
            #expect(find(bench, option: path) == .failure(.notRunnable(path: real, reason: reason)))
        }
    }

    @Test("for the script of Python's package, the program that came with it is taken")
    func script() throws {
        let bench = try Workbench()
        let program = try version(
            bench, "venv/lib/python3.11/site-packages/duckdb_cli/duckdb", "v1.5.5 (Variegata) d8cd")
        _ = try version(bench, "venv/bin/duckdb", "v9.9.9")
        try bench.folder.link("link", to: bench.path("venv/bin/duckdb"))
        #expect(try find(bench, option: bench.path("venv/bin/duckdb")).get().path == program)
        #expect(try find(bench, option: bench.path("link")).get() == DuckDBProgram(program, .real))
    }

    @Test("an endless answer is cut off")
    func endless() throws {
        let bench = try Workbench()
        let path = try bench.script("duckdb", "while true; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\n")
        let error = #expect(throws: DuckDBProgramError.self) { try find(bench, option: path).get() }
        #expect(error?.description.hasPrefix("\(path) calls itself \"xxxx") == true)
    }
}
