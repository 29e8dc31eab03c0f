"""Typha: one change to many agents, and how an agent comes to know everything."""
import signal
import statistics
import subprocess
import time
import urllib.request

from benchmarks.common import Row, middle_ratio, percentile
from benchmarks.filling import endpoints, inside
from benchmarks.node import cpu

PORT, BARE_PORT, METRICS = 5473, 5474, 9093
# Processes that share the agents' connections.
LOADS = 4


class Typha:
    """The program as people run it, on a node's datastore and in its network namespace."""

    def __init__(self, node):
        self.node = node
        self.log = open(f"{node.folder}/typha.log", "w")
        self.process = node.popen(
            f"{node.binaries}/calico-typha", "run",
            env={**node.environment("node"), "TYPHA_SERVERHOST": "127.0.0.1",
                 "TYPHA_LOGFILEPATH": "none", "TYPHA_LOGSEVERITYSCREEN": "Warning",
                 "TYPHA_PROMETHEUSMETRICSENABLED": "true", "TYPHA_SHUTDOWNTIMEOUTSECS": "0",
                 "TYPHA_PROMETHEUSMETRICSPORT": str(METRICS)},
            stdout=self.log, stderr=subprocess.STDOUT)

    def metrics(self):
        def read():
            with urllib.request.urlopen(f"http://127.0.0.1:{METRICS}/metrics", timeout=5) as answer:
                return answer.read().decode()
        values = {}
        for line in inside(self.node, read).splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                values[name.partition("{")[0]] = float(value)
        return values

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        self.log.close()


