"""The admin API: control over HTTP, below `/__admin`.

Loaded by `http/app.py` when the first request for it comes. Look next: `operations.py` (what there is), `app.py` (who
is let in, and what goes where), `acts.py` (what each operation does).
"""
