// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The steps of ADD and DEL that change something, in their order.
public enum Step: String, CaseIterable, Sendable {
  /// Take addresses from IPAM.
  case assignAddresses = "assign-addresses"
  /// Make the pair of interfaces, under a name of its own where another container of the pod has
  /// the pod's; what an attempt before has left goes.
  case createLink = "create-link"
  case configureHost = "configure-host"
  case configurePod = "configure-pod"
  case routeToPod = "route-to-pod"
  /// Take addresses from the container that are not its own any more; only where there are some.
  case takeAway = "take-away"
  /// Store the workload endpoint, and the profile where it is new.
  case storeEndpoint = "store-endpoint"
  /// Rename the earlier container's interface, so that its name is free.
  case setAside = "set-aside"
  /// Give the new interface that name.
  case replaceLink = "replace-link"
  /// Remove the earlier container's interface.
  case removeFormer = "remove-former"
  /// Give back what an earlier container of the same pod held.
  case releaseFormer = "release-former"
  case tellAgent = "tell-agent"
  case answer = "answer"

  case removeLink = "remove-link"
  case deleteEndpoint = "delete-endpoint"
  case releaseAddresses = "release-addresses"

  /// Those of ADD, in their order.
  public static let ofAdd: [Step] = [
    .assignAddresses, .createLink, .configureHost, .configurePod, .routeToPod, .storeEndpoint,
    .tellAgent, .answer,
  ]
  /// Those of ADD for a pod that has the interface of an earlier container, of which nothing
  /// changes before the endpoint is stored.
  public static let ofTakeOver: [Step] = [
    .assignAddresses, .createLink, .configureHost, .configurePod, .routeToPod, .storeEndpoint,
    .setAside, .replaceLink, .removeFormer, .releaseFormer, .tellAgent, .answer,
  ]
  /// Those of DEL.
  public static let ofDelete: [Step] = [
    .removeLink, .deleteEndpoint, .releaseAddresses, .answer,
  ]
}
