// swift-tools-version:6.2
import PackageDescription

/// The settings of every target of ours: Swift 6, the upcoming features that make
/// dependencies visible, and no warning left standing.
let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

/// Nothing but the kernel is asked of the host that a program linked so is copied onto. The two
/// libraries are parts of FoundationEssentials, which only names them where it is linked dynamically.
/// It is done by the linker alone: what is compiled serves every other program and the tests too.
let fullyStatic: [LinkerSetting] = [
  .unsafeFlags(["-static-executable", "-l_FoundationCShims", "-l_FoundationCollections"])
]

func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, exclude: exclude,
    swiftSettings: house)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpc: [Target.Dependency] = [
  .product(name: "GRPCCore", package: "grpc-swift-2"),
  .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
  .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
]

let package = Package(
  name: "calico-in-swift",
  products: [
    .executable(name: "calico", targets: ["calico"]),
    .executable(name: "calico-node", targets: ["calico-node"]),
    .executable(name: "calicoctl", targets: ["calicoctl"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    // Without its default trait, which would bring full Foundation into the static plugin.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Ground: what knows nothing of Calico.
    library("Addressing"),
    .target(name: "CLinux"),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    library("Netlink", ["Addressing", "CLinux"]),
    library("ValueTree", ["CYAML"]),
    library("Selectors"),
    library("HostSystem"),
    library("Telemetry", ["CLinux", "HostSystem", logging]),
    library("AgentProtocol", ["CLinux"]),

    // Floor 1: the language.
    library("Resources", ["Addressing", "Selectors", "ValueTree"]),
    library("Settings", ["Addressing", "HostSystem", "Resources", "ValueTree"]),
    library("DesiredState", ["Addressing"]),

    // The Kubernetes API: below the stores, because controllers and Typha talk to it too.
    library("KubernetesModel", [protobuf], exclude: ["Protos"]),
    library(
      "KubernetesClient",
      [
        "CLinux", "HostSystem", "KubernetesModel", "ValueTree", httpClient, nioCore, nioHTTP1,
        nioPosix, nioSSL, protobuf,
      ]),

    // Floor 1½: the contract.
    library("Datastore", ["Addressing", "Resources", "ValueTree"]),
    library(
      "SyncModel", ["Addressing", "DesiredState", "Resources", "Selectors", "ValueTree"]),

    // Floor 2: stores, and the choice between them.
    library("LocalDatastore", ["CLinux", "CSQLite", "Datastore", "Resources", "ValueTree"]),
    library(
      "EtcdDatastore",
      [
        "Addressing", "CLinux", "Datastore", "HostSystem", "Resources", "ValueTree", nioCore,
        nioHTTP2, nioPosix, nioSSL, protobuf,
      ] + grpc, exclude: ["Protos"]),
    library(
      "KubernetesDatastore",
      [
        "Addressing", "Datastore", "KubernetesClient", "KubernetesModel", "Resources", "Selectors",
        "ValueTree", protobuf,
      ]),
    library(
      "StoreAccess",
      [
        "Datastore", "EtcdDatastore", "HostSystem", "KubernetesClient", "KubernetesDatastore",
        "LocalDatastore", "Settings", "ValueTree",
      ]),

    // Floor 3: features.
    library("IPAM", ["Addressing", "Datastore", "Resources", "Selectors", "ValueTree"]),
    library("PolicyEngine", ["Addressing", "DesiredState", "Selectors", "SyncModel"]),
    library("PolicyOracle", ["Addressing", "Resources", "Selectors"]),
    library(
      "PolicyCases", ["Addressing", "PolicyOracle", "Resources", "Selectors", "ValueTree"]),
    library(
      "Dataplane", ["Addressing", "CLinux", "DesiredState", "Netlink", "Telemetry", logging]),
    library("Routing", ["Addressing", "CLinux", "HostSystem"]),

    // The kernel's rules without a kernel: one of the judges of policy.
    library("PacketSimulator", ["Addressing", "Netlink"]),
    // Nodes, workloads and an outside in network namespaces, and packets between them.
    library("PacketLab", ["Addressing", "CLinux", "Netlink"]),

    // Floor 4: programs.
    library(
      "Attachment",
      [
        "Addressing", "AgentProtocol", "CLinux", "Datastore", "HostSystem", "IPAM", "Netlink",
        "Resources", "Settings", "StoreAccess", "ValueTree",
      ]),
    library(
      "CommandLine",
      [
        "Addressing", "CLinux", "Datastore", "HostSystem", "IPAM", "Resources", "Routing",
        "Settings", "StoreAccess", "ValueTree", argumentParser,
      ]),
    library(
      "NodeAgent",
      [
        "Addressing", "AgentProtocol", "CLinux", "Dataplane", "Datastore", "DesiredState", "IPAM",
        "Netlink", "PolicyEngine", "Resources", "Routing", "Selectors", "Settings", "StoreAccess",
        "SyncModel",
        "Telemetry", "ValueTree", argumentParser, httpTypes, hummingbird, lifecycle, logging,
        nioCore, unixSignals,
      ]),

    // The custom resource definitions, written from the declarations of `Resources`.
    library("ResourceSchemas", ["Resources", "ValueTree"]),
    // What Calico says of objects, for the tests of all that judges them.
    library("ValidationCases", ["Resources"]),
    executable("generate-manifests", ["ResourceSchemas"]),
    .plugin(
      name: "GenerateManifests",
      capability: .command(
        intent: .custom(
          verb: "generate-manifests", description: "Write Manifests/crds from the resources."),
        permissions: [.writeToPackageDirectory(reason: "It writes Manifests/crds.")]),
      dependencies: ["generate-manifests"]),

    // Floor 5: executables.
    .executableTarget(
      name: "calico", dependencies: ["Attachment"], swiftSettings: house,
      linkerSettings: fullyStatic),
    executable("calico-node", ["NodeAgent", argumentParser]),
    executable("calicoctl", ["CommandLine"]),

    // The lab: clusters of network namespaces for tests and the demo.
    library("Lab", ["Addressing", "CLinux", "StoreRig", "ValueTree"]),
    // Real servers for tests and the demo: etcd and the Kubernetes API, with their certificates.
    library("StoreRig", ["CLinux", "ValueTree"]),
    // What the tests of several targets share; no program has it.
    library("TestSupport", ["Datastore", "Resources"]),
    // Each datastore there is, for tests that run on all of them.
    library(
      "StoresUnderTest",
      [
        "CSQLite", "Datastore", "EtcdDatastore", "KubernetesClient", "KubernetesDatastore",
        "LocalDatastore", "Resources", "StoreRig", "TestSupport", "ValueTree",
      ]),
    executable("calico-demo", ["Lab"]),
    executable("lab-probe", ["CLinux"]),
    // What scripts/bench times from inside.
    executable("change-bench", ["Datastore", "LocalDatastore", "Netlink", "Resources"]),
    executable(
      "store-bench", ["Datastore", "Resources", "StoreAccess", "StoreRig", "ValueTree"]),

    tests("Addressing", ["TestSupport"]),
    tests("Netlink", ["Addressing", "CLinux", "TestSupport"]),
    tests("ValueTree", ["TestSupport"]),
    tests("Selectors", ["TestSupport"]),
    tests("HostSystem", ["TestSupport"]),
    tests("Telemetry", ["TestSupport"]),
    tests("AgentProtocol", ["TestSupport"]),
    tests(
      "Resources", ["Addressing", "Selectors", "TestSupport", "ValidationCases", "ValueTree"]),
    tests("Settings", ["Addressing", "Resources", "TestSupport", "ValueTree"]),
    tests(
      "SyncModel", ["Addressing", "DesiredState", "Resources", "Selectors", "ValueTree"]),
    tests(
      "LocalDatastore", ["Datastore", "Resources", "TestSupport", "ValueTree"],
      exclude: ["defects.txt"]),
    // One suite that all stores pass.
    .testTarget(
      name: "DatastoreConformanceTests",
      dependencies: ["Datastore", "Resources", "StoresUnderTest", "TestSupport", "ValueTree"],
      swiftSettings: house),
    tests(
      "EtcdDatastore",
      [
        "Addressing", "CLinux", "Datastore", "Resources", "StoreRig", "TestSupport", "ValueTree",
        nioCore, protobuf,
      ] + grpc, exclude: ["defects.txt"]),
    tests(
      "KubernetesClient",
      [
        "Addressing", "Datastore", "KubernetesDatastore", "KubernetesModel", "Resources",
        "StoreRig", "TestSupport", "ValueTree", nioCore, nioHTTP1, nioPosix, protobuf,
      ]),
    tests(
      "KubernetesDatastore",
      [
        "Addressing", "Datastore", "IPAM", "KubernetesClient", "KubernetesModel", "PolicyOracle",
        "Resources", "StoreRig", "SyncModel", "TestSupport", "ValueTree", protobuf,
      ]),
    tests(
      "StoreAccess",
      [
        "Datastore", "EtcdDatastore", "KubernetesClient", "KubernetesDatastore", "Resources",
        "Settings", "StoreRig", "TestSupport",
      ]),
    tests(
      "IPAM",
      [
        "Addressing", "Datastore", "LocalDatastore", "Resources", "StoresUnderTest", "TestSupport",
      ], exclude: ["defects.txt"]),
    tests(
      "PolicyEngine",
      ["Addressing", "DesiredState", "Resources", "Selectors", "SyncModel", "TestSupport"]),
    tests("PolicyOracle", ["Addressing", "Resources", "Selectors", "ValueTree"]),
    tests("PolicyCases", ["Addressing", "PolicyOracle", "Resources", "TestSupport", "ValueTree"]),
    tests(
      "Dataplane",
      [
        "Addressing", "CLinux", "DesiredState", "Netlink", "PacketLab", "PacketSimulator",
        "PolicyEngine", "Resources", "SyncModel", "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["Snapshots"]),
    tests("Routing", ["Addressing", "TestSupport"]),
    tests("PacketSimulator", ["Addressing", "Netlink", "PacketLab"]),
    .testTarget(
      name: "PolicyJudgementTests",
      dependencies: [
        "Addressing", "CLinux", "Dataplane", "Datastore", "DesiredState", "Netlink", "PacketLab",
        "PacketSimulator", "PolicyCases", "PolicyEngine", "PolicyOracle", "Resources", "SyncModel",
        "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["defects.txt"], swiftSettings: house),
    tests(
      "Attachment",
      [
        "Addressing", "AgentProtocol", "CSQLite", "Datastore", "IPAM", "LocalDatastore", "Netlink",
        "Resources", "Settings", "TestSupport", "ValueTree",
      ]),
    tests(
      "CommandLine",
      [
        "Datastore", "LocalDatastore", "Resources", "Settings", "StoreRig", "StoresUnderTest",
        "TestSupport", "ValueTree", argumentParser,
      ]),
    tests(
      "NodeAgent",
      [
        "Addressing", "AgentProtocol", "Dataplane", "Datastore", "LocalDatastore", "Netlink",
        "Resources", "Routing", "Settings", "SyncModel", "Telemetry", "TestSupport", "ValueTree",
        logging,
      ]),
    // Everything of a node around policy, in random worlds.
    .testTarget(
      name: "NodeWorldTests",
      dependencies: [
        "Addressing", "AgentProtocol", "Attachment", "CLinux", "Dataplane", "Datastore",
        "LocalDatastore", "Netlink", "NodeAgent", "Resources", "Routing", "Settings", "SyncModel",
        "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["defects.txt"], swiftSettings: house),
    tests(
      "ResourceSchemas",
      ["KubernetesClient", "Resources", "StoreRig", "ValidationCases", "ValueTree"]),
    tests("Lab", ["Addressing", "CLinux", "StoreRig", "TestSupport", "ValueTree"]),
  ],
  swiftLanguageModes: [.v6]
)
