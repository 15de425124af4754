"""Erasure: a person leaves every file below ``data/``, and stays out.

``ties`` says, from the contract, which column of which entity leads to a person. ``identities`` finds everything that
hangs on one and remembers it as keyed digests. ``texts`` finds persons in rows that could not be read. ``filtering``
sets their rows apart while a file is loaded, ``sweeping`` takes them out of the warehouse, ``cutting``, ``workbooks``
and ``copies`` out of the landing copies, ``requests`` keeps what is asked for and what is still owed, ``forgetting`` is
the order. ``withdrawing`` follows the same ties from students who withdrew their consent, of whom nothing is
deleted.
"""
