"""Student's t: how many standard errors hold 95 % of it, on both sides."""

_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
)  # fmt: skip


def t95(freedom: float) -> float:
    """Return the two-sided 95 % quantile; degrees of freedom are rounded down, and 20 at most."""
    return _T95[min(max(int(freedom), 1), len(_T95)) - 1]
