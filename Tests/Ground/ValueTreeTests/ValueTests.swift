// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@Suite("Values, paths and marks")
struct ValueTests {
  @Test("a value gives what it holds and nothing else")
  func accessors() {
    #expect(Value.int(3).int == 3 && Value.int(3).double == 3 && Value.int(3).string == nil)
    #expect(Value.double(3).int == nil && Value.double(3).double == 3)
    #expect(Value.bool(true).bool == true && Value.null.bool == nil && Value.null.isNull)
    #expect(Value.array([1]).array == [1] && Value.object([]).array == nil)
    #expect((["a": 1] as Value)["a"] == 1 && (["a": 1] as Value)["b"] == nil)
  }

  @Test("members are set in their place, appended and removed")
  func setting() {
    var value: Value = ["a": 1, "b": 2]
    value["a"] = "x"
    value["c"] = [true]
    value["b"] = nil
    #expect(value == ["a": "x", "c": [true]])
    var null = Value.null
    null["k"] = nil
    #expect(null == .null)
    null["k"] = 1
    #expect(null == ["k": 1])
    var number = Value.int(1)
    number["k"] = 1
    #expect(number == 1)
  }

  @Test("a path is dotted, with positions and unusual keys in brackets")
  func paths() {
    let rule = ValuePath().appending("spec").appending("ingress").appending(0).appending("ports")
    #expect(rule.description == "spec.ingress[0].ports")
    let label = path(.key("metadata"), .key("labels"), .key("kubernetes.io/name"))
    #expect(label.description == #"metadata.labels["kubernetes.io/name"]"#)
    #expect(path(.key("")).description == #"[""]"#)
    #expect(path(.index(2), .key("a")).description == "[2].a")
    #expect(ValuePath().isEmpty && ValuePath().description == "")
  }

  @Test("a value is found by its path")
  func lookup() {
    let value: Value = ["spec": ["nets": ["10.0.0.0/8"]]]
    #expect(value.value(at: path(.key("spec"), .key("nets"), .index(0))) == "10.0.0.0/8")
    #expect(value.value(at: path(.key("spec"), .key("nets"), .index(1))) == nil)
    #expect(value.value(at: path(.key("spec"), .index(0))) == nil)
    #expect(value.value(at: ValuePath()) == value)
  }

  static let text = """
    # a pool
    kind: IPPool
    spec:
      cidr: 10.0.0.0/8
      nets:
      - a: 1
        b: 2
      - [x,   y]
    """

  @Test(
    "a mark is that of the key, of the item, or of the nearest ancestor",
    arguments: [
      (ValuePath(), "2:1"),
      (path(.key("kind")), "2:1"),
      (path(.key("spec"), .key("cidr")), "4:3"),
      (path(.key("spec"), .key("nets")), "5:3"),
      (path(.key("spec"), .key("nets"), .index(0)), "6:5"),
      (path(.key("spec"), .key("nets"), .index(0), .key("b")), "7:5"),
      (path(.key("spec"), .key("nets"), .index(1), .index(1)), "8:11"),
      (path(.key("spec"), .key("missing"), .key("x")), "3:1"),
      (path(.key("spec"), .key("nets"), .index(7)), "5:3"),
      (path(.key("kind"), .key("x")), "2:1"),
    ])
  func marks(_ path: ValuePath, _ expected: String) throws {
    let document = try #require(
      try YAML.documents(Array(Self.text.utf8), file: "pool.yaml").first)
    #expect(document.mark(of: path)?.description == expected)
  }

  @Test("marks of JSON count characters, also on one long line")
  func jsonMarks() throws {
    let document = try JSON.document(
      Array(#"{"é": [1, {"b": 2}],"#.utf8) + Array("\r\n \"c\": 3}".utf8), file: "x")
    #expect(document.mark(of: path(.key("é"), .index(1))) == Mark(line: 1, column: 11))
    #expect(document.mark(of: path(.key("é"), .index(1), .key("b"))) == Mark(line: 1, column: 12))
    #expect(document.mark(of: path(.key("c"))) == Mark(line: 2, column: 2))
  }

  @Test("an error about a value carries file, place and path")
  func errors() throws {
    let document = try #require(
      try YAML.documents(Array(Self.text.utf8), file: "pool.yaml").first)
    let error = document.error(at: path(.key("spec"), .key("cidr")), "must be masked")
    #expect(error.description == "pool.yaml:4:3: spec.cidr: must be masked")
    let unread = Document(value: 1)
    #expect(unread.mark(of: ValuePath()) == nil)
    #expect(unread.error(at: ValuePath(), "no").description == "1:1: no")
  }

  @Test("a document that was changed after reading still shows a place")
  func changed() throws {
    var document = try #require(try YAML.documents(Array("a: [1]".utf8), file: "x").first)
    document.value["a"] = [1, 2, 3]
    #expect(document.mark(of: path(.key("a"), .index(2))) == Mark(line: 1, column: 1))
  }
}
