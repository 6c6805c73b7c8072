"""
test/bench/programs.py
    The programs that answer questions, a line each, so that bench.py can put
    something else between them.
"""

import json
import os
import subprocess
import sys


class Core:
    """build/bench/core: see core/main.c."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.isas = self.ask("isas").split()

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"{question}: {answer}")
        return answer

    def number(self, question):
        return float(self.ask(question))

    def run(self, work, first, last, isa, tuning, threads, seconds):
        """Series a second, and the difference to the plain baseline."""
        answer = self.ask(f"run {work.name} {first} {last} {isa} {tuning} {threads} {seconds}")
        rate, error = map(float, answer.split())
        return rate, error


class Worker:
    """peers.py in a process of its own."""

    def __init__(self, directory):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")
        self.process = subprocess.Popen([sys.executable, program, directory], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, do, work, **question):
        self.process.stdin.write(json.dumps({"do": do, "work": work.name, **question}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "failed" in answer:
            raise RuntimeError(f"{do} {work.name} {question}: {answer['failed']}")
        return answer
