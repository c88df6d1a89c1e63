//  Readers beside a writer: every answer is that of one generation.

import Foundation
import Testing

@Suite struct ReadersTests {
    @Test func seeOneGenerationWhileAnotherProcessWrites() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<300).map { ("C\($0 % 97)", "VOD", $0) }))
        try await shell.expect(0, "mkdir states answers && $W run -q && cp output/engagement.csv states/0")
        let written = try await shell.expect(
            0,
            """
            # Readers go on until the writer is done; each keeps its answers.
            for reader in 1 2; do
                while [ ! -e done ]; do
                    n=$((n + 1))
                    $W export > answers/$reader-$n || { echo "export: $?"; exit 1; }
                    $W report --format html > page-$reader || { echo "report: $?"; exit 1; }
                    grep -o '<data value="[0-9]*"' page-$reader | head -1 >> seconds
                    $W status --json > status-$reader || { echo "status: $?"; exit 1; }
                    $W verify -q 2> verify-$reader || { echo "verify: $?"; cat verify-$reader; exit 1; }
                done &
            done
            for i in $(seq 1 25); do
                day=inbox/$((20220401 + i % 9)).json
                for j in $(seq 1 40); do
                    echo '{"Contract":"C'$((j * i % 89))'","AppName":"CHANNEL","TotalDuration":'$((i * j))'}'
                done > new && mv new $day
                $W run -q
                cp output/engagement.csv states/$i
            done
            touch done
            wait -n && wait -n
            """)
        #expect(written.output.isEmpty, "\(written)")
        let folder = FileManager.default
        let states = try folder.contentsOfDirectory(atPath: shell.root + "/states").map { shell.read("states/" + $0) }
        let answers = try folder.contentsOfDirectory(atPath: shell.root + "/answers")
        for answer in answers { #expect(states.contains(shell.read("answers/" + answer)), "\(answer)") }
        // A page speaks of one of the states as well: the first number of its headline is the sum of all seconds.
        let sums = states.map { state in
            state!.split(separator: "\n").dropFirst().reduce(0) { sum, row in
                row.split(separator: ",").dropFirst().reduce(sum) { $0 + Int($1)! }
            }
        }
        let seconds = shell.read("seconds")!.split(separator: "\n").map { Int($0.filter(\.isNumber))! }
        for sum in Set(seconds) { #expect(sums.contains(sum), "\(sum)") }
        #expect(seconds.count > 5)
        #expect(Set(states).count > 20 && answers.count > 10, "\(answers.count) answers")
    }
}
