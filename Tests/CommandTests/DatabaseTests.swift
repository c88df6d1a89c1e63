//  Exports into a database, as far as they can be tried without one; scripts/interop tries them with one.

import Foundation
import Testing

@Suite struct DatabaseTests {
    private func filled() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run")
        return shell
    }

    @Test func whatCannotBeCombinedIsSaidBeforeAnyWork() async throws {
        let shell = try await filled()
        for options in [
            "-o x.csv", "--format csv", "--for excel", "--contracts 'A*'", "--category TV", "--top 3", "--by day",
            "--sort TV", "--columns TV", "--limit 3", "--min-seconds 3", "--unit hours", "--to service=other",
            "--to 2022-04-01 --to 2022-04-02", "--to yesterday", "--from 2022-04-02 --to 2022-04-01", "--schema ''",
            "nothing", "--without nothing.json", "--as-of 9",
        ] {
            // No server is asked: the port would be said.
            let outcome = try await shell.expect(1, "$W export --to postgres://me:hush@127.0.0.1:1/db \(options)")
            #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("watchfold: "), "\(outcome)")
            #expect(!outcome.errors.contains("127.0.0.1") && !outcome.errors.contains("hush"), "\(outcome)")
        }
        for options in ["--schema s", "--to 2022-04-01 --schema s"] {
            try await shell.expect(1, "$W export \(options)")
        }
    }

    @Test func noMessageHasAPasswordInIt() async throws {
        let shell = try await filled()
        for (code, options) in [
            (5, "--to postgres://me:hush@127.0.0.1:1/db"), (5, "--to 'host=127.0.0.1 port=1 password=hush'"),
            (5, "--to 'postgres://me@127.0.0.1:1/db?password=hush'"), (1, "--to postgres://me:hush/x@127.0.0.1:1/db"),
            (1, "--to 'host=127.0.0.1 pasword=hush'"), (1, "--to mysql://me:hush@127.0.0.1/db"),
            (1, "postgres://me:hush@127.0.0.1:1/db"), (1, "profile postgres://me:hush@127.0.0.1:1/db"),
            (1, "-o postgres://me:hush@127.0.0.1:1/db"), (1, "--from postgres://me:hush@127.0.0.1:1/db"),
            (1, "--bogus=postgres://me:hush@127.0.0.1:1/db"), (1, "--contracts postgres://me:hush@127.0.0.1:1/db"),
            (1, "--config postgres://me:hush@127.0.0.1:1/db"),
        ] {
            let outcome = try await shell.expect(code, "$W export --log-level trace \(options)")
            #expect(outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome)")
            #expect(!outcome.errors.contains("hush"), "\(outcome)")
        }
        let outcome = try await shell.expect(
            5, "$W export --to postgres://127.0.0.1:1/db", ["PGPASSWORD": "hush", "PGUSER": "me"])
        #expect(outcome.errors.contains("127.0.0.1") && !outcome.errors.contains("hush"), "\(outcome)")
    }

    @Test func withoutCheckpointsThereIsNothingToExport() async throws {
        let outcome = try await Shell().expect(1, "$W export --to postgres://127.0.0.1:1/db")
        #expect(!outcome.errors.contains("127.0.0.1"), "\(outcome)")
    }
}