class Crowd:
    """Connections of agents, in a few processes."""

    def __init__(self, node, port, count):
        self.processes = [
            node.popen(f"{node.binaries}/typha-bench", "agents", str(port), str(count // LOADS),
                       stdout=subprocess.PIPE, text=True)
            for _ in range(LOADS)]

    def wait(self, word):
        """The words of the next line of each, which must begin so."""
        lines = [process.stdout.readline().split() for process in self.processes]
        if any(not line or line[0] != word for line in lines):
            raise SystemExit(f"the agents say {lines} instead of '{word}'")
        return lines

    def told(self):
        """When the last of all had the next change, and its bytes."""
        lines = self.wait("told")
        return max(int(line[2]) for line in lines), int(lines[0][3])

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait(timeout=10)
            process.stdout.close()


def resident(process):
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


def rounds_of(count, crowd, write):
    """For each round how long it took until the last agent had the change, in milliseconds, and the
    bytes of one."""
    times, size = [], 0
    for _ in range(count):
        # Changes that come sooner after another are gathered.
        time.sleep(0.02)
        start = write()
        end, size = crowd.told()
        times.append((end - start) / 1e6)
    return times, size


def fan_out(rounds, node, connections):
    """One change at a time to many agents, against a loop that does nothing but write the same bytes
    to as many sockets."""
    with Typha(node) as typha:
        wait_until_ready(typha)
        empty = resident(typha.process.pid)
        crowd = Crowd(node, PORT, connections)
        writer = node.popen(
            f"{node.binaries}/store-bench", "write", "bench", env=node.environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        writer.stdout.readline()
        crowd.wait("ready")
        time.sleep(2)
        held = (resident(typha.process.pid) - empty) / connections

        def write():
            writer.stdin.write("\n")
            writer.stdin.flush()
            return int(writer.stdout.readline())

        rounds_of(3, crowd, write)
        before = cpu(typha.process.pid)
        mine, size = rounds_of(rounds, crowd, write)
        ours = (cpu(typha.process.pid) - before) / rounds
        writer.stdin.close()
        writer.wait(timeout=10)
        crowd.end()
    theirs, bare = against_bare(rounds, node, connections, size)
    name = f"change to {connections:,} agents"
    return [
        Row(f"{name}, CPU", f"{ours * 1000:.1f} ms", f"bare loop {bare * 1000:.1f} ms", ours / bare,
            1.3),
        Row(f"{name}, p50", f"{percentile(mine, 0.5):.1f} ms",
            f"bare loop {percentile(theirs, 0.5):.1f} ms",
            percentile(mine, 0.5) / percentile(theirs, 0.5)),
        Row(f"{name}, p99", f"{percentile(mine, 0.99):.1f} ms",
            f"bare loop {percentile(theirs, 0.99):.1f} ms",
            percentile(mine, 0.99) / percentile(theirs, 0.99)),
        Row("Typha's memory of an agent", f"{held / 1024:.1f} KiB", "limit 64 KiB",
            held / 1024 / 64, 1.0),
    ]


def against_bare(rounds, node, connections, size):
    bare = node.popen(
        f"{node.binaries}/typha-bench", "bare", str(BARE_PORT), str(connections // LOADS * LOADS),
        str(size), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    bare.stdout.readline()
    crowd = Crowd(node, BARE_PORT, connections)
    crowd.wait("ready")
    bare.stdout.readline()

    def write():
        bare.stdin.write("\n")
        bare.stdin.flush()
        return int(bare.stdout.readline())

    rounds_of(3, crowd, write)
    before = cpu(bare.pid)
    times, _ = rounds_of(rounds, crowd, write)
    used = (cpu(bare.pid) - before) / rounds
    crowd.end()
    bare.stdin.close()
    bare.wait(timeout=10)
    return times, used


def wait_until_ready(typha, updates=0):
    for _ in range(1200):
        try:
            values = typha.metrics()
        except OSError:
            values = {}
        # The last of the source's status comes with the last update.
        if values.get("calico_typha_source_age_seconds", -1) >= 0 and \
                values.get("typha_cache_size", 0) >= max(updates, 1):
            return
        if typha.process.poll() is not None:
            raise SystemExit(f"Typha has ended: {open(typha.log.name).read()}")
        time.sleep(0.1)
    raise SystemExit("Typha does not come to be ready")


def follow(node, place):
    """One agent's source: milliseconds until it has everything, the number of updates, and the bytes
    that it keeps."""
    start = time.perf_counter()
    process = node.popen(
        f"{node.binaries}/typha-bench", "follow", place, env=node.environment(),
        stdout=subprocess.PIPE, text=True)
    count = int(process.stdout.readline().split()[1])
    end = time.perf_counter()
    held = int(process.stdout.readline().split()[1])
    process.wait(timeout=60)
    return (end - start) * 1000, count, held


def joining(repeats, node, count, joiners):
    """An agent that joins, against one that reads etcd itself; and many that join at once."""
    endpoints(node, count)
    with Typha(node) as typha:
        wait_until_ready(typha, count)
        times, held = {"ours": [], "peer": []}, []
        for number in range(repeats + 1):
            found = {}
            for who in ("ours", "peer") if number % 2 == 0 else ("peer", "ours"):
                found[who], updates, bytes_held = follow(
                    node, str(PORT) if who == "ours" else "store")
                if updates < count:
                    raise SystemExit(f"{who} found {updates} updates of {count}")
                if who == "ours":
                    held.append(bytes_held / updates)
            # The first one warms up.
            if number > 0:
                for who, value in found.items():
                    times[who].append(value)
        start = time.perf_counter()
        crowd = Crowd(node, PORT, joiners)
        crowd.wait("ready")
        together = time.perf_counter() - start
        crowd.end()
        values = typha.metrics()
    mine, theirs = (statistics.median(times[who]) for who in ("ours", "peer"))
    return [
        Row(f"an agent joins, {count:,} endpoints", f"{mine:.0f} ms", f"from etcd {theirs:.0f} ms",
            middle_ratio(times["ours"], times["peer"]), 0.5),
        Row("an agent's source keeps of each", f"{statistics.median(held):.0f} B", "", float("nan")),
        Row(f"{joiners} agents join at once", f"{together * 1000:.0f} ms", "", float("nan")),
        Row("the snapshot", f"{values['typha_snapshot_compressed_bytes'] / 1e6:.1f} MB", "",
            float("nan")),
    ]
