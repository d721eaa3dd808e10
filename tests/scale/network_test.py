"""Two processes with addresses of their own, in two network namespaces, train together as on two machines; a cut link ends both. Needs root."""

import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import workflow

PROGRAM = Path(sys.argv.pop(1)).resolve()
TIMEOUT = 15  # seconds; also for the slower of two starts
TABLES = f"""
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[trainer]
max_epochs = 2
[collective]
type = "C10d"
timeout = {TIMEOUT}
[stages.train]
"""


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


def may_make_namespaces():
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    probe = f"pipeline-probe-{os.getpid()}"
    made = ip("netns", "add", probe).returncode == 0
    if made:
        made = ip("netns", "exec", probe, "true").returncode == 0
        ip("netns", "del", probe)
    return made


@unittest.skipUnless(may_make_namespaces(), "needs root, iproute2 and the right to make network namespaces")
class Network(workflow.WorkflowTest):
    series = workflow.waves()

    def setUp(self):
        self.names = [f"pipeline-{os.getpid()}-{rank}" for rank in range(2)]
        for rank, name in enumerate(self.names):
            self.assertEqual(ip("netns", "add", name).returncode, 0)
            self.addCleanup(ip, "netns", "del", name)
        self.links = [f"pl{os.getpid() % 100000}r{rank}" for rank in range(2)]
        ip("link", "add", self.links[0], "netns", self.names[0], "type", "veth", "peer", "name", self.links[1], "netns", self.names[1])
        for rank, (name, link) in enumerate(zip(self.names, self.links)):
            ip("-n", name, "addr", "add", f"10.99.0.{rank + 1}/24", "dev", link)
            for device in (link, "lo"):
                self.assertEqual(ip("-n", name, "link", "set", device, "up").returncode, 0)

    def start(self, name, *words):
        (self.folder / "workflow.toml").write_text(
            workflow.head(name, ["load", "heat"], ["load"], slices={"window": 24, "horizon": 3}) + TABLES)
        return workflow.start_ranks(PROGRAM, self.folder, *words, address="10.99.0.1",
                                    prefixes=[["ip", "netns", "exec", namespace] for namespace in self.names])

    def test_two_addresses(self):
        for process in self.start("apart", "--set", "collective.timeout=300"):
            status, err = workflow.finish(process)
            self.assertEqual(status, 0, err)
        workflow.run_ranks(PROGRAM, self.folder, "--set", "name=together")
        apart, together = (self.json(f"runs/{name}/train/train.json")["history"] for name in ("apart", "together"))
        self.assertEqual([epoch["val"] for epoch in apart], [epoch["val"] for epoch in together])

    def test_a_cut_link_ends_both(self):
        ranks = self.start("cut", "--set", "trainer.max_epochs=-1", "--set", "trainer.log_every_n_steps=1")
        checkpoints = self.folder / "runs/cut/.train.lasting"
        while not list(checkpoints.glob("*.ckpt")):  # training has begun
            self.assertIsNone(ranks[0].poll(), "rank 0 ended before the link was cut")
            time.sleep(0.05)
        ip("-n", self.names[0], "link", "set", self.links[0], "down")
        for rank, process in enumerate(ranks):
            status, err = workflow.finish(process, timeout=12 * TIMEOUT)
            self.assertEqual(status, 5, err)
            self.assertIn(f"rank {rank} of 2 has lost rank {1 - rank}, which has ended or cannot be reached", err)


if __name__ == "__main__":
    unittest.main()
