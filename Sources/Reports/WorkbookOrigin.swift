import Records

/// What a workbook is made from.
package struct WorkbookOrigin: Sendable {
    package var tool: String
    package var generation: Int
    package var inputsDigest: String
    package var mapDigest: String
    /// The dates of the files.
    package var days: Set<CalendarDay>
    package var files: Int

    package init(
        tool: String, generation: Int, inputsDigest: String, mapDigest: String, days: Set<CalendarDay>, files: Int
    ) {
        self.tool = tool
        self.generation = generation
        self.inputsDigest = inputsDigest
        self.mapDigest = mapDigest
        self.days = days
        self.files = files
    }
}
