//  Makes the lines of one chunk: 8,192 records, about 1.4 MB.
//
//  Four random words make an ordinary line:
//
//      word 1   high bits: is it odd?  (1 line in 1,695)     low byte: order of the keys
//      word 2   high bits: app                                bit 0: which device    bits 1 ... 6: jitter of `_id`
//      word 3   quantile of the duration (a word more when it is not positive)
//      word 4   quantile of the contract's popularity
//
//  High and low bits of a word serve apart; what the use of the high bits tells about the low ones is some 2^-38.

/// Writes chunks. Immutable, so all threads share one.
struct ChunkWriter: Sendable {
    /// Records of a chunk. Fixed: the random streams, and so the bytes, depend on it.
    static let records = 8_192

    /// Bytes that a chunk's buffer must have. The last word written may reach 8 bytes past its line.
    static let capacity = records * LineShape.longest + 16

    private let seed: UInt64
    private let contracts: Int
    private let templates = LineTemplates()
    private let formatter = FieldFormatter()
    private let durations = DurationSampler()
    /// Where each app's stretch of `0 ..< PublishedProfile.appRecords` ends.
    private let appEnds: [UInt64]

    init(seed: UInt64, contracts: Int) {
        self.seed = seed
        self.contracts = contracts
        var end: UInt64 = 0
        appEnds = PublishedProfile.apps.map { app in
            end += app.records
            return end
        }
    }

    /// Writes chunk `chunk` of a day and counts it into `summary` (all but the packed bytes).
    /// - Parameters:
    ///   - day: days since 1970-01-01.
    ///   - records: how many; `ChunkWriter.records`, or fewer in the last chunk of a day.
    ///   - out: `capacity` bytes.
    /// - Returns: bytes written.
    func write(
        day: Int, chunk: Int, records: Int, to out: UnsafeMutablePointer<UInt8>, summary: inout DaySummary
    ) -> Int {
        precondition(records <= Self.records, "a chunk of \(records) records")
        var random = RandomStream(seed: seed, day: day, chunk: chunk)
        let (contracts, durations, formatter) = (contracts, durations, formatter)
        let (allTemplates, orderOfByte) = (templates.templates, templates.orderOfByte)
        let dayStart = RecordIdentifier.start(day: day)
        let firstRecord = chunk * Self.records
        let mostCommonEnd = appEnds[0]
        let (allRecords, appRecords, oddRecords) = (
            PublishedProfile.records, PublishedProfile.appRecords, Oddity.allRecords
        )
        let tallies = UnsafeMutablePointer<(records: Int, folded: Int, seconds: Int)>.allocate(capacity: appEnds.count)
        tallies.initialize(repeating: (0, 0, 0), count: appEnds.count)
        defer { tallies.deallocate() }

        var cursor = UnsafeMutableRawPointer(out)
        for record in firstRecord..<firstRecord + records {
            let first = random.next()
            let second = random.next()
            var duration = durations.draw(&random)
            let rank = Population.rank(at: random.next().fraction, of: contracts)

            let position = second.scaled(below: appRecords)
            let app = position < mostCommonEnd ? 0 : appEnds.firstIndex { position < $0 }!
            let order = Int(orderOfByte[Int(first & 0xFF)])
            let identifier = RecordIdentifier(dayStart: dayStart, record: record, jitter: second >> 1)
            let contract = Population.contractCode(rank: rank)
            let device = Population.deviceCode(
                rank: rank, contractCode: contract, coin: UInt32(truncatingIfNeeded: second & 1))

            let oddPosition = first.scaled(below: allRecords)
            if _slowPath(oddPosition < oddRecords) {
                // Nothing that depends on the order in which a reader looks at the fields.
                duration = abs(duration)
                let line = OddLine(
                    oddity: Oddity(at: oddPosition), app: app, identifier: identifier, contract: contract,
                    device: device, duration: duration)
                cursor += line.write(to: cursor, order: order, formatter: formatter, random: &random)
                tallies[app].records += 1
                switch line.oddity {
                case .nullContract: summary.nullContracts += 1
                case .zeroContract: summary.zeroContracts += 1
                case .payTV, .nonFPT, .address, .lowerCase, .malformedMac:
                    tallies[app].folded += 1
                    tallies[app].seconds += Int(duration)
                }
                continue
            }

            let template = allTemplates[app * LineTemplates.orders + order]
            cursor.copyMemory(from: template.bytes, byteCount: template.head)
            let digits = formatter.writeDuration(duration, to: cursor + template.head)
            (cursor + template.head + digits).copyMemory(
                from: template.bytes + template.head, byteCount: template.tail)
            formatter.writeIdentifier(identifier, to: cursor + template.id)
            formatter.writeContract(contract, to: cursor + template.contract + (digits & template.contractMoves))
            formatter.writeMac(device, to: cursor + template.mac + (digits & template.macMoves))
            cursor += template.head + digits + template.tail

            tallies[app].records += 1
            if duration >= 0 {
                tallies[app].folded += 1
                tallies[app].seconds += Int(duration)
            } else {
                summary.negativeDurations += 1
            }
        }

        let bytes = cursor - UnsafeMutableRawPointer(out)
        precondition(bytes <= Self.capacity, "a chunk of \(bytes) bytes")
        summary.records += records
        summary.bytes += bytes
        for app in appEnds.indices {
            summary.apps[app].records += tallies[app].records
            summary.apps[app].foldedRecords += tallies[app].folded
            summary.apps[app].foldedSeconds += tallies[app].seconds
        }
        return bytes
    }
}
