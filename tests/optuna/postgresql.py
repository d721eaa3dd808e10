"""A PostgreSQL server for a test."""
import os
import shutil
import socket
import subprocess


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class PostgreSQL:
    """A server of its own in a folder, on a free port. Root runs it as the user postgres, because PostgreSQL refuses root."""

    def __init__(self, folder):
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.bin = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.folder = f"{folder}/pg"
        os.mkdir(self.folder)
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            os.chmod(folder, 0o755)
            shutil.chown(self.folder, "postgres")
        self.call("initdb", "-D", f"{self.folder}/data", "-U", "tuner", "-A", "trust", "--no-sync")
        while not self.started():
            with open(f"{self.folder}/log") as log:
                assert "Address already in use" in log.read(), "PostgreSQL does not start"
            os.remove(f"{self.folder}/log")
        self.address = f"postgresql+psycopg2://tuner@127.0.0.1:{self.port}/postgres"

    def started(self):
        """Whether the server runs; false if another program took the port before it started."""
        self.port = free_port()
        options = f"-h 127.0.0.1 -p {self.port} -c lc_messages=C -k {self.folder} -c fsync=off"
        try:
            self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-t", "600", "-l", f"{self.folder}/log", "-o", options, "start")
        except subprocess.CalledProcessError:
            return False
        return True

    def call(self, program, *arguments):
        subprocess.run([*self.user, f"{self.bin}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def stop(self):
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")
