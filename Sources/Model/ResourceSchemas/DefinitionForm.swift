// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Which form of our definitions a server understands.
public enum DefinitionForm: String, CaseIterable, Sendable {
  /// With rules that need functions for addresses, and that let pass what a stored object breaks
  /// already (`optionalOldSelf`), and with what is asked of what people write alone: servers from
  /// 1.31, which do not judge again what does not change. They know the functions since 1.30, but
  /// let in definitions only with what the version before knows too.
  case functions = "v1.31"
  /// With rules between fields (`x-kubernetes-validations`): servers from 1.25.
  case rules = "v1.25"
  /// Without: all servers that know `apiextensions.k8s.io/v1`.
  case structural

  /// The form for a server of that version: `v1.20.2`, `1.27+`, `v1.29.3-gke.1`. What is no version
  /// gets the form that every server understands.
  public init(serverVersion: String) {
    let text = serverVersion.hasPrefix("v") ? serverVersion.dropFirst() : serverVersion[...]
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).prefix(2).map {
      Int($0.prefix { $0.isASCII && $0.isNumber })
    }
    guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else {
      self = .structural
      return
    }
    if (major, minor) >= (1, 31) {
      self = .functions
    } else {
      self = (major, minor) >= (1, 25) ? .rules : .structural
    }
  }

  /// The folder of the definitions, below `Manifests/crds`.
  public var folder: String { rawValue }
}
