// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text exposition format, version 0.0.4.
public enum PrometheusText {
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The text of metrics in the order given.
  public static func render(_ families: [MetricFamily]) -> String {
    var text = ""
    for family in families {
      text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
      text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
      for sample in family.samples {
        text += family.name + sample.suffix
        if !sample.labels.isEmpty {
          let labels = sample.labels.sorted { rank($0.key) < rank($1.key) }
          let pairs = labels.map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }
          text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(NumberText.text(sample.value))\n"
      }
    }
    return text
  }

  /// By name; the quantile of a summary stands last.
  private static func rank(_ label: String) -> (Int, String) {
    (label == "quantile" ? 1 : 0, label)
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\"" where quotes: output += "\\\""
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  static func isMetricName(_ name: String) -> Bool {
    isName(name) { $0 == ":" }
  }

  static func isLabelName(_ name: String) -> Bool {
    isName(name) { _ in false } && !name.hasPrefix("__")
  }

  private static func isName(_ name: String, alsoAllowed: (Unicode.Scalar) -> Bool) -> Bool {
    guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return name.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": true
      default: alsoAllowed(scalar)
      }
    }
  }
}
