"""A PostgreSQL server for a test."""
import os
import shutil
import socket
import subprocess


class PostgreSQL:
    """A server of its own in a folder, on a free port; run by the user postgres where we are root, which PostgreSQL refuses."""

    def __init__(self, folder):
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.bin = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.folder = f"{folder}/pg"
        os.mkdir(self.folder)
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            os.chmod(folder, 0o755)
            shutil.chown(self.folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"postgresql+psycopg2://tuner@127.0.0.1:{self.port}/postgres"
        self.call("initdb", "-D", f"{self.folder}/data", "-U", "tuner", "-A", "trust", "--no-sync")
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", f"-p {self.port} -k {self.folder} -c fsync=off", "start")

    def call(self, program, *arguments):
        subprocess.run([*self.user, f"{self.bin}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def stop(self):
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")
