//  The completions of shells: that the scripts are sound, and in bash what they offer.

import Foundation
import Testing

@Suite struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"]) func aScriptIsSound(_ name: String) async throws {
        let shell = Shell()
        let script = try await shell.expect(0, "$W --generate-completion-script \(name)")
        #expect(script.errors.isEmpty && script.output.contains("retract"), "\(script)")
        try await shell.expect(
            0,
            "command -v \(name) > /dev/null || exit 0; $W --generate-completion-script \(name) > script; \(name) -n script"
        )
    }

    /// What bash offers for the last word of a line.
    private func offered(_ shell: Shell, _ words: [String]) async throws -> Set<String> {
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try await shell.expect(
            0,
            """
            PATH="$PWD/bin:$PATH"
            . ./completions
            compopt() { :; }
            COMP_WORDS=(watchfold \(list)); COMP_CWORD=\(words.count); COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
            COMP_TYPE=9; COMP_KEY=9
            function=$(complete -p watchfold | sed -E 's/.*-F ([^ ]+).*/\\1/')
            $function watchfold "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """)
        return Set(outcome.output.split(separator: "\n").map { String($0.drop { $0 == " " }).trimmingSuffix(" ") })
    }

    @Test func bashOffersWhatFits() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        shell.put("inbox/20220402.json", records([("A", "VOD", 6)]))
        shell.put("other.yaml", "categories:\n  Kids: [CHILD]\n")
        try await shell.expect(
            0,
            """
            mkdir bin folder; ln -s "$W" bin/watchfold; $W run -q; $W --generate-completion-script bash > completions
            """)
        for (words, expected) in [
            (["re"], ["reprocess", "report", "retract", "restore"]),
            (["export", "--for", ""], ["excel", "libreoffice", "sheets"]),
            (["export", "pro"], ["profile"]),
            (["export", "--format", "p"], ["parquet"]),
            (["export", "--unit", "h"], ["hours", "hms"]),
            (["export", "--without", ""], ["20220401.json", "20220402.json"]),
            (["retract", "202204"], ["20220401.json", "20220402.json"]),
            (["retract", "--checkpoints", "nowhere", ""], []),
            (["export", "--category", ""], ["TV", "Movie", "Child", "Relax", "Sport"]),
            (["export", "--config", "other.yaml", "--category", ""], ["Kids"]),
            (["export", "daily", "--columns", "C"], ["Contracts", "ChildDuration"]),
            (["export", "--config", "ot"], ["other.yaml"]), (["run", "--inbox", "fol"], ["folder"]),
            (["run", "--log-level", "w"], ["warning"]), (["generate", "--compress", "l"], ["lz4"]),
            (["status", "--js"], ["--json"]),
        ] {
            let found = try await offered(shell, words)
            #expect(found == Set(expected), "\(words)")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        var text = self[...]
        while text.last == suffix { text = text.dropLast() }
        return String(text)
    }
}
