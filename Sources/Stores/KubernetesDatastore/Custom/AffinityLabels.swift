// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Resources
import ValueTree

/// The labels of the custom resources of block affinities, by which the server picks those of one
/// node (compatibility §1.2).
///
/// DESIGN: a record that an older version wrote has none of them. So what is asked for by label is
/// asked for without the label too, and whose a record is, its spec says: the label only has to lead
/// to it.
enum AffinityLabels {
  static let node = "projectcalico.org/hostname-hash"
  static let owner = "projectcalico.org/affinity-type"
  static let family = "projectcalico.org/ip-version"

  static func labels(of spec: BlockAffinitySpec) -> [(name: String, value: String)] {
    [
      (node, hash(spec.node)), (owner, spec.type.rawValue),
      (family, spec.cidr.contains(":") ? "6" : "4"),
    ]
  }

  /// What leads to every record of a node, in the order in which it is to be asked for: a record
  /// that is given its labels in between is found with them, if not without.
  static func selections(
    node name: String
  ) -> (unlabelled: KubernetesClient.Selection, labelled: KubernetesClient.Selection) {
    (.init(labels: "!\(node)"), .init(labels: "\(node)=\(hash(name))"))
  }

  /// What two lists found, each object once, as the later one has it. The revision is the earlier
  /// one's, from which a watch tells of everything that came after either.
  static func merged(
    _ earlier: KubernetesClient.Listing, _ later: KubernetesClient.Listing
  ) -> KubernetesClient.Listing {
    let names = Set(later.items.compactMap(name(of:)))
    var result = earlier
    result.items.removeAll { name(of: $0).map(names.contains) ?? false }
    result.items += later.items
    return result
  }

  /// The name of a custom resource.
  static func name(of object: RawObject) -> String? {
    guard case .json(let value) = object else { return nil }
    return value["metadata"]?["name"]?.string
  }

  /// A node's name in the 63 characters that a label's value may have: the 256 bits of its SHA3-256
  /// in base32 as RFC 4648 §6 has it, in upper case and without padding, which are 52.
  static func hash(_ name: String) -> String { base32(SHA3.sha256(name.utf8)) }

  static func base32(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    var text: [UInt8] = []
    var (bits, count) = (0, 0)
    for byte in bytes {
      bits = (bits << 8 | Int(byte)) & 0xfff
      count += 8
      while count >= 5 {
        count -= 5
        text.append(alphabet[bits >> count & 31])
      }
    }
    if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
    return String(decoding: text, as: UTF8.self)
  }
}
