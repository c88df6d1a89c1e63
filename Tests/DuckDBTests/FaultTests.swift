import DurableIO
import Foundation
import TestSupport
import Testing

@testable import DuckDB

/// Scripts that stand for the program: they greet as it does, and misbehave afterwards.
@Suite("DuckDB programs that misbehave")
struct FaultTests {
    /// Answers the preamble; `BODY` runs at the first statement after it, with the statement in `$line` and its mark in
    /// `$mark`.
    private static func script(_ body: String) -> String {
        #"""
        if [ "$1" = --version ]; then echo 'v1.5.5 (Fake)'; exit; fi
        greeted=0
        while read -r line; do
            case $line in
                SELECT\ current_setting*) echo '{"locked":"true","external":"false","logging":"false"}' ;;
                *Enable_Logging*) echo '{"failed":"false","statements":"1","forbidden":"enable_logging"}'; greeted=1 ;;
                *json_serialize_sql*) echo '{"failed":"false","statements":"1","forbidden":null}' ;;
                .print\ *) echo "${line#.print }" ;;
                SET\ * | .safe_mode) ;;
                *) read -r mark; mark=${mark#.print }
        """# + "\n\(body)\n;; esac; done\n"
    }

    private func session(_ bench: Workbench, _ body: String) throws -> DuckDBSession {
        let path = try bench.script("duckdb", Self.script(body))
        return try bench.session(try DuckDBProgram(path, .real))
    }

    /// What a statement throws, with a check that all is over in time and nothing is left.
    private func error(_ body: String, answerBytes: Int = 1 << 20, within: Duration = .seconds(10)) throws
        -> DuckDBError?
    {
        let bench = try Workbench()
        bench.limits.seconds = 3
        bench.limits.answerBytes = answerBytes
        let session = try session(bench, body)
        let process = session.process
        var error: DuckDBError?
        let taken = ContinuousClock().measure {
            error = failure { () throws(DuckDBError) in _ = try session.rows("SELECT 1 AS a") }
        }
        #expect(taken < within)
        try session.close()
        #expect(!isThere(process))
        #expect(bench.leftovers.isEmpty)
        return error
    }

    @Test("one that behaves is believed")
    func good() throws {
        let bench = try Workbench()
        let session = try session(bench, #"echo '{"a":"1"}'; echo "$mark""#)
        #expect(try session.rows("SELECT 1 AS a") == DuckDBRows(names: ["a"], rows: [["1"]]))
    }

    @Test("garbage instead of rows", arguments: ["echo hello", "printf '\\xff\\n'", "echo '{\"a\":1}'", "echo '{}x'"])
    func garbage(body: String) throws {
        guard case .unintelligible = try error("\(body); echo \"$mark\"") else {
            Issue.record("not unintelligible")
            return
        }
    }

    @Test("an early end, with its code and last words")
    func exits() throws {
        #expect(try error("exit 7") == .died(.exited(code: 7), lastWords: ""))
        #expect(
            try error(#"echo '{"exception_type":"FATAL","exception_message":"it broke"}' >&2; exit 1"#)
                == .died(.exited(code: 1), lastWords: "it broke"))
        #expect(try error("echo partial; kill -SEGV $$") == .died(.signalled(number: 11), lastWords: ""))
        #expect(try error("exec 1>&-; exit 0") == .died(.exited(code: 0), lastWords: ""))
    }

    @Test("streams that are closed by a program that stays")
    func closesStreams() throws {
        guard case .died = try error("exec 1>&- 2>&-; sleep 100") else {
            Issue.record("not died")
            return
        }
    }

    @Test(
        "hanging, and deaf to gentle signals",
        arguments: ["sleep 100", "trap '' INT TERM; sleep 100; sleep 100", "sleep 100 & wait"])
    func hangs(body: String) throws { #expect(try error(body) == .timedOut(seconds: 3)) }

    @Test(
        "a hundred megabytes in one line, or in many",
        arguments: [
            "head -c 100000000 /dev/zero | tr '\\0' x; echo; echo \"$mark\"",
            "yes '{\"a\":\"1\"}' | head -c 100000000; echo \"$mark\"",
        ])
    func floods(body: String) throws { #expect(try error(body) == .answerTooLong(bytes: 1 << 20)) }

    @Test("a hundred megabytes of errors are not remembered, and not waited for")
    func errorFlood() throws {
        guard case .statement(let failure) = try error("yes error | head -c 20000000 >&2; echo \"$mark\"") else {
            Issue.record("not a statement's error")
            return
        }
        #expect(failure.words.utf8.count <= 1 << 20)
    }

    @Test("errors for ever end by the time limit")
    func errorsForEver() throws { #expect(try error("yes error >&2") == .timedOut(seconds: 3)) }

    @Test("a mark inside of a line is not the mark")
    func markInside() throws { #expect(try error("printf 'x%s\\n' \"$mark\"; sleep 100") == .timedOut(seconds: 3)) }

    @Test("one that reads nothing while much is sent")
    func readsNothing() throws {
        let bench = try Workbench()
        bench.limits.seconds = 2
        let session = try session(bench, "sleep 100")
        let text = "SELECT '\(String(repeating: "x", count: 4_000_000))' AS a"
        #expect(failure { () throws(DuckDBError) in _ = try session.rows(text) } == .timedOut(seconds: 2))
    }

    @Test(
        "one that does not accept its sandbox is not used",
        arguments: [
            "echo '{\"locked\":\"false\",\"external\":\"true\",\"logging\":\"false\"}'",
            "echo '{\"locked\":\"true\",\"external\":\"false\",\"logging\":\"true\"}'",
            "echo 'Error: unknown command: safe_mode' >&2",
        ])
    func notSandboxed(answer: String) throws {
        let bench = try Workbench()
        let path = try bench.script(
            "duckdb",
            """
            if [ "$1" = --version ]; then echo 'v1.5.5 (Fake)'; exit; fi
            while read -r line; do
                case $line in
                    SELECT*) \(answer) ;;
                    .print*) echo "${line#.print }" ;;
                esac
            done
            """)
        let program = try DuckDBProgram(path, .real)
        guard case .notSandboxed = failure({ () throws(DuckDBError) in _ = try bench.session(program) }) else {
            Issue.record("it was used")
            return
        }
        #expect(bench.leftovers.isEmpty)
    }

    @Test("one whose parser does not see functions is not used")
    func blindGate() throws {
        let bench = try Workbench()
        let text = Self.script("").replacingOccurrences(
            of: #""forbidden":"enable_logging""#, with: #""forbidden":null"#)
        let program = try DuckDBProgram(try bench.script("duckdb", text), .real)
        guard case .notSandboxed = failure({ () throws(DuckDBError) in _ = try bench.session(program) }) else {
            Issue.record("it was used")
            return
        }
    }

    @Test("the kernel keeps a program from changing other files, and from TCP", .enabled(if: ChildProgram.hasWalls))
    func wall() throws {
        let bench = try Workbench()
        let listener = try Listener()
        try bench.folder.write("mine", "mine")
        let outside = bench.root
        let session = try session(
            bench,
            """
            attempts() {
                exec 2>&1
                echo x > '\(outside)/new' && echo :new
                echo x >> '\(outside)/mine' && echo :mine
                rm '\(outside)/mine' && echo :removed
                mkdir '\(outside)/folder' && echo :folder
                mv '\(outside)/mine' x && echo :moved
                kill -0 \(getpid()) && echo :signalled
                echo x > x && echo :inside
                exec 3<>/dev/tcp/127.0.0.1/\(listener.port) && echo :connected
            }
            words=$(attempts | grep -E '^:' | tr -d '\\n')
            echo "{\\"a\\":\\"$words\\"}"
            echo "$mark"
            """)
        #expect(try session.rows("SELECT 1 AS a").rows == [[":inside"]])
        #expect(!listener.hasConnection)
        #expect(try bench.folder.read("mine") == "mine")
        #expect(try bench.folder.names == ["duckdb", "mine", "scratch"])
    }

    @Test("one that is gone when it is started")
    func gone() throws {
        let bench = try Workbench()
        let path = try bench.script("duckdb", Self.script(""))
        let program = try DuckDBProgram(path, .real)
        try FileSystem.real.remove(path)
        #expect(
            failure { () throws(DuckDBError) in _ = try bench.session(program, writes: ["out"]) }
                == .notStarted(IOError("cannot start", path, code: ENOENT)))
        #expect(bench.leftovers.isEmpty)
        #expect(try bench.folder.names == ["scratch"])
    }
}
