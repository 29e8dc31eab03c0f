// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Which words of the registers a rule has loaded so far: what has not been must not be read.
struct LoadedRegisters {
  private var words: Set<Int> = []

  func has(_ register: NFTRegister, _ length: Int) -> Bool {
    words.isSuperset(of: Self.words(register, length))
  }

  mutating func set(_ register: NFTRegister, _ length: Int) {
    words.formUnion(Self.words(register, length))
  }

  private static func words(_ register: NFTRegister, _ length: Int) -> Range<Int> {
    register.word..<register.word + (length + 3) / 4
  }

  /// Notes what an expression loads; false when it reads what is not loaded. Lookups and dynamic
  /// sets, which take their lengths from a set, are left to the caller.
  mutating func take(_ expression: NFTExpression) -> Bool {
    switch expression {
    case .meta(let key, let register):
      let isName = key == .inputInterfaceName || key == .outputInterfaceName
      set(register, isName ? 16 : 4)
    case .payload(_, _, let length, let register): set(register, Int(clamping: length))
    case .load(let bytes, let register): set(register, bytes.count)
    case .ct(let key, _, let register):
      let isLong = key == .sourceIPv6 || key == .destinationIPv6
      set(register, isLong ? 16 : 4)
    case .fib(let fib): set(fib.register, fib.result == .outputInterfaceName ? 16 : 4)
    case .metaSet(_, let register), .ctSet(_, let register): return has(register, 4)
    case .compare(let register, _, let bytes): return has(register, bytes.count)
    case .range(let register, _, let from, _): return has(register, from.count)
    case .bitwise(let from, let into, let length, _, _),
      .byteOrder(let from, let into, _, let length, _):
      guard has(from, Int(clamping: length)) else { return false }
      set(into, Int(clamping: length))
    case .nat(let nat):
      return has(nat.addresses, nat.family == .ipv4 ? 4 : 16) && has(nat.ports, 2)
    case .masquerade(let masquerade): return has(masquerade.ports, 2)
    case .verdict, .lookup, .counter, .log, .limit, .dynamicSet, .noTrack, .reject,
      .counterObject, .unknown:
      break
    }
    return true
  }

  private func has(_ bounds: NFTNat.Bounds?, _ length: Int) -> Bool {
    guard let bounds else { return true }
    return has(bounds.from, length) && has(bounds.through, length)
  }
}
