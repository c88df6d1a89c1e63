import Face
import Records
import Reports

/// The built-in plan's words for the help of commands.
let planWords = PlanWords(builtInPlan)

struct PlanWords {
    /// Of a key, one and several; several labels; one group.
    let key: String
    let keys: String
    let labels: String
    let group: String

    init(_ plan: any Plan) {
        let fold = plan.settings.fold
        (key, keys) = (fold.keyWords[0].noun, fold.keyWords[0].plural)
        labels = fold.labelWords.plural
        group = plan.settings.grouping.noun
    }

    /// Command lines, indented as examples are.
    static func examples(_ lines: [String]) -> String {
        lines.map { "  watchfold \($0)" }.joined(separator: "\n")
    }
}
