//  Files of records ─▶ one table of typed rows.
//
//      files ─▶ pieces, read and encoded on all cores, in order ─▶ output
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
    /// Whether the table goes where it cannot be written once more: no file is cut then.
    package var isStream = false

    package init(_ inputs: [FoldInput], schema: RowSchema?, format: ConversionFormat) {
        self.inputs = inputs
        self.schema = schema
        self.format = format
    }
}

/// What was done.
package struct ConversionResult: Sendable {
    package var schema: RowSchema
    /// One for each input.
    package var files: [FileSummary] = []
    package var rows = 0
    /// For each field: values that were written as another type or in another form, and those that were rounded.
    package var coerced: [Int] = []
    package var rounded: [Int] = []
    /// Of the table.
    package var bytes = 0
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

/// A file that cannot be read, whatever its records are.
package struct InputFailure: Error, CustomStringConvertible {
    package var name: String
    package var cause: any Error
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
    private let onStoredBytes: @Sendable (Int) -> Void
    private let whole = WholeInputs()

    /// Bytes of text that the first look at a file takes.
    private static let sampleBytes = 4 << 20

    package init(
        _ request: ConversionRequest, fileSystem: FileSystem,
        onStoredBytes: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.request = request
        self.fileSystem = fileSystem
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
    /// - Throws: `ReadAsOne` for another file that has to be one.
    private func read<Piece: RowPiece>(
        _ schema: RowSchema, seesAllFields: Bool, makePiece: @escaping () -> Piece,
        onPiece: @escaping @Sendable (Piece) throws -> Void
    ) throws -> [FileSummary] {
        let reading = RowReading(
            settings: settings(schema, seesAllFields: seesAllFields), fileSystem: fileSystem, jobs: request.jobs,
            onStoredBytes: onStoredBytes, makePiece: makePiece)
        return try request.inputs.enumerated().map { index, input in
            do {
                return try reading.read(input, isCut: !request.isStream && !isWhole(index), onPiece: onPiece)
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
            do { try look(at: input.path!, first, &survey) } catch { throw InputFailure.named(input, error) }
        }
        return survey
    }

    private func look(at path: String, _ first: FirstRecords, _ survey: inout FieldSurvey) throws {
        if let csv = request.csv {
            return survey.add(columns: try first.columns(path, csv, bytes: Self.sampleBytes))
        }
        let records = try first.read(path, plan(Self.nothing, seesAllFields: false), bytes: Self.sampleBytes)
        for record in records { survey.add(record) }
    }

    /// The fields of all records, with types that fit all their values.
    ///
    /// - Throws: `SchemaFailure`; what reading throws.
    private func survey() throws -> RowSchema {
        var survey = try firstSurvey()
        while true {
            let schema = try survey.untypedSchema()
            let paths = survey.paths
            let (guesses, files) = try readingWhole { try types(of: schema) }
            survey.setTypes(guesses, of: paths)
            var isNews = false
            for file in files {
                let fields = file.observations.fields
                if fields.hasMore { throw SchemaFailure.tooManyFields }
                if survey.add(fields) { isNews = true }
            }
            if !isNews { return try survey.schema() }
        }
    }

    private func types(of schema: RowSchema) throws -> ([TypeGuess], [FileSummary]) {
        let count = schema.fields.count
        let found = Mutex([TypeGuess](repeating: [], count: count))
        let files = try read(
            schema, seesAllFields: true,
            makePiece: { [values = request.values] in SurveyPiece(fieldCount: count, values) },
            onPiece: { piece in
                found.withLock { all in for field in all.indices { all[field].formUnion(piece.guesses[field]) } }
            })
        return (found.withLock { $0 }, files)
    }

    /// The fields of all records, found by reading them all.
    ///
    /// - Throws: `SchemaFailure`; what reading throws.
    package func inferredSchema() throws -> RowSchema { try survey() }

    // MARK: Writing

    /// Converts the files.
    ///
    /// - Parameter makeSink: called anew when the table has to be written once more; what the last sink was given counts.
    /// - Throws: `SchemaFailure`; what reading and the sink throw.
    package func run(_ makeSink: () throws -> TableSink) throws -> ConversionResult {
        if let schema = request.schema { return try write(schema, seesAllFields: false, makeSink) }
        // The columns of CSV are named once, but nothing says what is in them.
        if request.csv != nil { return try write(try survey(), seesAllFields: false, makeSink) }
        let first = try firstSurvey()
        var result = try write(try first.schema(), seesAllFields: true, makeSink)
        if fits(result, first) { return result }
        result = try write(try survey(), seesAllFields: false, makeSink)
        result.surveys = 1
        return result
    }

    /// Whether a survey of all records would have come to the same fields and types.
    private func fits(_ result: ConversionResult, _ guess: FieldSurvey) -> Bool {
        let strings = guess.certainStrings
        let isAsWritten = zip(result.schema.fields, result.coerced).allSatisfy { field, coerced in
            // A decimal takes 1.0, of which a survey would make a double.
            if case .decimal = field.type { return false }
            return coerced == 0 || strings.contains(field.name)
        }
        return isAsWritten
            && result.files.allSatisfy { file in
                let isBad = file.counts.rejected.keys.contains { if case .bad = $0 { true } else { false } }
                return !isBad && guess.covers(file.observations.fields, result.schema)
            }
    }

    private func write(
        _ schema: RowSchema, seesAllFields: Bool, _ makeSink: () throws -> TableSink
    ) throws -> ConversionResult {
        try readingWhole {
            let layout = PieceLayout(
                schema: schema, settings: request.values, format: request.format,
                options: WriterOptions(compression: request.compression), pieceBytes: request.unitSize)
            let table = try TableOutput(layout, sink: try makeSink())
            let pieces = PieceList()
            var result = ConversionResult(schema: schema)
            result.files = try read(
                schema, seesAllFields: seesAllFields, makePiece: { pieces.make(layout) }
            ) { piece in
                try table.write(piece)
            }
            (result.rows, result.bytes) = try table.finish()
            (result.coerced, result.rounded) = pieces.counts(fields: schema.fields.count)
            return result
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
    func counts(fields: Int) -> (coerced: [Int], rounded: [Int]) {
        all.withLock { pieces in
            pieces.reduce(into: (Array(repeating: 0, count: fields), Array(repeating: 0, count: fields))) {
                sum, piece in
                for field in 0..<fields {
                    sum.0[field] += piece.coerced[field]
                    sum.1[field] += piece.rounded[field]
                }
            }
        }
    }
}
