// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

extension IPAMClient {
  /// How IPAM works here; the defaults where nothing is stored.
  public func configuration() async throws(IPAMError) -> IPAMConfigurationSpec {
    try await transact { session throws(IPAMError) in try await session.settings() }
  }

  /// Changes how IPAM works, and returns the new configuration.
  ///
  /// - Parameter change: may be called more than once, if others change it at the same time.
  ///
  /// Errors: `invalidConfiguration`.
  @discardableResult
  public func updateConfiguration(
    _ change: (inout IPAMConfigurationSpec) -> Void
  ) async throws(IPAMError) -> IPAMConfigurationSpec {
    let name = IPAMConfiguration.kind.singletonName ?? "default"
    return try await transact { session throws(IPAMError) in
      for attempt in 0..<Session.retries {
        try await session.pause(before: attempt)
        let stored = try await session.find(IPAMConfiguration.self, name)
        var new = stored ?? IPAMConfiguration(name: name)
        change(&new.spec)
        try Self.check(new)
        let written =
          try await stored == nil ? session.create(new) : session.update(new)
        if let written { return written.spec }
      }
      throw .tooManyConflicts(Session.retries)
    }
  }

  private static func check(_ configuration: IPAMConfiguration) throws(IPAMError) {
    let spec = configuration.spec
    if !spec.strictAffinity, !spec.autoAllocateBlocks {
      throw .invalidConfiguration(
        "Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time")
    }
    if spec.maxBlocksPerHost != 0, !spec.strictAffinity {
      throw .invalidConfiguration("MaxBlocksPerHost requires StrictAffinity to be enabled")
    }
    guard (0...1_000_000).contains(spec.maxBlocksPerHost) else {
      throw .invalidConfiguration(
        "maxBlocksPerHost must be in 0...1000000, is \(spec.maxBlocksPerHost)")
    }
    guard (0...1200).contains(spec.ipCooldownSeconds) else {
      throw .invalidConfiguration(
        "ipCooldownSeconds must be in 0...1200, is \(spec.ipCooldownSeconds)")
    }
    if let problem = configuration.problems().first {
      throw .invalidConfiguration(problem.description)
    }
  }
}
