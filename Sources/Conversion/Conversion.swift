//  Files of records ─▶ tables of typed rows: one, or several.
//
//      files ─▶ pieces, read and encoded on all cores, in order ─▶ output ─▶ store
//
//  Fields are declared, or found out: the beginning of each file says what they seem to be, and the table is written with
//  them. If a later record disagrees, the files are surveyed from beginning to end, and the table is written once more, with
//  types that fit every record. What a guess cost is time, never a value.
//
//  Everything is written once more, too, if a file that was read in ranges turns out not to be cut between records.

import CSVRecords
import Codecs
import DurableIO
import Intake
import JSONRecords
import ParquetTable
import Records
import Synchronization
import Tables
import TypedRows

/// What is to be converted, and how.
package struct ConversionRequest: Sendable {
    package var inputs: [FoldInput]
    /// Nil to find out; then every input has a path.
    package var schema: RowSchema?
    package var format: ConversionFormat
    package var compression = WriterOptions.Compression.lz4Raw
    package var values = ConversionSettings()
    /// How CSV is written; nil for JSON.
    package var csv: CSVSettings?
    /// Of JSON: whether what other programs write in its place is read, too, and where objects hold the records.
    package var isLenient = false
    package var recordPaths: [[String]] = []
    package var maxRecordBytes = 16_000_000
    package var encoding = TextEncoding.utf8
    package var rejectsPerFile = 1000
    package var jobs = 1
    /// Bytes of a plain file that are read and encoded at a time: a row group. A multiple of a digest's block.
    package var unitSize = 16 << 20
    /// Bytes of text that the first look at a file takes, where fields are found.
    package var firstLookBytes = 4 << 20
    package var division = TableDivision.whole
    /// Whether tables of Parquet have one more column, `_row`: the number of the record in its file, from 1, rejected ones
    /// counted. Not for rows that are divided by their values.
    package var numbersRows = false
    /// Whether the table goes where it cannot be written once more: no file is cut then.
    package var isStream = false

    package init(_ inputs: [FoldInput], schema: RowSchema?, format: ConversionFormat) {
        self.inputs = inputs
        self.schema = schema
        self.format = format
    }

    /// Takes what is set about reading: limits, encoding and leniency.
    package mutating func take(_ settings: FoldSettings) {
        values.acceptsNonFinite = settings.plan.isLenient
        isLenient = settings.plan.isLenient
        recordPaths = settings.plan.recordPaths
        maxRecordBytes = settings.maxRecordBytes
        encoding = settings.encoding
        rejectsPerFile = settings.rejectsPerFile
        fit(memory: settings.memory)
    }

    /// Makes units so small, and threads so few, that all should fit in some memory. What the tables are depends on the
    /// units, so these follow from the memory alone and not from the threads.
    ///
    /// - Parameter memory: bytes for the whole program.
    package mutating func fit(memory: Int) {
        let room = max(memory - Self.fixedMemory, 0)
        unitSize = Self.unitSizes.last { Self.memory(unit: $0, jobs: 1) <= room } ?? Self.unitSizes[0]
        jobs = (1...jobs).last { Self.memory(unit: unitSize, jobs: $0) <= room } ?? 1
    }

    /// What the program takes besides pieces, in bytes.
    private static let fixedMemory = 24 << 20
    private static let unitSizes = [1 << 20, 2 << 20, 4 << 20, 8 << 20, 16 << 20]

    /// What pieces take, in bytes: of each thread's, the rows and what is encoded of them, and one piece more that waits.
    private static func memory(unit: Int, jobs: Int) -> Int { (jobs + (jobs == 1 ? 0 : 1)) * 2 * unit }
}

/// What was done.
package struct ConversionResult: Sendable {
    package var schema: RowSchema
    /// One for each input.
    package var files: [FileSummary] = []
    /// In the order in which they were begun; of divided rows, in which they were ended.
    package var tables: [ConvertedTable] = []
    package var rows: Int { tables.reduce(0) { $0 + $1.rows } }
    /// Of all tables.
    package var bytes: Int { tables.reduce(0) { $0 + $1.bytes } }
    /// By field.
    package var findings: [FieldFindings] = []
    /// How often the files were read because the first guess at their fields was wrong.
    package var surveys = 0

    init(schema: RowSchema) { self.schema = schema }
}

/// No field was declared, and none could be found.
package enum SchemaFailure: Error, CustomStringConvertible {
    case noRecords
    case tooManyFields
    case namelessField

    package var description: String {
        switch self {
        case .noRecords: "no record was found, so there are no fields; declare them with --fields"
        case .tooManyFields:
            "the records have more than \(FieldPaths.limit) fields; declare those that are wanted with --fields"
        case .namelessField: "a field's name is empty; declare the fields that are wanted with --fields"
        }
    }
}

