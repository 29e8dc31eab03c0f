// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The steps of ADD and DEL that change something, in their order.
public enum Step: String, CaseIterable, Sendable {
  /// Take addresses from IPAM.
  case assignAddresses = "assign-addresses"
  /// Make the pair of interfaces; what was there under its name goes.
  case createLink = "create-link"
  case configureHost = "configure-host"
  case configurePod = "configure-pod"
  case routeToPod = "route-to-pod"
  /// Store the workload endpoint, and the profile where it is new.
  case storeEndpoint = "store-endpoint"
  /// Give back what an earlier container of the same pod held.
  case releaseFormer = "release-former"
  case tellAgent = "tell-agent"
  case answer = "answer"

  case removeLink = "remove-link"
  case deleteEndpoint = "delete-endpoint"
  case releaseAddresses = "release-addresses"

  /// Those of ADD.
  public static let ofAdd: [Step] = [
    .assignAddresses, .createLink, .configureHost, .configurePod, .routeToPod, .storeEndpoint,
    .releaseFormer, .tellAgent, .answer,
  ]
  /// Those of DEL.
  public static let ofDelete: [Step] = [
    .removeLink, .deleteEndpoint, .releaseAddresses, .answer,
  ]
}
