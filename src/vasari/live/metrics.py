"""What a server counts, as Prometheus reads it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

RECENT = 4000  # pictures of which the percentiles are, some 100 s of one conversation
QUANTILES = (0.5, 0.95, 0.99)
BUCKETS = (0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2, 0.25, 0.3, 0.5, 1.0, 2.0)


class Metrics:
    """Counters of one server.

    Attributes:
        sessions: conversations now.
        refused: conversations for which there was no place.
        pictures: sent.
        late: of them, more than a picture's time after their own.
        dropped: pictures left out, since the viewer or this machine was too slow.
        sound_dropped: seconds of sound that was sent too far ahead.
        delay: seconds from a sample's coming to the picture that shows it, on the server.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge("vasari_sessions", "Conversations now", registry=self.registry)
        self.refused = self._counter("sessions_refused", "Conversations without a place")
        self.pictures = self._counter("pictures", "Pictures sent")
        self.late = self._counter("pictures_late", "Pictures sent more than one's time late")
        self.dropped = self._counter("pictures_dropped", "Pictures left out")
        self.sound_dropped = self._counter("sound_dropped_seconds", "Sound sent too far ahead")
        self.delay = Histogram(
            "vasari_delay_seconds", "Sample in to picture out, on the server", buckets=BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self._recent: deque[float] = deque(maxlen=RECENT)
        self.registry.register(_Percentiles(self._recent))

    def delayed(self, seconds: float) -> None:
        """Count the delay of one picture."""
        self.delay.observe(seconds)
        self._recent.append(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, what: str) -> Counter:
        return Counter(f"vasari_{name}", what, registry=self.registry)


class _Percentiles(Collector):
    def __init__(self, recent: deque[float]) -> None:
        self._recent = recent

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "vasari_delay_recent_seconds", f"Percentiles over the last {RECENT} pictures",
            labels=["quantile"],
        )  # fmt: skip
        recent = list(self._recent)
        for share in QUANTILES:
            value = float(np.quantile(recent, share)) if recent else 0.0
            family.add_metric([str(share)], value)
        yield family
