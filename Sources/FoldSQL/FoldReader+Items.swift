//  The select list: expressions with a name each.
//
//      user_id                      a column is its own name
//      sum(value) AS total          everything else has AS and a name

import Records

extension FoldReader {
    mutating func readItems(_ select: Range<Int>) {
        var select = select
        if let first = list.token(select.lowerBound), !select.isEmpty, first.isWord(in: ["distinct", "all"]) {
            note(select.lowerBound, "SELECT \(first.text) is not read in a fold", "GROUP BY names the keys")
            take(select.lowerBound)
            select = select.lowerBound + 1..<select.upperBound
        }
        if select.isEmpty { return }
        var names: [ByteOrdered: String] = [:]
        for part in list.parts(select) {
            if part.upperBound < select.upperBound { take(part.upperBound) }
            guard !part.isEmpty else {
                note(part.lowerBound, "an empty place between commas", "remove the comma, or write what is missing")
                continue
            }
            guard let item = readItem(part) else { continue }
            checkName(item)
            let lower = ByteOrdered(item.name.lowercased())
            if let other = names.updateValue(item.name, forKey: lower) {
                mistakes.note(
                    item.place,
                    sameBytes(other, item.name)
                        ? "a second \(item.name)" : "\(item.name) is \(other) but for capital letters",
                    "give it another name")
            }
            items.append(item)
        }
    }

    private mutating func checkName(_ item: SelectItem) {
        if item.name.hasPrefix("_") {
            mistakes.note(
                item.place, "\(item.name) begins with _; such names are Watchfold's",
                item.isNamed ? "give it another name" : "give it another name: \(item.name) AS name")
        }
        if item.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            mistakes.note(item.place, "a name with control characters", "give it another name")
        }
    }

    private mutating func readItem(_ part: Range<Int>) -> SelectItem? {
        take(part)
        if list[part.lowerBound].isName, list.isSymbol(part.lowerBound + 1, ":"), part.count > 1 {
            note(
                part.lowerBound, "\(list[part.lowerBound].text): in front of its expression",
                "write SELECT … AS \(list[part.lowerBound].text) FROM events")
            return nil
        }
        var expression = part
        var name: (text: String, index: Int)?
        if let word = list.topLevel(part, where: { $0.isWord("as") }).first(where: { !list.isSymbol($0 - 1, ".") }) {
            expression = part.lowerBound..<word
            let isName = word + 2 == part.upperBound && list[word + 1].isName
            if isName {
                name = (list[word + 1].name, word + 1)
            } else {
                note(
                    word, "AS without a name, or with more than one",
                    "write AS name, in double quotes if it is not one word")
            }
        }
        guard !expression.isEmpty else {
            note(part.lowerBound, "a name of nothing", "write an expression in front of AS")
            return nil
        }
        let before = mistakes.list.count
        let measures = readExpression(expression)
        if let name {
            return SelectItem(
                expression: expression, name: name.text, place: list.place(name.index), measures: measures,
                isNamed: true)
        }
        if expression.upperBound < part.upperBound { return nil }
        if isPath(expression) {
            let last = list[expression.upperBound - 1]
            return SelectItem(
                expression: expression, name: last.name, place: last.place, measures: [], isNamed: false)
        }
        if mistakes.list.count == before { noteNameless(expression) }
        return nil
    }

    /// Whether it is a column, or a part of one: names with dots between them.
    private func isPath(_ range: Range<Int>) -> Bool {
        for (place, index) in range.enumerated() {
            if place % 2 == 1 ? !list[index].isSymbol(".") : !list[index].isName { return false }
        }
        return range.count % 2 == 1 && roles[range.upperBound - 1] != .keyword
    }

    private mutating func noteNameless(_ expression: Range<Int>) {
        let last = expression.upperBound - 1
        if expression.count > 1, list[last].isName, roles.endsOperand(last - 1), roles[last] != .keyword,
            roles[last] != .member,
            roles[last] != .type, roles[last] != .unit
        {
            note(last, "\(list[last].text) is a name without AS", "write AS \(list[last].text)")
        } else {
            note(expression.lowerBound, "\(list.shown(expression)) has no name", "give it a name: … AS name")
        }
    }
}
