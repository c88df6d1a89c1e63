//  What a watch knows about itself, as the status server shows it.

import JSONRecords
import Ledgers
import Publishing
import Records
import StatusServer
import Wording

extension WatchFactsBox {
    /// The pages of the status server, made of the facts as they are when somebody asks.
    func pages(_ plan: PlanSettings) -> StatusPages {
        let reports = plan.reportFiles.map { ($0, "text/csv; charset=utf-8") }
        let files = reports + [(Publisher.receiptName, "application/json")]
        return StatusPages(
            health: { [self] in value.health }, metrics: { [self] in value.metrics(plan.fold.reasons) },
            reports: { [self] in value.output }, files: Dictionary(uniqueKeysWithValues: files))
    }
}

extension WatchFacts {
    var health: ServiceHealth {
        if let trouble { return .down(Show.name(trouble)) }
        let problems = problems.all.filter { $0.kind.degrades }
        return problems.isEmpty ? .well : .degraded(problems.map(\.text))
    }

    /// Counters begin at the start of the watch.
    ///
    /// - Parameter reasons: what records can be rejected for.
    func metrics(_ reasons: [RejectReason]) -> [Metric] {
        let sinceLast = lastPublication.map { max(0, Double(WallClock.now()) / 1e9 - $0) }
        var records: [(labels: [(String, String)], value: Double)] = [
            ([("outcome", "folded"), ("reason", "")], Double(counts.folded)),
            ([("outcome", "ignored"), ("reason", "")], Double(counts.ignored)),
        ]
        for reason in reasons {
            records.append(
                ([("outcome", "rejected"), ("reason", reason.rawValue)], Double(counts.rejected[reason] ?? 0)))
        }
        let files = files
        var metrics = [
            Metric("watchfold_build_info", .gauge, "The version that runs.", [([("version", Tool.version)], 1)]),
            Metric(
                "watchfold_up", .gauge, "1 while the watch works, 0 while something prevents it.",
                trouble == nil ? 1 : 0),
            Metric(
                "watchfold_degraded", .gauge, "1 while the watch works and a person should look, otherwise 0.",
                problems.isDegraded ? 1 : 0),
            Metric(
                "watchfold_problems", .gauge, "What a person should know about, by kind.",
                Problem.Kind.allCases.map { ([("kind", $0.rawValue)], Double(problems.count($0))) }),
            Metric(
                "watchfold_files", .gauge, "Files that the ledger knows, by state.",
                FileState.allCases.map { ([("state", $0.rawValue)], Double(files[$0] ?? 0)) }),
            Metric("watchfold_backlog_files", .gauge, "Files that were seen and are not read yet.", Double(backlog)),
            Metric("watchfold_files_read_total", .counter, "Files that were read.", Double(filesRead)),
            Metric("watchfold_records_total", .counter, "Records that were read, by outcome.", records),
            Metric("watchfold_read_bytes_total", .counter, "Bytes of content that were read.", Double(bytes)),
            Metric(
                "watchfold_publications_total", .counter, "How often new reports were published.", Double(publications)),
            Metric(
                "watchfold_generation", .gauge, "The generation of the reports that were published last.",
                Double(generation)),
            Metric("watchfold_errors_total", .counter, "Errors that occurred and were retried.", Double(errors)),
            Metric(
                "watchfold_hook_failures_total", .counter, "How often the command after publishing failed.",
                Double(hookFailures)),
            Metric(
                "watchfold_problem_command_failures_total", .counter, "How often the command for problems failed.",
                Double(problemCommandFailures)),
            Metric(
                "watchfold_output_failures_total", .counter, "How often a configured output could not be written.",
                Double(outputFailures)),
        ]
        if let sinceLast, let lastPublication {
            metrics.append(
                Metric(
                    "watchfold_last_publication_timestamp_seconds", .gauge,
                    "When the reports were last made current, Unix time.", lastPublication))
            metrics.append(
                Metric(
                    "watchfold_seconds_since_publication", .gauge, "Seconds since the reports were last made current.",
                    sinceLast))
        }
        return metrics
    }
}
