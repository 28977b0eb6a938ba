"""What monitors may know: of this process, and of the whole installation, but of no person."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.process_collector import ProcessCollector

from core import VERSION
from core.context import Context
from core.errors import ServiceUnavailable
from core.failures import FailureCode
from core.metrics import Times
from core.models import Status
from core.repositories.figures import Figures, read_figures
from core.services.upkeep import Upkeep


class Snapshot:
    """The metrics at one moment, as prometheus-client writes them."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        yield from self._families


async def read_metrics(ctx: Context, upkeep: Upkeep) -> Snapshot:
    """All metrics. Without the database those that it knows are missing, and `easel_database_up` is 0."""
    try:
        figures = await read_figures(ctx.database.statements)
    except ServiceUnavailable:
        figures = None
    return Snapshot(
        [
            *_process(ctx),
            *_upkeep(upkeep, ctx),
            *_provider(ctx),
            *_connections(ctx),
            _gauge("easel_database_up", "Whether the database answers.", figures is not None),
            *(_installation(ctx, figures) if figures else ()),
            *ProcessCollector(registry=None).collect(),
        ]
    )


def _process(ctx: Context) -> Iterator[Metric]:
    info = GaugeMetricFamily("easel_info", "The version of this process.", labels=["version"])
    info.add_metric([VERSION], 1)
    yield info
    yield _times(
        "easel_http_request_duration_seconds",
        "Requests by route and status.",
        ["method", "route", "status"],
        ctx.metrics.requests,
    )
    ended = CounterMetricFamily(
        "easel_generations_ended", "Generations that this process ended.", labels=["status", "code"]
    )
    # All from the start, at 0: the first refusal would be no increase otherwise.
    for labels in [(Status.SUCCEEDED, ""), *((Status.FAILED, code) for code in FailureCode)]:
        ended.add_metric(labels, ctx.metrics.ends[labels])
    yield ended
    yield _gauge(
        "easel_generations_running", "Running generations that this process watches.", len(ctx.watched)
    )
    yield _gauge("easel_open_pages", "Pages that are open at this process.", len(ctx.open_pages))
    yield _gauge("easel_held_requests", "Requests that wait for the end of a generation.", len(ctx.held))


def _upkeep(upkeep: Upkeep, ctx: Context) -> Iterator[Metric]:
    yield _gauge(
        "easel_upkeep_lag_seconds",
        "For how long the oldest task of the last run was due.",
        upkeep.lag_seconds,
    )
    # One that never runs would have no series, and an alert says nothing of what is not there.
    yield _gauge(
        "easel_upkeep_last_run_timestamp_seconds",
        "When the loop ran last; before its first run, when the process began.",
        (upkeep.last_run_at or upkeep.began_at).timestamp(),
    )
    waiting = len(ctx.waiting.generation_ids)
    yield _gauge("easel_pictures_waiting", "Pictures that this process could not store so far.", waiting)


def _provider(ctx: Context) -> Iterator[Metric]:
    yield _times(
        "easel_provider_call_duration_seconds",
        "Calls to the provider by outcome.",
        ["call", "outcome"],
        ctx.metrics.provider_calls,
    )
    yield _gauge("easel_provider_breaker_open", "Whether calls to the provider pause.", ctx.provider.is_sick)


def _connections(ctx: Context) -> Iterator[Metric]:
    used = GaugeMetricFamily("easel_database_connections_used", "Connections in use.", labels=["pool"])
    most = GaugeMetricFamily("easel_database_connections_max", "Connections at most.", labels=["pool"])
    for pool, (in_use, at_most) in ctx.database.connections().items():
        used.add_metric([pool], in_use)
        most.add_metric([pool], at_most)
    yield used
    yield most
    yield _gauge("easel_news_live", "Whether the database tells of changes at once.", ctx.news.is_live)


def _installation(ctx: Context, figures: Figures) -> Iterator[Metric]:
    yield _gauge("easel_paused", "Whether an administrator has stopped new generations.", figures.is_paused)
    yield _gauge("easel_tasks", "Generations that are still to be looked after.", figures.tasks)
    yield _gauge("easel_task_lag_seconds", "For how long the oldest due task is due.", figures.lag_seconds)
    spent = GaugeMetricFamily("easel_ledger_usd", "The ledger's sums of this month.", labels=["state"])
    spent.add_metric(["reserved"], float(figures.reserved_usd))
    spent.add_metric(["charged"], float(figures.charged_usd))
    yield spent
    if ctx.settings.budget_usd_per_month is not None:
        budget = float(ctx.settings.budget_usd_per_month)
        yield _gauge("easel_budget_usd", "What this month may cost at the most.", budget)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _times(name: str, text: str, labels: list[str], times: Times) -> Metric:
    family = HistogramMetricFamily(name, text, labels=labels)
    for values, histogram in times.items():
        family.add_metric(values, histogram.buckets(), histogram.seconds)
    return family
