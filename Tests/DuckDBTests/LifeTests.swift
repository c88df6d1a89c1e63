import DurableIO
import Foundation
import Synchronization
import Testing

@testable import DuckDB

@Suite("The life of a DuckDB child", .needsDuckDB)
struct LifeTests {
    /// Runs for hours.
    private static let endless = "SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 3"

    @Test("it is cancelled from another thread, and leaves nothing")
    func cancel() throws {
        let bench = try Workbench()
        let session = try bench.session(writes: ["out"])
        let process = session.process
        Thread.detachNewThread {
            usleep(200_000)
            session.cancel()
        }
        let error = failure { () throws(DuckDBError) in try session.copy(Self.endless, to: bench.path("out")) }
        #expect(error == .cancelled)
        #expect(!isThere(process), "neither a process nor a zombie")
        session.cancel()
        #expect(failure { () throws(DuckDBError) in _ = try session.rows("SELECT 1") } == .over)
        try session.close()
        try session.close()
        #expect(try bench.folder.names == ["scratch"])
        #expect(bench.leftovers.isEmpty)
    }

    @Test("it is cancelled between statements")
    func cancelIdle() throws {
        let session = try Workbench().session()
        session.cancel()
        #expect(failure { () throws(DuckDBError) in _ = try session.rows("SELECT 1") } == .cancelled)
    }

    @Test("it spills, is interrupted, and its temporary folder is gone")
    func spill() throws {
        let bench = try Workbench()
        bench.limits.memoryBytes = 100_000_000
        bench.limits.temporaryBytes = 1_000_000_000
        let session = try bench.session()
        let folder = session.scratchPath
        // Stopped as soon as there is something to remove, however fast the machine is.
        Thread.detachNewThread {
            while (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true { usleep(1000) }
            session.cancel()
        }
        let text = "SELECT i, count(*) FROM range(200000000) t(i) GROUP BY i ORDER BY i LIMIT 1"
        #expect(failure { () throws(DuckDBError) in _ = try session.rows(text) } == .cancelled)
        try session.close()
        #expect(bench.leftovers.isEmpty)
    }

    @Test("it is killed by somebody, and that is reported", arguments: [SIGKILL, SIGSEGV, SIGTERM])
    func killed(number: Int32) throws {
        let bench = try Workbench()
        let session = try bench.session()
        let process = session.process
        Thread.detachNewThread {
            usleep(200_000)
            kill(process, number)
        }
        let error = failure { () throws(DuckDBError) in _ = try session.rows(Self.endless) }
        #expect(error == .died(.signalled(number: Int(number)), lastWords: ""))
        #expect(!isThere(process))
        try session.close()
        #expect(bench.leftovers.isEmpty)
    }

    @Test("a session that is dropped ends its child")
    func dropped() throws {
        let bench = try Workbench()
        var session: DuckDBSession? = try bench.session(writes: ["out"])
        let process = try #require(session).process
        #expect(isThere(process))
        session = nil
        #expect(!isThere(process))
        #expect(try bench.folder.names == ["scratch"])
        #expect(bench.leftovers.isEmpty)
    }

    @Test("all sessions end at once, for a process that a signal ends")
    func endUnfinished() async throws {
        let bench = try Workbench()
        // In a process of its own: it would end the sessions of other tests.
        await #expect(processExitsWith: .exitCode(7)) { [root = bench.root as String] in
            let limits = DuckDBLimits(threads: 1, memoryBytes: 100_000_000, temporaryBytes: 0)
            let program = try #require(RealDuckDB.program)
            let sessions = try (0..<3).map { number in
                try DuckDBSession(
                    program, files: DuckDBFiles(writes: ["\(root)/\(number)"]), limits: limits,
                    scratchBelow: root + "/scratch", in: .real)
            }
            try sessions[0].copy("SELECT 1 AS a", to: root + "/0")
            Thread.detachNewThread {
                usleep(300_000)
                DuckDBSession.endUnfinished()
                exit(sessions.contains { isThere($0.process) } ? 8 : 7)
            }
            try? sessions[1].copy("SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 3", to: root + "/1")
            sleep(20)
        }
        #expect(try bench.folder.names == ["0", "scratch"])
        #expect(bench.leftovers.isEmpty)
    }

