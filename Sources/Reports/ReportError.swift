import Wording

/// Why a report could not be made.
package enum ReportError: Error {
    /// The total is not what it should be; the plan says how.
    case total(any Error)
    /// The encoder or its sink failed.
    case output(Report, cause: any Error)
}

extension ReportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .total(let fault): "\(fault)"
        case .output(let report, let cause): "writing the \(report.name) report failed: \(cause)"
        }
    }
}

extension ReportError: Trouble {
    /// What kept a report from being written, when that is known.
    private var cause: (any Trouble)? { if case .output(_, let cause) = self { cause as? any Trouble } else { nil } }

    package var kind: TroubleKind { cause?.kind ?? .damaged }
    package var words: String { cause?.words ?? "\(self)" }
}
