//  Some contracts' share of the reports, made on a thread of its own.
//
//      total ─┬─ contracts up to F ──▶ part ─┐
//             ├─ from F up to Q ─────▶ part ─┼─ in order ─▶ pass ─▶ reports
//             └─ from Q on ──────────▶ part ─┘

import Folding
import Records
import Reports
import Tables

/// Rows of engagement and profile as bytes, and what is counted for the small reports.
package final class EngagementPart: ReportPart {
    private(set) var contracts: ContractPass
    let encoders: [(report: Report, encoder: any PartEncoder)]

    init(_ contracts: ContractPass, _ encoders: [(Report, any PartEncoder)]) {
        self.contracts = contracts
        self.encoders = encoders
    }

    package func consume(_ batch: KeyedBatch) throws(ReportError) {
        try contracts.consume(batch) { (columns, count) throws(ReportError) in emit(columns, count) }
    }

    package func finish() throws(ReportError) {
        try contracts.finish { (columns, count) throws(ReportError) in emit(columns, count) }
    }

    package func removeAll() {
        contracts = contracts.another()
        for (_, encoder) in encoders { encoder.removeAll() }
    }

    private func emit(_ columns: ContractColumns, _ count: Int) {
        for (report, encoder) in encoders where report == .engagement {
            encoder.append(RowBlock(columns: columns.engagement, count: count))
        }
        for (report, encoder) in encoders where report == .profile {
            // A profile begins with the fields of engagement, which need not be written out twice.
            let rest = RowBlock(columns: columns.description, count: count)
            if encoders.contains(where: { $0.report == .engagement && encoder.append(rest, behind: $0.encoder) }) {
                continue
            }
            encoder.append(RowBlock(columns: columns[report], count: count))
        }
    }
}
