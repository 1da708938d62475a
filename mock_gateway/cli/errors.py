"""What can go wrong before anything runs, and what each end of a command is worth.

Owns: `UsageError`, the exit codes, the one place where an exception becomes an exit code. Must not know: any command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType

from mock_gateway.core.errors import MockGatewayError

OK = 0
CHECKS_FAILED = 1
USAGE = 2
UNREACHABLE = 3
OUR_FAULT = 4
INTERRUPTED = 130


class UsageError(MockGatewayError):
    """A flag, variable, file or scenario that makes no sense, or something that the machine does not give.

    message: what, where, what was allowed. hint: what to do; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def complain(message: str, hint: str = "") -> None:
    """Write a message to stderr. hint: on a line of its own below."""
    if sys.stderr is not None:
        sys.stderr.write(f"mock-gateway: {message}\n" + (f"  {hint}\n" if hint else ""))
        sys.stderr.flush()


def write(text: str) -> None:
    """Write to stdout, at once. Raises `UsageError` when it does not get there, `BrokenPipeError` when nobody reads."""
    if sys.stdout is None:
        return
    try:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            # A terminal that has no such characters gets their numbers.
            encoding = sys.stdout.encoding
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered must not complain once more when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"stdout cannot be written: {error.strerror}") from error


class Ending:
    """A context manager at the very edge: whatever leaves its block becomes `code`, with one message on stderr."""

    def __init__(self) -> None:
        self.code = OK

    def __enter__(self) -> Ending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        for known, tell in _ENDINGS:
            if isinstance(error, known):
                self.code = tell(error)
                return True
        return False


def _exit(error: SystemExit) -> int:
    return error.code if isinstance(error.code, int) else OK


def _interrupted(_error: BaseException) -> int:
    return INTERRUPTED


def _usage(error: UsageError) -> int:
    complain(error.message, error.hint)
    return USAGE


def _nobody_reads(_error: BrokenPipeError) -> int:
    # As in `mock-gateway schema | head`: enough was read.
    return OK


def _our_fault(error: BaseException) -> int:
    if os.environ.get("MOCK_GATEWAY_DEBUG"):
        import traceback

        traceback.print_exception(error)
    where = _innermost(error.__traceback__)
    complain(
        f"this is a defect of mock-gateway: {type(error).__name__}: {error}{where}",
        "set MOCK_GATEWAY_DEBUG=1 and run it again to see the traceback",
    )
    return OUR_FAULT


def _innermost(traceback: TracebackType | None) -> str:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f" ({os.path.basename(traceback.tb_frame.f_code.co_filename)}:{traceback.tb_lineno})"  # noqa: PTH119


_ENDINGS: tuple[tuple[type[BaseException], Callable[..., int]], ...] = (
    (SystemExit, _exit),
    (KeyboardInterrupt, _interrupted),
    (UsageError, _usage),
    (BrokenPipeError, _nobody_reads),
    (Exception, _our_fault),
)
