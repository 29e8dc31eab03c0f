// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension LabCluster {
  /// Watches the routes of a node until `routeChanges` is called.
  public func watchRoutes(of node: LabNode) throws(LabError) -> RunningCommand {
    try RunningCommand(
      node.here(["stdbuf", "-oL", "ip", "monitor", "route"]),
      sink: .file("\(folder)/\(node.name).routes"))
  }

  /// The lines that a watch has written, each a route that came, went or became another; ends it.
  public func routeChanges(_ watch: RunningCommand, of node: LabNode) -> [String] {
    watch.stop()
    let text = LabFiles.read("\(folder)/\(node.name).routes") ?? ""
    // What it has to say of interfaces in namespaces that it cannot see is no route.
    return text.split(separator: "\n").filter { !$0.hasPrefix("Error:") }.map {
      "\(node.name): \($0)"
    }
  }
}
