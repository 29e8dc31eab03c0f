// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ResourceSchemas
import Resources
import StoreRig
import Testing
import ValueTree

@Suite("Custom resource definitions")
struct DefinitionTests {
  @Test(
    "in Manifests are those that the declarations give", arguments: DefinitionForm.allCases)
  func committed(form: DefinitionForm) {
    for resource in CustomResource.all {
      let path = "\(KubernetesServer.manifestFolder)/crds/\(form.folder)/\(resource.fileName)"
      #expect(
        RigFolder.text(of: path) == resource.manifest(form),
        "\(path) is old: run swift package generate-manifests")
    }
  }

  @Test("are there for every kind that Kubernetes does not have itself, under its names")
  func kinds() {
    #expect(CustomResource.all.count == 22)
    let missing = Set(Kind.allCases).subtracting(CustomResource.all.map(\.kind))
    #expect(missing == [.node, .profile, .workloadEndpoint])
    let configuration = CustomResource.all.first { $0.kind == .ipamConfiguration }
    #expect(configuration?.name == "ipamconfigs.crd.projectcalico.org")
    #expect(configuration?.kindName == "IPAMConfig")
    var words: [String] = []
    for resource in CustomResource.all {
      words += [resource.singular, resource.plural] + resource.shortNames
    }
    #expect(Set(words).count == words.count, "two kinds share a name")
  }

  @Test(
    "have the form that the server understands",
    arguments: [
      ("v1.20.2", DefinitionForm.structural), ("1.24.9", .structural), ("v1.25.0", .rules),
      ("1.27+", .rules), ("v1.29.3-gke.1", .rules), ("v1.30.9", .rules), ("v1.31.0", .functions),
      ("1.36", .functions), ("2.0", .functions), ("v1", .structural),
      ("", .structural), ("banana", .structural), ("v1.x", .structural),
    ])
  func form(version: String, form: DefinitionForm) {
    #expect(DefinitionForm(serverVersion: version) == form)
  }

  @Test("say something of every field, and keep the fields that they do not declare")
  func fields() {
    for resource in CustomResource.all {
      let definition = resource.definition(.rules)
      let version = definition["spec"]?["versions"]?.array?.first
      let schema = version?["schema"]?["openAPIV3Schema"]
      for name in ["spec", "status"] {
        check(schema?["properties"]?[name] ?? .null, "\(resource.plural).\(name)")
      }
    }
  }

  /// - Parameter place: for messages.
  private func check(_ schema: Value, _ place: String) {
    #expect(schema["default"] == nil, "\(place) has a default that the server would write")
    if schema["type"] == "object", schema["additionalProperties"] == nil {
      #expect(schema["x-kubernetes-preserve-unknown-fields"] == true, "\(place) prunes")
    }
    for property in schema["properties"]?.members ?? [] {
      #expect(property.value["description"]?.string?.isEmpty == false, "\(place).\(property.key)")
      check(property.value, "\(place).\(property.key)")
    }
    for name in ["items", "additionalProperties"] {
      if let inner = schema[name] { check(inner, "\(place)[]") }
    }
  }

  @Test("have rules between fields in one form only")
  func rules() {
    for resource in CustomResource.all {
      #expect(!resource.manifest(.structural).contains("x-kubernetes-validations"))
    }
    let pool = CustomResource.all.first { $0.kind == .ipPool }?.manifest(.rules) ?? ""
    #expect(pool.contains("message: ipipMode and vxlanMode cannot both be enabled"))
    let policy = CustomResource.all.first { $0.kind == .networkPolicy }?.manifest(.rules) ?? ""
    #expect(policy.contains("message: HTTP match is only valid on Allow rules"))
  }

  @Test("ask of what people write what they do not ask of what programs report")
  func status() throws {
    let resource = try #require(
      CustomResource.all.first { $0.kind == .kubeControllersConfiguration })
    let version = resource.definition(.functions)["spec"]?["versions"]?.array?.first
    let parts = version?["schema"]?["openAPIV3Schema"]?["properties"]
    let written = parts?["spec"]?["properties"]?["healthChecks"]?["pattern"]?.string
    let reported = parts?["status"]?["properties"]?["runningConfig"]?["properties"]?[
      "healthChecks"]?["pattern"]?.string
    #expect(written == "^(Enabled|Disabled)$")
    #expect(reported == "^(?i)(Enabled|Disabled)?$")
  }

  @Test("refuse nothing of IPAM's records but wrong types")
  func records() {
    for resource in CustomResource.all {
      switch resource.kind {
      case .blockAffinity, .ipamBlock, .ipamHandle:
        for word in ["enum:", "required:", "pattern:", "minimum:"] {
          #expect(!resource.manifest(.rules).contains(word), "\(resource.plural) \(word)")
          #expect(!resource.manifest(.functions).contains(word), "\(resource.plural) \(word)")
        }
      default: break
      }
    }
  }
}
