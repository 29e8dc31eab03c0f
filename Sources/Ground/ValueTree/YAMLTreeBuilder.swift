// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Builds documents from the events of a YAML stream.
struct YAMLTreeBuilder {
  private struct Node {
    var value: Value
    var marks: MarkTree
    /// Values in it, itself included.
    var size: Int
    /// Lists and maps inside each other, itself included; 0 for a scalar.
    var height: Int
  }

  private enum Anchor {
    /// Its node is still being read: an alias here would hold itself.
    case open
    case node(Node)
  }

  private let reader: YAMLEventReader
  private let file: String
  private var anchors: [String: Anchor] = [:]
  private var aliasedNodes = 0

  init(reader: YAMLEventReader, file: String) {
    self.reader = reader
    self.file = file
  }

  mutating func documents() throws(SyntaxError) -> [Document] {
    var documents: [Document] = []
    while case .documentStart = try reader.next().content {
      anchors = [:]
      let event = try reader.next()
      if case .scalar(let scalar) = event.content, scalar.isPlain, scalar.text.isEmpty,
        scalar.properties.anchor == nil
      {
        continue
      }
      let root = try node(event, level: 0)
      documents.append(Document(value: root.value, file: file, marks: root.marks))
    }
    return documents
  }

  private mutating func node(_ event: YAMLEvent, level: Int) throws(SyntaxError) -> Node {
    let properties: YAMLEvent.Properties
    switch event.content {
    case .alias(let name): return try aliased(name, at: event.mark, level: level)
    case .scalar(let scalar): properties = scalar.properties
    case .sequence(let its), .mapping(let its): properties = its
    case .documentStart, .end: throw failure(event.mark, "expected a value")
    }
    if let anchor = properties.anchor { anchors[anchor] = .open }
    let result: Node
    switch event.content {
    case .sequence: result = try sequence(event, tag: properties.tag, level: level + 1)
    case .mapping: result = try mapping(event, tag: properties.tag, level: level + 1)
    case .scalar(let scalar): result = try self.scalar(scalar, at: event.mark)
    case .alias, .documentStart, .end: throw failure(event.mark, "expected a value")
    }
    if let anchor = properties.anchor { anchors[anchor] = .node(result) }
    return result
  }

  // MARK: Lists and maps

  private mutating func sequence(
    _ start: YAMLEvent, tag: String?, level: Int
  ) throws(SyntaxError) -> Node {
    try checkCollection(start, tag: tag, allowed: "tag:yaml.org,2002:seq", level: level)
    var items: [Value] = []
    var marks = MarkTree(mark: start.mark)
    var size = 1
    var height = 0
    while true {
      do throws(SyntaxError) {
        let event = try reader.next()
        if case .end = event.content { break }
        let item = try node(event, level: level)
        items.append(item.value)
        marks.children.append(item.marks)
        size += item.size
        height = max(height, item.height)
      } catch { throw error.below(.index(items.count)) }
    }
    return Node(value: .array(items), marks: marks, size: size, height: height + 1)
  }

  private mutating func mapping(
    _ start: YAMLEvent, tag: String?, level: Int
  ) throws(SyntaxError) -> Node {
    try checkCollection(start, tag: tag, allowed: "tag:yaml.org,2002:map", level: level)
    var members: [Value.Member] = []
    var marks = MarkTree(mark: start.mark)
    var index = KeyIndex()
    var merged: [Node] = []
    var mergeMark: Mark?
    var size = 1
    var height = 0
    while true {
      let keyEvent = try reader.next()
      if case .end = keyEvent.content { break }
      let (key, isMerge) = try self.key(keyEvent)
      do throws(SyntaxError) {
        if isMerge {
          if let mergeMark {
            throw failure(keyEvent.mark, KeyIndex.duplicate(firstLine: mergeMark.line))
          }
          mergeMark = keyEvent.mark
          merged = try mergeSources(try reader.next(), level: level)
          continue
        }
        if let earlier = index.insert(key, into: members) {
          let line = marks.children[earlier].mark.line
          throw failure(keyEvent.mark, KeyIndex.duplicate(firstLine: line))
        }
        var value = try node(try reader.next(), level: level)
        value.marks.mark = keyEvent.mark
        members.append(Value.Member(key, value.value))
        marks.children.append(value.marks)
        size += value.size
        height = max(height, value.height)
      } catch { throw error.below(.key(key)) }
    }
    // What the map says itself wins over what it merges, and of several sources the first one.
    for source in merged {
      for (member, memberMarks) in zip(source.value.members ?? [], source.marks.children)
      where index.insert(member.key, into: members) == nil {
        members.append(member)
        marks.children.append(memberMarks)
      }
      size += source.size
      height = max(height, source.height - 1)
    }
    return Node(value: .object(members), marks: marks, size: size, height: height + 1)
  }

