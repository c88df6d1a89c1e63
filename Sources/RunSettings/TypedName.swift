//  Which file a person means: by its name as the status shows it, or by any path that leads to it, whether it is still there
//  or not.
//
//      20220401.json     20220401.json.gz     ./inbox/20220401.json     /srv/inbox/20220401.json     link/20220401.json

import DurableIO
import Inbox
import Wording

extension Settings {
    /// The logical names that a text may stand for, the likeliest first.
    ///
    /// - Throws: `IOError` when the folders above a path cannot be looked at.
    package func names(meantBy text: String, in fileSystem: FileSystem) throws(IOError) -> [String] {
        let inbox = Inbox(configuration.inbox, rules: inboxRules, in: fileSystem)
        // As it is, or as the status shows it.
        let spellings = [text, Show.unescaped(text)].compactMap { $0 }
        var paths = spellings
        for spelling in spellings {
            if let below = try inbox.relativePath(of: spelling) { paths.append(below) }
            paths.append(Path.normal(spelling))
        }
        return paths.flatMap { path in
            [path]
                + Inbox.compressionSuffixes.filter { path.hasSuffix($0) }.map { String(path.dropLast($0.count)) }
        }
    }
}
