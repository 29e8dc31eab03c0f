// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel
import Selectors

/// What decides a set's members: a selector, and for a named port its name and protocol.
struct SetDefinition: Hashable, Sendable {
  struct NamedPort: Hashable, Sendable {
    var name: String
    var transport: IPProtocol
  }

  var selector: Selector
  var port: NamedPort?

  /// The addresses of what the selector matches.
  static func nets(_ selector: Selector) -> SetDefinition {
    SetDefinition(selector: selector, port: nil)
  }

  /// The selector's own ID, or `n:…` over selector, protocol and name (compatibility §2).
  var id: IPSetID {
    guard let port else { return IPSetID(selector.id) }
    let transport = port.transport.description.lowercased()
    let content = "\(selector.id),\(transport),\(port.name)"
    return IPSetID(UniqueID.make(prefix: "n", content: content))
  }

  var type: IPSetType { port == nil ? .nets : .ports }

  /// The set in a reader's words.
  var comment: String {
    guard let port else { return selector.canonical }
    return "port \(port.name) (\(port.transport)) of \(selector.canonical)"
  }
}
