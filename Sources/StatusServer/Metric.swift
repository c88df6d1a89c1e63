//  Metrics in Prometheus' text format 0.0.4:
//
//      # HELP watchfold_files Files that the ledger knows, by state.
//      # TYPE watchfold_files gauge
//      watchfold_files{state="folded"} 30
//      watchfold_files{state="held"} 1

/// One metric with all its values.
package struct Metric: Sendable {
    package enum Kind: String, Sendable { case counter, gauge }

    package var name: String
    package var help: String
    package var kind: Kind
    /// The values, each with its labels in the order in which they are written.
    package var samples: [(labels: [(String, String)], value: Double)]

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], value: Double)])
    {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A metric of one value without labels.
    package init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.init(name, kind, help, [([], value)])
    }

    static func text(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            text += "# HELP \(metric.name) \(escaped(metric.help, quotes: false))\n"
            text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for (labels, value) in metric.samples {
                text += metric.name
                if !labels.isEmpty {
                    text += "{" + labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",") + "}"
                }
                text += " \(number(value))\n"
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
