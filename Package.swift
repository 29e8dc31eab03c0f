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

/// A library of a floor, "Ground/Addressing".
func library(
  _ path: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(
    name: name(path), dependencies: dependencies, path: "Sources/\(path)", exclude: exclude,
    swiftSettings: house)
}

/// A program: what parses flags and calls one library.
func program(
  _ path: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []
) -> Target {
  .executableTarget(
    name: name(path), dependencies: dependencies, path: "Sources/\(path)", swiftSettings: house,
    linkerSettings: linker)
}

/// What only tests, labs and benchmarks need: "Labs/StoreRig".
func rig(_ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name(path), dependencies: dependencies, path: "Tests/Rigs/\(path)", swiftSettings: house)
}

func rigProgram(_ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name(path), dependencies: dependencies, path: "Tests/Rigs/\(path)", swiftSettings: house)
}

/// Tests stand on the floor of what they test: "Ground/AddressingTests".
func tests(
  _ path: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name(path), dependencies: dependencies, path: "Tests/\(path)", exclude: exclude,
    swiftSettings: house)
}

func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

/// Nothing but the kernel is asked of the host that a program linked so is copied onto. The two
/// libraries are parts of FoundationEssentials, which only names them where it is linked dynamically.
/// It is done by the linker alone: what is compiled serves every other program and the tests too.
let fullyStatic: [LinkerSetting] = [
  .unsafeFlags(["-static-executable", "-l_FoundationCShims", "-l_FoundationCollections"])
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
  name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
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
    .executable(name: "calico-typha", targets: ["calico-typha"]),
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
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Ground: what knows nothing of Calico.
    library("Ground/Addressing"),
    .target(name: "CLinux", path: "Sources/Ground/CLinux"),
    library("Ground/HostSystem", ["CLinux"]),
    library("Ground/Selectors"),
    .systemLibrary(
      name: "CYAML", path: "Sources/Ground/CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    library("Ground/ValueTree", ["CYAML"]),
    library("Ground/Netlink", ["Addressing", "CLinux", "HostSystem"]),
    library("Ground/Telemetry", ["HostSystem", logging]),
    library(
      "Ground/ProgramServices",
      [
        "HostSystem", "Telemetry", httpTypes, hummingbird, hummingbirdCore, lifecycle, logging,
        nioCore, nioPosix, nioSSL,
      ]),
    library("Ground/AgentProtocol", ["CLinux", "HostSystem"]),

    // Model: the language that operators write in.
    library("Model/Resources", ["Addressing", "Selectors", "ValueTree"]),
    // The words of policy that the engines and the dataplane share: identities, actions, rules.
    library("Model/PolicyModel", ["Addressing", "Features", "Selectors"]),
    // What objects may ask for that not every version puts into force.
    library("Model/Features"),
    library("Model/Settings", ["Addressing", "HostSystem", "Resources", "ValueTree"]),
    // The custom resource definitions, written from the declarations of `Resources`.
    library("Model/ResourceSchemas", ["HostSystem", "Resources", "ValueTree"]),

    // Stores: where objects are kept, and the contract that every store fulfils.
    library("Stores/Datastore", ["HostSystem", "Resources", "ValueTree"]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/Stores/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    library(
      "Stores/LocalDatastore", ["CLinux", "CSQLite", "Datastore", "HostSystem", "Resources"]),
    library(
      "Stores/EtcdDatastore",
      [
        "Addressing", "Datastore", "HostSystem", "Resources", "ValueTree", nioCore, nioHTTP2,
        nioPosix, nioSSL, protobuf,
      ] + grpc, exclude: ["Protos"]),
    library("Stores/KubernetesModel", [protobuf], exclude: ["Protos"]),
    // Below the stores, because controllers and Typha talk to the API server too.
    library(
      "Stores/KubernetesClient",
      [
        "HostSystem", "KubernetesModel", "ValueTree", httpClient, nioCore, nioHTTP1, nioPosix,
        nioSSL,
      ]),
    library(
      "Stores/KubernetesDatastore",
      [
        "Addressing", "Datastore", "KubernetesClient", "KubernetesModel", "Resources", "Selectors",
        "ValueTree", protobuf,
      ]),
    library(
      "Stores/StoreAccess",
      [
        "Addressing", "Datastore", "EtcdDatastore", "HostSystem", "KubernetesClient",
        "KubernetesDatastore", "LocalDatastore", "Settings", "ValueTree",
      ]),

    // Engines: from objects to what should be, without asking the machine (IPAM asks its store).
    library("Engines/DesiredState", ["Addressing", "PolicyModel"]),
    library(
      "Engines/SyncModel",
      ["Addressing", "Features", "PolicyModel", "Resources", "Selectors", "ValueTree"]),
    // What SyncModel delivers as bytes: made once, read by every agent.
    library(
      "Engines/SyncCoding",
      ["Addressing", "Features", "PolicyModel", "Resources", "Selectors", "SyncModel"],
      exclude: ["DESIGN.md"]),
    // What goes out to every agent: a snapshot, then differences; and what agents make of them.
    .systemLibrary(
      name: "CZlib", path: "Sources/Ground/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    library(
      "Engines/FanOut",
      ["CZlib", "Resources", "SyncCoding", "SyncModel", "ValueTree", deques],
      exclude: ["DESIGN.md"]),
    // A datastore, behind the gate of its lock, as the source of the engines' updates.
    library("Engines/StoreSync", ["Datastore", "Resources", "SyncModel"]),
    library(
      "Engines/PolicyEngine",
      ["Addressing", "DesiredState", "Features", "PolicyModel", "Selectors", "SyncModel"]),
    library(
      "Engines/NetworkEngine",
      ["Addressing", "DesiredState", "Features", "Resources", "SyncModel"],
      exclude: ["DESIGN.md"]),
    library("Engines/PolicyOracle", ["Addressing", "Resources", "Selectors"]),
    library(
      "Engines/IPAM",
      ["Addressing", "Datastore", "HostSystem", "Resources", "Selectors", "ValueTree"]),

    // Kernel: what makes it true.
    library(
      "Kernel/Dataplane",
      [
        "Addressing", "DesiredState", "Features", "HostSystem", "Netlink", "PolicyModel",
        "Telemetry", logging,
      ], exclude: ["DESIGN.md"]),
    library("Kernel/Routing", ["Addressing", "DesiredState", "HostSystem"]),

    // Programs: what people and kubelets run.
    library(
      "Programs/Attachment",
      [
        "Addressing", "AgentProtocol", "Datastore", "HostSystem", "IPAM", "Netlink", "Resources",
        "Settings", "StoreAccess", "ValueTree",
      ]),
    library(
      "Programs/CommandLine",
      [
        "Addressing", "Datastore", "HostSystem", "IPAM", "Resources", "Routing", "Settings",
        "StoreAccess", "ValueTree", argumentParser,
      ]),
    library(
      "Programs/NodeAgent",
      [
        "Addressing", "AgentProtocol", "Dataplane", "Datastore", "DesiredState", "FanOut",
        "Features",
        "HostSystem", "IPAM", "Netlink", "NetworkEngine", "PolicyEngine", "PolicyModel",
        "ProgramServices", "Resources", "Routing", "Selectors", "Settings", "StoreAccess",
        "StoreSync", "SyncCoding", "SyncModel", "Telemetry", "TyphaLink", "ValueTree",
        argumentParser, lifecycle, logging, unixSignals,
      ], exclude: ["DESIGN.md"]),
    // What agents and Typha speak with.
    library(
      "Programs/TyphaLink",
      [
        "Datastore", "FanOut", "HostSystem", "Settings", "StoreAccess", "SyncCoding", "SyncModel",
        "ValueTree", asn1, nioCore, nioPosix, nioSSL, nioTLS, x509,
      ]),
    library(
      "Programs/Typha",
      [
        "Datastore", "FanOut", "HostSystem", "ProgramServices", "Resources", "Settings",
        "StoreAccess", "StoreSync", "SyncCoding", "SyncModel", "Telemetry", "TyphaLink",
        "ValueTree", argumentParser, lifecycle, logging, nioCore, nioPosix, nioSSL, nioTLS,
        unixSignals,
      ], exclude: ["DESIGN.md"]),
    program("Programs/calico", ["Attachment"], linker: fullyStatic),
    program("Programs/calico-node", ["NodeAgent", argumentParser]),
    program("Programs/calico-typha", ["Typha", argumentParser]),
    program("Programs/calicoctl", ["CommandLine"]),
    program("Programs/generate-manifests", ["ResourceSchemas"]),
    .plugin(
      name: "GenerateManifests",
      capability: .command(
        intent: .custom(
          verb: "generate-manifests", description: "Write Manifests/crds from the resources."),
        permissions: [.writeToPackageDirectory(reason: "It writes Manifests/crds.")]),
      dependencies: ["generate-manifests"]),

    // Rigs: what only tests, labs and benchmarks need.
    rig(
      "Judges/PolicyCases", ["Addressing", "HostSystem", "PolicyOracle", "Resources", "ValueTree"]),
    // The kernel's rules without a kernel: one of the judges of policy.
    rig("Judges/PacketSimulator", ["Addressing", "HostSystem", "Netlink"]),
    // What Calico says of objects, for the tests of all that judges them.
    rig("Judges/ValidationCases", ["Resources"]),
    // Real servers: etcd and the Kubernetes API, with their certificates.
    rig("Labs/StoreRig", ["CLinux", "HostSystem", "ValueTree"]),
    // Nodes, workloads and an outside in network namespaces, and packets between them.
    rig("Labs/PacketLab", ["Addressing", "CLinux", "HostSystem", "Netlink"]),
    // Clusters of network namespaces for tests and the demo.
    rig("Labs/Lab", ["CLinux", "HostSystem", "StoreRig", "ValueTree"]),
    rigProgram("Labs/lab-probe", ["HostSystem"]),
    rigProgram("Labs/calico-demo", ["Lab"]),
    // What the tests of several targets share.
    rig(
      "Support/TestSupport",
      ["Addressing", "Datastore", "DesiredState", "HostSystem", "PolicyModel", "Resources"]),
    // What the programs share that are timed from inside.
    rig("Support/BenchSupport"),
    // The endpoints of a large cluster, as updates.
    rig(
      "Support/EndpointCrowd",
      ["Addressing", "HostSystem", "PolicyModel", "SyncModel"]),
    // Each datastore there is, for tests that run on all of them.
    rig(
      "Support/StoresUnderTest",
      [
        "CSQLite", "Datastore", "EtcdDatastore", "KubernetesClient", "KubernetesDatastore",
        "LocalDatastore", "Resources", "StoreRig", "TestSupport", "ValueTree",
      ]),
    // What scripts/bench times from inside.
    rigProgram("Benches/change-bench", ["Datastore", "LocalDatastore", "Netlink", "Resources"]),
    rigProgram("Benches/coding-bench", ["EndpointCrowd", "Resources", "SyncCoding", "SyncModel"]),
    rigProgram(
      "Benches/store-bench",
      ["BenchSupport", "Datastore", "Resources", "StoreAccess", "StoreRig", "ValueTree"]),
    rigProgram(
      "Benches/typha-bench",
      [
        "BenchSupport", "Datastore", "FanOut", "HostSystem", "StoreAccess", "StoreSync",
        "SyncModel", "TyphaLink",
      ]),

    // Tests, on the floors of what they test.
    tests("Ground/AddressingTests", ["Addressing", "TestSupport"]),
    tests("Ground/HostSystemTests", ["HostSystem", "TestSupport"], exclude: ["defects.txt"]),
    tests("Ground/SelectorsTests", ["Selectors", "TestSupport"], exclude: ["defects.txt"]),
    tests(
      "Ground/ValueTreeTests", ["HostSystem", "TestSupport", "ValueTree"], exclude: ["defects.txt"]),
    tests(
      "Ground/NetlinkTests", ["Addressing", "CLinux", "HostSystem", "Netlink", "TestSupport"],
      exclude: ["defects.txt"]),
    tests(
      "Ground/TelemetryTests", ["HostSystem", "Telemetry", "TestSupport", logging],
      exclude: ["defects.txt"]),
    tests(
      "Ground/ProgramServicesTests",
      ["HostSystem", "ProgramServices", "StoreRig", "Telemetry", "TestSupport", logging],
      exclude: ["defects.txt"]),
    tests(
      "Ground/AgentProtocolTests", ["AgentProtocol", "HostSystem", "TestSupport"],
      exclude: ["defects.txt"]),
    tests(
      "Model/ResourcesTests",
      ["Addressing", "Resources", "Selectors", "TestSupport", "ValidationCases", "ValueTree"],
      exclude: ["defects.txt"]),
    tests("Model/PolicyModelTests", ["Addressing", "PolicyModel", "Selectors", "TestSupport"]),
    tests(
      "Model/SettingsTests", ["Addressing", "Resources", "Settings", "ValueTree"],
      exclude: ["defects.txt"]),
    tests(
      "Model/ResourceSchemasTests",
      [
        "KubernetesClient", "ResourceSchemas", "Resources", "StoreRig", "ValidationCases",
        "ValueTree",
      ]),
    tests(
      "Stores/LocalDatastoreTests",
      ["Datastore", "HostSystem", "LocalDatastore", "Resources", "TestSupport", "ValueTree"],
      exclude: ["defects.txt"]),
    tests(
      "Stores/EtcdDatastoreTests",
      [
        "Datastore", "EtcdDatastore", "HostSystem", "Resources", "StoreRig", "TestSupport",
        "ValueTree", nioCore, protobuf,
      ] + grpc, exclude: ["defects.txt"]),
    tests(
      "Stores/KubernetesClientTests",
      [
        "Addressing", "Datastore", "HostSystem", "KubernetesClient", "KubernetesDatastore",
        "KubernetesModel", "Resources", "StoreRig", "TestSupport", "ValueTree", nioCore, nioHTTP1,
        nioPosix, protobuf,
      ], exclude: ["defects.txt"]),
    tests(
      "Stores/KubernetesDatastoreTests",
      [
        "Addressing", "Datastore", "HostSystem", "IPAM", "KubernetesClient", "KubernetesDatastore",
        "KubernetesModel", "PolicyOracle", "Resources", "StoreRig", "SyncModel", "TestSupport",
        "ValueTree", protobuf,
      ], exclude: ["defects.txt"]),
    tests(
      "Stores/StoreAccessTests",
      [
        "Datastore", "EtcdDatastore", "KubernetesClient", "KubernetesDatastore", "Resources",
        "Settings", "StoreAccess", "StoreRig", "TestSupport",
      ], exclude: ["defects.txt"]),
    // One suite that all stores pass.
    tests(
      "Stores/DatastoreConformanceTests",
      ["Datastore", "HostSystem", "Resources", "StoresUnderTest", "TestSupport", "ValueTree"]),
    tests(
      "Engines/SyncModelTests",
      ["Addressing", "Features", "PolicyModel", "Resources", "Selectors", "SyncModel", "ValueTree"]),
    tests(
      "Engines/SyncCodingTests",
      [
        "Addressing", "EndpointCrowd", "Features", "HostSystem", "PolicyModel", "Resources",
        "Selectors", "SyncCoding", "SyncModel", "TestSupport",
      ], exclude: ["Recorded"]),
    tests(
      "Engines/FanOutTests",
      [
        "Addressing", "EndpointCrowd", "FanOut", "HostSystem", "PolicyModel", "Resources",
        "SyncCoding", "SyncModel", "TestSupport",
      ], exclude: ["defects.txt"]),
    tests(
      "Engines/StoreSyncTests",
      ["Datastore", "PolicyModel", "Resources", "StoreSync", "SyncModel"]),
    tests(
      "Engines/PolicyEngineTests",
      [
        "Addressing", "DesiredState", "Features", "HostSystem", "PolicyEngine", "PolicyModel",
        "Resources", "Selectors", "SyncModel", "TestSupport",
      ]),
    tests(
      "Engines/NetworkEngineTests",
      [
        "Addressing", "DesiredState", "HostSystem", "NetworkEngine", "Routing", "SyncModel",
        "TestSupport",
      ]),
    tests("Engines/PolicyOracleTests", ["Addressing", "PolicyOracle", "Resources", "ValueTree"]),
    tests(
      "Engines/IPAMTests",
      [
        "Addressing", "Datastore", "HostSystem", "IPAM", "LocalDatastore", "Resources",
        "StoresUnderTest", "TestSupport",
      ], exclude: ["defects.txt"]),
    tests(
      "Kernel/DataplaneTests",
      [
        "Addressing", "Dataplane", "DesiredState", "HostSystem", "Netlink", "NetworkEngine",
        "PacketLab", "PacketSimulator", "PolicyEngine", "PolicyModel", "Resources", "SyncModel",
        "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["Snapshots", "defects.txt"]),
    tests(
      "Kernel/RoutingTests",
      ["Addressing", "DesiredState", "HostSystem", "Routing", "TestSupport"],
      exclude: ["defects.txt"]),
    // Random worlds of policy, judged by oracle, simulator and kernel.
    tests(
      "Kernel/PolicyJudgementTests",
      [
        "Addressing", "Dataplane", "Datastore", "DesiredState", "HostSystem", "Netlink",
        "PacketLab", "PacketSimulator", "PolicyCases", "PolicyEngine", "PolicyModel",
        "PolicyOracle", "Resources", "SyncModel", "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["defects.txt"]),
    tests(
      "Programs/AttachmentTests",
      [
        "Addressing", "AgentProtocol", "Attachment", "CSQLite", "Datastore", "HostSystem", "IPAM",
        "LocalDatastore", "Netlink", "Resources", "Settings", "TestSupport", "ValueTree",
      ], exclude: ["defects.txt"]),
    tests(
      "Programs/CommandLineTests",
      [
        "Addressing", "CommandLine", "Datastore", "IPAM", "LocalDatastore", "Resources", "Routing",
        "Settings", "StoreRig", "StoresUnderTest", "TestSupport", "ValueTree", argumentParser,
      ], exclude: ["defects.txt"]),
    tests(
      "Programs/NodeAgentTests",
      [
        "Addressing", "AgentProtocol", "Dataplane", "Datastore", "DesiredState", "FanOut",
        "Features",
        "HostSystem", "LocalDatastore", "Netlink", "NetworkEngine", "NodeAgent", "PolicyModel",
        "ProgramServices", "Resources", "Routing", "Selectors", "Settings", "StoreAccess",
        "StoreSync", "SyncCoding",
        "SyncModel", "Telemetry", "TestSupport", "TyphaLink", "ValueTree", lifecycle, logging,
      ], exclude: ["defects.txt"]),
    tests(
      "Programs/TyphaTests",
      [
        "Datastore", "EndpointCrowd", "FanOut", "HostSystem", "LocalDatastore", "PolicyModel",
        "Resources", "Settings", "StoreAccess", "StoreRig", "StoreSync",
        "SyncCoding", "SyncModel", "Telemetry", "TestSupport", "Typha", "TyphaLink",
        logging, nioCore, nioEmbedded, nioPosix, nioSSL,
      ], exclude: ["defects.txt"]),
    // Everything of a node around policy, in random worlds.
    tests(
      "Programs/NodeWorldTests",
      [
        "Addressing", "AgentProtocol", "Attachment", "CLinux", "Dataplane", "Datastore",
        "HostSystem", "LocalDatastore", "Netlink", "NetworkEngine", "NodeAgent", "Resources",
        "Routing", "Settings", "SyncModel", "Telemetry", "TestSupport", "ValueTree", logging,
      ], exclude: ["defects.txt"]),
    tests(
      "Rigs/Judges/PacketSimulatorTests", ["Addressing", "Netlink", "PacketLab", "PacketSimulator"]),
    tests(
      "Rigs/Judges/PolicyCasesTests",
      [
        "Addressing", "HostSystem", "PolicyCases", "PolicyOracle", "Resources", "TestSupport",
        "ValueTree",
      ]),
    tests("Rigs/Labs/LabTests", ["HostSystem", "Lab", "StoreRig", "TestSupport", "ValueTree"]),
  ],
  swiftLanguageModes: [.v6]
)
