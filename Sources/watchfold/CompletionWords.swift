import Face
import Wording

/// The files that the checkpoints know, for an argument that takes one.
@Sendable func completeFiles(_ words: [String], _ position: Int, _ prefix: String) -> [String] {
    Completions.files(words)
}
