// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The attributes of one level by their type.
struct AttributeTable {
  private var values: [NetlinkReader?]
  /// There is one of a type beyond those that were asked for.
  private(set) var hasOthers = false

  init(_ reader: NetlinkReader, upTo maximum: Int) {
    values = [NetlinkReader?](repeating: nil, count: maximum + 1)
    for attribute in reader.attributes {
      let type = Int(attribute.type)
      if type <= maximum { values[type] = attribute.value } else { hasOthers = true }
    }
  }

  subscript(type: Int) -> NetlinkReader? { type < values.count ? values[type] : nil }

  /// Whether all attributes are of these types.
  func hasOnly(_ types: Int...) -> Bool {
    !hasOthers && values.indices.allSatisfy { values[$0] == nil || types.contains($0) }
  }

  func be16(_ type: Int) -> UInt16? { self[type]?.loadBigEndian() }
  func be32(_ type: Int) -> UInt32? { self[type]?.loadBigEndian() }
  func be64(_ type: Int) -> UInt64? { self[type]?.loadBigEndian() }
  func string(_ type: Int) -> String? { self[type]?.string }
  func register(_ type: Int) -> NFTRegister? { be32(type).flatMap { NFTRegister(number: $0) } }
  /// The bytes of a nested plain value (`NFTA_DATA_VALUE`).
  func data(_ type: Int) -> [UInt8]? { self[type]?.attribute(1)?.bytes }
}

extension NetlinkWriter {
  /// A nested plain value (`NFTA_DATA_VALUE`).
  mutating func put(_ type: UInt16, data: [UInt8]) {
    nested(type) { $0.put(1, bytes: data) }
  }

  mutating func put(_ type: UInt16, register: NFTRegister) {
    put(type, bigEndian: register.number)
  }
}
