// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Typha

@main
enum Main {
  static func main() async {
    await CalicoTypha.main(nil)
  }
}
