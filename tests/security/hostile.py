"""What a hostile reader sends: another employer's numbers and names, roles, files, things of wrong kinds."""

import base64
import pickle
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from dashboards.access.viewer import Viewer
from dashboards.database import Generation
from dashboards.scope import Scope
from tests.security.canaries import Canary

Payloads = dict[str, Any]


def texts(victim: Canary, hosts: list[str], generation: Generation) -> Payloads:
    """Return what may stand in an address or in a box, by what it tries."""
    host = victim.host_id
    return {
        "its number": host,
        "its name": f"{victim.word} Holdings",
        "its project": victim.project_id,
        "its kind of work": victim.category,
        "its department": victim.department,
        "every number": hosts,
        "every number, joined": ",".join(hosts),
        "it and more": [host, "%", "*", ""],
        "a statement": f"x' or host_id = '{host}' --",
        "a second statement": f"'); select * from analytics.marts.fct_projects where host_id = '{host}'; --",
        "a parameter": "$host",
        "a template": f"{{{{ Dimension('employer__host_id') }}}} = '{host}'",
        "a role": "Leadership",
        "another role": "admin",
        "a part of the data": "platform",
        "a generation": generation.identifier,
        "a path": f"../../{generation.path.name}",
        "a file": str(generation.path),
        "a scope": f'{{"host_id": "{host}", "role": "leadership", "employer_ids": ["{host}"]}}',
        "a pickle": base64.b64encode(pickle.dumps({"host_id": host, "role": "admin"})).decode(),
        "look-alikes": f"\u0415{host[1:]}\u202e\u0000\ufeff {host}",
        "very long": host * 3000,
        "nothing": "",
        "a number": "-1",
        "no number": "nan",
    }


def objects(victim: Canary, generation: Generation) -> Payloads:
    """Return what may be put into the session's state by a mistake in the code, by what it tries."""
    host = victim.host_id
    return {
        "its number": host,
        "its project": victim.project_id,
        "a list": [host],
        "a tuple": (host, host),
        "a set": {host},
        "a mapping": {"host_id": host, "selection": {"rows": [10**6, -1]}},
        "a scope": Scope(generation, "leadership", host, f"{victim.word} Holdings", (victim.employer_id,)),
        "the platform": Scope(generation, "leadership"),
        "a viewer": Viewer("admin", "admin", (host,)),
        "a role": "leadership",
        "true": True,
        "below nothing": -1,
        "bytes": host.encode(),
        "nothing": None,
    }


def tampered(states: WidgetStates, payload: Any) -> WidgetStates:
    """Return the same widgets' values with the payload wherever its kind of value fits, as a client may send them."""
    changed = WidgetStates()
    for state in states.widgets:
        changed.widgets.append(_tampered(state, payload))
    return changed


def _tampered(state: WidgetState, payload: Any) -> WidgetState:
    found = WidgetState()
    found.CopyFrom(state)
    listed = list(map(str, payload)) if isinstance(payload, list) else [str(payload)]
    match state.WhichOneof("value"):
        case "string_value" | None:
            found.string_value = " ".join(listed)
        case "string_array_value":
            found.string_array_value.data[:] = listed
        case "int_value":
            found.int_value = 10**6
        case "int_array_value":
            found.int_array_value.data[:] = [-1, 10**6]
        case "double_value":
            found.double_value = -1e308
        case "double_array_value":
            found.double_array_value.data[:] = [-1.0, 1e308]
        case "json_value":
            found.json_value = '{"selection": {"rows": [-1, 1000000], "columns": ["host_id"]}}'
    return found
