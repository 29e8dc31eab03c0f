// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The name of this machine (`uname -n`); empty when it cannot be told.
public func hostName() -> String {
  var names = utsname()
  guard uname(&names) == 0 else { return "" }
  return withUnsafeBytes(of: &names.nodename) {
    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
  }
}
