"""Control: a gateway in the hands of whoever tests against it.

Owns: `Control`, everything that a person or a program can do to one world beside the contracts: scenarios, time,
events, state. Plain synchronous Python, called on the thread of the server's loop; results are JSON-like.
Must not know: HTTP (`admin/` serves it), pytest (`testing/` wraps it). Look next: `facade.py`.
"""

from mock_gateway.control.errors import Cause, ControlError
from mock_gateway.control.facade import Control

__all__ = ["Cause", "Control", "ControlError"]
