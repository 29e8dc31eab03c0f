// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

/// Who plays in the demo, and what is expected of them.
enum Cast {
  /// What has to be started for a datastore, in words.
  static func server(_ datastore: LabDatastore) -> String? {
    switch datastore {
    case .local: nil
    case .etcdv3: "etcd"
    case .kubernetes: "a Kubernetes API server"
    }
  }

  struct Role {
    var namespace: String
    var pod: String
    var app: String
    /// Which node it lives on, from 0; counted round when there are fewer.
    var node: Int
    /// In pictures and tables.
    var short: String
  }

  /// `monitor` lives on the database's node; `web/frontend` has the right label in the wrong
  /// namespace.
  static let roles = [
    Role(namespace: "myproject", pod: "frontend", app: "frontend", node: 0, short: "frontend"),
    Role(namespace: "myproject", pod: "backend", app: "backend", node: 1, short: "backend"),
    Role(namespace: "myproject", pod: "database", app: "database", node: 2, short: "database"),
    Role(namespace: "myproject", pod: "monitor", app: "monitor", node: 2, short: "monitor"),
    Role(namespace: "web", pod: "frontend", app: "frontend", node: 0, short: "web/front"),
    Role(namespace: "web", pod: "nginx", app: "nginx", node: 1, short: "web/nginx"),
  ]

  static let frontend = 0
  static let backend = 1
  static let database = 2
  static let monitor = 3
  static let stranger = 4

  /// The pool of the book's section on address management.
  static let pool = """
    apiVersion: projectcalico.org/v3
    kind: IPPool
    metadata:
      name: my.ippool
    spec:
      cidr: 10.1.0.0/16
      ipipMode: CrossSubnet
      natOutgoing: true
      disabled: false
    """

  /// The policy of the book's section on policies.
  static let policy = """
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
    """

  /// The same policy as Kubernetes says it.
  static let kubernetesPolicy = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-tcp-6379
      namespace: myproject
    spec:
      podSelector:
        matchLabels:
          app: database
      policyTypes:
      - Ingress
      - Egress
      ingress:
      - from:
        - podSelector:
            matchLabels:
              app: frontend
        ports:
        - protocol: TCP
          port: 6379
      egress:
      - {}
    """

  static let open = Matrix(
    """
    frontend   -    TUI  TUI  TUI  TUI  TUI
    backend    TUI  -    TUI  TUI  TUI  TUI
    database   TUI  TUI  -    TUI  TUI  TUI
    monitor    TUI  TUI  TUI  -    TUI  TUI
    web/front  TUI  TUI  TUI  TUI  -    TUI
    web/nginx  TUI  TUI  TUI  TUI  TUI  -
    """)

  static let guarded = Matrix(
    """
    frontend   -    TUI  T..  TUI  TUI  TUI
    backend    TUI  -    ...  TUI  TUI  TUI
    database   TUI  TUI  -    TUI  TUI  TUI
    monitor    TUI  TUI  ...  -    TUI  TUI
    web/front  TUI  TUI  ...  TUI  -    TUI
    web/nginx  TUI  TUI  ...  TUI  TUI  -
    """)

  static let relabelled = Matrix(
    """
    frontend   -    TUI  T..  TUI  TUI  TUI
    backend    TUI  -    T..  TUI  TUI  TUI
    database   TUI  TUI  -    TUI  TUI  TUI
    monitor    TUI  TUI  ...  -    TUI  TUI
    web/front  TUI  TUI  ...  TUI  -    TUI
    web/nginx  TUI  TUI  ...  TUI  TUI  -
    """)
}
