// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public enum EtcdDatastore {}
