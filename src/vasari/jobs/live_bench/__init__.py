"""How live a conversation is: recorded speech through a whole server and back, measured outside."""

from vasari.jobs.live_bench.run import measure_live, report_live

__all__ = ["measure_live", "report_live"]
