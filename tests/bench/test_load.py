"""What wrk prints, and what is made of two loads in turn."""

import pytest

from bench.load import Load, LoadFailed, compare, parse

OUTPUT = """Running 2s test @ http://127.0.0.1:38483/constant
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   247.12ms  272.91ms   1.07s    81.61%
    Req/Sec   153.25     71.55   212.00     83.33%
  Latency Distribution
     50%  {p50}
     75%  351.14ms
     90%  714.35ms
     99%  {p99}
  195 requests in 2.02s, 170.05KB read
{trouble}Requests/sec:  12096.76
Transfer/sec:     84.38KB
"""


@pytest.mark.parametrize(
    ("p50", "p99", "milliseconds"),
    [
        ("812.00us", "1.39ms", (0.812, 1.39)),
        ("107.49ms", "  1.01s ", (107.49, 1010.0)),  # after some units wrk prints a space
        ("1.50m", "2.00m", (90_000.0, 120_000.0)),
    ],
)
def test_rate_and_percentiles_are_read(p50: str, p99: str, milliseconds: tuple[float, float]) -> None:
    assert parse(OUTPUT.format(p50=p50, p99=p99, trouble="")) == Load(12096.76, *milliseconds)


@pytest.mark.parametrize(
    "trouble", ["  Non-2xx or 3xx responses: 7\n", "  Socket errors: connect 0, read 3, write 0, timeout 0\n"]
)
def test_a_load_with_errors_is_no_measurement(trouble: str) -> None:
    with pytest.raises(LoadFailed, match="did not get the answers"):
        parse(OUTPUT.format(p50="1.00ms", p99="2.00ms", trouble=trouble))


def test_without_an_answer_there_is_no_measurement() -> None:
    with pytest.raises(LoadFailed):
        parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_ratios_are_medians_of_the_rounds() -> None:
    twin = Load(1000.0, 1.0, 2.0)
    pair = compare(
        [[Load(rate, 4.0, p99), twin] for rate, p99 in ((100.0, 8.0), (300.0, 4.0), (250.0, 90.0))]
    )
    assert (pair.ratio, pair.p99_ratio) == (0.25, 4.0)
    assert pair.subject == Load(250.0, 4.0, 8.0)
