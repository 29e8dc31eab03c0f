// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

@testable import KubernetesClient

/// What servers newer than that of the tests answer, byte for byte in Kubernetes' protobuf form.
///
/// The bytes were made by protoc from the fields and their numbers in the API definitions of
/// Kubernetes 1.33 (`k8s.io/api`: core/v1, networking/v1, discovery/v1), not by the messages of
/// `KubernetesModel`, which are judged by them. Each has fields that those leave out.
enum NewerForms {
  /// A policy with a range of ports (`endPort`, from 1.21), peers by `kubernetes.io/metadata.name`, and
  /// the status that 1.24 to 1.27 gave to policies.
  static let networkPolicies = bytes(
    """
    azhzAAopChRuZXR3b3JraW5nLms4cy5pby92MRIRTmV0d29ya1BvbGljeUxpc3QSmAIKBhICNDIgABKNAgp3CgN3ZWIa
    BHNob3AqJGExOGQ0ZjJlLTdjMWYtNGE4ZS05ZDU4LTJmM2I2YTBjNGU3MTICNDA4AUIGCPDOoNgGigE1CgdrdWJlY3Rs
    EgZVcGRhdGUaAnYxIgYI8M6g2AYyCEZpZWxkc1YxOgQKAnt9QgZzdGF0dXMScQoMCgoKA2FwcBIDd2ViElgKDwoDVENQ
    EgUIABDAPhjKPgoOCgNUQ1ASBwgBGgN3ZWIKCwoDVURQEgQIABA1EigSJgokChtrdWJlcm5ldGVzLmlvL21ldGFkYXRh
    Lm5hbWUSBWluZnJhIgdJbmdyZXNzGh8KHQoIQWNjZXB0ZWQSBFRydWUYASICCAEqAk9rMgFtGgAiAA==
    """)

  /// A namespace with the label that servers from 1.21 give to each.
  static let namespaces = bytes(
    """
    azhzAAoTCgJ2MRINTmFtZXNwYWNlTGlzdBLKAQoGEgI0MiAAEr8BCqQBCgVpbmZyYSokYTE4ZDRmMmUtN2MxZi00YThl
    LTlkNTgtMmYzYjZhMGM0ZTcxMgI0MTgBQgYI8M6g2AZaJAoba3ViZXJuZXRlcy5pby9tZXRhZGF0YS5uYW1lEgVpbmZy
    YVoJCgR0ZWFtEgFhigE1CgdrdWJlY3RsEgZVcGRhdGUaAnYxIgYI8M6g2AYyCEZpZWxkc1YxOgQKAnt9QgZzdGF0dXMS
    DAoKa3ViZXJuZXRlcxoICgZBY3RpdmUaACIA
    """)

  /// No service account.
  static let serviceAccounts = bytes(
    """
    azhzAAoYCgJ2MRISU2VydmljZUFjY291bnRMaXN0EgYKBBICNDIaACIA
    """)

  /// A pod of a stateful set as 1.33 has it: two addresses, the node's two (from 1.28), a sidecar,
  /// a scheduling gate and other fields that 1.20 had not.
  static let pods = bytes(
    """
    azhzAAoNCgJ2MRIHUG9kTGlzdBKABAoGEgI0MiAAEvUDCtIBCgV3ZWItMBIEd2ViLRoEc2hvcCokYTE4ZDRmMmUtN2Mx
    Zi00YThlLTlkNTgtMmYzYjZhMGM0ZTcxMgIzOTgBQgYI8M6g2AZaCgoDYXBwEgN3ZWJaIQocYXBwcy5rdWJlcm5ldGVz
    LmlvL3BvZC1pbmRleBIBMGoiCgtTdGF0ZWZ1bFNldBoDd2ViIgF1KgdhcHBzL3YxMAE4AYoBNQoHa3ViZWN0bBIGVXBk
    YXRlGgJ2MSIGCPDOoNgGMghGaWVsZHNWMToECgJ7fUIGc3RhdHVzEoIBEjgKAWMSAXgyDQoDd2ViGJA/IgNUQ1ByDElm
    Tm90UHJlc2VudLoBEgoDY3B1EgtOb3RSZXF1aXJlZBoGQWx3YXlzQgVyb2JvdEoFcm9ib3RSBm5vZGUtMVgAogESCgRz
    aWRlEgFzwgEGQWx3YXlzogIHCgVsaW51eKgCALICAwoBZxqYAQoHUnVubmluZxIPCgVSZWFkeRIEVHJ1ZTgBEiMKGVBv
    ZFJlYWR5VG9TdGFydENvbnRhaW5lcnMSBFRydWU4ASoKMTcyLjE2LjAuMTIIMTAuMS4yLjNKCkJlc3RFZmZvcnRiCgoI
    MTAuMS4yLjNiCQoHZmQwMDo6M3IAggEMCgoxNzIuMTYuMC4xggEJCgdmZDAxOjoxiAEBGgAiAA==
    """)

