// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How the controllers work. There is one, `default`.
public struct KubeControllersConfiguration: Resource {
  public static var kind: Kind { .kubeControllersConfiguration }
  public var metadata = Metadata()
  public var spec = KubeControllersConfigurationSpec()
  public var status: KubeControllersReport?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func ownFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("status", &status, doc: "What the controllers work with now.")
  }

  public static var columns: [TableColumn<KubeControllersConfiguration>] { [.name] }
}
