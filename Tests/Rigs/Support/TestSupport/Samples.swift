// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// A global object whose content is one text.
public func sample(_ name: String, _ content: String = "") -> GlobalNetworkSet {
  var set = GlobalNetworkSet(name: name)
  set.metadata.annotations["content"] = content
  return set
}

/// A namespaced object whose content is one text.
public func sample(_ namespace: String, _ name: String, _ content: String) -> NetworkSet {
  var set = NetworkSet(name: name, namespace: namespace)
  set.metadata.annotations["content"] = content
  return set
}

public func sampleKey(_ name: String) -> ResourceKey {
  ResourceKey(kind: .globalNetworkSet, name: name)
}

public func sampleKey(_ namespace: String, _ name: String) -> ResourceKey {
  ResourceKey(kind: .networkSet, namespace: namespace, name: name)
}

extension Resource {
  /// The one text that a sample holds.
  public var content: String { metadata.annotations["content"] ?? "-" }
  public var revision: String { metadata.resourceVersion ?? "-" }
}
