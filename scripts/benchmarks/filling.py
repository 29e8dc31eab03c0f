"""Fills datastores with many objects in seconds.

One object is made in the ordinary way, so that it is stored exactly as its program stores it. The
value that etcd has of it then is copied under other names of the same length, 100 a transaction,
through etcd's JSON gateway. That leaves even the lengths inside of protobuf right.
"""
import base64
import http.client
import json
import threading
import time

from benchmarks.common import enter

NAMESPACE = "bench"
# The node of all of them.
HOST = "worker-000"
TEMPLATE = "pod-000000"


class Gateway:
    """etcd's JSON gateway in a network namespace. Used in a thread that is in there."""

    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=60)

    def call(self, path, body):
        self.connection.request("POST", f"/v3/kv/{path}", json.dumps(body))
        response = self.connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise SystemExit(f"etcd: {text.decode()}")
        return json.loads(text)

    def get(self, key):
        found = self.call("range", {"key": encoded(key)}).get("kvs", [])
        return base64.b64decode(found[0]["value"]) if found else None

    def put(self, pairs):
        self.call("txn", {"success": [
            {"requestPut": {"key": encoded(key), "value": encoded(value)}} for key, value in pairs]})


def encoded(data):
    return base64.b64encode(data).decode()


def inside(node, body):
    """Runs `body` in a thread that is in the node's network namespace, and gives its result."""
    result, failures = [], []

    def work():
        try:
            enter(node.name)
            result.append(body())
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return result[0]


def copies(key, value, uid, address, count):
    """`count` objects like the stored one: with names, UIDs and addresses of their own."""
    for number in range(1, count):
        new = b"%06d" % number
        parts = [b"10.%d.%d.%d" % (100 + number // 22500, 100 + number // 150 % 150,
                                   100 + number % 150)]
        pairs = [(b"pod-000000", b"pod-" + new), (b"pod--000000", b"pod--" + new),
                 (uid, b"%08x" % number + uid[8:]), (address, parts[0])]
        copy, copied = key, value
        for old, replacement in pairs:
            copy, copied = copy.replace(old, replacement), copied.replace(old, replacement)
        yield copy, copied


def multiply(node, key, uid, address, count):
    def work():
        gateway = Gateway(node.access["etcd"])
        value = gateway.get(key)
        if value is None:
            raise SystemExit(f"etcd has no {key.decode()}")
        batch = []
        for pair in copies(key, value, uid, address, count):
            batch.append(pair)
            if len(batch) == 100:
                gateway.put(batch)
                batch = []
        if batch:
            gateway.put(batch)
        return len(value)

    return inside(node, work)


def endpoints(node, count):
    """WorkloadEndpoints in etcd. Returns the bytes of one and the prefix of their keys."""
    node.apply([f"""
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata:
  name: {HOST.replace('-', '--')}-k8s-{TEMPLATE.replace('-', '--')}-eth0
  namespace: {NAMESPACE}
  labels: {{app: database, tier: backend, projectcalico.org/namespace: {NAMESPACE},
            projectcalico.org/orchestrator: k8s, projectcalico.org/serviceaccount: default}}
spec:
  node: {HOST}
  orchestrator: k8s
  pod: {TEMPLATE}
  endpoint: eth0
  containerID: "1337256942031415926535133725694203141592653513372569420314159265"
  interfaceName: cali0ef25fa1337
  mac: ca:fe:1d:52:bb:e9
  ipNetworks: [10.100.100.100/32]
  profiles: [kns.{NAMESPACE}, ksa.{NAMESPACE}.default]
  ports: [{{name: web, port: 8080, protocol: TCP}}]
"""])
    prefix = "/calico/resources/v3/projectcalico.org/workloadendpoints/"
    key = f"{prefix}{NAMESPACE}/{HOST.replace('-', '--')}-k8s-{TEMPLATE.replace('-', '--')}-eth0"

    def uid():
        return json.loads(Gateway(node.access["etcd"]).get(key.encode()))["metadata"]["uid"]

    size = multiply(node, key.encode(), inside(node, uid).encode(), b"10.100.100.100", count)
    return size, prefix


def pods(node, count):
    """Pods in the API server's etcd, in its own protobuf. Returns the bytes of one."""
    pod = {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": TEMPLATE, "namespace": NAMESPACE,
                     "labels": {"app": "database", "tier": "backend"},
                     "annotations": {"cni.projectcalico.org/podIP": "10.100.100.100/32"}},
        "spec": {"nodeName": HOST, "automountServiceAccountToken": False,
                 "containers": [{"name": "database", "image": "example.com/database:1.2.3",
                                 "env": [{"name": "LEVEL", "value": "info"}],
                                 "ports": [{"name": "web", "containerPort": 8080}]}]}}
    made = json.loads(node.kubectl("create", "-o", "json", "-f", "-", stdin=json.dumps(pod)))
    # What a kubelet reports; kubectl of this age has no word for it.
    status = {"status": {"phase": "Running", "hostIP": "192.0.2.1", "podIP": "10.100.100.100",
                         "podIPs": [{"ip": "10.100.100.100"}]}}
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"
    node.run(*curl(node), "-X", "PATCH", "-H", "Content-Type: application/merge-patch+json",
             "-d", json.dumps(status), f"{node.access['url']}{path}/{TEMPLATE}/status")
    size = multiply(node, f"/registry/pods/{NAMESPACE}/{TEMPLATE}".encode(),
                    made["metadata"]["uid"].encode(), b"10.100.100.100", count)
    # The server's cache of pods follows its etcd.
    last = f"{node.access['url']}{path}/pod-{count - 1:06d}?resourceVersion=0"
    for _ in range(600):
        if '"podIPs"' in node.run(*curl(node), last):
            return size
        time.sleep(0.2)
    raise SystemExit("the API server does not see the pods")


def curl(node):
    """The words of a curl that the API server knows."""
    return ["curl", "--silent", "--show-error", "--cacert", node.access["authority"], "--cert",
            node.access["certificate"], "--key", node.access["key"]]
