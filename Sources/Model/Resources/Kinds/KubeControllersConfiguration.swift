// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// How the controllers work. There is one, `default`.
public struct KubeControllersConfiguration: Resource {
  public static var kind: Kind { .kubeControllersConfiguration }
  public var metadata = Metadata()
  public var spec = KubeControllersConfigurationSpec()
  public var status: KubeControllersReport?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func ownFields<V: FieldVisitor>(_ v: inout V) {
    v.optional("status", &status, doc: "What the controllers work with now.")
  }

  public func problems() -> [FieldProblem] {
    let templates = spec.controllers.node?.hostEndpoint?.templates ?? []
    return templates.enumerated().flatMap { index, template in
      let path = ValuePath.spec("controllers", "node", "hostEndpoint", "templates").appending(index)
      var problems =
        NameRules.problems(ofLabels: template.labels, at: path.appending("labels"))
        + NameRules.problems(ofAnnotations: template.annotations, at: path.appending("annotations"))
      let name = template.generateName
      if !name.isEmpty, let message = NameRules.subdomainProblem(name) {
        problems.append(
          FieldProblem(path: path.appending("generateName"), message: message, value: name))
      }
      return problems
    }
  }

  public static var columns: [TableColumn<KubeControllersConfiguration>] { [.name] }
}
