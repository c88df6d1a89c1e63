import Engagement
import Testing

private typealias Category = CategoryMap.Category

@Suite struct CategoryMapTests {
    @Test(arguments: [
        ("CHANNEL", "TV"), ("DSHD", "TV"), ("KPLUS", "TV"), ("KPlus", "TV"), ("VOD", "Movie"), ("FIMS", "Movie"),
        ("FIMS_RES", "Movie"), ("BHD", "Movie"), ("BHD_RES", "Movie"), ("VOD_RES", "Movie"), ("DANET", "Movie"),
        ("CHILD", "Child"), ("RELAX", "Relax"), ("SPORT", "Sport"),
    ])
    func standardMapKnowsTheApp(app: String, category: String) throws {
        let index = try #require(CategoryMap.standard.category(ofApp: app.utf8))
        #expect(CategoryMap.standard.categories[index].name == category)
    }

    @Test(arguments: ["", "channel", "CHANNEL ", "Kplus", "LATER", "CHANNE", "CHANNELS"])
    func otherAppsAreUnmapped(app: String) { #expect(CategoryMap.standard.category(ofApp: app.utf8) == nil) }

    @Test func appsAreComparedByteForByte() throws {
        // Swift calls these two equal.
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        let map = try CategoryMap([Category("A", apps: [composed]), Category("B", apps: [decomposed])])
        #expect(map.category(ofApp: composed.utf8) == 0)
        #expect(map.category(ofApp: decomposed.utf8) == 1)
    }

    @Test func ambiguousMapsAreRefused() {
        func error(_ categories: [Category]) -> CategoryMapError? {
            do throws(CategoryMapError) {
                _ = try CategoryMap(categories)
                return nil
            } catch { return error }
        }
        #expect(error([]) == .empty)
        #expect(error([Category("TV", apps: ["A"]), Category("", apps: ["B"])]) == .emptyName(position: 2))
        #expect(error([Category("TV", apps: []), Category("tv", apps: [])]) == .duplicateName("TV", "tv"))
        #expect(error([Category("Total", apps: ["A"])]) == .reservedName("Total"))
        #expect(
            error([Category("TV", apps: ["A"]), Category("Movie", apps: ["B", "A"])])
                == .duplicateApp("A", first: "TV", second: "Movie"))
        #expect(error([Category("TV", apps: ["A", "A"])]) == .duplicateApp("A", first: "TV", second: "TV"))
        #expect(error((0..<65).map { Category("C\($0)", apps: []) }) == .tooMany(65))
        #expect(error((0..<64).map { Category("C\($0)", apps: []) }) == nil)
        #expect(error([Category("TV", apps: [])]) == nil)
        let text = CategoryMapError.duplicateApp("KPLUS", first: "TV", second: "Movie").description
        #expect(text.contains("KPLUS") && text.contains("TV") && text.contains("Movie"))
    }

    @Test func canonicalFormIsTheDocumentedText() throws {
        let map = try CategoryMap([Category("TV", apps: ["b", "B", "a\tb"]), Category("A\\B", apps: [])])
        #expect(String(decoding: map.canonicalBytes, as: UTF8.self) == "categories 1\nTV\tB\ta\\tb\tb\nA\\\\B\n")
    }

    @Test func canonicalFormIsEqualJustForEqualMaps() throws {
        let base = try CategoryMap([Category("A", apps: ["x", "y"]), Category("B", apps: ["z"])])
        let reordered = try CategoryMap([Category("A", apps: ["y", "x"]), Category("B", apps: ["z"])])
        #expect(base.canonicalBytes == reordered.canonicalBytes && base == reordered)
        let others = try [
            CategoryMap([Category("B", apps: ["z"]), Category("A", apps: ["x", "y"])]),
            CategoryMap([Category("A", apps: ["x"]), Category("B", apps: ["y", "z"])]),
            CategoryMap([Category("A", apps: ["x\ty"]), Category("B", apps: ["z"])]),
            CategoryMap([Category("A", apps: ["x\\ty"]), Category("B", apps: ["z"])]),
            CategoryMap([Category("A", apps: ["x", "y\nB\tz"])]),
            CategoryMap([Category("A", apps: ["x", "y"]), Category("B", apps: ["z"]), Category("C", apps: [])]),
        ]
        for (index, other) in others.enumerated() {
            #expect(other != base)
            for later in others[(index + 1)...] { #expect(other.canonicalBytes != later.canonicalBytes) }
        }
        for map in others + [base, .standard] {
            let again = try #require(CategoryMap(canonicalText: map.canonicalText))
            #expect(again == map && again.columnNames == map.columnNames)
        }
    }

    @Test(arguments: [
        "", "categories 1", "categories 1\n", "categories 2\nA\n", "categories 1\nA", "categories 1\nA\n\n",
        "categories 1\nA\tz\ta\n", "categories 1\nA\\x\n", "categories 1\nA\\\n", "categories 1\nA\tx\nB\tx\n",
        "categories 1\nA\r\n",
    ])
    func otherTextIsNoMap(_ text: String) { #expect(CategoryMap(canonicalText: text) == nil) }
}
