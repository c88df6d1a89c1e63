//  Inputs to begin with: small, of every kind that a target knows, made by the tests' own generators.

import Codecs
import Columns
import ParquetTable
import ReaderReference
import TestSupport

extension FuzzTarget {
    /// The inputs to begin with, the same every time.
    ///
    /// - Parameter files: what other programs wrote: whole Parquet files for `parquet` and `pages`.
    package func seeds(from files: [[UInt8]] = []) -> [[UInt8]] {
        switch self {
        case .reader: readerSeeds()
        case .shapes: shapeSeeds()
        case .rows: readerSeeds() + shapeSeeds()
        case .codecs: codecSeeds()
        case .parquet: files + tables().map { written(groups: $0) } + columnSeeds().map(\.file)
        case .pages: (files + tables().map { written(groups: $0) }).flatMap(pageSeeds)
        case .columns: columnSeeds().map(\.chunk)
        case .configuration: configurationSeeds.map { Array($0.utf8) }
        case .csv: csvSeeds()
        case .cells: cellSeeds()
        }
    }
}

// MARK: Records

private func readerSeeds() -> [[UInt8]] {
    var random = Dice(seed: 1)
    let plain = (0..<48).map { number -> [UInt8] in
        let header: [UInt8] = [
            UInt8(number % 4 | number / 4 % 4 << 2 | (number % 7 == 0 ? 0x10 : 0)), UInt8(number * 5),
        ]
        let records = random.records(3)
        let printing = Printing(indent: number % 4 == 1 ? nil : random.pick([nil, 2]), isOdd: number % 3 == 0)
        let texts = records.map { $0.printed(printing, &random) }
        let comma = Array(",\n".utf8)
        switch number % 4 {
        case 1: return header + texts.joined(separator: [0x0A]) + [0x0A]
        case 2: return header + Array("[".utf8) + texts.joined(separator: comma) + Array("]".utf8)
        case 3:
            return header + Array(#"{"took":1,"hits":{"hits":["#.utf8) + texts.joined(separator: comma)
                + Array("]}}".utf8)
        default: return header + texts.joined(separator: [0x0A])
        }
    }
    return plain + layoutSeeds(&random) + holderSeeds(&random)
}

/// Objects with arrays: around records, records themselves, neither.
private func holderSeeds(_ random: inout Dice) -> [[UInt8]] {
    (0..<40).map { number in
        // Container found out, or answers; not the lenient plan.
        let plan = [0, 2, 3, 0][number / 2 % 4]
        let header: [UInt8] = [UInt8((number % 5 == 0 ? 3 : 0) | plan << 2), UInt8(number * 5)]
        return header + random.holders(1 + number % 4)
    }
}

/// What stands between records, values of one line and of several, objects around the records, lenient JSON.
private func layoutSeeds(_ random: inout Dice) -> [[UInt8]] {
    (0..<40).map { number in
        // Container found out or lines; the plan that keeps negative values is the lenient one.
        let header: [UInt8] = [UInt8(number % 2 | number / 2 % 4 << 2), UInt8(number * 5)]
        var body: [UInt8] = number % 5 == 4 ? Array(#"{"n":1,"a":{"r":["#.utf8) : []
        for record in random.records(3) {
            if number % 5 < 4 { body += random.pick(ShapedRecords.gaps) }
            body += record.printed(random.once(in: 3) ? .pretty : .compact, &random)
            body += random.pick(number % 5 == 4 ? [[0x2C], [0x2C, 0x0A]] : [[0x0A], [0x0A], [0x2C, 0x0A], []])
        }
        return header + body + (number % 5 == 4 ? Array("{}]}}\n".utf8) : [])
    }
}

private func shapeSeeds() -> [[UInt8]] {
    var random = Dice(seed: 2)
    return (0..<48).map { number in
        [UInt8(number % 3 | number / 3 % 4 << 2), UInt8(number * 5)]
            + ShapedRecords.file(4, layout: number % 4, damaged: 8, &random)
    }
}

// MARK: Compressed data

private func codecSeeds() -> [[UInt8]] {
    var random = Dice(seed: 3)
    let contents: [[UInt8]] = [
        [], [0x61], Array("{\"a\":1}\n".utf8), [UInt8](repeating: 0x20, count: 700),
        (0..<300).map { _ in UInt8(random.below(256)) }, ShapedRecords.file(3, layout: 0, damaged: 30, &random),
    ]
    var seeds: [[UInt8]] = []
    for (number, content) in contents.enumerated() {
        let pieces = UInt8(number * 6) << 3
        let (gzip, frame) = (gzipped(content), framed(content))
        // Raw deflated data: a member without its header of 10 bytes and its trailer.
        seeds += [
            [pieces] + gzip, [pieces] + frame, [pieces] + framed(content, isChecked: false),
            [pieces] + gzip + gzip, [pieces] + frame + [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2] + frame,
            [pieces | 1] + gzip[10...].dropLast(8), [pieces | 2] + framed(content, isChecked: false),
            [pieces | 2] + frame, [pieces | 3] + content, [pieces | 7] + content,
        ]
        let (zstd, zip) = (zstdFramed(content), zipped(Array(gzip[10...].dropLast(8)), of: content))
        seeds += [
            [pieces] + zstd, [pieces] + zip, [pieces | 6] + zstd[4...],
            [pieces] + zstd + [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2] + zstd,
            [pieces] + [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2] + zstd,
        ]
    }
    return seeds
}

// MARK: Tables

/// A column's schema with its rows, 12 in each of two groups.
private func tables() -> [[(ColumnSchema, [ColumnValues])]] {
    var random = Dice(seed: 4)
    let numbers: [ColumnEncoding] = [.plain, .dictionary, .deltaBinaryPacked]
    let texts: [ColumnEncoding] = [.plain, .dictionary, .deltaLengthByteArray, .deltaByteArray]
    func columns(isNullable: Bool) -> [(ColumnSchema, [ColumnValues])] {
        func validity() -> Validity? { isNullable ? Validity((0..<12).map { $0 % 5 != 3 }) : nil }
        let integers = numbers.enumerated().map { index, encoding in
            (
                ColumnSchema("n\(index)", .int64, isNullable: isNullable, encoding: encoding),
                (0..<2).map { group in
                    let validity = validity()
                    let values = (0..<12).map { row in
                        validity.map { $0[row] } == false ? 0 : Int64(random.below(4) << (index * 15) * (group + 1))
                    }
                    return ColumnValues.int64(values, validity: validity)
                }
            )
        }
        let strings = texts.enumerated().map { index, encoding in
            (
                ColumnSchema("t\(index)", .utf8, isNullable: isNullable, encoding: encoding),
                (0..<2).map { _ in
                    let validity = validity()
                    let values = (0..<12).map { row in
                        validity.map { $0[row] } == false ? "" : random.pick(["VOD", "", "BDH0131\(row)", "é"])
                    }
                    return ColumnValues.utf8(StringColumn(values), validity: validity)
                }
            )
        }
        return integers + strings
    }
    return [columns(isNullable: false), columns(isNullable: true)]
}

private func written(groups columns: [(ColumnSchema, [ColumnValues])]) -> [UInt8] {
    var bytes: [UInt8] = []
    let schema = TableSchema(columns: columns.map(\.0))
    var writer = TableWriter(schema: schema, options: WriterOptions(pageRows: 7)) { bytes += $0 }
    do {
        for group in 0..<2 { try writer.write(rowGroup: columns.map { $0.1[group] }) }
        _ = try writer.finish(metadata: [("k", "v")])
    } catch {
        preconditionFailure("a seed cannot be written: \(error)")
    }
    return bytes
}

/// The column chunks of a file, each as an input of `pages`.
private func pageSeeds(of file: [UInt8]) -> [[UInt8]] {
    guard let reader = try? TableReader(source: MemorySource(file)) else { return [] }
    return reader.rowGroups.flatMap { group in
        zip(reader.schema.columns, group.columns).map { column, chunk in
            let bits: UInt8 =
                (column.type == .utf8 ? 1 : 0) | (column.isNullable ? 2 : 0) | (chunk.codec == .lz4Raw ? 4 : 0)
            return [bits, UInt8(group.rowCount)] + file[chunk.startOffset..<chunk.startOffset + chunk.compressedSize]
        }
    }
}

/// Columns of every type, with and without nulls, in each codec: a file of one column, and its chunk as an input of
/// `columns`.
private func columnSeeds() -> [(file: [UInt8], chunk: [UInt8])] {
    var random = Dice(seed: 5)
    let codecs: [WriterOptions.Compression] = [.uncompressed, .lz4Raw, .zstd]
    return ColumnForm.all.indices.flatMap { form in
        (0..<6).map { number in
            let isNullable = number % 2 == 1
            let encoding: ColumnEncoding = number < 3 || form == 2 ? .automatic : .dictionary
            let column = ColumnSchema("c", ColumnForm.all[form].type, isNullable: isNullable, encoding: encoding)
            let rows = RowBuffer(schema: TableSchema(columns: [column]))
            fill(rows.columns[0], isNullable: isNullable, &random)
            var file: [UInt8] = []
            let options = WriterOptions(compression: codecs[number % 3], pageRows: 30)
            var writer = RowWriter(schema: rows.schema, options: options) { file += $0 }
            do {
                try writer.append(rows)
                _ = try writer.finish()
                let info = try TableReader(source: MemorySource(file)).rowGroups[0].columns[0]
                let codec: Int =
                    switch info.codec {
                    case .lz4Raw: 1
                    case .zstd: 2
                    default: 0
                    }
                let header = [UInt8(form | (isNullable ? 16 : 0) | codec << 5), UInt8(rows.rowCount)]
                return (file, header + file[info.startOffset..<info.startOffset + info.compressedSize])
            } catch {
                preconditionFailure("a seed cannot be written: \(error)")
            }
        }
    }
}

/// 40 rows of few different values.
private func fill(_ column: ColumnBuffer, isNullable: Bool, _ random: inout Dice) {
    let numbers = (0..<40).map { _ in random.below(9) * 11 - 40 }
    for (row, number) in numbers.enumerated() {
        if isNullable, row % 5 == 3 {
            column.appendNulls(1)
            continue
        }
        switch column.type {
        case .int64, .timestamp: column.append(int64s: [Int64(number)], rows: 1)
        case .date: column.append(int32s: [Int32(number)], rows: 1)
        case .double: column.append(doubles: [Double(number) / 4], rows: 1)
        case .boolean: column.append(booleans: [number > 0], rows: 1)
        case .decimal:
            do { try column.append(decimals: [Int128(number)], rows: 1) } catch { preconditionFailure("\(error)") }
        case .utf8:
            let text = Array("BDH\(number)".utf8)
            column.append(strings: text, offsets: [0, text.count], rows: 1)
        }
    }
}

// MARK: Settings

private let configurationSeeds = [
    "", "jobs: 2\n", "# a comment\ninbox: in\ncheckpoints: /var/c\noutput: 'out'\n",
    "memory: 512MB\nmax_record_bytes: 1.5MiB\n",
    "fields:\n  contract: [_source.Contract, Contract]\n  app: a\\.b.c\n  duration: d\n",
    "fields: {contract: a.b, app: c}\n", "categories:\n  TV: [CHANNEL, DSHD]\n  Sport: [SPORT]\n  Kids: []\n",
    "ignore: [\"0\", PAYTV]\n", "negative_durations: keep\nduplicates: count\nmax_reject_ratio: 5%\n",
    "watch:\n  settle: 500ms\n  stale: 10m\n  poll: 1h\n  poll_only: yes\n  publish_every: 0s\n  on_publish: ./x.sh\n  on_problem: ./y.sh\n  expect_by: 09:00\n  status_port: 9117\n",
    "rejects_per_file: 0\nmax_reject_ratio: 0.05\n", "a: &x [1, *x]\nb: *x\n", "x: !!int \"3\"\n", "- a\n- b\n",
    "jobs: |\n  2\n", "jobs: >-\n  2\n", "? jobs\n: 2\n", "imbox: x\njobs: 0\nmemory: many\n",
    "---\njobs: 1\n---\njobs: 2\n",
    "{jobs: 1, jobs: 2}", "jobs: 1\njobs: 2\n", "\"in\\u0062ox\": x\n", "<<: {jobs: 1}\n", "\u{FEFF}jobs: 1\n",
    "%YAML 1.1\n---\njobs: 1\n",
    "512MB", "1.5GiB", "10m", "500ms", "0.25%", "1e3", "_source.Contract", "yes", "\tjobs: 1", "jobs: [1", "jobs: 'x",
]
