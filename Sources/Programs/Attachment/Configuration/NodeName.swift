// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Which node this is.
enum NodeName {
  /// `nodename`, the file that the agent writes, or the host's name where the configuration allows
  /// to go without that file.
  static func find(
    _ configuration: NetworkConfiguration, _ folders: Folders
  ) throws(CNIError) -> String {
    let reader = configuration.reader
    for key in ["nodename", "hostname"] {
      if let name = try reader.string(key), !name.isEmpty { return try checked(name, key) }
    }
    let file = try reader.path("nodename_file") ?? folders.library + "/nodename"
    let (name, problem) = read(file)
    if let name { return try checked(name, file) }
    if try reader.bool("nodename_file_optional") == true {
      return try checked(hostName().lowercased(), "the host's name")
    }
    let folder = file.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    throw CNIError(
      .tryAgainLater,
      "stat \(file): \(problem): check that the calico/node container is running and "
        + "has mounted \(folder)/")
  }

  /// The name that a file has, or what is wrong with the file.
  private static func read(_ file: String) -> (name: String?, problem: String) {
    do throws(SmallFile.Failure) {
      let name = try PluginFile.line(file)
      return name.isEmpty ? (nil, "the file is empty") : (name, "")
    } catch {
      return (nil, error.isMissing ? "no such file or directory" : "\(error)")
    }
  }

  private static func checked(_ name: String, _ source: String) throws(CNIError) -> String {
    let isGood =
      (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
      && !"-.".contains(name.first ?? "-") && !"-.".contains(name.last ?? "-")
    guard isGood else {
      throw CNIError(
        .invalidConfiguration,
        "\(source): a node's name must be at most 253 lower case letters, digits, '-' or '.', is "
          + "'\(Words.shortened(name))'")
    }
    return name
  }
}