  /// A service with two families (from 1.20) and `internalTrafficPolicy` (from 1.21), as 1.33 has it.
  static let services = bytes(
    """
    azhzAAoRCgJ2MRILU2VydmljZUxpc3QShgMKBhICNDIgABL7Agp3CgN3ZWIaBHNob3AqJGExOGQ0ZjJlLTdjMWYtNGE4
    ZS05ZDU4LTJmM2I2YTBjNGU3MTICMzg4AUIGCPDOoNgGigE1CgdrdWJlY3RsEgZVcGRhdGUaAnYxIgYI8M6g2AYyCEZp
    ZWxkc1YxOgQKAnt9QgZzdGF0dXMSzwEKLQoEaHR0cBIDVENQGFAiBwgBGgN3ZWIogOsBMhFrdWJlcm5ldGVzLmlvL2gy
    YxIKCgNhcHASA3dlYhoKMTAuOTYuMC4xMCIMTG9hZEJhbGFuY2VyKgkxOTIuMC4yLjE6BE5vbmVaBUxvY2FsYID6AYoB
    EFJlcXVpcmVEdWFsU3RhY2uSAQoxMC45Ni4wLjEwkgEIZmQ5Njo6MTCaAQRJUHY0mgEESVB2NqABAaoBBmNhbGljb7IB
    BUxvY2FsugEOUHJlZmVyU2FtZVpvbmUaLgosChwKDDE5OC41MS4xMDAuMRoDVklQIgcIUBIDVENQCgwSCmxiLmV4YW1w
    bGUaACIA
    """)

  /// A slice with an endpoint that is ready, one that ends but serves, and one that does not say.
  static let endpointSlices = bytes(
    """
    azhzAAooChNkaXNjb3ZlcnkuazhzLmlvL3YxEhFFbmRwb2ludFNsaWNlTGlzdBL/AwoGEgI0MiAAEvQDCrsCCgl3ZWIt
    YWJjZGUSBHdlYi0aBHNob3AqJGExOGQ0ZjJlLTdjMWYtNGE4ZS05ZDU4LTJmM2I2YTBjNGU3MTICMzc4AUIGCPDOoNgG
    WiEKGmt1YmVybmV0ZXMuaW8vc2VydmljZS1uYW1lEgN3ZWJaSQomZW5kcG9pbnRzbGljZS5rdWJlcm5ldGVzLmlvL21h
    bmFnZWQtYnkSH2VuZHBvaW50c2xpY2UtY29udHJvbGxlci5rOHMuaW9iSAowZW5kcG9pbnRzLmt1YmVybmV0ZXMuaW8v
    bGFzdC1jaGFuZ2UtdHJpZ2dlci10aW1lEhQyMDI2LTExLTI2VDEyOjM0OjU2WooBNQoHa3ViZWN0bBIGVXBkYXRlGgJ2
    MSIGCPDOoNgGMghGaWVsZHNWMToECgJ7fUIGc3RhdHVzEkwKCDEwLjEuMi4zEgYIARABGAAaBXdlYi0wIhUKA1BvZBIE
    c2hvcBoFd2ViLTAiAXUyBm5vZGUtMToBYUIPCgMKAWESCAoGbm9kZS0xEj4KCDEwLjEuMi40EgYIABABGAEqIgoddG9w
    b2xvZ3kua3ViZXJuZXRlcy5pby9yZWdpb24SAXIyBm5vZGUtMhIKCggxMC4xLjIuNRoUCgRodHRwEgNUQ1AYkD8iBGh0
    dHAiBElQdjQaACIA
    """)

