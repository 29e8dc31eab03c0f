// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The manifests of the book, as printed.
public enum Book {
  /// The pool of the chapter on IPIP, printed again in the chapter on NAT.
  public static let ipPool = #"""
    apiVersion: projectcalico.org/v3
    kind: IPPool
    metadata:
      name: my.ippool
    spec:
      cidr: 10.1.0.0/16
      ipipMode: CrossSubnet
      natOutgoing: true
      disabled: false
    """#

  /// The policy of the chapter on policies.
  public static let networkPolicy = #"""
    apiVersion: projectcalico.org/v3
    kind: NetworkPolicy
    metadata:
      name: allow-tcp-6379
      namespace: myproject
    spec:
      selector: app == 'database'
      types:
      - Ingress
      - Egress
      ingress:
      - action: Allow
        protocol: TCP
        source:
          selector: app == 'frontend'
        destination:
          ports:
          - 6379
      egress:
      - action: Allow
    """#

  /// The same for all namespaces.
  public static let globalNetworkPolicy = #"""
    apiVersion: projectcalico.org/v3
    kind: GlobalNetworkPolicy
    metadata:
      name: allow-tcp-6379
    spec:
      selector: app == 'database'
      types:
        - Ingress
        - Egress
      ingress:
        - action: Allow
          protocol: TCP
          source:
            selector: app == 'frontend'
          destination:
            ports:
              - 6379
      egress:
        - action: Allow
    """#

  /// The tier of the chapter on hierarchies.
  public static let tier = #"""
    apiVersion: projectcalico.org/v3
    kind: Tier
    metadata:
      name: internal-access
    spec:
      order: 100
    """#

  /// The agents' settings of the chapter on monitoring.
  public static let felixConfiguration = #"""
    apiVersion: projectcalico.org/v3
    kind: FelixConfiguration
    metadata:
      name: default
    spec:
      ipipEnabled: true
      logSeverityScreen: Info
      reportingInterval: 0s
      prometheusMetricsEnabled: true
      prometheusMetricsPort: 9081
    """#

  /// The cluster without a mesh.
  public static let bgpConfiguration = #"""
    apiVersion: projectcalico.org/v3
    kind: BGPConfiguration
    metadata:
      name: default
    spec:
      logSeverityScreen: Info
      nodeToNodeMeshEnabled: false
    """#

  /// The route reflector.
  public static let bgpPeer = #"""
    apiVersion: projectcalico.org/v3
    kind: BGPPeer
    metadata:
      name: bgppeer-global-1
    spec:
      peerIP: 192.20.30.40 #< IP Address of the Route reflector node>
      asNumber: 64567 #< AS Number as defined for the deployment>
    """#

  /// A node's settings of the chapter on auditing.
  public static let felixConfigurationOfNode = #"""
    apiVersion: projectcalico.org/v3
    kind: FelixConfiguration
    metadata:
      name: node.myhost
    spec:
      defaultEndpointToHostAction: Return
      dropActionOverride: LogAndDrop
    """#

  /// A policy of Kubernetes, which is not ours.
  public static let kubernetesNetworkPolicy = #"""
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db-network-policy
      namespace: np-demo
    spec:
      podSelector:
        matchLabels:
          role: db
      policyTypes:
        - Ingress
        - Egress
      ingress:
        - from:
            - ipBlock:
                cidr: 172.17.0.0/16
                except:
                  - 172.17.1.0/24
            - namespaceSelector:
                matchLabels:
                  project: myproject
            - podSelector:
                matchLabels:
                  role: frontend
          ports:
            - protocol: TCP
              port: 6379
      egress:
        - to:
            - ipBlock:
                cidr: 10.0.0.0/24
          ports:
            - protocol: TCP
              port: 5978
    """#

  /// A pod, which is not ours.
  public static let pod = #"""
    apiVersion: v1
    kind: Pod
    metadata:
      name: private-nginx
      labels:
        app: private-nginx
      annotations:
        "cni.projectcalico.org/ipv4pools": "[\"10.1.0.0/16\"]"
    spec:
      containers:
        - image: nginx
          name: private-nginx
    """#

  /// The two parts of the workload endpoint, one below the other.
  public static let workloadEndpoint = """
    apiVersion: projectcalico.org/v3
    kind: WorkloadEndpoint
    metadata:
      name: k8s-node1-k8s-frontend--5gs43-eth0
      namespace: myproject
    labels:
      app: frontend
      projectcalico.org/namespace: myproject
      projectcalico.org/orchestrator: k8s
    spec:
      node: k8s-node1
      orchestrator: k8s
      endpoint: eth0
    containerID: 133725156942031415926535
    pod: my-nginx-b1337a
    endpoint: eth0
    interfaceName: cali0ef25fa
    mac: ca:fe:1d:52:bb:e9
    ipNetworks:
    - 192.168.0.0/16
    profiles:
    - frontend-profile
    ports:
    - name: connect-port
      port: 1234
      protocol: tcp
    - name: another-port
      port: 5432
      protocol: udp
    """

  /// The same with the second part where it belongs: `endpoint` stands there twice.
  public static let workloadEndpointJoined = """
    apiVersion: projectcalico.org/v3
    kind: WorkloadEndpoint
    metadata:
      name: k8s-node1-k8s-frontend--5gs43-eth0
      namespace: myproject
    labels:
      app: frontend
      projectcalico.org/namespace: myproject
      projectcalico.org/orchestrator: k8s
    spec:
      node: k8s-node1
      orchestrator: k8s
      endpoint: eth0
      containerID: 133725156942031415926535
      pod: my-nginx-b1337a
      endpoint: eth0
      interfaceName: cali0ef25fa
      mac: ca:fe:1d:52:bb:e9
      ipNetworks:
      - 192.168.0.0/16
      profiles:
      - frontend-profile
      ports:
      - name: connect-port
        port: 1234
        protocol: tcp
      - name: another-port
        port: 5432
        protocol: udp
    """

  /// The workload endpoint with every field once and in its place, and the number in quotes.
  public static let workloadEndpointInPlace = """
    apiVersion: projectcalico.org/v3
    kind: WorkloadEndpoint
    metadata:
      name: k8s-node1-k8s-frontend--5gs43-eth0
      namespace: myproject
      labels:
        app: frontend
        projectcalico.org/namespace: myproject
        projectcalico.org/orchestrator: k8s
    spec:
      node: k8s-node1
      orchestrator: k8s
      endpoint: eth0
      containerID: "133725156942031415926535"
      pod: my-nginx-b1337a
      interfaceName: cali0ef25fa
      mac: ca:fe:1d:52:bb:e9
      ipNetworks:
      - 192.168.0.0/16
      profiles:
      - frontend-profile
      ports:
      - name: connect-port
        port: 1234
        protocol: tcp
      - name: another-port
        port: 5432
        protocol: udp
    """

  /// The two parts of the host endpoint, one below the other.
  public static let hostEndpoint = """
    apiVersion: projectcalico.org/v3
    kind: HostEndpoint
    metadata:
      name: dev-vm1-interface
    labels:
      type: development
    spec:
      interfaceName: eth0
      node: dev1
      expectedIPs:
        - 192.168.0.1
        - 192.168.0.2
      ports:
        - name: web
          port: 9090
          protocol: TCP
        - name: healthcheck
          port: 7071
          protocol: TCP
    """

  /// The host endpoint with its labels in their place.
  public static let hostEndpointInPlace = hostEndpoint.replacing(
    "labels:\n  type: development", with: "  labels:\n    type: development")
}
