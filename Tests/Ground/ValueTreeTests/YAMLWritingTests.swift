// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("Writing YAML")
struct YAMLWritingTests {
  @Test("maps keep their order and lists stand in line with their key")
  func layout() {
    let value: Value = [
      "kind": "NetworkPolicy",
      "metadata": ["name": "allow", "labels": [:]],
      "spec": [
        "order": 100.5,
        "types": ["Ingress", "Egress"],
        "ingress": [
          ["action": "Allow", "source": ["nets": ["10.0.0.0/8"], "ports": [80, "90:99"]]],
          ["action": "Deny"],
        ],
        "egress": [],
        "nested": [["a", ["b"]], []],
        "none": .null,
      ],
    ]
    #expect(
      YAML.encode(value) == """
        kind: NetworkPolicy
        metadata:
          name: allow
          labels: {}
        spec:
          order: 100.5
          types:
          - Ingress
          - Egress
          ingress:
          - action: Allow
            source:
              nets:
              - 10.0.0.0/8
              ports:
              - 80
              - "90:99"
          - action: Deny
          egress: []
          nested:
          - - a
            - - b
          - []
          none: null

        """)
  }

  @Test(
    "strings are quoted when they would read back as something else, and only then",
    arguments: [
      ("plain", "plain"), ("a b", "a b"), ("a:b", "a:b"), ("a#b", "a#b"), ("-a", "-a"),
      ("a'b", "a'b"),
      ("10.0.0.1", "10.0.0.1"), ("10.0.0.0/8", "10.0.0.0/8"), ("fd00::1", "fd00::1"), ("é😀", "é😀"),
      ("has(a) && b == 'c'", "has(a) && b == 'c'"), ("v1.2.3", "v1.2.3"),
      ("2026-01-02x", "2026-01-02x"),
      ("10.0.0.1:80", "10.0.0.1:80"), ("all()", "all()"), ("a_1", "a_1"),
      ("", #""""#), ("true", #""true""#), ("null", #""null""#), ("~", #""~""#), ("yes", #""yes""#),
      ("off", #""off""#), ("y", #""y""#), ("1", #""1""#), ("1.0", #""1.0""#), ("0x1f", #""0x1f""#),
      ("1e3", #""1e3""#), (".inf", #"".inf""#), ("1_000", #""1_000""#), ("12:30", #""12:30""#),
      ("2026-01-02T03:04:05Z", #""2026-01-02T03:04:05Z""#), ("<<", #""<<""#),
      ("a: b", "'a: b'"), ("a:", "'a:'"), ("a #b", "'a #b'"), ("- a", "'- a'"), ("*", "'*'"),
      ("!has(a)", "'!has(a)'"), ("'a'", "'''a'''"), ("{a}", "'{a}'"), (" a", "' a'"),
      ("a ", "'a '"),
      ("%a", "'%a'"), ("---", "'---'"), ("@", "'@'"),
      ("a\tb", #""a\tb""#), ("a\u{1}\"\\", #""a\x01\"\\""#),
      ("\u{FEFF}\u{1FFFF}", "\"\\uFEFF\u{1FFFF}\""),
      ("\n", #""\n""#), (" a\nb", #"" a\nb""#), ("a\nb ", #""a\nb ""#), ("a\r\nb", #""a\r\nb""#),
    ])
  func strings(_ text: String, _ written: String) {
    #expect(YAML.encode(["k": .string(text)]) == "k: \(written)\n")
  }

  @Test("texts of several lines become blocks that keep their line ends")
  func blocks() {
    let value: Value = [
      "one": "a\nb\n", "none": "a\n\n  b", "two": ["x\ny\n\n", "end"],
    ]
    #expect(
      YAML.encode(value) == """
        one: |
          a
          b
        none: |-
          a

            b
        two:
        - |+
          x
          y

        - end

        """)
  }

  @Test("keys are quoted by the same rule, and never written as blocks")
  func keys() {
    let value: Value = ["true": 1, "a b": 2, "x: y": 3, "l\nm": 4, "": 5]
    #expect(YAML.encode(value) == "\"true\": 1\na b: 2\n'x: y': 3\n\"l\\nm\": 4\n\"\": 5\n")
  }

  @Test("what is no map or list is written on a line of its own")
  func roots() {
    #expect(YAML.encode(.null) == "null\n")
    #expect(YAML.encode("a") == "a\n")
    #expect(YAML.encode([]) == "[]\n")
    #expect(YAML.encode([:]) == "{}\n")
    #expect(YAML.encode(.double(.nan)) == "null\n")
    #expect(YAML.encode(documents: [["a": 1], ["b": 2]]) == "a: 1\n---\nb: 2\n")
  }
}
