import Testing

@testable import FoldSQL

/// Where a key's expression, written again, is the key.
@Suite struct KeyRunTests {
    /// Whether a column `item` beside the key is finished from the key.
    private func isTaken(_ key: String, _ item: String) -> Bool {
        let text = "SELECT \(key) AS key, \(item) AS item, count(*) AS rows FROM events GROUP BY key"
        return (try? CheckedFold(text, name: "f", file: "f", scope: Scope.scope)) != nil
    }

    @Test(arguments: [
        ("i % 3", "1 + i % 3"), ("i % 3", "(i % 3) * 2"), ("i % 3", "i % 3 + 1"), ("i % 3", "-(i % 3)"),
        ("i % 3", "abs(i % 3)"),
        ("i % 3", "i % 3 > 1 AND flag IS NULL OR max(flag)"), ("i % 3", "[i % 3, 1]"),
        ("i % 3", "CASE WHEN i % 3 = 1 THEN 1 END"),
        ("i % 3", "i % 3 = 1"), ("i % 3", "I%3||'x'"), ("i % 3", "\"i\" % 3"), ("i % 3", "events.i % 3"),
        ("(i % 3)", "i % 3 + 1"),
        ("k", "k || 'x'"), ("k", "k::VARCHAR"), ("k", "-k"), ("k", "2 * k"), ("k", "k[1]"), ("k", "k IS NULL"),
        ("k", "(k)"),
        ("lower(k)", "lower(k) || 'x'"), ("lower(k)", "upper(LOWER(k))"), ("lower(k)", "lower ( k )"),
        ("t::DATE", "t::date + 1"), ("t::DATE", "CAST(t::DATE AS VARCHAR)"), ("CAST(t AS DATE)", "cast(t AS date) + 1"),
        ("CASE WHEN i > 0 THEN k END", "CASE WHEN i > 0 THEN k END || 'x'"), ("i + n", "(i + n) * 2"),
        ("i + n", "1 < i + n"),
        ("extract(year FROM t)", "extract(year FROM t) + 1"), ("[i, n]", "len([i, n])"), ("i > 0", "(i > 0) IS NULL"),
    ])
    func takenAsAnOperand(_ key: String, _ item: String) {
        // The item above with a second column needs it in a measure; every other one holds the key alone.
        #expect(isTaken(key, item.replacing("flag IS NULL OR ", with: "")), "\(key) in \(item)")
    }

    @Test(arguments: [
        ("i % 3", "2 * i % 3"), ("i % 3", "i % 3 * 2"), ("i % 3", "-i % 3"), ("i % 3", "i % 3::VARCHAR"),
        ("i % 3", "2 ** i % 3"),
        ("i % 3", "i % 3 ** 2"), ("i % 3", "i % 3[1]"), ("i + n", "2 * i + n"), ("i + n", "i + n * 2"),
        ("i + n", "1 - i + n"),
        ("i + n", "-i + n"), ("-i", "1 -i"), ("-i", "-i::VARCHAR"), ("i > 0", "1 = i > 0"), ("i > 0", "NOT i > 0"),
        ("i IS NULL", "1 + i IS NULL"), ("k || 'x'", "1 + k || 'x'"), ("k", "j"), ("k", "\"from\""),
        ("i - 1", "i - 1 - 1"),
        ("i - 1", "2 - i - 1"), ("t::DATE", "t::DATE[]"), ("i = n", "max(i) IS DISTINCT FROM i = n"),
        ("i % 3", "i % 3e5"),
        ("i", "lower(k)"), ("lower(k)", "k"), ("lower(k)", "upper(k)"), ("k", "list_transform([1], lambda k: k)"),
    ])
    func refusedWhereItIsNot(_ key: String, _ item: String) { #expect(!isTaken(key, item), "\(key) in \(item)") }

    @Test func theLongestKeyIsTaken() throws {
        let text =
            "SELECT k, lower(k) AS small, upper(lower(k)) || k AS both, count(*) AS rows FROM events GROUP BY ALL"
        let fold = try CheckedFold(text, name: "f", file: "f", scope: Scope.scope)
        #expect(fold.keyNames == ["k", "small", "both"])
        let named = try CheckedFold(
            text.replacing("ALL", with: "k, small"), name: "f", file: "f", scope: Scope.scope)
        let found = replacements(in: named.items[2], of: named.runs, named.list, named.roles)
        #expect(found.map { named.text($0.range) } == ["lower(k)", "k"])
    }
}
