"""A change of a policy, from the datastore into the kernel."""
import re
import statistics
import subprocess
import time

from benchmarks.common import Row, enter, run


class PolicyChange:
    """One policy of a node, whose port changes again and again."""

    def __init__(self, node):
        self.process = subprocess.Popen(
            [f"{node.binaries}/change-bench", node.path, node.name, "rule-3"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def once(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("change-bench ended")
        return int(answer) / 1000

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


class NFTChange:
    """The same change made by `nft -f` in a namespace that has a copy of the node's table."""

    def __init__(self, node):
        self.name = node.name + "n"
        self.folder = node.folder
        listing = node.table()
        chain = re.search(r"chain (policy-in/gnp/(?:default\.)?rule-3) {\n(.*?)\n\t}", listing, re.S)
        rules = [line.strip() for line in chain[2].split("\n") if "dport" in line]
        self.next = 0
        for number, port in enumerate((8001, 8000)):
            with open(f"{self.folder}/change{number}.nft", "w") as file:
                file.write(f"flush chain inet calico {chain[1]}\n")
                for rule in rules:
                    rule = re.sub(r"dport \d+", f"dport {port}", rule)
                    file.write(f"add rule inet calico {chain[1]} {rule}\n")
        run("ip", "netns", "add", self.name)
        run("ip", "netns", "exec", self.name, "nft", "-f", "-", stdin=listing)

    def once(self):
        start = time.perf_counter()
        subprocess.run(
            ["/usr/sbin/nft", "-f", f"{self.folder}/change{self.next}.nft"], check=True,
            preexec_fn=lambda: enter(self.name))
        elapsed = time.perf_counter() - start
        self.next = 1 - self.next
        return elapsed * 1000

    def end(self):
        run("ip", "netns", "delete", self.name)


def change(rounds, few, many):
    benches = {}
    times = {}
    try:
        for name, node in (("few", few), ("many", many)):
            benches["ours", name] = PolicyChange(node)
            benches["nft", name] = NFTChange(node)
        for number in range(rounds + 5):
            order = list(benches)
            for which in order if number % 2 == 0 else reversed(order):
                elapsed = benches[which].once()
                # The first ones warm up.
                if number >= 5:
                    times.setdefault(which, []).append(elapsed)
    finally:
        for bench in benches.values():
            bench.end()
    rows = []
    middle = {which: statistics.median(values) for which, values in times.items()}
    for name, count in (("few", "10"), ("many", "1,000")):
        mine, theirs = middle["ours", name], middle["nft", name]
        rows.append(Row(f"change, {count} policies", f"{mine:.2f} ms", f"nft -f {theirs:.2f} ms",
                        mine / theirs, 0.5))
    rows.append(Row("change, 1,000 to 10", f"{middle['ours', 'many']:.2f} ms",
                    f"{middle['ours', 'few']:.2f} ms",
                    middle["ours", "many"] / middle["ours", "few"], 1.2))
    return rows
