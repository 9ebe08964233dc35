"""`python -m bench`: starts everything as `make demo` does, in a state folder of its own, and measures the speed."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from bench.installation import Installation, InstallationProblem

ROOT = Path(__file__).resolve().parent.parent
USUAL = ("search", "relevance", "desk", "freshness", "provisioning", "night", "harvest", "import")
# These take long, or need much more data.
ON_DEMAND = ("circulation", "large-night", "schools", "torture", "nation")


def main() -> int:
    """Measure, and return 0 unless something broke; a goal that's missed is a figure like any other."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, _end)
    home = Path(options.home).expanduser().resolve()
    try:
        with Installation(home, port=options.port, reset=options.reset) as installation:
            return subprocess.run(_measure(options), env=installation.environment(), cwd=ROOT, check=False).returncode
    except InstallationProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=_share, default=1.0, help="0.01 for a quick trial with a hundredth of the data")
    parser.add_argument("--only", nargs="+", choices=[*USUAL, *ON_DEMAND], default=USUAL, help="some scenarios only")
    parser.add_argument("--requests", type=int, default=600, help="requests of each kind that are measured (600)")
    parser.add_argument("--port", type=int, default=0, help="the web's port, a free one if not given")
    parser.add_argument("--reset", action="store_true", help="make all data anew")
    parser.add_argument(
        "--home",
        default=os.environ.get("LIBSYS_HOME") or ROOT / "var" / "bench",
        help="the state folder with data and results: LIBSYS_HOME, or var/bench",
    )
    return parser


def _measure(options: argparse.Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "bench.speed"),
        *("--scale", str(options.scale)),
        *("--requests", str(options.requests)),
        *("--only", *options.only),
    ]


def _share(text: str) -> float:
    share = float(text)
    if not 0.001 <= share <= 10:
        raise argparse.ArgumentTypeError("a number from 0.001 to 10")
    return share


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
