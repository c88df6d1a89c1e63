//  The text of a page: markup that the program wrote, and text that came from elsewhere.
//
//  A contract, an app and a file name are whatever somebody put into a dump. They reach the page through `text` alone,
//  which leaves no character that means something to a reader of HTML: `<script>` becomes `&lt;script&gt;`. What is no
//  character of a document (control codes, for one) is shown as \u{1b}. Long texts are cut: a contract may have megabytes.
//
//  The page is HTML (living standard, 13.1) and well-formed XML (1.0, 2.1) at once, so that readers of either kind can check
//  it: all elements are closed, all attributes quoted, no entities but the five of XML.

import Records

/// Markup being written.
struct PageText {
    private(set) var markup = ""

    /// Longest text from the data, in characters.
    static let longest = 80

    /// Appends markup as it is.
    mutating func raw(_ markup: String) { self.markup += markup }

    mutating func line(_ markup: String) {
        self.markup += markup
        self.markup += "\n"
    }

    /// An element around text.
    static func element(_ name: String, _ attributes: String = "", _ text: String) -> String {
        "<\(name)\(attributes.isEmpty ? "" : " " + attributes)>\(escaped(text))</\(name)>"
    }

    /// Text that came from the data: cut, escaped, and kept from changing the direction of what stands around it.
    static func name(_ text: String, longest: Int = PageText.longest) -> String {
        "<bdi>\(escaped(Readable.cut(text, to: longest)))</bdi>"
    }

    /// A text as markup: fit for the inside of an element and of a quoted attribute.
    static func escaped(_ text: String) -> String {
        var markup = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": markup += "&amp;"
            case "<": markup += "&lt;"
            case ">": markup += "&gt;"
            case "\"": markup += "&quot;"
            case "'": markup += "&#39;"
            case _ where !scalar.isFitForTerminals || scalar.properties.isNoncharacterCodePoint:
                markup += "\\u{\(String(scalar.value, radix: 16))}"
            default: markup.unicodeScalars.append(scalar)
            }
        }
        return markup
    }
}
