//  The configuration. An input is a file, and, when it is short, each kind of single value besides.
//
//  Promises: every file is accepted or refused with mistakes in line order that read as sentences; settings that hold can
//  be told; a value that is accepted is printed so that it is read again as the same.

import Configuration
import Engagement
import ReaderReference
import Records

func checkConfiguration(_ input: [UInt8]) throws -> Bool {
    if input.count <= 200, let text = String(validating: input, as: UTF8.self) { try checkValues(text) }
    return try checkFile(input)
}

private func checkFile(_ input: [UInt8]) throws -> Bool {
    do throws(ConfigurationError) {
        let layer = try Overlay.file(input, path: "folder/watchfold.yaml", plan: .engagement)
        let configuration = try Configuration.resolve(.engagement, file: layer, workingDirectory: "/work")
        let explained = configuration.explanation
        if explained.count != configuration.values.count || explained.contains(where: \.isEmpty) {
            throw ConfigurationError([])
        }
        return true
    } catch {
        try promise(!error.mistakes.isEmpty, "refused without a mistake, or settings that cannot be told")
        try promise(!error.mistakes.contains { $0.text.isEmpty }, "a mistake without a text")
        try promise(!error.description.isEmpty, "an error without a text")
        let lines = error.mistakes.map { line(of: $0.origin) }
        try promise(lines == lines.sorted(), "mistakes are not in the order of lines: \(error)")
        return false
    }
}

private func line(of origin: Origin) -> Int {
    if case .file(_, let line, _) = origin { line } else { 0 }
}

private func checkValues(_ text: String) throws {
    if let size = try? ByteSize(parsing: text) {
        try promise((try? ByteSize(parsing: size.description)) == size, "\(size) is not read again")
    }
    if let span = try? TimeSpan(parsing: text) {
        try promise((try? TimeSpan(parsing: span.description)) == span, "\(span) is not read again")
    }
    if let share = try? Ratio(parsing: text) {
        try promise((try? Ratio(parsing: share.description)) == share, "\(share) is not read again")
    }
    // Lists and mappings are set by the file alone.
    let inFileAlone: Set<Setting> = [
        .firstKeyField, .secondKeyField, .valueField, .durationFormat, .records, .groups, .ignore, .outputs, .date,
        .files,
    ]
    for setting in Setting.allCases where !inFileAlone.contains(setting) {
        do throws(ConfigurationError) {
            let layer = try Overlay.flags([setting: text])
            _ = try Configuration.resolve(.engagement, flags: layer)
        } catch {
            try promise(!error.mistakes.isEmpty, "\(setting): refused without a mistake")
        }
    }
}
