/// Who this program is.
package enum Tool {
    package static let version = "1.0.0"
    package static let name = "watchfold \(version)"
}
