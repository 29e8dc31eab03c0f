// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// What rules must be among themselves (compatibility §1.3).
struct PolicyRules {
  /// Whether they stand in a resource without a namespace.
  let isGlobal: Bool

  /// What is wrong with a policy.
  func problems<P: PolicyResource>(of policy: P) -> [FieldProblem] {
    var problems = problems(ingress: policy.spec.ingress, egress: policy.spec.egress)
    for type in PolicyType.allCases where policy.spec.types.count(where: { $0 == type }) > 1 {
      problems.append(
        FieldProblem(
          "spec", "types", message: "'\(type.rawValue)' type specified more than once"))
    }
    problems += NameRules.problems(
      ofSet: policy.spec.performanceHints, at: .spec("performanceHints"))
    let name = PolicyName(policy.metadata.name)
    if let given = policy.spec.tier, !given.isEmpty {
      if !NameRules.isLabel(given) {
        problems.append(
          FieldProblem("spec", "tier", message: "must be a valid DNS label", value: given))
      } else if let prefix = name.tier, prefix != given {
        problems.append(
          FieldProblem(
            "spec", "tier",
            message: "must be the tier that the policy's name begins with, '\(prefix)'",
            value: given))
      }
    }
    return problems
  }

  /// What is wrong with the rules of a policy or profile.
  func problems(ingress: [Rule], egress: [Rule]) -> [FieldProblem] {
    let found = [(ingress, true), (egress, false)].map { rules, isIngress in
      rules.enumerated().flatMap { index, rule in
        let path = ValuePath.spec(isIngress ? "ingress" : "egress").appending(index)
        return RuleProblems(rule, isIngress: isIngress, isGlobal: isGlobal, at: path).found
      }
    }
    return Array(found.joined())
  }
}
