"""Every object, by name."""

# = {{#each sortedObjects}}
# = from {{../snake}}.objects.{{name}} import {{upper name}}
# = {{/each}}
from acme_py_reader.objects.users import USERS

# =

_ALL = [
    # = {{#each objects}}
    # = {{upper name}},
    # = {{/each}}
    USERS,
    # =
]

OBJECTS = {item.name: item for item in _ALL}
