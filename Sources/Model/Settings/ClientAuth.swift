// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What is asked of those who read metrics, in the words of Go's TLS.
public enum ClientAuth: String, Sendable, Hashable, CaseIterable {
  case none = "NoClientCert"
  case request = "RequestClientCert"
  case requireAny = "RequireAnyClientCert"
  case verifyIfGiven = "VerifyClientCertIfGiven"
  case requireAndVerify = "RequireAndVerifyClientCert"
}
