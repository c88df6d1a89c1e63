import ArgumentParser
import Watchfold

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every checksum and every count; with --repair, rebuild what is derived.",
        discussion: """
            Checks the ledger, every partial, the total against a fresh merge and the reports against the total. \
            Ends with code 4 when something is wrong.

            Examples:
              watchfold verify
              watchfold verify --repair
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Make the total and the reports anew when they are wrong.")
    var repair = false

    func run() throws {
        let session = try common.open()
        try session.verify(repairing: repair)
    }
}
