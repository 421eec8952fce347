"""Triggers: what happens in a mailbox, as events that come once each.

A trigger's handler makes a source from the input. A source has a state, which is a JSON value, and reads one page of
Graph at a time; what it decides, it decides by a pure machine (``arrivals``, ``versions``, ``flags``, ``members``)
that takes items in any order and any number of times. ``polling`` runs a source and keeps its states for the cursors
that hosts hold.

A watch by push is such polls at the right moments: ``webhook`` takes what Graph posts and leaves marks in the store
(``watches``), and ``pushed`` drives a pure machine (``push``) that says when to poll, subscribe, renew and reauthorize.
"""
