// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// IPAM's record of the blocks in which a handle holds addresses.
public struct IPAMHandle: Resource {
  public static var kind: Kind { .ipamHandle }
  public var metadata = Metadata()
  public var spec = IPAMHandleSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public static var columns: [TableColumn<IPAMHandle>] {
    [.name, TableColumn("HANDLEID") { $0.spec.handleID }]
  }
}
