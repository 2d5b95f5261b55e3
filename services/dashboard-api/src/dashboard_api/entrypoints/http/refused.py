"""Which refusals are written down, and what of the request is told with them."""

from __future__ import annotations

from fastapi import Request

from dashboard_api.domain.access import Principal, Scope
from dashboard_api.domain.errors import NotAllowed, NotFound, Refused, Unavailable
from dashboard_api.usecases.refusals import Refusals
from trueup_kit.logs import get_logger

READ_ONLY = "read_only_mode"
_SHOWN_MAX = 200
_log = get_logger(__name__)


async def write_down(request: Request, refused: Refused) -> None:
    """Put an attempt beyond the caller's role or portfolio on the audit log; it stays refused in any case."""
    principal: Principal | None = getattr(request.state, "asked_by", None)
    action = _action(principal, refused)
    if principal is None or action is None:
        return
    refusals: Refusals = request.app.state.services.refusals
    parameters = {name: _plain(value) for name, value in request.path_params.items()}
    client_id = parameters.pop("client_id", None)
    route = request.scope.get("route")
    detail: dict[str, object] = {"method": request.method, "route": getattr(route, "path", ""), "code": refused.code}
    if parameters:
        detail["parameters"] = parameters
    if isinstance(permission := refused.extra.get("permission"), str):
        detail["permission"] = str(permission)
    try:
        await refusals.write(principal, action, detail, client_id=client_id)
    except Unavailable:
        _log.error("a refusal could not be written down", user=principal.user, action=action, code=refused.code)


def _action(principal: Principal | None, refused: Refused) -> str | None:
    if isinstance(refused, NotAllowed) and refused.code != READ_ONLY:
        return "access.refused"
    # To whom everything is in scope, what is not found does not exist.
    if isinstance(refused, NotFound) and principal is not None and principal.scope is not Scope.ALL:
        return "access.out_of_scope"
    return None


def _plain(value: object) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in str(value)[:_SHOWN_MAX])
