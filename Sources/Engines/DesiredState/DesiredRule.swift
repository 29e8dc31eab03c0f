// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

/// A rule in the form that the dataplane renders.
public typealias DesiredRule = PolicyRule<SetNames>

/// What such a rule asks of one end of a packet.
public typealias DesiredMatch = EntityMatch<SetNames>
