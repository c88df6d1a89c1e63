import Foundation
import Testing

/// What becomes of each fold of `Golden`.
@Suite struct GoldenTests {
    @Test func thereAreFolds() { #expect(Golden.names.count > 60) }

    @Test(arguments: Golden.names) func whatBecomesOfAFold(_ name: String) throws {
        let (compiled, errors) = try Golden.outcome(name)
        for complaint in [
            try Golden.complaint("\(name).compiled", compiled), try Golden.complaint("\(name).errors", errors),
        ] {
            if let complaint { Issue.record("\(complaint)") }
        }
    }
}
