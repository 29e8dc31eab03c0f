// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Selectors

/// One end of a packet named as policies name it.
public struct SelectorNames: RuleNames {
  /// The endpoints and network sets that may stand here: selector, notSelector, namespace selector
  /// and service accounts in one. `nil`: anything, also addresses that nobody has a name for.
  public var selector: Selector?
  /// A notSelector without a selector beside it: any address but those of these endpoints.
  public var notSelector: Selector?
  /// Ports of what the selector matches, by name.
  public var namedPorts: [String] = []
  public var notNamedPorts: [String] = []

  public init() {}
}
