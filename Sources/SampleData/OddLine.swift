//  The lines that a reader must not stumble over: contracts that are not contracts, device addresses that are none. They
//  are written piece by piece, for they are too few to hurry.

/// A record with one oddity.
struct OddLine {
    let oddity: Oddity
    /// Index into `PublishedProfile.apps`.
    let app: Int
    let identifier: RecordIdentifier
    let contract: UInt32
    let device: UInt32
    /// Seconds; not negative.
    let duration: Int64

    /// Writes the line and returns its length in bytes, at most `LineShape.longest`.
    func write(
        to out: UnsafeMutableRawPointer, order: Int, formatter: FieldFormatter, random: inout RandomStream
    ) -> Int {
        var values = LineValues(
            id: Self.bytes(LineShape.idWidth) { formatter.writeIdentifier(identifier, to: $0) },
            contract: Self.bytes(LineShape.contractWidth) { formatter.writeContract(contract, to: $0) },
            mac: Self.bytes(LineShape.macWidth) { formatter.writeMac(device, to: $0) },
            duration: Array(String(duration).utf8), app: app)
        switch oddity {
        case .nullContract: values.contract = nil
        case .zeroContract: values.contract = Array("0".utf8)
        case .payTV: values.contract = Array("PAYTV".utf8)
        case .nonFPT: values.contract = Array("NONFPT".utf8)
        case .address: values.contract = Array(Self.address(random.next()).utf8)
        case .lowerCase: values.contract = values.contract?.map(Self.lowerCased)
        case .malformedMac: values.mac = Self.malformed(values.mac, random.next())
        }
        var line: [UInt8] = []
        LineShape.append(values, order: order, to: &line)
        precondition(line.count <= LineShape.longest, "an odd line of \(line.count) bytes")
        out.copyMemory(from: line, byteCount: line.count)
        return line.count
    }

    /// An IPv4 address such as `113.182.209.48`.
    private static func address(_ bits: UInt64) -> String {
        let networks = [14, 27, 42, 58, 113, 115, 118, 171]
        let network = networks[Int(bits.scaled(below: UInt64(networks.count)))]
        return "\(network).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
    }

    /// Too short, or in lower case with colons, or empty.
    private static func malformed(_ mac: [UInt8], _ bits: UInt64) -> [UInt8] {
        switch bits.scaled(below: 8) {
        case 0: return []
        case 1...4: return Array(mac.prefix(1 + Int(bits & 0xFFFF) % 11))
        default:
            var text: [UInt8] = []
            for (index, digit) in mac.enumerated() {
                if index > 0 && index % 2 == 0 { text.append(UInt8(ascii: ":")) }
                text.append(lowerCased(digit))
            }
            return text
        }
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The `count` bytes that `write` writes.
    private static func bytes(_ count: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            write(UnsafeMutableRawPointer(buffer.baseAddress!))
            initialized = count
        }
    }
}