    @Test("it has no descriptors of ours, and no variables")
    func inherits() throws {
        let bench = try Workbench()
        try bench.folder.write("lock", "")
        // Without O_CLOEXEC, as a careless library would.
        let descriptors = (0..<20).map { _ in open(bench.path("lock"), O_RDONLY) }
        defer { for descriptor in descriptors { close(descriptor) } }
        setenv("WATCHFOLD_TEST_SECRET", "x", 1)
        let session = try bench.session(writes: ["out"])
        // What the session opened for its start is closed again.
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == bench.path("out")
        }
        #expect(own == [])
        let folder = "/proc/\(session.process)/fd"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            #expect(target?.hasSuffix("/lock") != true)
        }
        let environment = try #require(FileManager.default.contents(atPath: "/proc/\(session.process)/environ"))
        let names = environment.split(separator: 0).map {
            String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
        }
        #expect(names.sorted() == ["HOME", "LC_ALL", "PATH"])
    }

    @Test("statements of several threads take turns")
    func threads() throws {
        let session = try Workbench().session()
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 40) { number in
            let rows = try? session.rows("SELECT \(number) AS n").rows
            if rows != [["\(number)"]] { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test("many sessions at once do not hold one another")
    func manySessions() throws {
        let bench = try Workbench()
        let processes = Mutex<[Int32]>([])
        let (program, limits, scratch) = (try #require(RealDuckDB.program), bench.limits, bench.scratch)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            guard
                let session = try? DuckDBSession(
                    program, files: DuckDBFiles(), limits: limits, scratchBelow: scratch, in: .real)
            else { return }
            if (try? session.rows("SELECT 1 AS a").rows) == [["1"]] {
                processes.withLock { $0.append(session.process) }
            }
            try? session.close()
        }
        let all = processes.withLock { $0 }
        #expect(all.count == 8)
        #expect(all.filter(isThere) == [])
        #expect(bench.leftovers.isEmpty)
    }

    @Test("an answer that is too long is refused, in bounded memory")
    func longAnswer() throws {
        let bench = try Workbench()
        bench.limits.answerBytes = 1_000_000
        let session = try bench.session()
        #expect(try session.rows("SELECT repeat('x', 900000) AS a").rows[0][0]?.utf8.count == 900_000)
        let error = failure { () throws(DuckDBError) in
            _ = try session.rows("SELECT repeat('x', 1000) AS a FROM range(1000000)")
        }
        #expect(error == .answerTooLong(bytes: 1_000_000))
        #expect(!isThere(session.process))
    }

    @Test("it dies with its parent, in the middle of a statement")
    func parentKilled() async throws {
        let bench = try Workbench()
        let note = bench.path("process")
        let scratch = bench.scratch
        await #expect(processExitsWith: .signal(SIGKILL)) { [note = note as String, scratch = scratch as String] in
            let limits = DuckDBLimits(threads: 1, memoryBytes: 100_000_000, temporaryBytes: 0)
            let session = try DuckDBSession(
                #require(RealDuckDB.program), files: DuckDBFiles(), limits: limits, scratchBelow: scratch, in: .real)
            try Data("\(session.process)".utf8).write(to: URL(fileURLWithPath: note))
            Thread.detachNewThread {
                usleep(300_000)
                kill(getpid(), SIGKILL)
            }
            _ = try session.rows("SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 3")
        }
        let process = try #require(Int32(try bench.folder.read("process")))
        // Its new parent takes its ending, some time.
        #expect(wait(seconds: 5) { !isRunning(process) })
        #expect(bench.leftovers.count == 1)
        try ChildFolder.removeLeftovers(in: bench.scratch, .real)
        #expect(bench.leftovers.isEmpty)
    }

    /// Whether a process is there and not a zombie.
    private func isRunning(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    private func wait(seconds: Double, _ isDone: () -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isDone() {
            if ContinuousClock.now >= end { return false }
            usleep(10_000)
        }
        return true
    }

    @Test("leftovers are recognised by their names and that nobody has them, and links are not followed")
    func leftovers() throws {
        let bench = try Workbench()
        for name in ["duckdb-1-1/a/b", "duckdb-1-2x/c", "other-1-1/c", "duckdb--1/c", "duckdb-\(getpid())-999999/d"] {
            try bench.folder.add("scratch/" + name)
        }
        try bench.folder.add("precious")
        try bench.folder.link("scratch/duckdb-1-1/link", to: bench.root)
        try bench.folder.link("scratch/duckdb-1-1/dangling", to: "/nowhere")
        let inUse = try ChildFolder.make(in: bench.scratch, .real)
        try ChildFolder.removeLeftovers(in: bench.scratch, .real)
        #expect(bench.leftovers.sorted() == ["duckdb--1", "duckdb-1-2x", Path.name(inUse.path), "other-1-1"].sorted())
        try inUse.remove()
        #expect(try bench.folder.names == ["precious", "scratch"])
    }
}
