import ArgumentParser
import Configuration
import Face

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Fold new files as they arrive in the inbox and keep the reports up to date, until stopped.",
        discussion: """
            The watch reads a file when its writer has closed it or renamed it into the inbox, or when it has been \
            unchanged for --settle. SIGTERM and SIGINT stop the watch in an orderly way, a second one at once; SIGHUP makes \
            it read the configuration again.

            Examples:
              watchfold watch
              watchfold watch --poll-only --poll 5s        # network mounts, containers
              watchfold watch --on-publish 'cp output/*.csv /srv/reports/'
              watchfold watch --status-port 9117           # metrics, health and the reports on loopback
              watchfold watch --expect-by 09:00 --on-problem 'echo "$WATCHFOLD_REASON" >> problems'
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Option(
        help: ArgumentHelp(
            "How long a file must be unchanged if the watch did not see it being closed.", valueName: "time"))
    var settle: String?

    @Option(
        help: ArgumentHelp("How long a file may end inside a record before it is shown as failed.", valueName: "time"))
    var stale: String?

    @Option(help: ArgumentHelp("How often to list the inbox when no change is reported.", valueName: "time"))
    var poll: String?

    @Flag(help: "List the inbox only; do not ask the system to report changes.")
    var pollOnly = false

    @Option(help: ArgumentHelp("How often to renew the reports while there is more to read.", valueName: "time"))
    var publishEvery: String?

    @Option(
        help: ArgumentHelp(
            "A shell command to run after each publication; WATCHFOLD_RECEIPT is set.", valueName: "command"))
    var onPublish: String?

    @Option(
        help: ArgumentHelp(
            "A shell command to run once for each file that is held, failed or unusual, each day that is missing and each "
                + "command or output that fails; WATCHFOLD_PROBLEM, _FILE and _REASON are set.", valueName: "command"))
    var onProblem: String?

    @Option(
        help: ArgumentHelp(
            "How many hours after the end of a day, in local time, its file must have arrived.", valueName: "hh:mm"))
    var expectBy: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Serve state, metrics and reports on this port of loopback.", valueName: "port"))
    var statusPort: String?

    func run() throws {
        let session = try common.open(
            [
                .settle: settle, .stale: stale, .poll: poll, .pollOnly: pollOnly ? "yes" : nil,
                .publishEvery: publishEvery, .onPublish: onPublish, .onProblem: onProblem,
                .expectBy: expectBy, .statusPort: statusPort,
            ], isService: true)
        try RunCommands(session).watch()
    }
}