  private func checkCollection(
    _ start: YAMLEvent, tag: String?, allowed: String, level: Int
  ) throws(SyntaxError) {
    guard level <= Limits.depth else { throw tooDeep(start.mark) }
    if let tag, tag != allowed, tag != "!" { throw unknownTag(tag, at: start.mark) }
  }

  /// A key's text, and whether it is the merge key.
  private mutating func key(_ event: YAMLEvent) throws(SyntaxError) -> (String, isMerge: Bool) {
    switch event.content {
    case .scalar(let scalar):
      let node = try self.scalar(scalar, at: event.mark)
      if node.value == .null { throw failure(event.mark, "a key must not be null or empty") }
      if let anchor = scalar.properties.anchor { anchors[anchor] = .node(node) }
      return (scalar.text, scalar.isPlain && scalar.text == "<<")
    case .alias(let name):
      guard case .node(let node) = anchors[name], case .string(let text) = node.value else {
        throw failure(event.mark, "the key *\(name) does not stand for a string")
      }
      return (text, false)
    case .sequence, .mapping: throw failure(event.mark, "a key must not be a list or a map")
    case .documentStart, .end: throw failure(event.mark, "expected a key")
    }
  }

  private mutating func mergeSources(
    _ event: YAMLEvent, level: Int
  ) throws(SyntaxError) -> [Node] {
    let source = try node(event, level: level)
    if case .object = source.value { return [source] }
    // Items of a list keep their marks but not their sizes; the list's size bounds them all.
    guard case .array(let items) = source.value, items.allSatisfy({ $0.members != nil }) else {
      throw failure(event.mark, "'<<' takes a map or a list of maps")
    }
    return zip(items, source.marks.children).enumerated().map { position, item in
      Node(
        value: item.0, marks: item.1, size: position == 0 ? source.size : 0,
        height: source.height - 1)
    }
  }

  // MARK: Aliases and scalars

  private mutating func aliased(
    _ name: String, at mark: Mark, level: Int
  ) throws(SyntaxError) -> Node {
    switch anchors[name] {
    case nil: throw failure(mark, "*\(name) refers to an anchor that is not set before it")
    case .open: throw failure(mark, "*\(name) refers to what it stands in")
    case .node(let node):
      aliasedNodes += node.size
      guard aliasedNodes <= Limits.aliasedNodes else {
        throw failure(mark, "aliases may add at most \(Limits.aliasedNodes) values")
      }
      guard level + node.height <= Limits.depth else { throw tooDeep(mark) }
      return node
    }
  }

  private func scalar(_ scalar: YAMLEvent.Scalar, at mark: Mark) throws(SyntaxError) -> Node {
    Node(value: try typed(scalar, at: mark), marks: MarkTree(mark: mark), size: 1, height: 0)
  }

  private func typed(_ scalar: YAMLEvent.Scalar, at mark: Mark) throws(SyntaxError) -> Value {
    guard scalar.isPlain || scalar.properties.tag != nil else { return .string(scalar.text) }
    let tag = scalar.properties.tag
    if tag == "!" || tag == "tag:yaml.org,2002:str" { return .string(scalar.text) }
    guard let value = YAMLScalar.value(scalar.text) else {
      throw failure(mark, "\(scalar.text) is not a finite number; quote it if it is a string")
    }
    switch (tag, value) {
    case (nil, _), ("tag:yaml.org,2002:null", .null), ("tag:yaml.org,2002:bool", .bool),
      ("tag:yaml.org,2002:int", .int), ("tag:yaml.org,2002:float", .double):
      return value
    case ("tag:yaml.org,2002:float", .int(let number)): return .double(Double(number))
    case (let tag?, _):
      let known = ["null", "bool", "int", "float"].first { tag == "tag:yaml.org,2002:" + $0 }
      guard let known else { throw unknownTag(tag, at: mark) }
      throw failure(
        mark, "\(JSON.encode(.string(scalar.text))) is not what its tag !!\(known) says")
    }
  }

  // MARK: Errors

  private func unknownTag(_ tag: String, at mark: Mark) -> SyntaxError {
    let standard = "tag:yaml.org,2002:"
    let text = tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag
    return failure(
      mark,
      "the tag \(text) is not supported: only !!str, !!int, !!float, !!bool, !!null, "
        + "!!seq and !!map are")
  }

  private func tooDeep(_ mark: Mark) -> SyntaxError {
    failure(mark, "lists and maps may be nested at most \(Limits.depth) deep")
  }

  private func failure(_ mark: Mark, _ message: String) -> SyntaxError {
    SyntaxError(file: file, mark: mark, path: ValuePath(), message: message)
  }
}
