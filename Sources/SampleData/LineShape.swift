//  How a line looks, and templates of it.
//
//      {"_index":"history","_type":"kplus","_id":"AYAkbMF0a1FFivsG1TPM","_score":0,"_source":{
//       "Contract":"SGH597377","Mac":"0C96E6E84A15","AppName":"KPLUS","TotalDuration":6274}}
//
//  (one line in the file). `_id`, Contract and Mac have the same width in all but the odd lines. So an ordinary line is
//  a template for its app and its order of keys, with three fields patched and the duration put in at the split:
//
//      … "_id":"····················" … "Contract":"·········","Mac":"············","TotalDuration":,"AppName":"VOD"}}
//      └────────────────────────────────────────── head ───────────────────────────────────────────┘└───── tail ─────┘
//
//  8 apps times 8 orders make 64 templates in 12 KB, which stay in the first cache. Templates are made by the same
//  function that writes the odd lines, so there is one place that knows the shape.
//
//  That the order of keys differs from line to line is published, the shares of the orders are not. Assumed: 8 orders,
//  the commonest on 47 % of the lines, the rarest on 1 %.

/// A field of `_source`.
enum SourceField {
    case contract, mac, duration, app
}

/// What stands in a line. Contract, `_id` and Mac are bytes that JSON needs no escapes for.
struct LineValues {
    var id: [UInt8]
    /// Nil is written as `null`.
    var contract: [UInt8]?
    var mac: [UInt8]
    /// The digits; empty in a template.
    var duration: [UInt8]
    /// Index into `PublishedProfile.apps`.
    var app: Int
}

enum LineShape {
    static let idWidth = 20
    static let contractWidth = 9
    static let macWidth = 12

    /// No line is longer, in bytes, LF included: a template has 171 at most, a duration 10, an odd contract 6 more than
    /// an ordinary one, an odd device address 5 more; rounded up.
    static let longest = 200

    /// Orders of the keys of `_source`, with their shares of 256 lines. The first two are those of the published
    /// example.
    static let orders: [(fields: [SourceField], share: Int)] = [
        ([.contract, .mac, .duration, .app], 120),
        ([.contract, .mac, .app, .duration], 56),
        ([.mac, .contract, .app, .duration], 32),
        ([.app, .contract, .mac, .duration], 20),
        ([.duration, .app, .contract, .mac], 12),
        ([.contract, .app, .duration, .mac], 8),
        ([.mac, .duration, .contract, .app], 5),
        ([.app, .duration, .mac, .contract], 3),
    ]

    /// Appends a line, LF included, and says where its variable parts begin.
    @discardableResult
    static func append(_ values: LineValues, order: Int, to line: inout [UInt8]) -> LineOffsets {
        let app = PublishedProfile.apps[values.app].name
        var offsets = LineOffsets()
        line += "{\"_index\":\"history\",\"_type\":\"\(app.lowercased())\",\"_id\":\"".utf8
        offsets.id = line.count
        line += values.id
        line += "\",\"_score\":0,\"_source\":{".utf8
        for (index, field) in orders[order].fields.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            switch field {
            case .contract:
                line += "\"Contract\":".utf8
                offsets.contract = line.count + 1
                if let contract = values.contract {
                    line += [UInt8(ascii: "\"")] + contract + [UInt8(ascii: "\"")]
                } else {
                    line += "null".utf8
                }
            case .mac:
                line += "\"Mac\":\"".utf8
                offsets.mac = line.count
                line += values.mac
                line.append(UInt8(ascii: "\""))
            case .duration:
                line += "\"TotalDuration\":".utf8
                offsets.duration = line.count
                line += values.duration
            case .app:
                line += "\"AppName\":\"\(app)\"".utf8
            }
        }
        line += "}}\n".utf8
        return offsets
    }
}

/// Where the variable parts of a line begin, in bytes from its beginning.
struct LineOffsets {
    var id = 0
    var contract = 0
    var mac = 0
    /// Where the duration's digits begin: a template's split.
    var duration = 0
}

/// One ordinary line without its values.
struct LineTemplate {
    /// The line's bytes with an empty duration; owned by `LineTemplates`.
    let bytes: UnsafePointer<UInt8>
    /// Bytes before the duration.
    let head: Int
    /// Bytes after the duration.
    let tail: Int
    /// Where `_id` begins; always in the head.
    let id: Int
    /// Where the contract's first letter stands in a line whose duration has no digits.
    let contract: Int
    /// Where the device address begins, in the same line.
    let mac: Int
    /// All ones if the contract comes after the duration and so is moved by the duration's digits, else zero.
    let contractMoves: Int
    /// The same for the device address.
    let macMoves: Int
}

/// The templates of all apps and orders, and which order a random byte means. Immutable once made.
final class LineTemplates: @unchecked Sendable {
    /// Template of app `a` in order `o`: `templates[a * orders + o]`.
    let templates: UnsafePointer<LineTemplate>
    /// 256 entries: a random byte's order.
    let orderOfByte: UnsafePointer<UInt8>
    static let orders = LineShape.orders.count

    private let storage: UnsafeMutablePointer<UInt8>

    init() {
        let apps = PublishedProfile.apps.count
        let orders = Self.orders
        let storage = UnsafeMutablePointer<UInt8>.allocate(capacity: apps * orders * LineShape.longest)
        let templates = UnsafeMutablePointer<LineTemplate>.allocate(capacity: apps * orders)
        for app in 0..<apps {
            for order in 0..<orders {
                let blank = UInt8(ascii: "?")
                var line: [UInt8] = []
                let offsets = LineShape.append(
                    LineValues(
                        id: [UInt8](repeating: blank, count: LineShape.idWidth),
                        contract: [UInt8](repeating: blank, count: LineShape.contractWidth),
                        mac: [UInt8](repeating: blank, count: LineShape.macWidth), duration: [], app: app),
                    order: order, to: &line)
                let slot = app * orders + order
                let bytes = storage + slot * LineShape.longest
                precondition(line.count <= LineShape.longest, "a template of \(line.count) bytes")
                bytes.initialize(from: line, count: line.count)
                (templates + slot).initialize(
                    to: LineTemplate(
                        bytes: bytes, head: offsets.duration, tail: line.count - offsets.duration, id: offsets.id,
                        contract: offsets.contract, mac: offsets.mac,
                        contractMoves: offsets.contract > offsets.duration ? -1 : 0,
                        macMoves: offsets.mac > offsets.duration ? -1 : 0))
            }
        }
        let orderOfByte = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        var byte = 0
        for (order, entry) in LineShape.orders.enumerated() {
            for _ in 0..<entry.share {
                orderOfByte[byte] = UInt8(order)
                byte += 1
            }
        }
        precondition(byte == 256, "the orders' shares add up to \(byte) of 256")
        self.storage = storage
        self.templates = UnsafePointer(templates)
        self.orderOfByte = UnsafePointer(orderOfByte)
    }

    deinit {
        storage.deallocate()
        templates.deallocate()
        orderOfByte.deallocate()
    }
}