/// No field was declared, and no record has one.
package struct NoFields: Error, CustomStringConvertible {
    /// What became of the records, one for each input.
    package var files: [FileSummary]

    package var description: String {
        files.allSatisfy { $0.counts.folded == 0 }
            ? SchemaFailure.noRecords.description : "no record has a field; declare fields with --fields"
    }
}

/// A file that cannot be read, whatever its records are.
package struct InputFailure: Error, CustomStringConvertible {
    package var name: String
    package var cause: any Error

    package init(name: String, cause: any Error) { (self.name, self.cause) = (name, cause) }

    package var description: String { "\(name): \(cause)" }

    /// The error with the file's name, unless it tells of a file itself.
    static func named(_ input: FoldInput, _ error: any Error) -> any Error {
        switch error {
        case is CodecError, is UnreadableContent, is CSVError: InputFailure(name: input.name, cause: error)
        default: error
        }
    }
}

/// Converts files.
package struct Conversion {
    private let request: ConversionRequest
    private let fileSystem: FileSystem
    /// Told when all files are read from their beginnings on, which may be several times.
    private let onPass: () -> Void
    private let onStoredBytes: @Sendable (Int) -> Void
    private let whole = WholeInputs()

    /// The same when fields are declared.
    private static let glanceBytes = 8 << 10

    package init(
        _ request: ConversionRequest, fileSystem: FileSystem, onPass: @escaping () -> Void = {},
        onStoredBytes: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.request = request
        self.fileSystem = fileSystem
        self.onPass = onPass
        self.onStoredBytes = onStoredBytes
    }

    // MARK: Reading

    private func plan(_ schema: RowSchema, seesAllFields: Bool) -> ReadingPlan {
        ReadingPlan(
            schema, isLenient: request.isLenient, recordPaths: request.recordPaths, seesAllFields: seesAllFields)
    }

    private func settings(_ schema: RowSchema, seesAllFields: Bool) -> ReadSettings {
        ReadSettings(
            request.csv.map { .csv(schema, $0) } ?? .json(plan(schema, seesAllFields: seesAllFields)),
            maxRecordBytes: request.maxRecordBytes, encoding: request.encoding, rejectsPerFile: request.rejectsPerFile,
            unitSize: request.unitSize)
    }

    /// Reads all files, those in `whole` as one unit each.
    ///
    /// - Parameter around: called for each input, to read it.
    /// - Throws: `ReadAsOne` for another file that has to be one.
    private func read<Piece: RowPiece>(
        _ schema: RowSchema, seesAllFields: Bool, makePiece: @escaping () -> Piece,
        around: (_ input: Int, _ read: () throws -> FileSummary) throws -> FileSummary = { try $1() },
        onPiece: @escaping @Sendable (Piece, _ recordsBefore: Int) throws -> Void
    ) throws -> [FileSummary] {
        onPass()
        let reading = RowReading(
            settings: settings(schema, seesAllFields: seesAllFields), fileSystem: fileSystem, jobs: request.jobs,
            onStoredBytes: onStoredBytes, makePiece: makePiece)
        return try request.inputs.enumerated().map { index, input in
            do {
                return try around(index) {
                    try reading.read(input, isCut: !request.isStream && !isWhole(index), onPiece: onPiece)
                }
            } catch is WrongCuts { throw ReadAsOne(input: index) } catch {
                throw InputFailure.named(input, error)
            }
        }
    }

    private struct ReadAsOne: Error { var input: Int }

    /// Files that turned out not to be cut between records, by their places. Whoever reads them next knows it.
    private final class WholeInputs: Sendable { let inputs = Mutex<Set<Int>>([]) }

    private func isWhole(_ input: Int) -> Bool { whole.inputs.withLock { $0.contains(input) } }

    /// Begins again while a file turns out to be one that cannot be cut.
    private func readingWhole<Result>(_ body: () throws -> Result) throws -> Result {
        while true {
            do { return try body() } catch let error as ReadAsOne {
                _ = whole.inputs.withLock { $0.insert(error.input) }
            }
        }
    }

    // MARK: Fields

    /// Where no field is.
    private static let nothing = RowSchema([RowField("_", path: FieldPath([["\u{0}"]]), .json, isRequired: false)])

    /// What the beginnings of the files say of their fields.
    ///
    /// - Throws: `IOError`, `CodecError`, `UnreadableContent`.
    private func firstSurvey() throws -> FieldSurvey {
        var survey = FieldSurvey(request.values)
        let first = FirstRecords(fileSystem: fileSystem, settings: settings(Self.nothing, seesAllFields: false))
        for input in request.inputs {
            do { try look(at: input.path!, first, &survey, bytes: request.firstLookBytes) } catch {
                throw InputFailure.named(input, error)
            }
        }
        return survey
    }

    /// What the first records of CSV say of the types of columns that are known.
    private func guessTypes(_ csv: CSVSettings, _ survey: inout FieldSurvey) throws {
        let schema = try survey.untypedSchema()
        let piece = SurveyPiece(fieldCount: schema.fields.count, request.values)
        let first = FirstRecords(fileSystem: fileSystem, settings: settings(Self.nothing, seesAllFields: false))
        for input in request.inputs {
            do { try first.rows(input.path!, schema, csv, bytes: request.firstLookBytes, into: piece) } catch {
                throw InputFailure.named(input, error)
            }
        }
        survey.setTypes(piece.guesses, of: survey.paths)
    }

    private func look(at path: String, _ first: FirstRecords, _ survey: inout FieldSurvey, bytes: Int) throws {
        if let csv = request.csv {
            return survey.add(columns: try first.columns(path, csv, bytes: bytes))
        }
        let records = try first.read(path, plan(Self.nothing, seesAllFields: false), bytes: bytes)
        for record in records { survey.add(record) }
    }

    /// The fields of all records, with types that fit all their values: reads all files, more than once.
    ///
    /// - Returns: also what became of the records, one for each input.
    /// - Throws: `NoFields`, `SchemaFailure`; what reading throws.
    package func survey() throws -> (schema: RowSchema, files: [FileSummary]) {
        var survey = try firstSurvey()
        while true {
            let paths = survey.paths
            // The first record may be longer than a sample, or stand behind others that are none.
            let schema = paths.isEmpty ? Self.nothing : try survey.untypedSchema()
            let (guesses, files) = try readingWhole { try types(of: schema) }
            if !paths.isEmpty { survey.setTypes(guesses, of: paths) }
            var isNews = false
            for file in files {
                let fields = file.observations.fields
                if fields.hasMore { throw SchemaFailure.tooManyFields }
                if survey.add(fields) { isNews = true }
            }
            if isNews { continue }
            if survey.paths.isEmpty { throw NoFields(files: files) }
            return (try survey.schema(), files)
        }
    }

    private func types(of schema: RowSchema) throws -> ([TypeGuess], [FileSummary]) {
        let count = schema.fields.count
        let found = Mutex(TypeSurvey(fieldCount: count, request.values))
        let files = try read(
            schema, seesAllFields: true,
            makePiece: { [values = request.values] in SurveyPiece(fieldCount: count, values) },
            onPiece: { piece, _ in found.withLock { $0.add(piece.guesses) } })
        return (found.withLock { $0.guesses }, files)
    }

    /// Fields of the first records, by their paths, from which no declared field is read: they are left out. Of inputs without
    /// a path, and of those that cannot be read, nothing is said.
    package func undeclaredFields(_ schema: RowSchema) -> [String] {
        var survey = FieldSurvey(request.values)
        let first = FirstRecords(fileSystem: fileSystem, settings: settings(Self.nothing, seesAllFields: false))
        for input in request.inputs {
            // What a pipe gives, it gives once.
            guard let path = input.path, (try? fileSystem.status(path).kind) == .file else { continue }
            try? look(at: path, first, &survey, bytes: Self.glanceBytes)
        }
        return survey.paths(notIn: schema)
    }

    // MARK: Writing

    /// Converts the files.
    ///
    /// - Parameter store: told to begin anew when the tables have to be written once more.
    /// - Throws: `NoFields`, `SchemaFailure`, `DivisionFailure`; what reading and the store throw.
    package func run(into store: any TableStore) throws -> ConversionResult {
        if let schema = request.schema { return try write(schema, store).result }
        if let csv = request.csv { return try runGuessingTypes(csv, store) }
        return try runGuessingFields(store)
    }

    private func runGuessingFields(_ store: any TableStore) throws -> ConversionResult {
        let first = try firstSurvey()
        if !first.paths.isEmpty,
            let result = try writeGuess(try first.schema(), seesAllFields: true, store)?.result, fits(result, first)
        {
            return result
        }
        return try writeAgain(try survey().schema, store)
    }

    /// Files of CSV name their columns in front, so only types are a guess: those of all values are noted meanwhile, of every
    /// record, whatever becomes of it.
    private func runGuessingTypes(_ csv: CSVSettings, _ store: any TableStore) throws -> ConversionResult {
        var survey = try firstSurvey()
        try guessTypes(csv, &survey)
        let guess = try survey.schema()
        guard let (result, types) = try writeGuess(guess, notesTypes: true, store) else {
            return try writeAgain(try self.survey().schema, store)
        }
        survey.setTypes(types, of: survey.paths)
        let schema = try survey.schema()
        return schema == guess ? result : try writeAgain(schema, store)
    }

    /// Writes with the fields of all records, after a guess that was wrong.
    private func writeAgain(_ schema: RowSchema, _ store: any TableStore) throws -> ConversionResult {
        var result = try write(schema, store).result
        result.surveys = 1
        return result
    }

    /// Writes with fields that may turn out to be wrong.
    ///
    /// - Returns: nil when rows cannot be divided by them.
    private func writeGuess(
        _ schema: RowSchema, seesAllFields: Bool = false, notesTypes: Bool = false, _ store: any TableStore
    ) throws -> (result: ConversionResult, types: [TypeGuess])? {
        do { return try write(schema, seesAllFields: seesAllFields, notesTypes: notesTypes, store) } catch let error
            as DivisionFailure
        {
            if error.isOfData { throw error }
            return nil
        }
    }

    /// Whether a survey of all records would have come to the same fields and types.
    private func fits(_ result: ConversionResult, _ guess: FieldSurvey) -> Bool {
        let strings = guess.certainStrings
        let isAsWritten = zip(result.schema.fields, result.findings).allSatisfy { field, findings in
            // A decimal takes 1.0, of which a survey would make something else.
            if case .decimal = field.type { return false }
            return findings.rounded == 0 && (findings.coerced == 0 || strings.contains(field.name))
        }
        return isAsWritten
            && result.files.allSatisfy { file in
                let isBad = file.counts.rejected.keys.contains { if case .bad = $0 { true } else { false } }
                return !isBad && guess.covers(file.observations.fields, result.schema)
            }
    }

    /// - Returns: also the types of each field's values, when they are to be noted.
    private func write(
        _ schema: RowSchema, seesAllFields: Bool = false, notesTypes: Bool = false, _ store: any TableStore
    ) throws -> (result: ConversionResult, types: [TypeGuess]) {
        var layout = try pieceLayout(schema)
        layout.notesTypes = notesTypes
        return try readingWhole { [layout] in
            try store.begin()
            let output = try output(layout, store)
            let pieces = PieceList()
            var result = ConversionResult(schema: schema)
            result.files = try read(
                schema, seesAllFields: seesAllFields, makePiece: { pieces.make(layout) },
                around: { index, read in
                    try output.begin(input: index)
                    let file = try read()
                    try output.end(input: index)
                    return file
                },
                onPiece: { try output.write($0, recordsBefore: $1) })
            result.tables = try output.finish()
            result.findings = pieces.findings(fields: schema.fields.count)
            return (result, notesTypes ? pieces.types(fields: schema.fields.count, request.values) : [])
        }
    }

    private func pieceLayout(_ schema: RowSchema) throws -> PieceLayout {
        var table = TableLayout(schema, request.format, WriterOptions(compression: request.compression))
        if request.numbersRows {
            precondition(request.format == .parquet && !request.division.isByFields, "no numbers for such rows")
            table.rowNumbers = TableSchema(columns: [
                ColumnSchema("_row", .int64, isNullable: false, encoding: .deltaBinaryPacked)
            ])
        }
        var layout = PieceLayout(
            schema: schema, settings: request.values, table: table, pieceBytes: request.unitSize)
        if case .byFields(let names) = request.division {
            let partitioning = try Partitioning(names, schema, table)
            (layout.partitioning, layout.table) = (partitioning, partitioning.table)
        }
        return layout
    }

    private func output(_ layout: PieceLayout, _ store: any TableStore) throws -> any RowOutput {
        switch request.division {
        case .whole: try WholeOutput(layout.table, in: store)
        case .byFile(let names): FilesOutput(names, layout.table, in: store)
        case .byFields:
            PartitionedOutput(
                layout.table, in: store, .init(groupBytes: layout.pieceBytes, waitingBytes: 4 * layout.pieceBytes))
        }
    }
}

/// All pieces that were made: each counts what it converted.
private final class PieceList: Sendable {
    private let all = Mutex<[ConversionPiece]>([])

    func make(_ layout: PieceLayout) -> ConversionPiece {
        let piece = ConversionPiece(layout)
        all.withLock { $0.append(piece) }
        return piece
    }

    /// By field; called when nobody uses the pieces any more.
    func findings(fields: Int) -> [FieldFindings] {
        var sums = Array(repeating: FieldFindings(), count: fields)
        for piece in all.withLock({ $0 }) {
            for (field, findings) in piece.findings.enumerated() { sums[field].add(findings) }
        }
        return sums
    }

    /// By field; called when nobody uses the pieces any more.
    func types(fields: Int, _ settings: ConversionSettings) -> [TypeGuess] {
        var survey = TypeSurvey(fieldCount: fields, settings)
        for piece in all.withLock({ $0 }) { survey.add(piece.types!.guesses) }
        return survey.guesses
    }
}
