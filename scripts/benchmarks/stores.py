"""The datastores: from the start until everything is known, and from one process to another."""
import json
import os
import re
import select
import statistics
import subprocess
import time
import urllib.parse

from benchmarks.common import Row, middle_ratio, percentile
from benchmarks.filling import curl, endpoints, pods

# Objects of one page, as our client asks for them.
PAGE = 500


def said(process, until):
    """When the process writes a line that begins so, and that line."""
    for line in process.stdout:
        if line.startswith(until):
            return time.perf_counter(), line
    raise SystemExit(f"{until} was never said")


def ours(node, count):
    """One snapshot of ours: milliseconds until in sync, and bytes that the syncer holds."""
    start = time.perf_counter()
    process = node.popen(
        f"{node.binaries}/store-bench", "snapshot", "WorkloadEndpoint", env=node.environment(),
        stdout=subprocess.PIPE, text=True)
    end, line = said(process, "in-sync")
    found = int(line.split()[1])
    _, line = said(process, "memory")
    process.wait(timeout=60)
    if found != count:
        raise SystemExit(f"the syncer found {found} endpoints of {count}")
    return (end - start) * 1000, int(line.split()[1])


def peer(node, words, **more):
    start = time.perf_counter()
    process = node.popen(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    _, errors = process.communicate(timeout=600)
    if process.returncode != 0:
        raise SystemExit(f"{words[0]}: {errors.decode()}")
    return (time.perf_counter() - start) * 1000


def paired(rounds, node, count, words, **more):
    times, memory = {"ours": [], "peer": []}, []
    # One more, that warms up.
    for number in range(rounds + 1):
        order = ["ours", "peer"]
        found = {}
        for who in order if number % 2 == 0 else reversed(order):
            if who == "ours":
                found[who], held = ours(node, count)
                memory.append(held)
            else:
                found[who] = peer(node, words, **more)
        if number > 0:
            for who, value in found.items():
                times[who].append(value)
    return times, memory


def rows(name, times, memory, count, against, goal):
    mine, theirs = (statistics.median(times[who]) for who in ("ours", "peer"))
    held = statistics.median(memory) / count
    return [
        Row(f"{name}, {count:,} endpoints", f"{mine:.0f} ms", f"{against} {theirs:.0f} ms",
            middle_ratio(times["ours"], times["peer"]), goal),
        Row(f"{name} memory of each", f"{held:.0f} B", "", float("nan")),
    ]


def etcd_snapshot(rounds, node, count):
    size, prefix = endpoints(node, count)
    print(f"etcd: {count:,} endpoints of {size} bytes", flush=True)
    words = ["etcdctl", "--endpoints", node.access["etcd"], "get", "--prefix", prefix]
    times, memory = paired(rounds, node, count, words, env={"ETCDCTL_API": "3"})
    return rows("etcd snapshot", times, memory, count, "etcdctl", 1.0)


def kubernetes_snapshot(rounds, node, count):
    size = pods(node, count)
    print(f"Kubernetes: {count:,} pods of {size} bytes", flush=True)
    pages = page_addresses(node)
    configuration = f"{node.folder}/pages"
    with open(configuration, "w") as file:
        for page in pages:
            # One connection, one page after the other.
            file.write(f'url = "{page}"\noutput = "/dev/null"\n')
    # The names of the pages hold for five minutes, the age that etcd's compaction leaves.
    times, memory = paired(rounds, node, count, [*curl(node), "--fail", "--config", configuration])
    return rows("Kubernetes snapshot", times, memory, count, "curl", 1.5)


def page_addresses(node):
    """The addresses of the pages that a client goes through."""
    # For curl alone the server would put line breaks and spaces into everything.
    base = f"{node.access['url']}/api/v1/pods?pretty=false&limit={PAGE}"
    pages, token = [], ""
    while True:
        page = base + (f"&continue={urllib.parse.quote(token)}" if token else "")
        pages.append(page)
        token = json.loads(node.run(*curl(node), page))["metadata"].get("continue", "")
        if not token:
            return pages


class Watcher:
    """A process that writes down every change, and with it the number of the round."""

    def __init__(self, node, words, env=None):
        self.process = node.popen(*words, env=env, stdout=subprocess.PIPE)
        self.descriptor = self.process.stdout.fileno()
        self.text = b""

    def has_told(self, number):
        """Reads what there is, and says whether it is about a round."""
        text = os.read(self.descriptor, 1 << 16)
        if not text:
            raise SystemExit("a watcher ended")
        self.text = (self.text + text)[-(1 << 16):]
        # As JSON, or as JSON in a text of JSON.
        return re.search(rb"round\W+%d\D" % number, self.text) is not None

    def end(self):
        self.process.kill()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def delivery(rounds, node):
    """From just before a write in one process until two others were told: ours and the peer, of the
    same write."""
    name = "kubectl get -w" if node.datastore == "kubernetes" else "etcdctl watch"
    title = "Kubernetes" if node.datastore == "kubernetes" else "etcd"
    writer = node.popen(
        f"{node.binaries}/store-bench", "write", "bench", env=node.environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    watchers = {}
    times = {"ours": [], "peer": []}
    try:
        writer.stdout.readline()
        watchers["ours"] = Watcher(
            node, [f"{node.binaries}/store-bench", "watch", "GlobalNetworkSet"],
            node.environment())
        if node.datastore == "kubernetes":
            words = [node.access["kubectl"], "--kubeconfig", node.access["kubeconfig"], "get",
                     "globalnetworksets.crd.projectcalico.org", "--watch", "-o",
                     "jsonpath={.metadata.annotations}"]
        else:
            words = ["etcdctl", "--endpoints", node.access["etcd"], "watch", "--prefix",
                     "/calico/resources/v3/projectcalico.org/globalnetworksets/"]
        watchers["peer"] = Watcher(node, words, {"ETCDCTL_API": "3"})
        # Until both watch.
        time.sleep(2)
        # The first ones warm up.
        for number in range(1, rounds + 6):
            writer.stdin.write("\n")
            writer.stdin.flush()
            told = wait(watchers, number)
            start = int(writer.stdout.readline())
            if number <= 5:
                continue
            for who, moment in told.items():
                times[who].append((moment - start) / 1e6)
    finally:
        for watcher in watchers.values():
            watcher.end()
        writer.stdin.close()
        writer.wait(timeout=10)
    result = []
    for label, share in (("p50", 0.5), ("p99", 0.99)):
        mine, theirs = (percentile(times[who], share) for who in ("ours", "peer"))
        result.append(Row(f"{title} delivery {label}", f"{mine:.2f} ms", f"{name} {theirs:.2f} ms",
                          mine / theirs))
    return result


def wait(watchers, number):
    """When each was told of a round, in nanoseconds of CLOCK_MONOTONIC."""
    told = {}
    while len(told) < len(watchers):
        waiting = {w.descriptor: who for who, w in watchers.items() if who not in told}
        ready, _, _ = select.select(list(waiting), [], [], 30)
        moment = time.monotonic_ns()
        if not ready:
            raise SystemExit(f"not told of a change: {', '.join(waiting.values())}")
        for descriptor in ready:
            if watchers[waiting[descriptor]].has_told(number):
                told[waiting[descriptor]] = moment
    return told
