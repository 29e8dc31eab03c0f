// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import NodeAgent

@main
enum Main {
  static func main() async {
    await CalicoNode.main(nil)
  }
}
