"""How fast Easel is, beside twins on the same machine in the same run: `python -m bench --help`.

Everything is measured from outside: by HTTP, by a page's web socket, on the wire to PostgreSQL and at the
provider.

- `rig.py` is what is measured, `twins.py` what it is compared with.
- `load.py`, `tabs.py`, `calls.py` and `rows.py` are the means.
- `ratios.py`, `memory.py`, `statements.py`, `pictures.py`, `size.py` and `curve.py` measure.
- `figures.py`, `machine.py` and `report.py` say what came of it.
- `scaling.py` simulates larger crowds from that.
"""
