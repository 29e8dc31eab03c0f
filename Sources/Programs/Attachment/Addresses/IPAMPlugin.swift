// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import HostSystem
import ValueTree

/// Another IPAM plugin, such as host-local, run as the runtime would run it.
struct IPAMPlugin {
  private let type: String
  private let folders: [String]
  private let variables: [String: String]
  private let configuration: [UInt8]
  private static let milliseconds = 30_000
  /// Bytes of an answer at most.
  private static let outputLimit = 1 << 20

  init(
    _ type: String, _ environment: CNIEnvironment, _ variables: [String: String],
    _ configuration: NetworkConfiguration
  ) throws(CNIError) {
    guard Words.isFileName(type) else {
      throw CNIError(
        .invalidConfiguration,
        "ipam.type must be the name of a plugin, is '\(Words.shortened(type))'")
    }
    let section = try configuration.reader.map("ipam")
    for key in ["subnet", "subnetv6"] where environment.command == .add {
      guard case .string(let text)? = section.value?[key], text.hasPrefix("usePodCidr") else {
        continue
      }
      throw CNIError(
        .unsupportedField,
        "unsupported field in the network configuration: ipam.\(key) = \(text): nodes have pod "
          + "CIDRs only in Kubernetes")
    }
    self.type = type
    folders = environment.path
    self.variables = variables
    self.configuration = configuration.bytes
  }

  /// Finds the plugin in CNI_PATH.
  @discardableResult
  func find() throws(CNIError) -> String {
    let programs = folders.map { "\($0)/\(type)" }
    if let program = programs.first(where: { access($0, X_OK) == 0 }) { return program }
    throw CNIError(
      .invalidEnvironment,
      "CNI_PATH: there is no IPAM plugin '\(type)' in "
        + "'\(Words.shortened(folders.joined(separator: ":")))'")
  }

  func add() throws(CNIError) -> [IPAddress] {
    let output = try run(.add)
    let result = try CNIResult(try parse(output))
    let addresses = result.addresses.map(\.address.address)
    let sorted = addresses.filter { $0.family == .v4 } + addresses.filter { $0.family == .v6 }
    guard !sorted.isEmpty, sorted.count <= 16 else {
      throw CNIError(
        .ipamPlugin, "\(type) gave \(sorted.count) addresses: there must be 1 to 16")
    }
    return sorted
  }

  func delete() throws(CNIError) { _ = try run(.delete) }
  func check() throws(CNIError) { _ = try run(.check) }

  private func run(_ command: CNIEnvironment.Command) throws(CNIError) -> [UInt8] {
    var variables = variables
    variables["CNI_COMMAND"] = command.rawValue
    let outcome = try start(try find(), variables)
    if outcome.status == 0 { return outcome.output }
    // Its own words, if it has some.
    guard let value = try? parse(outcome.output), let message = value["msg"]?.string,
      let code = value["code"]?.int.flatMap({ Int(exactly: $0) })
    else {
      throw CNIError(
        .ipamPlugin, "\(type) failed with status \(outcome.status) and without an error message",
        details: Words.shortened(String(decoding: outcome.output, as: UTF8.self)))
    }
    throw CNIError(
      CNIError.Code(rawValue: code), "\(type): \(message)",
      details: value["details"]?.string ?? "")
  }

  private func start(
    _ program: String, _ variables: [String: String]
  ) throws(CNIError) -> ChildProgram.Outcome {
    do throws(ChildProgram.Failure) {
      return try ChildProgram([program], environment: variables).run(
        input: configuration, outputLimit: Self.outputLimit, milliseconds: Self.milliseconds)
    } catch {
      switch error {
      case .notStarted(let error):
        throw CNIError(.ipamPlugin, "\(program): \(errorText(error.code))")
      case .stopped:
        throw CNIError(
          .ipamPlugin,
          "\(program) did not end within \(Self.milliseconds) ms with an answer of at most "
            + "\(Self.outputLimit) bytes")
      }
    }
  }

  private func parse(_ output: [UInt8]) throws(CNIError) -> Value {
    do throws(SyntaxError) {
      return try JSON.parse(output, file: type)
    } catch {
      throw CNIError(.decoding, "the answer of \(type) is no JSON: \(error)")
    }
  }
}
