// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A member of a stored object that this version does not know or cannot read.
public typealias UnknownMember = Value.Member
