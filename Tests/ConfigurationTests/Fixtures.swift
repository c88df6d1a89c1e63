//  What the tests of the configuration share.

import Configuration
import Engagement
import Foundation
import Records

/// The layer of a file of this text.
func layer(_ yaml: String, path: String = "watchfold.yaml") throws(ConfigurationError) -> Overlay {
    try Overlay.file(Array(yaml.utf8), path: path, plan: .engagement)
}

extension Configuration {
    static let builtIn = builtIn(.engagement)

    static func resolve(
        file: Overlay = Overlay(), environment: Overlay = Overlay(), flags: Overlay = Overlay(),
        workingDirectory: String = ""
    ) throws(ConfigurationError) -> Configuration {
        try resolve(
            .engagement, file: file, environment: environment, flags: flags, workingDirectory: workingDirectory)
    }
}

/// What is said about a file; empty when it is accepted.
func complaints(_ bytes: [UInt8]) -> [String] {
    do throws(ConfigurationError) {
        _ = try Overlay.file(bytes, path: "watchfold.yaml", plan: .engagement)
        return []
    } catch {
        return error.mistakes.map(\.description)
    }
}

func complaints(_ yaml: String) -> [String] { complaints(Array(yaml.utf8)) }

/// The documented example, and the same with its settings in force. A line of prose begins with "# " and a word; a
/// setting that is commented out has no blank, or the blanks of its level, after the number sign.
enum Sample {
    static let commented: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        guard let text = try? String(contentsOf: root.appending(path: "watchfold.example.yaml"), encoding: .utf8) else {
            preconditionFailure("watchfold.example.yaml is not at the root of the repository")
        }
        return text
    }()

    static let inForce = commented.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let rest = line.dropFirst()
        let isProse = rest.isEmpty || (rest.first == " " && rest.dropFirst().first != " ")
        return String(line.hasPrefix("#") && !isProse ? rest : line)
    }
    .joined(separator: "\n")
}
