//  Folds that people write: sixty, after public examples of dbt, ClickHouse and Druid. What becomes of each is kept beside them,
//  so that a change of the rules, or of the words, is seen.

import Foundation
import TestSupport
import Testing

@Suite(.needsDuckDB) struct CorpusTests {
    private static let folder = (#filePath as NSString).deletingLastPathComponent + "/../FoldSQLTests/Corpus"

    /// `advised` has the refused ones as their messages, or the documents, advise to write them.
    @Test(arguments: [("accepted", 0), ("advised", 0), ("refused", 1), ("refused-by-types", 1)])
    func areCheckedAsBefore(plan: String, code: Int) async throws {
        let shell = Shell()
        let outcome = try await shell.expect(
            code, "cd '\(Self.folder)' && $W plan check \(plan) 2>&1", ["WATCHFOLD_DUCKDB": Tools.duckDB])
        let complaint = try Golden.complaint(
            "\(plan).txt", outcome.output, in: Self.folder, isRenewing: Golden.isRenewing)
        #expect(complaint == nil)
        if code == 0 {
            let unproved = outcome.output.split(separator: "\n").dropFirst().filter { !$0.contains("; proved on ") }
            #expect(unproved.isEmpty)
        }
    }
}
