"""Run custom actions in the server's own process: no second server by default."""
from __future__ import annotations

import json
from typing import Any, Dict, Optional

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

_validate_remote_result = RemoteAction._validate_action_result


def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Check what a remote server sent; what our own process made was built by rasa_sdk itself.

    Rasa's JSON-schema check took more than half of the time of an answer (docs/benchmarks.md).
    """
    return isinstance(self.action_endpoint, InProcessActions) or _validate_remote_result(self, result)


RemoteAction._validate_action_result = _validate_action_result  # type: ignore[method-assign]


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the address of an action server; ``request`` calls the action directly."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Execute the action named in ``json``; a rejection is reported as the action server would."""
        try:
            return await self._executor.run(kwargs["json"])
        except ActionExecutionRejection as rejection:
            body = {"error": rejection.message, "action_name": rejection.action_name}
            raise ClientResponseError(400, "action rejected", json.dumps(body)) from rejection
