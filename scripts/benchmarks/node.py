"""A node: a network namespace with an agent and a datastore of its own."""
import json
import os
import pathlib
import subprocess
import time

from benchmarks.common import Row, run


class Node:
    """The datastore is `local`, `etcdv3` or `kubernetes`; the servers of the last two run in the
    node's namespace, with their data in memory."""

    def __init__(self, name, binaries, folder, datastore="local"):
        self.name = f"clbench{os.getpid()}{name}"
        self.binaries = binaries
        self.folder = f"{folder}/{name}"
        self.datastore = datastore
        self.path = self.folder + "/datastore.db"
        self.server = None
        # How to reach the server, as store-bench says.
        self.access = {}
        self.agent = None

    def __enter__(self):
        for part in ("run", "lib"):
            os.makedirs(f"{self.folder}/{part}")
        run("ip", "netns", "add", self.name)
        try:
            self.run("ip", "link", "set", "lo", "up")
            self.start_server()
            self.start_agent()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop_agent()
        if self.server:
            self.server.stdin.close()
            self.server.wait(timeout=30)
        run("ip", "netns", "delete", self.name)

    def run(self, *words, **more):
        return run("ip", "netns", "exec", self.name, *words, **more)

    def popen(self, *words, env=None, **more):
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *words], env={**os.environ, **(env or {})}, **more)

    # The datastore

    def start_server(self):
        if self.datastore == "local":
            return
        kind = {"etcdv3": "etcd"}.get(self.datastore, self.datastore)
        self.server = subprocess.Popen(
            [f"{self.binaries}/store-bench", "serve", kind, self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        answer = self.server.stdout.readline()
        if not answer:
            raise SystemExit(f"the {kind} server does not start")
        self.access = json.loads(answer)
        if self.datastore == "kubernetes":
            self.kubectl("create", "namespace", "bench")
            self.kubectl("create", "-f", "-", stdin=json.dumps(
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bench"}}))

    def environment(self, user="kubeconfig"):
        """What tells a program of ours which datastore to use; in Kubernetes also as whom."""
        settings = {"DATASTORE_TYPE": self.datastore}
        if self.datastore == "local":
            settings["CALICO_DATASTORE_PATH"] = self.path
        elif self.datastore == "etcdv3":
            settings["ETCD_ENDPOINTS"] = self.access["etcd"]
        else:
            settings["KUBECONFIG"] = self.access[user]
        return settings

    def plugin_settings(self):
        """The same in the CNI configuration."""
        settings = {"datastore_type": self.datastore}
        if self.datastore == "local":
            settings["datastore_path"] = self.path
        elif self.datastore == "etcdv3":
            settings["etcd_endpoints"] = self.access["etcd"]
        else:
            settings["kubernetes"] = {"kubeconfig": self.access["cni"]}
        return settings

    def kubectl(self, *words, **more):
        return self.run(self.access["kubectl"], "--kubeconfig", self.access["kubeconfig"], *words,
                        **more)

    def apply(self, documents):
        self.run(f"{self.binaries}/calicoctl", "apply", "-f", "-", stdin="\n---\n".join(documents),
                 env=self.environment())

    # The agent

    def start_agent(self):
        log = self.folder + "/agent.log"
        # `ip netns exec` becomes the program that it starts.
        self.agent = self.popen(
            f"{self.binaries}/calico-node", "run",
            env={**self.environment("node"), "NODENAME": "bench", "IP": "172.31.0.1/24",
                 "CALICO_NETWORKING_BACKEND": "none", "CALICO_IPV4POOL_CIDR": "10.1.0.0/16",
                 "CALICO_RUN_DIR": self.folder + "/run", "CALICO_LIB_DIR": self.folder + "/lib",
                 "FELIX_LOGFILEPATH": self.folder + "/felix.log", "FELIX_LOGSEVERITYSYS": "none"},
            stdout=open(log, "w"), stderr=subprocess.STDOUT)
        for _ in range(100):
            if os.path.exists(self.folder + "/run/agent.sock"):
                return
            time.sleep(0.1)
        raise SystemExit("the agent does not start:\n" + open(log).read())

    def stop_agent(self):
        if self.agent:
            self.agent.terminate()
            self.agent.wait(timeout=10)
            self.agent = None

    def fill(self, policies):
        """Policies that are all in force here, at most 50 on one endpoint; until they are."""
        groups = max(10, policies // 50)
        self.apply(
            [f"apiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\nmetadata:\n"
             f"  name: bench-k8s-pod{number}-eth0\n  namespace: default\n"
             f"  labels: {{app: a{number}}}\nspec:\n"
             f"  node: bench\n  orchestrator: k8s\n  pod: pod{number}\n  endpoint: eth0\n"
             f"  interfaceName: cali{number:011x}\n  ipNetworks: [10.1.9.{number}/32]"
             for number in range(groups)]
            + [f"apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata:\n"
               f"  name: rule-{number}\nspec:\n  selector: app == 'a{number % groups}'\n"
               f"  ingress:\n  - action: Allow\n    protocol: TCP\n    source:\n"
               f"      selector: app == 'b{number}'\n    destination:\n      ports: [8000]"
               for number in range(policies)])
        for _ in range(100):
            if self.table().count("chain policy-in/") == policies:
                return
            time.sleep(0.1)
        raise SystemExit(f"the {policies} policies do not come into force")

    def table(self):
        return self.run("nft", "list", "table", "inet", "calico")


def cpu(process):
    """Seconds that its threads have run. The clock ticks of /proc/PID/stat miss most of what runs for
    less than one of them."""
    nanoseconds = 0
    for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
        nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


def idle(seconds, node):
    """The agent's memory and CPU time while nothing changes."""
    with open(f"/proc/{node.agent.pid}/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
    time.sleep(1)
    before = cpu(node.agent.pid)
    time.sleep(seconds)
    share = (cpu(node.agent.pid) - before) / seconds * 100
    return [
        Row("idle agent memory", f"{memory:.0f} MiB", "limit 40 MiB", memory / 40, 1.0),
        Row("idle agent CPU", f"{share:.2f} %", "limit 0.1 %", share / 0.1, 1.0),
    ]
