// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

extension IPAMClient {
  /// What keeps a new pool from being stored: that it overlaps another pool, or that there are
  /// blocks inside it of another size than its own, from which addresses could be given twice.
  public func problems(creating pool: IPPool) async throws(IPAMError) -> [FieldProblem] {
    guard let network = pool.spec.network else { return [] }
    let size = pool.spec.effectiveBlockSize
    return try await transact { session throws(IPAMError) in
      var problems: [FieldProblem] = []
      for other in try await session.list(IPPool.self) {
        guard other.metadata.name != pool.metadata.name, let cidr = other.spec.network,
          cidr.overlaps(network)
        else { continue }
        problems.append(
          FieldProblem(
            "spec", "cidr",
            message: "IPPool(\(pool.metadata.name)) CIDR overlaps with "
              + "IPPool(\(other.metadata.name))/CIDR \(cidr)",
            value: pool.spec.cidr))
      }
      let blocks = try await session.listBlocks().map(\.cidr)
      if let block = blocks.first(where: { network.overlaps($0) && $0.prefixLength != size }) {
        problems.append(
          FieldProblem(
            "spec", "blockSize",
            message: "IPPool blocksize conflicts with existing allocations that use a different "
              + "blocksize: \(block)",
            value: "\(size)"))
      }
      return problems
    }
  }
}
