//  A receipt read back, as far as it tells whether the reports beside it are still those of today's total and map.

import SmallJSON

/// What a receipt says of the reports it belongs to.
package struct ReceiptSummary: Sendable, Equatable {
    /// Which program wrote the reports; another version may write them otherwise.
    package var tool: String
    package var generation: Int
    package var inputsDigest: String
    package var mapDigest: String
    /// In the order of their names.
    package var outputs: [Receipt.Output]

    /// - Throws: `ReceiptError`; the reports are then to be made again.
    package init(json: [UInt8]) throws(ReceiptError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(json)
        } catch {
            throw .malformed(error)
        }
        guard let format = value["format"]?.integer else { throw .missing("format") }
        guard format == Receipt.format else { throw .unknownFormat(format) }
        guard let tool = value["tool"]?.string else { throw .missing("tool") }
        guard let generation = value["generation"]?.integer else { throw .missing("generation") }
        guard let inputsDigest = value["inputs"]?.string else { throw .missing("inputs") }
        guard let mapDigest = value["map"]?["digest"]?.string else { throw .missing("map.digest") }
        guard let reports = value["reports"]?.array else { throw .missing("reports") }
        self.tool = tool
        self.generation = generation
        self.inputsDigest = inputsDigest
        self.mapDigest = mapDigest
        outputs = []
        for (index, report) in reports.enumerated() {
            guard let name = report["name"]?.string, let digest = report["digest"]?.string,
                let bytes = report["bytes"]?.integer, let rows = report["rows"]?.integer, bytes >= 0, rows >= 0
            else { throw .missing("reports[\(index)]") }
            outputs.append(Receipt.Output(name: name, digest: digest, bytes: bytes, rows: rows))
        }
    }
}

/// Why a text is not a receipt.
package enum ReceiptError: Error, Equatable {
    case malformed(JSONError)
    case unknownFormat(Int)
    /// The member is missing or of the wrong type.
    case missing(String)
}

extension ReceiptError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "the receipt cannot be read: \(error)"
        case .unknownFormat(let format): "the receipt has format \(format), not \(Receipt.format)"
        case .missing(let member): "the receipt has no proper member \"\(member)\""
        }
    }
}
