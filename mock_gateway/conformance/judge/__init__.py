"""The passive judge: which rules a client kept, and a gateway, as far as a journal shows it.

    story.py      a journal as clients, with their sessions, turns and streams
    law.py        what a rule is here: who looks, and what a look is worth
    requests.py   single requests               turns.py     turns, answers, cancelling
    again.py      coming back: cursors, retries, pages
    streams.py    the gateway's side of the same journal, by the grammar of each contract
    judging.py    all of them, and the documents

Owns: those. What a client understood shows in what it sends next and nowhere else; whatever takes more is NOT-OBSERVED.
Must not know: a running gateway, adapters, flags. Start reading at `judging.py`.
"""
