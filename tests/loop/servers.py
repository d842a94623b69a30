"""Real servers of tests/stack, topics and databases of one's own on them, and what they hold."""
import hashlib, os, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STACK = os.path.join(ROOT, "tests", "stack")
# What depends on when something was stored, and nothing else.
CLOCKS = {
    "results": ("result_id", ["day", "created_at"]),
    "result_folds": ("result_id, number", ["day"]),
    "leaders": ("genome_id", ["day", "created_at"]),
    "champions": ("exchange, symbol, interval, strategy, window_ms",
                  ["day", "created_at", "first_discovered_at", "updated_at"]),
    "answers": ("id", ["created_at", "answered_at"]),
    "requests": ("request_id", ["created_at", "expires_at", "request"]),
}


def run(*words, check=True, **more):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if check and done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def check(holds, *what):
    if not holds:
        raise AssertionError(" ".join(map(str, what)))


class Servers:
    def __init__(self, folder, helper):
        self.folder, self.helper = folder, helper
        done = run(os.path.join(STACK, "up"), folder, check=False)
        if done.returncode == 69:
            print("skipped: no servers:", done.stderr.strip())
            sys.exit(77)
        if done.returncode:
            sys.exit(done.stderr)
        with open(os.path.join(folder, "env")) as env:
            self.env = dict(line.strip().split("=", 1) for line in env)
        self.databases = 0

    def down(self):
        run(os.path.join(STACK, "down"), self.folder, check=False)

    def server(self, name, action):
        run(os.path.join(STACK, name), action, self.folder)

    def topics(self, action, *names):
        """Make topics with those of their dead letters, delete topics, or put records into them that are no messages: how
        many; or tell of their dead letters, a line each."""
        return run(self.helper, action, *names, env={**os.environ, **self.env}).stdout.splitlines()

    def database(self, tradestream):
        """A new database with all tables; its URL."""
        self.databases += 1
        name = f"loop{self.databases}"
        self.sql(f"CREATE DATABASE {name}")
        url = self.env["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name
        run(tradestream, "migrate", "up", env={**os.environ, "DATABASE_URL": url})
        return url

    def sql(self, text, url=None):
        return run("psql", "-AtX", url or self.env["DATABASE_URL"], "-c", text).stdout.strip()

    def dump(self, url):
        """sha256 of everything that must not depend on what happened on the way."""
        total = hashlib.sha256()
        for table, (order, clocks) in CLOCKS.items():
            without = "".join(f" - '{clock}'" for clock in clocks)
            total.update(self.sql(f"COPY (SELECT to_jsonb(t){without} FROM {table} t ORDER BY {order}) TO STDOUT", url).encode())
        return total.hexdigest()
