"""Rate cards as YAML: a list of accounts, each with its components; read into the rows that the CSV file has."""

from __future__ import annotations

import yaml

from dashboard_api.domain.csv_rows import ROWS_MAX
from dashboard_api.domain.imports import Row, RowError
from dashboard_api.domain.rate_rows import COLUMNS

_SHAPE = "Write a list of accounts, each with client_id, currency and components."


def rows_of_yaml(text: str) -> tuple[list[Row], list[RowError]]:
    """The rows with the line that each component starts on, and what is wrong with the file's form.

    Every scalar stays text, so that no price becomes a float on the way; aliases are refused, they can grow without end.
    """
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            return [], [RowError(1, None, "invalid_yaml", "Anchors and aliases are not taken; write each card out.")]
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [], [RowError(mark.line + 1 if mark else 1, None, "invalid_yaml", f"This is no YAML: {error}"[:300])]
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        return [], [RowError(1, None, "invalid_yaml", _SHAPE)]
    rows: list[Row] = []
    errors: list[RowError] = []
    for card in root.value:
        _read_card(card, rows, errors)
    if len(rows) > ROWS_MAX:
        return [], [RowError(1, None, "too_many_rows", f"At most {ROWS_MAX} components; split the file.")]
    return rows, errors


def _read_card(card: yaml.Node, rows: list[Row], errors: list[RowError]) -> None:
    fields = _fields(card)
    components = fields.pop("components", None)
    if not isinstance(components, yaml.SequenceNode):
        errors.append(RowError(card.start_mark.line + 1, "components", "invalid_yaml", _SHAPE))
        return
    shared = _texts(fields, errors)
    for component in components.value:
        if not isinstance(component, yaml.MappingNode):
            errors.append(RowError(component.start_mark.line + 1, "components", "invalid_yaml", _SHAPE))
            continue
        rows.append(Row(component.start_mark.line + 1, shared | _texts(_fields(component), errors)))


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _texts(fields: dict[str, yaml.Node], errors: list[RowError]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, node in fields.items():
        line = node.start_mark.line + 1
        if name not in COLUMNS:
            errors.append(RowError(line, name[:100], "unknown_column", f"The fields are {', '.join(COLUMNS)}."))
        elif isinstance(node, yaml.ScalarNode):
            found[name] = "" if node.tag == "tag:yaml.org,2002:null" else str(node.value).strip()
        elif name == "tiers" and isinstance(node, yaml.SequenceNode):
            found[name] = ";".join(_tier(tier) for tier in node.value)
        else:
            errors.append(RowError(line, name, "invalid_value", "Write one value here."))
    return found


def _tier(node: yaml.Node) -> str:
    fields = {name: str(value.value) for name, value in _fields(node).items() if isinstance(value, yaml.ScalarNode)}
    return f"{fields.get('up_to', 'rest')}:{fields.get('unit_price', '')}"