  /// A watch: the slice, the end of what was there at first (from 1.27), the slice when its first
  /// endpoint is not ready any more, and its deletion.
  static let endpointSliceEvents = bytes(
    """
    AAACMgoFQURERUQSqAQKpQRrOHMACiQKE2Rpc2NvdmVyeS5rOHMuaW8vdjESDUVuZHBvaW50U2xpY2US9AMKuwIKCXdl
    Yi1hYmNkZRIEd2ViLRoEc2hvcCokYTE4ZDRmMmUtN2MxZi00YThlLTlkNTgtMmYzYjZhMGM0ZTcxMgI0MzgBQgYI8M6g
    2AZaIQoaa3ViZXJuZXRlcy5pby9zZXJ2aWNlLW5hbWUSA3dlYlpJCiZlbmRwb2ludHNsaWNlLmt1YmVybmV0ZXMuaW8v
    bWFuYWdlZC1ieRIfZW5kcG9pbnRzbGljZS1jb250cm9sbGVyLms4cy5pb2JICjBlbmRwb2ludHMua3ViZXJuZXRlcy5p
    by9sYXN0LWNoYW5nZS10cmlnZ2VyLXRpbWUSFDIwMjYtMTEtMjZUMTI6MzQ6NTZaigE1CgdrdWJlY3RsEgZVcGRhdGUa
    AnYxIgYI8M6g2AYyCEZpZWxkc1YxOgQKAnt9QgZzdGF0dXMSTAoIMTAuMS4yLjMSBggBEAEYABoFd2ViLTAiFQoDUG9k
    EgRzaG9wGgV3ZWItMCIBdTIGbm9kZS0xOgFhQg8KAwoBYRIICgZub2RlLTESPgoIMTAuMS4yLjQSBggAEAEYASoiCh10
    b3BvbG9neS5rdWJlcm5ldGVzLmlvL3JlZ2lvbhIBcjIGbm9kZS0yEgoKCDEwLjEuMi41GhQKBGh0dHASA1RDUBiQPyIE
    aHR0cCIESVB2NBoAIgAAAABnCghCT09LTUFSSxJbCllrOHMACiQKE2Rpc2NvdmVyeS5rOHMuaW8vdjESDUVuZHBvaW50
    U2xpY2USKQonMgI0NGIhChlrOHMuaW8vaW5pdGlhbC1ldmVudHMtZW5kEgR0cnVlGgAiAAAAAjUKCE1PRElGSUVEEqgE
    CqUEazhzAAokChNkaXNjb3ZlcnkuazhzLmlvL3YxEg1FbmRwb2ludFNsaWNlEvQDCrsCCgl3ZWItYWJjZGUSBHdlYi0a
    BHNob3AqJGExOGQ0ZjJlLTdjMWYtNGE4ZS05ZDU4LTJmM2I2YTBjNGU3MTICNDU4AUIGCPDOoNgGWiEKGmt1YmVybmV0
    ZXMuaW8vc2VydmljZS1uYW1lEgN3ZWJaSQomZW5kcG9pbnRzbGljZS5rdWJlcm5ldGVzLmlvL21hbmFnZWQtYnkSH2Vu
    ZHBvaW50c2xpY2UtY29udHJvbGxlci5rOHMuaW9iSAowZW5kcG9pbnRzLmt1YmVybmV0ZXMuaW8vbGFzdC1jaGFuZ2Ut
    dHJpZ2dlci10aW1lEhQyMDI2LTExLTI2VDEyOjM0OjU2WooBNQoHa3ViZWN0bBIGVXBkYXRlGgJ2MSIGCPDOoNgGMghG
    aWVsZHNWMToECgJ7fUIGc3RhdHVzEkwKCDEwLjEuMi4zEgYIABABGAAaBXdlYi0wIhUKA1BvZBIEc2hvcBoFd2ViLTAi
    AXUyBm5vZGUtMToBYUIPCgMKAWESCAoGbm9kZS0xEj4KCDEwLjEuMi40EgYIABABGAEqIgoddG9wb2xvZ3kua3ViZXJu
    ZXRlcy5pby9yZWdpb24SAXIyBm5vZGUtMhIKCggxMC4xLjIuNRoUCgRodHRwEgNUQ1AYkD8iBGh0dHAiBElQdjQaACIA
    AAACNAoHREVMRVRFRBKoBAqlBGs4cwAKJAoTZGlzY292ZXJ5Lms4cy5pby92MRINRW5kcG9pbnRTbGljZRL0Awq7AgoJ
    d2ViLWFiY2RlEgR3ZWItGgRzaG9wKiRhMThkNGYyZS03YzFmLTRhOGUtOWQ1OC0yZjNiNmEwYzRlNzEyAjQ2OAFCBgjw
    zqDYBlohChprdWJlcm5ldGVzLmlvL3NlcnZpY2UtbmFtZRIDd2ViWkkKJmVuZHBvaW50c2xpY2Uua3ViZXJuZXRlcy5p
    by9tYW5hZ2VkLWJ5Eh9lbmRwb2ludHNsaWNlLWNvbnRyb2xsZXIuazhzLmlvYkgKMGVuZHBvaW50cy5rdWJlcm5ldGVz
    LmlvL2xhc3QtY2hhbmdlLXRyaWdnZXItdGltZRIUMjAyNi0xMS0yNlQxMjozNDo1NlqKATUKB2t1YmVjdGwSBlVwZGF0
    ZRoCdjEiBgjwzqDYBjIIRmllbGRzVjE6BAoCe31CBnN0YXR1cxJMCggxMC4xLjIuMxIGCAAQARgAGgV3ZWItMCIVCgNQ
    b2QSBHNob3AaBXdlYi0wIgF1MgZub2RlLTE6AWFCDwoDCgFhEggKBm5vZGUtMRI+CggxMC4xLjIuNBIGCAAQARgBKiIK
    HXRvcG9sb2d5Lmt1YmVybmV0ZXMuaW8vcmVnaW9uEgFyMgZub2RlLTISCgoIMTAuMS4yLjUaFAoEaHR0cBIDVENQGJA/
    IgRodHRwIgRJUHY0GgAiAA==
    """)

  private static func bytes(_ base64: String) -> [UInt8] { Base64.decode(base64) ?? [] }
}
