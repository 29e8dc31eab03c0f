"""The CNI plugin: attaching and detaching pods, its size and its start-up."""
import json
import os
import statistics
import subprocess
import time

from benchmarks.common import PEERS, Row, percentile, run

# Pods that are there at once.
BATCH = 20
WHATS = ("ADD", "DEL")


class Plugin:
    """One CNI plugin, called the way a container runtime calls it."""

    def __init__(self, path, configuration, node):
        self.path = path
        self.configuration = json.dumps(configuration)
        self.node = node

    def call(self, command, container, namespace):
        environment = {
            **os.environ, "CNI_COMMAND": command, "CNI_CONTAINERID": container,
            "CNI_NETNS": f"/var/run/netns/{namespace}", "CNI_IFNAME": "eth0",
            "CNI_PATH": os.path.dirname(self.path) + ":" + PEERS,
            "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAME={container};K8S_POD_NAMESPACE=bench",
            "CALICO_RUN_DIR": self.node.folder + "/run",
            "CALICO_LIB_DIR": self.node.folder + "/lib",
        }
        start = time.perf_counter()
        result = subprocess.run(
            ["ip", "netns", "exec", self.node.name, self.path], input=self.configuration,
            env=environment, capture_output=True, text=True)
        elapsed = time.perf_counter() - start
        if result.returncode != 0:
            raise SystemExit(f"{self.path} {command}: {result.stdout}{result.stderr}")
        return elapsed * 1000

    @staticmethod
    def ours(node):
        return Plugin(f"{node.binaries}/calico", {
            "cniVersion": "1.0.0", "name": "k8s-pod-network", "type": "calico",
            "nodename": "bench", **node.plugin_settings(), "ipam": {"type": "calico-ipam"}}, node)

    @staticmethod
    def peer(node):
        return Plugin(f"{PEERS}/ptp", {
            "cniVersion": "1.0.0", "name": "bench", "type": "ptp",
            "ipam": {"type": "host-local", "subnet": "10.2.0.0/16",
                     "dataDir": node.folder + "/host-local"}}, node)


def timed(rounds, plugins):
    """Milliseconds of ADD and DEL by the plugins' names, the plugins taking turns."""
    times = {(who, what): [] for who in plugins for what in WHATS}
    for first in range(0, rounds, BATCH):
        pods = []
        for number in range(first, min(first + BATCH, rounds)):
            order = list(plugins.items())
            for who, plugin in order if number % 2 == 0 else reversed(order):
                pods.append((f"{plugin.node.name}p{number}{who[0]}", who, plugin))
        try:
            make_pods([(pod, plugin.node) for pod, _, plugin in pods])
            for pod, who, plugin in pods:
                run("ip", "netns", "add", pod)
                times[who, "ADD"].append(plugin.call("ADD", pod, pod))
            # The kernel takes an interface away sooner while it still checks its IPv6 address for
            # duplicates, as it does for a second or two with the peer's. No pod is as short-lived.
            time.sleep(3)
            for pod, who, plugin in pods:
                times[who, "DEL"].append(plugin.call("DEL", pod, pod))
        finally:
            for pod, _, _ in pods:
                run("ip", "netns", "delete", pod, check=False)
            for node in {plugin.node for _, _, plugin in pods}:
                if node.datastore == "kubernetes":
                    node.kubectl("delete", "pods", "--all", "--namespace", "bench",
                                 "--grace-period=0", "--force")
    return times


def make_pods(pods):
    """In Kubernetes, a pod is there before it is attached."""
    for node in {node for _, node in pods if node.datastore == "kubernetes"}:
        items = [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod, "namespace": "bench"},
             "spec": {"nodeName": "bench", "automountServiceAccountToken": False,
                      "containers": [{"name": "c", "image": "x"}]}}
            for pod, owner in pods if owner is node]
        node.kubectl("create", "-f", "-", stdin=json.dumps(
            {"apiVersion": "v1", "kind": "List", "items": items}))


def against_peer(rounds, node):
    times = timed(rounds, {"ours": Plugin.ours(node), "peer": Plugin.peer(node)})
    return rows(times, "CNI {what} {share}", "ours", "peer", "ptp", WHATS, 1.0)


def on_stores(rounds, nodes):
    """The same plugin on every datastore, against the embedded one."""
    times = timed(rounds, {node.datastore: Plugin.ours(node) for node in nodes})
    return [row for name in ("etcdv3", "kubernetes")
            for row in rows(times, f"CNI {{what}} {name} {{share}}", name, "local", "local",
                            ("ADD",), None)]


def rows(times, title, mine, theirs, name, whats, goal):
    result = []
    for what in whats:
        for title_share, share in (("p50", 0.5), ("p99", 0.99)):
            a, b = (percentile(times[who, what], share) for who in (mine, theirs))
            result.append(Row(title.format(what=what, share=title_share), f"{a:.1f} ms",
                              f"{name} {b:.1f} ms", a / b, goal))
    return result


def start(rounds, binaries):
    """How long the executable takes to do nothing, and how large it is."""
    def once(words, env):
        begin = time.perf_counter()
        subprocess.run(words, env={**os.environ, **env}, input="{}", capture_output=True, text=True)
        return (time.perf_counter() - begin) * 1000

    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(once([f"{binaries}/calico"], {"CNI_COMMAND": "VERSION"}))
        theirs.append(once([f"{PEERS}/ptp"], {"CNI_COMMAND": "VERSION"}))
    mine, theirs = statistics.median(mine), statistics.median(theirs)
    size = os.path.getsize(os.path.realpath(f"{binaries}/calico")) / 1e6
    peer_size = os.path.getsize(f"{PEERS}/ptp") / 1e6
    return [
        Row("plugin start-up", f"{mine:.1f} ms", f"ptp {theirs:.1f} ms", mine / theirs),
        Row("plugin size", f"{size:.1f} MB", f"ptp {peer_size:.1f} MB", size / peer_size),
    ]
