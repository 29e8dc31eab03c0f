// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The name of the interface on a node by which a pod is reached (compatibility §1.7): a prefix and
/// the first eleven hexadecimal digits of a SHA-1.
public enum WorkloadInterfaceName {
  /// The digits that follow the prefix.
  public static let digitCount = 11

  /// - Parameters:
  ///   - prefix: At most 4 bytes.
  ///   - endpoint: The name inside. That of `eth0` is Calico's; any other stands behind a slash,
  ///     which neither a pod's name nor a namespace's has: behind a dot it would make `net1` of the
  ///     pod `m` the same as `eth0` of the pod `m.net1`.
  public static func name(
    prefix: String, namespace: String, pod: String, endpoint: String = "eth0"
  ) -> String {
    name(prefix: prefix, of: "\(namespace).\(pod)" + (endpoint == "eth0" ? "" : "/\(endpoint)"))
  }

  /// The name that stands for any text.
  public static func name(prefix: String, of text: String) -> String {
    prefix + SHA1.hex(text).prefix(digitCount)
  }
}
