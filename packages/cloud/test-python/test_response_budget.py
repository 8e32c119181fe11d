from dativo_function.response_budget import ResponseBudget

BOUNDS = {"response_bytes": 1000, "stream_bytes": 1500, "reserve_ms": 100}


class Meter:
    sent = 0
    remaining = 10_000.0
    now = 0.0

    def budget(self):
        return ResponseBudget(BOUNDS, lambda: self.sent, lambda: self.remaining, lambda: self.now)


def batch(budget, name="a"):
    return budget.stop("batch", {"object": name})


def checkpoint(budget, name="a"):
    return budget.stop("checkpoint", {"object": name})


def test_it_stops_at_the_checkpoint_after_its_bytes():
    meter = Meter()
    budget = meter.budget()
    meter.sent = 400
    assert batch(budget) is None
    assert checkpoint(budget) is None
    meter.sent = 1000
    assert batch(budget) is None
    assert checkpoint(budget) == "bytes"


def test_it_stops_where_the_largest_step_so_far_would_not_fit_again():
    meter = Meter()
    budget = meter.budget()
    meter.sent = 800
    batch(budget)
    assert checkpoint(budget) == "bytes"


def test_it_passes_over_places_where_another_object_would_be_read_again():
    meter = Meter()
    budget = meter.budget()
    batch(budget, "b")
    batch(budget)
    meter.sent = 1200
    assert checkpoint(budget) is None
    assert checkpoint(budget, "b") == "bytes"


def test_it_leaves_the_reserve_or_twice_the_slowest_step():
    meter = Meter()
    budget = meter.budget()
    meter.remaining = 100
    assert checkpoint(budget) is None
    meter.remaining = 99
    assert checkpoint(budget) == "deadline"
    meter.remaining, meter.now = 999, 500.0
    assert checkpoint(budget) == "deadline"
