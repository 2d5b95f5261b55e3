"""QuickBooks' routes: token, query, change capture, single objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from trueup_billing import Money
from trueup_sandbox.clock import DAY_MS, day_start_ms, to_instant, to_ms
from trueup_sandbox.providers.gate import Gate, Refused, Window
from trueup_sandbox.providers.quickbooks import query as language
from trueup_sandbox.providers.quickbooks.faults import answer, fault, throttled, unauthorized
from trueup_sandbox.providers.quickbooks.shapes import PACIFIC, Json, Shapes, instant
from trueup_sandbox.providers.quickbooks.tokens import CLIENT, Tokens
from trueup_sandbox.scenario import Metric
from trueup_sandbox.world.records import LedgerCustomer, LedgerDocument, Record
from trueup_sandbox.world.store import Shelf
from trueup_sandbox.world.world import World

REALM = "9130000000000001"
CDC_MAX = 1000
HARD_END_WANTED = "x-include-refresh-token-hard-expires-in"
CDC_REACH_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Row:
    """A record with what queries can ask about it."""

    record: Any
    changed_ms: int
    shape: Callable[[Any, int], Json]

    def field(self, name: str, world: World) -> Any:  # noqa: ANN401 - as various as the fields
        """The value of a field, None if this kind of record has none."""
        record = self.record
        getters: dict[str, Callable[[], Any]] = {
            "id": lambda: int(record.id),
            "metadata.lastupdatedtime": lambda: _second(self.changed_ms),
            "metadata.createtime": lambda: _second(record.created_ms),
            "txndate": lambda: str(getattr(record, "issued_on", None) or getattr(record, "paid_on", "")),
            "duedate": lambda: str(record.due_on),
            "docnumber": lambda: record.number,
            "customerref": lambda: world.accounts[record.account].ledger_id,
            "displayname": lambda: record.name,
            "active": lambda: getattr(record, "active", True),
            "balance": lambda: _major(world, record.account, record.balance_minor),
            "totalamt": lambda: _major(world, record.account, record.total_minor),
        }
        getter = getters.get(name.lower())
        if getter is None:
            raise language.BadQuery(f"Property {name} not found")
        return getter()


def _second(at_ms: int) -> datetime:
    return to_instant(at_ms).replace(microsecond=0).astimezone(PACIFIC)


def _major(world: World, account: int, minor: int) -> Decimal:
    return Money(minor, world.accounts[account].currency).to_major()


class QuickBooksApi:
    """The ledger's HTTP interface to one world."""

    def __init__(self, world: World, gate: Gate, tokens: Tokens) -> None:
        self._world = world
        self._store = world.desk.store
        self._gate = gate
        self._tokens = tokens
        self._shapes = Shapes(world)
        limits = world.scenario.quickbooks
        self._minute = Window(limits.limit_per_min, 60.0)
        self._second = Window(limits.limit_per_s, 1.0)
        shelves: dict[str, tuple[Shelf[Any], Callable[[Any, int], Json]]] = {
            "Customer": (self._store.customers, self._shapes.customer),
            "Invoice": (self._store.invoices, self._shapes.invoice),
            "CreditMemo": (self._store.credits, self._shapes.credit),
            "Payment": (self._store.ledger_payments, self._shapes.payment),
        }
        self._shelves = shelves

    def app(self) -> Starlette:
        """The web application, to be mounted."""
        company = "/v3/company/{realm}"
        routes = [
            Route("/connect/oauth2", self._authorise),
            Route("/oauth2/v1/tokens/bearer", self._token, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self._revoke, methods=["POST"]),
            Route(f"{company}/query", self._query, methods=["GET", "POST"]),
            Route(f"{company}/cdc", self._cdc),
            Route(f"{company}/companyinfo/{{id}}", self._company),
            Route(f"{company}/{{entity}}/{{id}}", self._single),
        ]
        return Starlette(routes=routes, exception_handlers={Refused: _refuse, 404: _unsupported})

    async def _enter(self, request: Request) -> int:
        await self._gate.enter()
        at_ms = self._world.clock.read()
        self._tokens.temper.refuse(at_ms=at_ms)
        if not self._tokens.accepts(request.headers.get("authorization", "")):
            raise unauthorized("Token expired or not valid", at_ms=at_ms)
        if request.path_params["realm"] != REALM:
            raise fault(
                "3100", "ApplicationAuthorizationFailed", "Wrong company", at_ms=at_ms, status=403, kind="AUTHORIZATION"
            )
        if not (self._second.take() and self._minute.take()):
            raise self._gate.refuse_by_limit(throttled(at_ms=at_ms))
        self._spend(at_ms)
        return at_ms

    def _spend(self, at_ms: int) -> None:
        """One read of the month's, by Coordinated Universal Time; the counter outlives the process as all do."""
        name = f"quickbooks.reads.{to_instant(at_ms):%Y-%m}"
        quota = self._world.scenario.quickbooks.reads_per_month
        if quota is not None and self._gate.counters[name] >= quota:
            self._gate.counters["quickbooks.refused_by_quota"] += 1
            raise Refused(throttled(at_ms=at_ms))
        self._gate.counters[name] += 1

    async def _token(self, request: Request) -> Response:
        await self._gate.enter()
        form = {name: str(value) for name, value in (await request.form()).items()}
        granted = await self._tokens.refresh(request.headers.get("authorization", ""), form)
        if request.headers.get(HARD_END_WANTED) != "true":
            granted.pop("x_refresh_token_hard_expires_in")
        self._gate.counters["quickbooks.refreshes"] += form.get("grant_type") == "refresh_token"
        return JSONResponse(granted)

    async def _authorise(self, request: Request) -> Response:
        """The page on which a person allows the connection; this one allows at once."""
        asked = request.query_params
        given = asked.get("client_id"), asked.get("response_type"), asked.get("scope")
        if given != (CLIENT[0], "code", "com.intuit.quickbooks.accounting") or not asked.get("state"):
            return Response("invalid request", 400)
        back = asked.get("redirect_uri", "")
        told = {"code": self._tokens.allow(back), "state": asked["state"], "realmId": REALM}
        return RedirectResponse(f"{back}?{urlencode(told)}", 302)

    async def _revoke(self, request: Request) -> Response:
        await self._gate.enter()
        try:
            token = str((await request.json())["token"])
        except (ValueError, KeyError, TypeError):
            return Response("invalid request", 400)
        self._tokens.give_back(request.headers.get("authorization", ""), token)
        return Response(status_code=200)

    def _rows(self, entity: str) -> Iterator[Row]:
        if entity == "Item":
            for metric in self._world.scenario.metrics:
                born_ms = day_start_ms(self._world.desk.usage.first_day)
                customer = LedgerCustomer(metric.item_id, 0, metric.item_name, True, born_ms)
                yield Row(customer, born_ms, partial(self._item, metric))
            return
        if entity not in self._shelves:
            raise language.BadQuery(f"Entity {entity} not found")
        shelf, shape = self._shelves[entity]
        for record in shelf.all():
            if not (isinstance(record, LedgerDocument) and record.state == "deleted"):
                yield Row(record, shelf.changed_ms(record.id), shape)

    def _item(self, metric: Metric, _: LedgerCustomer, changed_ms: int) -> Json:
        return self._shapes.item(metric, changed_ms)

    async def _query(self, request: Request) -> Response:
        at_ms = await self._enter(request)
        text = request.query_params.get("query") or (await request.body()).decode()
        try:
            return answer(self._run(language.parse(text), at_ms))
        except language.BadQuery as error:
            raise fault("4001", "Error parsing query", f"QueryParserError: {error}", at_ms=at_ms) from error

    def _run(self, query: language.Query, at_ms: int) -> Json:
        conditions = list(query.conditions)
        if query.entity == "Customer" and not any(one.field.lower() == "active" for one in conditions):
            conditions.append(language.Condition("Active", "=", ("true",)))
        rows = [
            row
            for row in self._rows(query.entity)
            if all(language.matches(one, row.field(one.field, self._world)) for one in conditions)
        ]
        time = instant(at_ms, digits="milliseconds")
        if query.count:
            return {"QueryResponse": {"totalCount": len(rows)}, "time": time}
        order = query.order or "Id"
        rows.sort(key=lambda row: (row.field(order, self._world), int(row.record.id)), reverse=query.descending)
        chosen = rows[query.start - 1 : query.start - 1 + query.most]
        if not chosen:
            return {"QueryResponse": {}, "time": time}
        found = [row.shape(row.record, row.changed_ms) for row in chosen]
        return {
            "QueryResponse": {query.entity: found, "startPosition": query.start, "maxResults": len(found)},
            "time": time,
        }

    async def _cdc(self, request: Request) -> Response:
        at_ms = await self._enter(request)
        names = [name.strip() for name in request.query_params.get("entities", "").split(",") if name.strip()]
        since_ms = self._since(request, at_ms)
        if not names or any(name not in self._shelves for name in names):
            raise fault("2010", "Request has invalid or unsupported property", "entities", at_ms=at_ms)
        room, answers = CDC_MAX, []
        for name in names:
            shelf, shape = self._shelves[name]
            found = [self._captured(shape, record, changed) for changed, record in shelf.changed_since(since_ms)][:room]
            room -= len(found)
            answers.append({name: found, "startPosition": 1, "maxResults": len(found)} if found else {})
        self._gate.counters["quickbooks.faulty.changes_cut"] += room == 0
        body = {"CDCResponse": self._tokens.temper.captured(answers), "time": instant(at_ms, digits="milliseconds")}
        return answer(body)

    def _since(self, request: Request, at_ms: int) -> int:
        """Change capture's lower end: whole seconds, as the ledger keeps them."""
        text = request.query_params.get("changedSince", "")
        try:
            since = datetime.fromisoformat(text)
        except ValueError:
            raise fault("2010", "Request has invalid or unsupported property", "changedSince", at_ms=at_ms) from None
        since_ms = to_ms(since if since.tzinfo else since.replace(tzinfo=UTC)) // 1000 * 1000
        if since_ms < at_ms - CDC_REACH_MS:
            raise fault("5020", "Permission Denied", "changedSince is more than 30 days back", at_ms=at_ms)
        return since_ms

    def _captured(self, shape: Callable[[Any, int], Json], record: Record, changed_ms: int) -> Json:
        if isinstance(record, LedgerDocument) and record.state == "deleted":
            return self._shapes.deleted(record, changed_ms)
        return shape(record, changed_ms)

    async def _single(self, request: Request) -> Response:
        at_ms = await self._enter(request)
        wanted, record_id = request.path_params["entity"].lower(), request.path_params["id"]
        for name, (shelf, shape) in self._shelves.items():
            if name.lower() == wanted and record_id in shelf:
                record = shelf.get(record_id)
                if not (isinstance(record, LedgerDocument) and record.state == "deleted"):
                    body = {name: shape(record, shelf.changed_ms(record_id))}
                    return answer({**body, "time": instant(at_ms, digits="milliseconds")})
        raise fault("610", "Object Not Found", f"{wanted} {record_id} not found", at_ms=at_ms)

    async def _company(self, request: Request) -> Response:
        at_ms = await self._enter(request)
        company = {
            "Id": "1",
            "CompanyName": "Trueup sandbox company",
            "Country": "USA",
            "DefaultTimeZone": str(PACIFIC),
        }
        return answer({"CompanyInfo": company, "time": instant(at_ms, digits="milliseconds")})


async def _refuse(_: Request, refused: Exception) -> Response:
    if not isinstance(refused, Refused):
        raise refused
    return refused.response


async def _unsupported(_: Request, __: Exception) -> Response:
    error = {"Message": "Unsupported Operation", "Detail": "Operation not supported", "code": "500"}
    return answer({"Fault": {"Error": [error], "type": "ValidationFault"}}, 400)
